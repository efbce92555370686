import VehicleSignals

// Whether a payload of FleetWise's edge agent is a message or a Snappy block with one in it, which
// stands nowhere in it. Of bytes that are neither, the error is that of what they look like.

extension CompiledSources {
    /// Whether the payload is a block; if so, `unpacked` holds its content, or as much of it as
    /// came before an error.
    func unpackBlock(
        _ layout: ProtobufLayout, _ bytes: RawSpan, into unpacked: inout [UInt8]
    ) throws(DecodeError) -> Bool {
        switch (layout.compression, layout.kind) {
        case (.off, _): return false
        case (.on, _):
            try unpackSnappy(bytes, into: &unpacked)
            return true
        case (.auto, .lastKnownStateData): return try unpackState(bytes, into: &unpacked)
        case (.auto, _): return try unpackVehicleData(bytes, into: &unpacked)
        }
    }

    /// What reads as a whole message that names its manifest is one, and all else a block.
    private func unpackVehicleData(
        _ bytes: RawSpan, into unpacked: inout [UInt8]
    ) throws(DecodeError) -> Bool {
        guard !isVehicleData(bytes) else { return false }
        do throws(DecodeError) {
            try unpackSnappy(bytes, into: &unpacked)
            return true
        } catch {
            guard looksPlain(.vehicleData, bytes) else { throw error }
            let heading = try VehicleDataHeading(bytes)
            throw DecodeError(.unknownManifest, at: heading.manifestStart)
        }
    }

    private func isVehicleData(_ bytes: RawSpan) -> Bool {
        guard let heading = try? VehicleDataHeading(bytes) else { return false }
        return heading.manifestEnd > heading.manifestStart
    }

    /// What unpacks is a block: one of a single literal often reads as a message too, with its
    /// length and the literal's tag as a field that nobody knows, which may hide the time. The
    /// reverse cannot be: a message begins with its time, whose first byte would say a block of 16
    /// bytes and the next a copy of nothing or a literal of more.
    private func unpackState(
        _ bytes: RawSpan, into unpacked: inout [UInt8]
    ) throws(DecodeError) -> Bool {
        guard beginsAsSnappy(bytes) else { return false }
        do throws(DecodeError) {
            try unpackSnappy(bytes, into: &unpacked)
            return true
        } catch {
            // A message without a time may begin like a block.
            guard (try? StateHeading(bytes, timeField: 2)) == nil,
                !looksPlain(.lastKnownStateData, bytes)
            else { return false }
            throw error
        }
    }

    /// Whether bytes that are neither a message nor a block look like a damaged message: they begin
    /// with one of its fields, and are not a small block, whose length is such a byte too. That
    /// would hold a field that fits in it, which the letters of a name do not.
    func looksPlain(_ kind: ProtobufLayout.Kind, _ bytes: RawSpan) -> Bool {
        guard beginsAsMessage(kind, bytes, at: 0) else { return false }
        guard let content = firstLiteral(bytes), beginsAsMessage(kind, bytes, at: content.at)
        else { return true }
        let next = content.at + 1
        guard bytes.byte(at: content.at) & 7 == WireType.lengthDelimited.rawValue,
            next < bytes.byteCount
        else { return false }
        return UInt64(bytes.byte(at: next)) + 2 > content.size
    }

    /// Whether a field's head stands there that the message has; all of them are one byte.
    private func beginsAsMessage(
        _ kind: ProtobufLayout.Kind, _ bytes: RawSpan, at place: Int
    ) -> Bool {
        guard place < bytes.byteCount else { return false }
        let byte = bytes.byte(at: place)
        switch (byte >> 3, WireType(rawValue: byte & 7)) {
        case (2, .varint): return kind == .lastKnownStateData
        case (6, .lengthDelimited): return true
        case (1, .lengthDelimited), (2, .lengthDelimited), (3, .varint), (4, .varint),
            (5, .lengthDelimited), (9, .lengthDelimited):
            return kind == .vehicleData
        default: return false
        }
    }
}
