import VehicleSignals

/// Keys of the native form, as numbers in the table of names.
enum NativeKey: Int32 {
    case ts = 0
    case vss = 1
    case signals = 2
    case vehicle = 3
    case value = 4
}

// The gateway's own form: one object, or an array of them:
//     {"ts":"2026-02-03T07:11:00Z","vss":"6.0","signals":{"Vehicle.Speed":53.2}}
// Times are RFC 3339 or milliseconds since 1970; a value may carry its own:
//     "Vehicle.Speed":{"value":53.2,"ts":1770102660000}

extension CompiledSources {
    func decodeNative(
        route: Route, topic: RawSpan, edition: Int, arrival: Timestamp, _ bytes: RawSpan,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        var at = 0
        switch try nextByte(bytes, &at) {
        case UInt8(ascii: "{"):
            try decodeNativeObject(
                route: route, topic: topic, edition: edition, arrival: arrival, depth: 1, bytes,
                &at,
                &work, &readings, &texts)
        case UInt8(ascii: "["):
            work.recorder.stop()
            if try open(closing: UInt8(ascii: "]"), depth: 1, bytes, &at) {
                repeat {
                    let byte = try nextByte(bytes, &at)
                    guard byte == UInt8(ascii: "{") else {
                        let start = at
                        try skipValue(bytes, &at, depth: 2)
                        throw DecodeError(.wrongType, at: start)
                    }
                    try decodeNativeObject(
                        route: route, topic: topic, edition: edition, arrival: arrival, depth: 2,
                        bytes, &at, &work, &readings, &texts)
                } while try another(closing: UInt8(ascii: "]"), bytes, &at)
            }
        default:
            let start = at
            try skipValue(bytes, &at, depth: 1)
            throw DecodeError(.wrongType, at: start)
        }
        try expectEnd(bytes, &at)
    }

    private func decodeNativeObject(
        route: Route, topic: RawSpan, edition: Int, arrival: Timestamp, depth: Int,
        _ bytes: RawSpan, _ at: inout Int, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let start = at
        let before = NativeMark(readings.count, texts.count, work.outcome)
        var object = NativeObject(edition: edition)
        if try open(closing: UInt8(ascii: "}"), depth: depth, bytes, &at) {
            repeat {
                let key = try scanKey(bytes, &at)
                let name = try names.value(scope: nativeScope, of: bytes, key)
                _ = try nextByte(bytes, &at)
                let value = at
                guard let known = NativeKey(rawValue: name) else {
                    try skipValue(bytes, &at, depth: depth + 1)
                    work.recorder.note(.skip, depth: depth + 1, from: value, to: at)
                    continue
                }
                guard object.isFirst(known) else {
                    throw DecodeError(.duplicateKey, at: key.start - 1)
                }
                switch known {
                case .ts:
                    object.time =
                        try scanTime(
                            .rfc3339OrMilliseconds, depth: depth + 1, bytes, &at) ?? .min
                    work.recorder.note(.time, from: value, to: at)
                case .vss: object.edition = try scanEdition(bytes, &at, fallback: edition)
                case .vehicle:
                    object.namesVehicle = try scanVehicle(
                        depth: depth + 1, bytes, &at, &work)
                    work.recorder.note(.vehicle, from: value, to: at)
                case .signals:
                    try decodeFirstPass(
                        &object, before, depth: depth + 1, bytes, &at, &work, &readings, &texts)
                case .value:
                    try skipValue(bytes, &at, depth: depth + 1)
                    work.recorder.note(.skip, depth: depth + 1, from: value, to: at)
                }
            } while try another(closing: UInt8(ascii: "}"), bytes, &at)
        }
        if object.signalsAt >= 0, object.editionRead != object.edition {
            // The edition came after the signals, or the first pass stumbled: read them again.
            work.recorder.stop()
            before.restore(&work, &readings, &texts)
            var again = object.signalsAt
            try decodeSignals(
                edition: object.edition, depth: depth + 1, bytes, &again, &work, &readings, &texts)
        }
        if !object.namesVehicle, route.vehicleLength == 0 {
            throw DecodeError(.identityMissing, at: start)
        }
        try checkVehicle(route: route, topic: topic, bytes, start: start, &work)
        work.slots[0] = object.time
        settle(&readings, from: before.readings, arrival: arrival, work, qualityStart: 0)
    }

    /// Reads the signals by the edition known so far. Where it may still change, a stumble is no
    /// error yet: the value is stepped over and read again when the edition is known.
    private func decodeFirstPass(
        _ object: inout NativeObject, _ before: NativeMark, depth: Int, _ bytes: RawSpan,
        _ at: inout Int, _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        object.signalsAt = at
        object.editionRead = object.edition
        do throws(DecodeError) {
            try decodeSignals(
                edition: object.edition, depth: depth, bytes, &at, &work, &readings, &texts)
        } catch {
            if object.has(.vss) { throw error }
            before.restore(&work, &readings, &texts)
            object.editionRead = 0
            at = object.signalsAt
            try skipValue(bytes, &at, depth: depth)
        }
    }

    private func decodeSignals(
        edition: Int, depth: Int, _ bytes: RawSpan, _ at: inout Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        guard bytes.byte(at: at) == UInt8(ascii: "{") else {
            let start = at
            try skipValue(bytes, &at, depth: depth)
            throw DecodeError(.wrongType, at: start)
        }
        let scope = editionScopes[edition - VSSEditions.oldest]
        work.beginKeys()
        guard try open(closing: UInt8(ascii: "}"), depth: depth, bytes, &at) else { return }
        repeat {
            let key = try scanKey(bytes, &at)
            let rule = try names.value(scope: scope, of: bytes, key)
            let byte = try nextByte(bytes, &at)
            let value = at
            guard rule >= 0 else {
                work.outcome.unknownSignals += 1
                try skipValue(bytes, &at, depth: depth + 1)
                work.recorder.note(.skip, depth: depth + 1, from: value, to: at)
                continue
            }
            guard work.isFirst(Int(rule)) else {
                throw DecodeError(.duplicateKey, at: key.start - 1)
            }
            if byte == UInt8(ascii: "{") {
                try decodeTimedValue(
                    Int(rule), depth: depth + 1, bytes, &at, &work, &readings, &texts)
            } else {
                try decodeScalar(
                    nativeRules[Int(rule)], slot: 0, depth: depth + 1, bytes, &at, &work, &readings,
                    &texts)
                work.recorder.note(.signal, Int(rule), depth: depth + 1, from: value, to: at)
            }
        } while try another(closing: UInt8(ascii: "}"), bytes, &at)
    }

    /// `{"value":…,"ts":…}`: a value with its own time.
    private func decodeTimedValue(
        _ rule: Int, depth: Int, _ bytes: RawSpan, _ at: inout Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let start = at
        let first = readings.count
        work.recorder.note(.beginTimed, from: at, to: at)
        var object = NativeObject(edition: 0)
        if try open(closing: UInt8(ascii: "}"), depth: depth, bytes, &at) {
            repeat {
                let key = try scanKey(bytes, &at)
                let name = try names.value(scope: nativeScope, of: bytes, key)
                _ = try nextByte(bytes, &at)
                let value = at
                guard let known = NativeKey(rawValue: name), known == .ts || known == .value else {
                    try skipValue(bytes, &at, depth: depth + 1)
                    work.recorder.note(.skip, depth: depth + 1, from: value, to: at)
                    continue
                }
                guard object.isFirst(known) else {
                    throw DecodeError(.duplicateKey, at: key.start - 1)
                }
                if known == .ts {
                    object.time =
                        try scanTime(
                            .rfc3339OrMilliseconds, depth: depth + 1, bytes, &at) ?? .min
                    work.recorder.note(.ownTime, from: value, to: at)
                } else {
                    try decodeScalar(
                        nativeRules[rule], slot: 0, depth: depth + 1, bytes, &at, &work, &readings,
                        &texts)
                    work.recorder.note(.signal, rule, depth: depth + 1, from: value, to: at)
                }
            } while try another(closing: UInt8(ascii: "}"), bytes, &at)
        }
        guard object.has(.value) else { throw DecodeError(.wrongType, at: start) }
        work.recorder.note(.endTimed, from: at, to: at)
        guard object.time != .min else { return }
        for index in first..<readings.count {
            readings[index].time = Timestamp(milliseconds: object.time)
            readings[index].timeQuality = .event
        }
    }

    /// `"6.0"`, `"5"`, `4.2` or `null`: the main number of the edition.
    private func scanEdition(
        _ bytes: RawSpan, _ at: inout Int, fallback: Int
    ) throws(DecodeError) -> Int {
        let start = at
        var from = at
        var end = at
        switch bytes.byte(at: at) {
        case UInt8(ascii: "\""):
            let text = try scanText(bytes, &at)
            guard !text.hasEscapes else { throw DecodeError(.unknownEdition, at: start) }
            from = text.start
            end = text.end
        case 0x30...0x39, UInt8(ascii: "-"):
            let number = try scanNumber(bytes, &at)
            end = number.end
        case UInt8(ascii: "n"):
            _ = try scanLiteral(bytes, &at)
            return fallback
        default: try skipValue(bytes, &at, depth: 1)
        }
        guard end > from, end == from + 1 || bytes.byte(at: from + 1) == UInt8(ascii: ".") else {
            throw DecodeError(.unknownEdition, at: start)
        }
        let edition = Int(bytes.byte(at: from)) - 0x30
        guard edition >= VSSEditions.oldest, edition <= VSSEditions.newest else {
            throw DecodeError(.unknownEdition, at: start)
        }
        return edition
    }
}

/// Editions of VSS whose spellings and units are known.
enum VSSEditions {
    static let oldest = 4
    static let newest = 6
}

/// What one native object has said so far.
private struct NativeObject: BitwiseCopyable {
    var edition: Int
    /// Edition by which the signals were read; 0: not to the end.
    var editionRead = 0
    var signalsAt = -1
    var time = Int64.min
    var namesVehicle = false
    private var seen: UInt8 = 0

    init(edition: Int) { self.edition = edition }

    mutating func isFirst(_ key: NativeKey) -> Bool {
        let bit = UInt8(1) << UInt8(key.rawValue)
        defer { seen |= bit }
        return seen & bit == 0
    }

    func has(_ key: NativeKey) -> Bool { seen & UInt8(1) << UInt8(key.rawValue) != 0 }
}

/// The state before an object, to go back to.
private struct NativeMark: BitwiseCopyable {
    var readings: Int
    var texts: Int
    var outcome: DecodeOutcome

    init(_ readings: Int, _ texts: Int, _ outcome: DecodeOutcome) {
        self.readings = readings
        self.texts = texts
        self.outcome = outcome
    }

    func restore(
        _ work: inout DecodingWorkspace, _ out: inout OutputSpan<Reading>,
        _ text: inout OutputSpan<UInt8>
    ) {
        out.removeLast(out.count - readings)
        text.removeLast(text.count - texts)
        work.outcome = outcome
    }
}
