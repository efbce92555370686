import VehicleSignals

/// One signal of a last known state as it stands in the message: places and small numbers, nothing
/// taken yet.
struct StateSignal: BitwiseCopyable {
    /// Of a vehicle's message. Left out by the sender where it is 0.
    var number: UInt32 = 0
    /// Of the cloud's: where its name lies.
    var nameStart = 0
    var nameEnd = 0
    /// Number of the field that holds the value, and where its bytes begin; 0: none.
    var valueField: UInt32 = 0
    var valueAt = 0

    init(_ bytes: RawSpan, _ part: Range<Int>) throws(DecodeError) {
        var at = part.lowerBound
        let end = part.upperBound
        while at < end {
            let tag = try wireTag(bytes, &at, end: end)
            let first = at
            switch (tag.field, tag.type) {
            case (1, .varint):
                number = UInt32(truncatingIfNeeded: try wireVarint(bytes, &at, end: end))
                continue
            case (1, .lengthDelimited):
                nameEnd = try wireRange(bytes, &at, end: end)
                nameStart = at
                at = nameEnd
                continue
            case (2, .fixed64), (3...11, .varint), (12, .fixed32), (13, .lengthDelimited):
                valueField = tag.field
                valueAt = first
            default: break
            }
            try wireSkip(tag.type, bytes, &at, end: end)
        }
    }

    /// The value of one of the integers' fields; `nil` where it is more than the field's type or a
    /// signal can hold.
    func integer(_ word: UInt64) -> Int64? {
        let low = UInt64(UInt32(truncatingIfNeeded: word))
        switch valueField {
        case 4: return Int8(exactly: zigzag(low)).map(Int64.init)
        case 5: return UInt8(exactly: low).map(Int64.init)
        case 6: return Int16(exactly: zigzag(low)).map(Int64.init)
        case 7: return UInt16(exactly: low).map(Int64.init)
        case 8: return zigzag(low)
        case 9: return Int64(low)
        case 10: return zigzag(word)
        default: return Int64(exactly: word)
        }
    }
}

extension CompiledSources {
    /// The signal's value by one rule. One of another kind than its signal is out of range and must
    /// not cost the others.
    func takeState(
        _ rule: ValueRule, _ signal: StateSignal, _ bytes: RawSpan, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        do throws(DecodeError) {
            try takeStateValue(rule, signal, bytes, &work, &readings, &texts)
        } catch {
            guard error.reason == .wrongType || error.reason == .badTroubleCode else { throw error }
            work.outcome.outOfRange += 1
        }
    }

    private func takeStateValue(
        _ rule: ValueRule, _ signal: StateSignal, _ bytes: RawSpan, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let start = signal.valueAt
        let end = bytes.byteCount
        var at = start
        switch signal.valueField {
        case 0: work.outcome.absent += 1
        case 2:
            let value = Double(bitPattern: try wireFixed64(bytes, &at, end: end))
            try takeFleetWiseNumber(rule, value, at: start, &work, &readings)
        case 3:
            let value = try wireVarint(bytes, &at, end: end) != 0
            try takeBoolean(rule, value, slot: -1, at: start, &work, &readings)
        case 12:
            let value = Float(bitPattern: try wireFixed32(bytes, &at, end: end))
            try takeFleetWiseNumber(rule, Double(value), at: start, &work, &readings)
        case 13:
            let stop = try wireRange(bytes, &at, end: end)
            try takeText(rule, bytes, from: at, to: stop, slot: -1, &work, &readings, &texts)
        default:
            // Whole numbers stay whole: a double would not hold all of 64 bits.
            guard let value = signal.integer(try wireVarint(bytes, &at, end: end)) else {
                work.outcome.outOfRange += 1
                return
            }
            if rule.kind == .boolean, !rule.hasWords, value == 0 || value == 1 {
                try takeBoolean(rule, value == 1, slot: -1, at: start, &work, &readings)
            } else {
                try takeInteger(rule, value, slot: -1, at: start, &work, &readings)
            }
        }
    }
}
