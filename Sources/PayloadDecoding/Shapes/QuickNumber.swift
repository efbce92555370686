// Short numbers, eight characters at a time: what the quick loop of a shape reads by itself. Safe
// code: it loads through ``Swift/RawSpan/word(from:)``, which never leaves the payload.

/// A number as it was read in one go; `end` is 0 where it was not.
struct QuickNumber: BitwiseCopyable {
    /// At most 2^53.
    var mantissa: UInt64
    /// Digits behind the point: value = ±mantissa / 10^places.
    var places: Int
    /// 1 for a negative number, else 0.
    var sign: UInt64
    var end: Place

    static let none = QuickNumber(mantissa: 0, places: 0, sign: 0, end: 0)
    /// Digits that surely fit the mantissa while it is made.
    static let digitsMax = 18

    /// The nearest double: one exact operation, since the mantissa and 10^places are exact.
    @inline(always)
    var double: Double {
        let magnitude = Double(Int64(truncatingIfNeeded: mantissa)) / exactPowersOfTen[places]
        return Double(bitPattern: magnitude.bitPattern | sign &<< 63)
    }

    /// The mantissa with its sign.
    @inline(always)
    var signed: Int64 { Int64(truncatingIfNeeded: (mantissa ^ (0 &- sign)) &+ sign) }
}

extension RawSpan {
    /// The JSON number at `place`, if it has no exponent and is short; ``QuickNumber/none``
    /// otherwise, also where it is wrong: the general path then says how.
    ///
    /// Up to seven characters, sign included, are one load and one conversion. Sign and point are
    /// chosen among, not branched on: how long the next number is no processor can guess.
    @inline(always)
    func quickNumber(at place: Place) -> QuickNumber {
        let first = word(from: place)
        let sign: UInt64 = first & 0xFF == 0x2D ? 1 : 0
        let characters = first &>> (sign &* 8)
        let lanes = characters ^ 0x3030_3030_3030_3030
        // The top bit of each byte that is no digit. A point carries nothing into the byte above.
        let others = ((lanes &+ 0x7676_7676_7676_7676) | lanes) & 0x8080_8080_8080_8080
        let whole = UInt64(truncatingIfNeeded: others.trailingZeroBitCount) & 0x78
        let hasPoint = (characters &>> whole) & 0xFF == 0x2E
        let ends = hasPoint ? others & (others &- 1) : others
        let end = UInt64(truncatingIfNeeded: ends.trailingZeroBitCount) & 0x78
        let last = (characters &>> end) & 0xFF
        // The byte that the sign has freed ends nothing: the number may go on behind the word. The
        // payload's end is an end.
        let behind = place &+ Place(truncatingIfNeeded: sign &+ end &>> 3)
        guard ends != 0, last != 0 || Int(behind) == byteCount else {
            return others == 0 ? longWhole(from: place, lanes) : longNumber(from: place)
        }
        // The point is taken out: what stands behind it moves down by a byte.
        let below = (1 &<< whole) &- 1
        let digits = hasPoint ? (lanes & below) | ((lanes &>> 8) & ~below) : lanes
        let length = hasPoint ? end &- 8 : end
        // A leading zero stands alone, digits stand before and behind a point.
        let wrong: UInt64 =
            (whole == 0 ? 1 : 0) | (lanes & 0xFF == 0 && whole > 8 ? 1 : 0)
            | (hasPoint && length == whole ? 1 : 0) | (last | 0x20 == 0x65 ? 1 : 0)
        guard wrong == 0 else { return .none }
        return QuickNumber(
            mantissa: numberOfDigits(digits &<< (64 &- length)),
            places: Int(truncatingIfNeeded: (length &- whole) &>> 3), sign: sign, end: behind)
    }

    /// The same where the first eight characters are digits and up to seven more follow.
    @inline(always)
    private func longWhole(from place: Place, _ first: UInt64) -> QuickNumber {
        let rest = word(from: place &+ 8)
        let lanes = rest ^ 0x3030_3030_3030_3030
        let others = ((lanes &+ 0x7676_7676_7676_7676) | lanes) & 0x8080_8080_8080_8080
        let length = UInt64(truncatingIfNeeded: others.trailingZeroBitCount) & 0x78
        let last = (rest &>> length) & 0xFF
        guard others != 0, last != 0x2E, last | 0x20 != 0x65, first & 0xFF != 0 else {
            return longNumber(from: place)
        }
        let count = Int(truncatingIfNeeded: length &>> 3)
        let more = count == 0 ? 0 : numberOfDigits(lanes &<< (64 &- length))
        return QuickNumber(
            mantissa: numberOfDigits(first) &* wholePowersOfTen[count] &+ more, places: 0,
            sign: 0, end: place &+ 8 &+ Place(truncatingIfNeeded: count))
    }

    /// The same for up to 16 digits before the point and behind it, 18 together, and where the
    /// payload ends.
    @inline(never)
    private func longNumber(from place: Place) -> QuickNumber {
        let sign: UInt64 = word(from: place) & 0xFF == 0x2D ? 1 : 0
        let start = place &+ Place(truncatingIfNeeded: sign)
        let (whole, count) = digits(from: start)
        guard count > 0, count <= 16, count == 1 || word(from: start) & 0xFF != 0x30 else {
            return .none
        }
        var end = start &+ Place(truncatingIfNeeded: count)
        var next = word(from: end) & 0xFF
        var number = QuickNumber(mantissa: whole, places: 0, sign: sign, end: end)
        if next == 0x2E {
            let (fraction, places) = digits(from: end &+ 1)
            guard places > 0, count &+ places <= QuickNumber.digitsMax else { return .none }
            end = end &+ 1 &+ Place(truncatingIfNeeded: places)
            next = word(from: end) & 0xFF
            number.mantissa = whole &* wholePowersOfTen[places] &+ fraction
            number.places = places
            number.end = end
        }
        guard next | 0x20 != 0x65, next &- 0x30 > 9, number.mantissa <= 1 &<< 53 else {
            return .none
        }
        return number
    }

    /// The number that up to 16 digits from `place` make, and how many they are.
    @inline(always)
    private func digits(from place: Place) -> (value: UInt64, count: Int) {
        let first = EightDigits(word(from: place))
        if first.count < 8 { return (first.count == 0 ? 0 : first.value, first.count) }
        let second = EightDigits(word(from: place &+ 8))
        if second.count == 0 { return (first.value, 8) }
        return (first.value &* wholePowersOfTen[second.count] &+ second.value, 8 &+ second.count)
    }
}

/// The digits at the beginning of eight bytes. Where there are none, the value means nothing.
private struct EightDigits: BitwiseCopyable {
    let value: UInt64
    let count: Int

    @inline(always)
    init(_ word: UInt64) {
        let lanes = word ^ 0x3030_3030_3030_3030
        let others = ((lanes &+ 0x7676_7676_7676_7676) | lanes) & 0x8080_8080_8080_8080
        count = others.trailingZeroBitCount &>> 3
        value = numberOfDigits(lanes &<< UInt64(truncatingIfNeeded: 64 &- count &* 8))
    }
}

/// The number that eight digits make, the first one lowest.
@inline(always)
private func numberOfDigits(_ digits: UInt64) -> UInt64 {
    let pairs = digits &* 10 &+ (digits &>> 8)
    return
        ((pairs & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
        &+ ((pairs &>> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001) &>> 32
}

/// 10^0 … 10^18: the powers of ten up to ``QuickNumber/digitsMax``.
private let wholePowersOfTen: [UInt64] = [
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
    10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000,
    1_000_000_000_000_000, 10_000_000_000_000_000, 100_000_000_000_000_000,
    1_000_000_000_000_000_000,
]
