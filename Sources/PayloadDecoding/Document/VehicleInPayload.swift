import VehicleSignals

// Payloads that name their vehicle: read while decoding, compared with the topic, and looked for
// ahead of everything else so that the telemetry gate can ask before anything is kept.

/// Reads the name of a vehicle at `at`; `nil` for `null`.
func scanVehicleName(
    depth: Int, _ bytes: RawSpan, _ at: inout Int
) throws(DecodeError) -> JSONText? {
    let start = at
    switch bytes.byte(at: at) {
    case UInt8(ascii: "\""):
        let text = try scanText(bytes, &at)
        guard !text.hasEscapes, text.count > 0, text.count <= DecodingLimits.vehicleNameBytesMax
        else { throw DecodeError(.badIdentity, at: start) }
        return text
    case UInt8(ascii: "n"):
        _ = try scanLiteral(bytes, &at)
        return nil
    default:
        try skipValue(bytes, &at, depth: depth)
        throw DecodeError(.wrongType, at: start)
    }
}

extension CompiledSources {
    /// Reads a vehicle's name and keeps where it stands; a second, different one is an error.
    /// `false` for `null`, which names none.
    func scanVehicle(
        depth: Int, _ bytes: RawSpan, _ at: inout Int, _ work: inout DecodingWorkspace
    ) throws(DecodeError) -> Bool {
        let start = at
        guard let name = try scanVehicleName(depth: depth, bytes, &at) else { return false }
        if work.hasVehicle {
            guard work.vehicleEnd - work.vehicleStart == name.count,
                bytes.equals(from: name.start, count: name.count, bytes, from: work.vehicleStart)
            else { throw DecodeError(.identityDisagrees, at: start) }
        }
        work.vehicleStart = name.start
        work.vehicleEnd = name.end
        return true
    }

    /// Topic and payload must name the same vehicle where both do, and one of them must.
    func checkVehicle(
        route: Route, topic: RawSpan, _ bytes: RawSpan, start: Int, _ work: inout DecodingWorkspace
    ) throws(DecodeError) {
        if work.hasVehicle {
            let count = work.vehicleEnd - work.vehicleStart
            guard
                route.vehicleLength == 0
                    || (Int(route.vehicleLength) == count
                        && bytes.equals(
                            from: work.vehicleStart, count: count, topic,
                            from: Int(route.vehicleOffset)))
            else { throw DecodeError(.identityDisagrees, at: work.vehicleStart - 1) }
        } else if route.vehicleLength == 0 {
            throw DecodeError(.identityMissing, at: start)
        }
    }

    /// Where the message names its vehicle: in the topic if the template says so, else by a quick
    /// look into the payload. `nil` if it is not to be found; decoding then says why.
    public func vehicleName(_ route: Route, topic: RawSpan, payload: RawSpan) -> VehicleName? {
        if route.vehicleLength > 0 {
            return VehicleName(
                isInPayload: false, offset: Int(route.vehicleOffset),
                length: Int(route.vehicleLength))
        }
        let template = topics.templates[Int(route.template)]
        guard payload.byteCount <= Int(payloadLimits[Int(route.source.number)]) else { return nil }
        if template.content == .protobuf {
            return protobufVehicle(protobuf.layouts[Int(template.layout)], payload)
        }
        var at = 0
        let found: JSONText?
        switch template.content {
        case .native: found = try? nativeVehicle(payload, &at)
        case .document:
            found = try? documentVehicle(
                Int(layouts[Int(template.layout)].root), depth: 1, payload, &at)
        case .documents, .packed, .fields, .text, .ignored, .can, .protobuf: found = nil
        }
        guard let found else { return nil }
        return VehicleName(isInPayload: true, offset: found.start, length: found.count)
    }

    private func nativeVehicle(_ bytes: RawSpan, _ at: inout Int) throws(DecodeError) -> JSONText? {
        if try nextByte(bytes, &at) == UInt8(ascii: "[") {
            guard try open(closing: UInt8(ascii: "]"), depth: 1, bytes, &at) else { return nil }
        }
        guard try nextByte(bytes, &at) == UInt8(ascii: "{"),
            try open(closing: UInt8(ascii: "}"), depth: 1, bytes, &at)
        else { return nil }
        repeat {
            let key = try scanKey(bytes, &at)
            _ = try nextByte(bytes, &at)
            if try names.value(scope: nativeScope, of: bytes, key) == NativeKey.vehicle.rawValue {
                return try scanVehicleName(depth: 2, bytes, &at)
            }
            try skipValue(bytes, &at, depth: 2)
        } while try another(closing: UInt8(ascii: "}"), bytes, &at)
        return nil
    }

    private func documentVehicle(
        _ node: Int, depth: Int, _ bytes: RawSpan, _ at: inout Int
    ) throws(DecodeError) -> JSONText? {
        guard try nextByte(bytes, &at) == UInt8(ascii: "{"),
            try open(closing: UInt8(ascii: "}"), depth: depth, bytes, &at)
        else { return nil }
        repeat {
            let key = try scanKey(bytes, &at)
            let edge = try names.value(scope: nodes[node].scope, of: bytes, key)
            let byte = try nextByte(bytes, &at)
            if edge >= 0, edges[Int(edge)].leadsToVehicle {
                if edges[Int(edge)].isVehicle {
                    return try scanVehicleName(depth: depth + 1, bytes, &at)
                }
                if byte == UInt8(ascii: "{") {
                    let below = try documentVehicle(
                        Int(edges[Int(edge)].node), depth: depth + 1, bytes, &at)
                    if let below { return below }
                    continue
                }
            }
            try skipValue(bytes, &at, depth: depth + 1)
        } while try another(closing: UInt8(ascii: "}"), bytes, &at)
        return nil
    }
}
