// Short numbers, eight characters at a time: what the quick loop of a shape reads by itself. Safe
// code: the words it is given were loaded by functions that never leave the payload.

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

    /// The nearest double: one exact operation, since the mantissa and 10^places are exact. Never
    /// -0, so that equal values have equal bits.
    @inline(always)
    var double: Double { Double(signed) / exactPowersOfTen[places] }

    /// The mantissa with its sign.
    @inline(always)
    var signed: Int64 { Int64(truncatingIfNeeded: (mantissa ^ (0 &- sign)) &+ sign) }
}

extension RawSpan {
    /// The JSON number at `place`, if it has no exponent and is short; ``QuickNumber/none``
    /// otherwise, also where it is wrong: the general path then says how.
    @inline(always)
    func quickNumber(at place: Place) -> QuickNumber {
        quickNumber(at: place, word(from: place))
    }

    /// The same where the first eight characters are known.
    ///
    /// Up to seven characters, sign included, are one load and one conversion. The end is found
    /// first and by itself, since all that follows in the payload waits for it. Sign and length are
    /// calculated with, not branched on: what they are next no processor can guess.
    @inline(always)
    func quickNumber(at place: Place, _ characters: UInt64) -> QuickNumber {
        let ends = marksOfEnds(characters)
        guard ends != 0 else { return mediumNumber(at: place, characters) }
        let length = UInt64(truncatingIfNeeded: ends.trailingZeroBitCount) & 0x38
        let end = place &+ Place(truncatingIfNeeded: length &>> 3)
        let start = NumberStart(characters)
        // The last digit is moved to the top; zeros stand in front of the first.
        let digits = Digits(start.lanes &<< (64 &- length))
        let last = (characters &>> length) & 0xFF
        guard start.isRight, digits.isRight, last | 0x20 != 0x65, digits.hasLast else {
            return .none
        }
        return QuickNumber(
            mantissa: numberOfDigits(digits.lanes), places: digits.places, sign: start.sign,
            end: end)
    }

    /// The same where eight characters are taken and up to seven more follow, the point among the
    /// first.
    @inline(always)
    private func mediumNumber(at place: Place, _ characters: UInt64) -> QuickNumber {
        let rest = word(from: place &+ 8)
        let ends = marksOfEnds(rest)
        guard ends != 0 else { return longNumber(from: place) }
        let length = UInt64(truncatingIfNeeded: ends.trailingZeroBitCount) & 0x38
        let count = Int(truncatingIfNeeded: length &>> 3)
        let start = NumberStart(characters)
        let digits = Digits(start.lanes)
        // In two moves, since there may be none.
        let more = ((rest ^ 0x3030_3030_3030_3030) &<< (56 &- length)) &<< 8
        let last = (rest &>> length) & 0xFF
        guard start.isRight, digits.isRight, marksOfOthers(more) == 0, last | 0x20 != 0x65,
            digits.hasLast || count > 0
        else { return longNumber(from: place) }
        return QuickNumber(
            mantissa: numberOfDigits(digits.lanes) &* wholePowersOfTen[count]
                &+ numberOfDigits(more),
            places: digits.hasPoint ? digits.places &+ count : 0, sign: start.sign,
            end: place &+ 8 &+ Place(truncatingIfNeeded: count))
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

/// How a number begins.
private struct NumberStart: BitwiseCopyable {
    /// 1 for a negative number, else 0.
    let sign: UInt64
    /// The characters as digits, 0 in place of a sign; a point is 0x1E.
    let lanes: UInt64
    /// Whether a digit stands first, and behind a 0 no other.
    let isRight: Bool

    @inline(always)
    init(_ characters: UInt64) {
        sign = characters & 0xFF == 0x2D ? 1 : 0
        lanes = characters ^ (0x3030_3030_3030_3030 ^ sign &* 0x1D)
        let first = UInt16(truncatingIfNeeded: characters &>> (sign &* 8)) ^ 0x3030
        isRight = first.byteSwapped &- 10 < 0x9F6
    }
}

/// Eight digits, the first one lowest, out of what may have been seven and a point.
private struct Digits: BitwiseCopyable {
    let lanes: UInt64
    /// Digits behind the point.
    let places: Int
    let hasPoint: Bool
    /// Whether nothing else was among them.
    let isRight: Bool

    /// Whether the last character was a digit.
    @inline(always)
    var hasLast: Bool { !hasPoint || places > 0 }

    @inline(always)
    init(_ characters: UInt64) {
        let marks = marksOfOthers(characters)
        guard marks != 0 else {
            (lanes, places, hasPoint, isRight) = (characters, 0, false, true)
            return
        }
        // What stands before the point moves up by a byte.
        let lower = characters & (marks &>> 7 &- 1)
        let upper = characters & ~(marks | (marks &- 1))
        lanes = upper | lower &<< 8
        places = marks.trailingZeroBitCount &>> 3 ^ 7
        hasPoint = true
        isRight = marks & (marks &- 1) == 0 && characters ^ upper ^ lower == marks &>> 7 &* 0x1E
    }
}

/// The top bit of each byte that ends a number: that is no digit, no point and no minus. A slash
/// counts as one of them, and is then no digit.
@inline(always)
private func marksOfEnds(_ characters: UInt64) -> UInt64 {
    let high = characters | 0x8080_8080_8080_8080
    return (~(high &- 0x2D2D_2D2D_2D2D_2D2D) | (high &- 0x3A3A_3A3A_3A3A_3A3A) | characters)
        & 0x8080_8080_8080_8080
}

/// The top bit of each lane that is no digit; the lowest is exact, and so is that there is none.
@inline(always)
private func marksOfOthers(_ lanes: UInt64) -> UInt64 {
    ((lanes &+ 0x7676_7676_7676_7676) | lanes) & 0x8080_8080_8080_8080
}

/// The digits at the beginning of eight bytes. Where there are none, the value means nothing.
private struct EightDigits: BitwiseCopyable {
    let value: UInt64
    let count: Int

    @inline(always)
    init(_ word: UInt64) {
        let lanes = word ^ 0x3030_3030_3030_3030
        count = marksOfOthers(lanes).trailingZeroBitCount &>> 3
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
