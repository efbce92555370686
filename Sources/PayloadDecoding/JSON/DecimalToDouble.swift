import VehicleSignals

// Decimal to double, correctly rounded, in three steps:
//  1. up to 2^53 times or over a power of ten up to 10^22: one exact operation (Clinger);
//  2. a 128-bit product with a table of powers of five (Eisel and Lemire), right for any 64-bit
//     mantissa in the table's range;
//  3. whole numbers as wide as it takes (ExactDecimal.swift), for what is left.
// Careful here: step 2 is harder than it looks. The tests compare it with the standard library
// over hundreds of thousands of spellings, halfway cases among them; keep them when you touch it.

extension JSONNumber {
    /// The nearest double, ties to even; infinite where the number is too large for one.
    func double(in bytes: RawSpan) -> Double {
        let magnitude: Double
        if !isCut, mantissa <= 1 << 53, exponent >= -22, exponent <= 22 {
            let exact = Double(mantissa)
            magnitude =
                exponent < 0
                ? exact / exactPowersOfTen[-exponent] : exact * exactPowersOfTen[exponent]
        } else if mantissa == 0 {
            magnitude = 0
        } else if let near = nearestDouble(mantissa: mantissa, exponent: exponent),
            !isCut || near == nearestDouble(mantissa: mantissa + 1, exponent: exponent)
        {
            magnitude = near
        } else {
            magnitude = exactDouble(of: self, in: bytes)
        }
        return isNegative ? -magnitude : magnitude
    }
}

/// 10^0 … 10^22: the powers of ten that a double holds exactly.
let exactPowersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]

/// The top 128 bits of 5^q for q in ±``PowersOfFive/reach``; rounded down, and up for negative q.
struct PowersOfFive: Sendable {
    /// Telemetry writes exponents within ±20; beyond the table step 3 does it.
    static let reach = 64
    let high: [UInt64]
    let low: [UInt64]

    static let table = PowersOfFive()

    private init() {
        var high: [UInt64] = []
        var low: [UInt64] = []
        for exponent in -Self.reach...Self.reach {
            let top = exponent < 0 ? Self.reciprocal(-exponent) : Self.power(exponent)
            high.append(top.0)
            low.append(top.1)
        }
        self.high = high
        self.low = low
    }

    private static func power(_ exponent: Int) -> (UInt64, UInt64) {
        var value = WideInteger(1)
        for _ in 0..<exponent { value.multiply(by: 5) }
        return value.top128
    }

    /// ⌊2^b / 5^exponent⌋ + 1 with b such that 128 bits come out. Rounding down step by step ends
    /// where rounding down once would.
    private static func reciprocal(_ exponent: Int) -> (UInt64, UInt64) {
        var value = WideInteger(1)
        value.shiftLeft(by: 128 + 3 * reach)
        for _ in 0..<exponent { value.divide(by: 5) }
        let top = value.top128
        let (low, carry) = top.1.addingReportingOverflow(1)
        return (carry ? top.0 + 1 : top.0, low)
    }
}

/// The nearest double of mantissa × 10^exponent, or `nil` outside of the table.
private func nearestDouble(mantissa: UInt64, exponent: Int) -> Double? {
    guard exponent >= -PowersOfFive.reach, exponent <= PowersOfFive.reach else { return nil }
    let table = PowersOfFive.table
    let place = exponent + PowersOfFive.reach
    let zeros = mantissa.leadingZeroBitCount
    let scaled = mantissa << UInt64(zeros)
    var (upper, lower) = scaled.multipliedFullWidth(by: table.high[place])
    // Where the nine bits below the rounding bit are all ones, the second half of the power may
    // carry into it.
    if upper & 0x1FF == 0x1FF {
        let second = scaled.multipliedFullWidth(by: table.low[place]).high
        let (sum, carry) = lower.addingReportingOverflow(second)
        lower = sum
        if carry { upper += 1 }
    }
    let topBit = Int(upper >> 63)
    let shift = topBit + 64 - 52 - 3
    var significand = upper >> UInt64(shift)
    // 217706 / 2^16 is log2(10); the sum is the binary exponent with the bias of doubles.
    var power = ((217_706 * exponent) >> 16) + 63 + topBit - zeros + 1023
    // A true tie can only be where the power of five fits 64 bits.
    if lower <= 1, exponent >= -4, exponent <= 23, significand & 3 == 1,
        significand << UInt64(shift) == upper
    {
        significand &= ~1
    }
    significand += significand & 1
    significand >>= 1
    if significand >= 2 << 52 {
        significand = 1 << 52
        power += 1
    }
    // With 64-bit mantissas and ±64 the result is always a normal double: 10^-64 … 10^84.
    return Double(bitPattern: UInt64(power) << 52 | significand & ~(1 << 52))
}
