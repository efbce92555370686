import VehicleSignals

// Tesla's `Payload`: data (1, repeated Datum), created_at (2), vin (3), is_resend (4); a `Datum` is
// key (1) and value (2); a `Value` is one of some fifty members. What was sent again after an
// outage says when it was made, so is_resend changes nothing.

extension CompiledSources {
    func decodeTeslaPayload(
        _ layout: ProtobufLayout, route: Route, topic: RawSpan, _ bytes: RawSpan,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        var at = 0
        let end = bytes.byteCount
        while at < end {
            if try decodeUsualDatum(layout, bytes, &at, end: end, &work, &readings, &texts) {
                continue
            }
            let tag = try wireTag(bytes, &at, end: end)
            guard tag.type == .lengthDelimited else {
                try wireSkip(tag.type, bytes, &at, end: end)
                continue
            }
            let stop = try wireRange(bytes, &at, end: end)
            switch tag.field {
            case 1:
                try decodeTeslaDatum(
                    layout, bytes, from: at, end: stop, &work, &readings, &texts)
            case 2:
                guard let time = try wireTimestamp(bytes, from: at, end: stop) else {
                    throw DecodeError(.badTime, at: at)
                }
                work.slots[0] = time
            case 3: try takeWireVehicle(bytes, from: at, end: stop, &work)
            default: break
            }
            at = stop
        }
        try checkVehicle(route: route, topic: topic, bytes, start: 0, &work)
    }

    /// Notes the vehicle that a payload names; an empty name names none.
    func takeWireVehicle(
        _ bytes: RawSpan, from start: Int, end: Int, _ work: inout DecodingWorkspace
    ) throws(DecodeError) {
        guard end > start else { return }
        guard end - start <= DecodingLimits.vehicleNameBytesMax else {
            throw DecodeError(.badIdentity, at: start)
        }
        try checkUTF8(bytes, from: start, to: end)
        if work.hasVehicle {
            guard work.vehicleEnd - work.vehicleStart == end - start,
                bytes.equals(from: start, count: end - start, bytes, from: work.vehicleStart)
            else { throw DecodeError(.identityDisagrees, at: start) }
        }
        work.vehicleStart = start
        work.vehicleEnd = end
    }

    /// ⚠ A datum as every known writer lays it down: key, then value, lengths of one byte. Its head
    /// is taken with one load. `false`, and nothing done, where anything is otherwise; the general
    /// way then decodes the same bytes to the same readings.
    @inline(__always)
    private func decodeUsualDatum(
        _ layout: ProtobufLayout, _ bytes: RawSpan, _ at: inout Int, end: Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) -> Bool {
        guard end - at >= 8 else { return false }
        // Little-endian: 0A, length, 08, key of one byte or two, 12, length of the value.
        let head = bytes.word64(at: at)
        guard head & 0x00FF_80FF == 0x0008_000A else { return false }
        let length = Int(head >> 8 & 0x7F)
        var key = Int(head >> 24 & 0x7F)
        var rest = head >> 32
        var headCount = 6
        if head & 0x8000_0000 != 0 {
            guard rest & 0x80 == 0 else { return false }
            key |= Int(rest & 0x7F) << 7
            rest >>= 8
            headCount = 7
        }
        let valueLength = Int(rest >> 8 & 0x7F)
        guard rest & 0x80FF == 0x0012, headCount + valueLength == length + 2,
            length + 2 <= end - at, key < TeslaField.countMax
        else { return false }
        let valueAt = at + headCount
        at += length + 2
        let field = protobuf.teslaFields[Int(layout.first) + key]
        if field.rules.count == 1, valueLength == 9, bytes.byte(at: valueAt) == 0x29,
            documentRules[Int(field.rules.start)].format.isPlain
        {
            let value = Double(bitPattern: bytes.word64(at: valueAt + 1))
            do throws(DecodeError) {
                try takeDouble(
                    documentRules[Int(field.rules.start)].rule, value, slot: 0, at: valueAt + 1,
                    &work, &readings)
            } catch { try passOver(error, &work) }
        } else if field.rules.count == 0, field.object < 0 {
            work.outcome.unknownSignals += 1
        } else {
            try decodeTeslaValue(
                field, bytes, from: valueAt, end: at, &work, &readings, &texts)
        }
        return true
    }

    private func decodeTeslaDatum(
        _ layout: ProtobufLayout, _ bytes: RawSpan, from start: Int, end: Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        var at = start
        var key: UInt64 = 0
        var valueStart = -1
        var valueEnd = -1
        while at < end {
            let tag = try wireTag(bytes, &at, end: end)
            if tag.field == 1, tag.type == .varint {
                key = try wireVarint(bytes, &at, end: end)
            } else if tag.field == 2, tag.type == .lengthDelimited {
                valueEnd = try wireRange(bytes, &at, end: end)
                valueStart = at
                at = valueEnd
            } else {
                try wireSkip(tag.type, bytes, &at, end: end)
            }
        }
        guard key < UInt64(TeslaField.countMax) else {
            work.outcome.unknownSignals += 1
            return
        }
        let field = protobuf.teslaFields[Int(layout.first) + Int(key)]
        guard field.rules.count > 0 || field.object >= 0 else {
            work.outcome.unknownSignals += 1
            return
        }
        guard valueStart >= 0 else {
            work.outcome.absent += 1
            return
        }
        try decodeTeslaValue(
            field, bytes, from: valueStart, end: valueEnd, &work, &readings, &texts)
    }

    /// Finds the member that is set, which is the last one, and reads it.
    private func decodeTeslaValue(
        _ field: TeslaField, _ bytes: RawSpan, from start: Int, end: Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        var at = start
        var member: UInt32 = 0
        var memberAt = start
        while at < end {
            let tag = try wireTag(bytes, &at, end: end)
            if tag.type == TeslaValue.wireType(of: tag.field) {
                member = tag.field
                memberAt = at
            }
            try wireSkip(tag.type, bytes, &at, end: end)
        }
        // `invalid`, or no member at all.
        guard member != 0, member != TeslaValue.invalid else {
            work.outcome.absent += 1
            return
        }
        let kind = TeslaObject.kind(ofMember: member)
        if kind >= 0, field.object >= 0 {
            let block = Int(field.object) + kind * TeslaObject.partsMax
            let stop = try wireRange(bytes, &memberAt, end: end)
            return try decodeTeslaObject(
                block, isLocation: kind == 0, bytes, from: memberAt, end: stop, &work, &readings)
        }
        guard kind < 0, field.rules.count > 0 else {
            work.outcome.outOfRange += 1
            return
        }
        for index in field.rules.start..<(field.rules.start + field.rules.count) {
            var place = memberAt
            let document = documentRules[Int(index)]
            do throws(DecodeError) {
                if document.format.isPlain {
                    try decodeTeslaScalar(
                        document.rule, member, bytes, &place, end: end, &work, &readings, &texts)
                } else if member == 1 {
                    try decodeTeslaText(
                        document, bytes, &place, end: end, &work, &readings, &texts)
                } else {
                    throw DecodeError(.wrongType, at: memberAt)
                }
            } catch { try passOver(error, &work) }
        }
    }

    /// Types change with the firmware: a value of another kind than the mapping says is counted,
    /// and must not cost the others.
    private func passOver(
        _ error: DecodeError, _ work: inout DecodingWorkspace
    ) throws(DecodeError) {
        guard error.reason == .wrongType else { throw error }
        work.outcome.outOfRange += 1
    }

    /// A text that is not plain, such as a place: `(37.412374 N, 122.145867 W)`.
    private func decodeTeslaText(
        _ document: DocumentRule, _ bytes: RawSpan, _ at: inout Int, end: Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let stop = try wireRange(bytes, &at, end: end)
        var timed = document
        timed.timeSlot = 0
        try decodeRange(
            timed, timed.rule, time: nil, bytes, TextRange(from: at, to: stop, start: at), &work,
            &readings, &texts)
    }

    @inline(__always)
    private func decodeTeslaScalar(
        _ rule: ValueRule, _ member: UInt32, _ bytes: RawSpan, _ at: inout Int, end: Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let start = at
        switch member {
        case 1:
            let stop = try wireRange(bytes, &at, end: end)
            try takeText(
                rule, bytes, from: at, to: stop, slot: 0, &work, &readings, &texts)
        case 2:
            let word = try wireVarint(bytes, &at, end: end)
            let value = Int64(Int32(truncatingIfNeeded: word))
            try takeInteger(rule, value, slot: 0, at: start, &work, &readings)
        case 3:
            let value = Int64(bitPattern: try wireVarint(bytes, &at, end: end))
            try takeInteger(rule, value, slot: 0, at: start, &work, &readings)
        case 4:
            let value = Float(bitPattern: try wireFixed32(bytes, &at, end: end))
            try takeDouble(rule, Double(value), slot: 0, at: start, &work, &readings)
        case 5:
            let value = Double(bitPattern: try wireFixed64(bytes, &at, end: end))
            try takeDouble(rule, value, slot: 0, at: start, &work, &readings)
        case 6:
            let value = try wireVarint(bytes, &at, end: end) != 0
            try takeBoolean(rule, value, slot: 0, at: start, &work, &readings)
        default:
            let word = try wireVarint(bytes, &at, end: end)
            let value = Int64(Int32(truncatingIfNeeded: word))
            guard let name = protobuf.teslaNames.range(member: Int(member), value: value) else {
                // Newer than the schema known here.
                work.outcome.outOfRange += 1
                return
            }
            try takeWord(
                rule, name, in: protobuf.teslaNames.bytes, slot: 0, at: start, &work, &readings,
                &texts)
        }
    }

    /// Looks for the vehicle ahead of decoding.
    func wireVehicle(_ bytes: RawSpan, field: UInt32) throws(DecodeError) -> Range<Int>? {
        var at = 0
        var found: Range<Int>?
        while at < bytes.byteCount {
            let tag = try wireTag(bytes, &at, end: bytes.byteCount)
            guard tag.type == .lengthDelimited else {
                try wireSkip(tag.type, bytes, &at, end: bytes.byteCount)
                continue
            }
            let stop = try wireRange(bytes, &at, end: bytes.byteCount)
            if tag.field == field, stop > at, stop - at <= DecodingLimits.vehicleNameBytesMax {
                found = at..<stop
            }
            at = stop
        }
        return found
    }
}
