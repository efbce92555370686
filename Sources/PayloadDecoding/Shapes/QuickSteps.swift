import VehicleSignals

// Steps that the quick loop takes by itself, but apart: numbers with an invalid value, in quotes or
// with a conversion that rounds; values that nobody wants; times beside the value they belong to.

/// A value that was read in one go; `end` is 0 where it is left to the general step.
struct QuickValue: BitwiseCopyable {
    var kind: ValueKind
    var bits: UInt64
    var end: Place
    /// Whether the signal's bounds allow it.
    var isWithin: Bool

    static let none = QuickValue(kind: .double, bits: 0, end: 0, isWithin: false)
}

extension ShapeStep {
    /// A number in quotes or without, by any conversion.
    @inline(never)
    func quickNumber(_ payload: RawSpan, at place: Place) -> QuickValue {
        let isText = takesText && payload.word(from: place) & 0xFF == 0x22
        let number = payload.quickNumber(at: isText ? place &+ 1 : place)
        var end = number.end
        guard end != 0 else { return .none }
        if isText {
            guard payload.word(from: end) & 0xFF == 0x22 else { return .none }
            end &+= 1
        }
        return value(of: number, end: end)
    }

    /// What the rule makes of a number.
    @inline(always)
    func value(of number: QuickNumber, end: Place) -> QuickValue {
        let value = number.double
        if sentinel != .min, value == Double(sentinel) { return .none }
        let converted = conversion.apply(value)
        if isDouble {
            return QuickValue(
                kind: .double, bits: (converted + 0).bitPattern, end: end,
                isWithin: converted >= Double(bitPattern: lowest)
                    && converted <= Double(bitPattern: highest))
        }
        var whole: Int64
        if wholeFactor != 0, number.places == 0 {
            let (product, overflow) = number.signed.multipliedReportingOverflow(by: wholeFactor)
            guard !overflow else { return .none }
            whole = product
        } else {
            // Up to here a double is exact, so that `3.0` and `3` are the same.
            guard abs(converted) < 0x1p53 else { return .none }
            whole = Int64(converted)
            let rest = converted - Double(whole)
            if abs(rest) >= 0.5 { whole &+= rest < 0 ? -1 : 1 }
        }
        return QuickValue(
            kind: .integer, bits: UInt64(bitPattern: whole), end: end,
            isWithin: whole >= Int64(bitPattern: lowest) && whole <= Int64(bitPattern: highest))
    }

    /// What ``Quick`` names for this function; where the value ends, or 0 where it is left to the
    /// general step.
    @inline(never)
    func takeQuickly(
        _ payload: RawSpan, at place: Place, _ cursor: inout ShapeCursor, _ dates: DateMemory,
        _ captures: inout [Int32], _ readings: inout OutputSpan<Reading>, isRetained: Bool
    ) -> Place {
        switch quick {
        case .keep:
            captures[Int(truncatingIfNeeded: lowest)] = Int32(truncatingIfNeeded: place)
            return payload.quickSkip(at: place)
        case .milliseconds:
            let number = payload.quickNumber(at: place)
            guard number.places == 0, number.signed >= DecodingLimits.earliestTime,
                number.signed <= DecodingLimits.latestTime
            else { return 0 }
            cursor.setTime(slot, number.signed)
            return number.end
        case .groupTime:
            let (time, end) = payload.quickTime(at: place, dates)
            cursor.ownTime = time
            return end
        case .lateTime:
            let (time, end) = payload.quickTime(at: place, dates)
            guard end != 0 else { return 0 }
            cursor.giveTime(time, quality, &readings)
            return end
        case .boundNumber:
            let value = quickNumber(payload, at: place)
            if value.end != 0 { append(value, &cursor, &readings, isRetained: isRetained) }
            return value.end
        case .boundBoolean:
            let value = quickBoolean(payload, at: place)
            if value.end != 0 { append(value, &cursor, &readings, isRetained: isRetained) }
            return value.end
        case .nothing, .double, .integer, .boolean, .time, .number, .skip, .end: return 0
        }
    }

    private func append(
        _ value: QuickValue, _ cursor: inout ShapeCursor, _ readings: inout OutputSpan<Reading>,
        isRetained: Bool
    ) {
        cursor.firstTimed = readings.count
        guard value.isWithin else {
            cursor.outOfRange &+= 1
            return
        }
        var reading = Reading(
            signal: signal, time: PendingTime.slot(Int(slot)), timeQuality: .none,
            isRetained: isRetained, kind: value.kind, bits: value.bits)
        if binding == .before, cursor.ownTime != .min {
            reading.time = Timestamp(milliseconds: cursor.ownTime)
            reading.timeQuality = quality
        } else if binding == .none, slot == cursor.timeSlot {
            reading.time = cursor.time
            reading.timeQuality = quality
        } else {
            cursor.hasPending = true
        }
        readings.append(reading)
    }
}

extension ShapeCursor {
    /// Gives the readings of the value before it a time that stands behind.
    mutating func giveTime(
        _ time: Int64, _ quality: TimeQuality, _ readings: inout OutputSpan<Reading>
    ) {
        guard time != .min else { return }
        for index in firstTimed..<readings.count where readings[index].timeQuality == .none {
            readings[index].time = Timestamp(milliseconds: time)
            readings[index].timeQuality = quality
        }
    }
}

/// Where a value that nobody wants ends; 0 where it must be looked at more closely.
@inline(never)
func skipQuickly(_ payload: RawSpan, at place: Place) -> Place { payload.quickSkip(at: place) }

@inline(always)
func quickBoolean(_ payload: RawSpan, at place: Place) -> QuickValue {
    let letters = payload.word(from: place)
    let isTrue = letters & 0xFFFF_FFFF == 0x65_75_72_74
    let isFalse = letters & 0xFF_FFFF_FFFF == 0x65_73_6C_61_66
    return QuickValue(
        kind: .boolean, bits: isTrue ? 1 : 0,
        end: isTrue ? place &+ 4 : isFalse ? place &+ 5 : 0, isWithin: true)
}

extension RawSpan {
    /// Where the text, number or literal at `place` ends; 0 where it is anything else or must be
    /// looked at more closely.
    @inline(always)
    func quickSkip(at place: Place) -> Place {
        let first = word(from: place)
        switch UInt8(truncatingIfNeeded: first) {
        case 0x22: return quickTextEnd(at: place)
        case 0x2D, 0x30...0x39: return quickNumber(at: place).end
        case 0x6E: return first & 0xFFFF_FFFF == 0x6C_6C_75_6E ? place &+ 4 : 0
        default: return quickBoolean(self, at: place).end
        }
    }

    /// The first byte behind the text whose opening quote is at `place`; 0 where it holds more
    /// than ASCII without escapes.
    @inline(always)
    func quickTextEnd(at place: Place) -> Place {
        var index = place &+ 1
        while true {
            let bytes = word(from: index)
            let marks = marksOfSpecialBytes(bytes)
            if marks == 0 {
                index &+= 8
                continue
            }
            let shift = UInt64(truncatingIfNeeded: marks.trailingZeroBitCount) & 0x38
            // Behind the end stand zeros, which are no quote.
            guard (bytes &>> shift) & 0xFF == 0x22 else { return 0 }
            return index &+ Place(truncatingIfNeeded: shift &>> 3) &+ 1
        }
    }
}
