import VehicleSignals

// What the quick loop takes by itself, but apart: truth values, values that nobody wants, and times
// as whole numbers; and what it and fields of one topic make of a number.

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
    @inline(always)
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
        if outcome == .double {
            return QuickValue(
                kind: .double, bits: (converted + 0).bitPattern, end: end,
                isWithin: converted >= Double(bitPattern: lowest)
                    && converted <= Double(bitPattern: highest))
        }
        var whole: Int64
        if outcome == .whole, number.places == 0 {
            let (product, overflow) = number.signed.multipliedReportingOverflow(
                by: Int64(conversion.factor))
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
}

// Each says where the value ends, or 0 where it is left to the general step and nothing has
// happened. All steps are handed over, so that none is copied.

/// A number of any sort, on its own or as the value of a group.
@inline(always)
func takeNumber(
    _ steps: Span<ShapeStep>, _ step: Int, _ payload: RawSpan, at place: Place,
    _ cursor: inout ShapeCursor, _ readings: inout OutputSpan<Reading>, isRetained: Bool
) -> Place {
    var start = place
    var characters = payload.wordOfMany(from: place)
    let isText = steps[step].takesText && characters & 0xFF == 0x22
    if isText {
        start &+= 1
        characters = payload.wordOfMany(from: start)
    }
    let number = payload.quickNumber(at: start, characters)
    guard number.end != 0 else { return 0 }
    let value = steps[step].value(of: number, end: number.end)
    guard value.end != 0 else { return 0 }
    if isText {
        guard payload.wordOfMany(from: value.end) & 0xFF == 0x22 else { return 0 }
    }
    if steps[step].quick == .boundNumber {
        cursor.addBound(steps[step], value, &readings, isRetained: isRetained)
    } else if value.isWithin {
        cursor.add(steps[step], value.kind, value.bits, &readings, isRetained: isRetained)
    } else {
        cursor.outOfRange &+= 1
    }
    return isText ? value.end &+ 1 : value.end
}

/// How far values that nobody wants were skipped.
struct SkippedRun: BitwiseCopyable {
    /// The last of them.
    var step: Int
    /// Where it ends, or where it begins if it is left to the general step.
    var at: Place
    var isWhole: Bool
}

/// Skips the value at `place` and those behind it that nobody wants either: makers send many.
@inline(never)
func skipQuickly(
    _ steps: Span<ShapeStep>, _ literals: RawSpan, _ payload: RawSpan, at place: Place, step: Int
) -> SkippedRun {
    var run = SkippedRun(step: step, at: place, isWhole: false)
    while true {
        let end = payload.quickSkip(at: run.at)
        guard end != 0 else { return run }
        let next = run.step &+ 1
        guard next < steps.count, steps[next].quick == .skip,
            payload.holds(
                at: end, literals, from: steps[next].literal, count: steps[next].literalCount)
        else {
            run.at = end
            run.isWhole = true
            return run
        }
        run.step = next
        run.at = end &+ steps[next].literalCount
    }
}

/// All else that ``ShapeStep/Quick`` names.
@inline(never)
func takeQuickly(
    _ steps: Span<ShapeStep>, _ step: Int, _ payload: RawSpan, at place: Place,
    _ cursor: inout ShapeCursor, _ captures: inout [Int32],
    _ readings: inout OutputSpan<Reading>, isRetained: Bool
) -> Place {
    switch steps[step].quick {
    case .keep:
        captures[Int(truncatingIfNeeded: steps[step].lowest)] = Int32(truncatingIfNeeded: place)
        return payload.quickSkip(at: place)
    case .boolean, .boundBoolean:
        let value = quickBoolean(payload, at: place)
        guard value.end != 0 else { return 0 }
        if steps[step].quick == .boundBoolean {
            cursor.addBound(steps[step], value, &readings, isRetained: isRetained)
        } else {
            cursor.add(steps[step], value.kind, value.bits, &readings, isRetained: isRetained)
        }
        return value.end
    case .milliseconds:
        let number = payload.quickNumber(at: place)
        guard number.places == 0, number.signed >= DecodingLimits.earliestTime,
            number.signed <= DecodingLimits.latestTime
        else { return 0 }
        cursor.setTime(steps[step].slot, number.signed)
        return number.end
    case .nothing, .double, .converted, .integer, .number, .boundNumber, .time, .groupTime,
        .lateTime, .skip, .end:
        return 0
    }
}

extension ShapeCursor {
    /// Adds the reading of a group, with the group's time where that is known.
    @inline(always)
    fileprivate mutating func addBound(
        _ step: ShapeStep, _ value: QuickValue, _ readings: inout OutputSpan<Reading>,
        isRetained: Bool
    ) {
        firstTimed = readings.count
        guard value.isWithin else {
            outOfRange &+= 1
            return
        }
        var reading = Reading(
            signal: step.signal, time: time, timeQuality: step.quality, isRetained: isRetained,
            kind: value.kind, bits: value.bits)
        if step.binding == .before, ownTime != .min {
            reading.time = Timestamp(milliseconds: ownTime)
        } else if step.binding != .none || step.slot != timeSlot {
            reading.time = PendingTime.slot(Int(step.slot))
            reading.timeQuality = .none
            hasPending = true
        }
        readings.append(reading)
    }

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
