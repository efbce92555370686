/// A whole number of up to 4,608 bits on the stack, for the few decimals that shorter arithmetic
/// cannot round, and for the table of powers of five at start.
struct WideInteger: BitwiseCopyable {
    /// The widest that is compared: 54 bits × 10^1098 (see ``exactDouble(of:in:)``), 3,702 bits.
    static let limbsMax = 72
    private var limbs = InlineArray<72, UInt64>(repeating: 0)
    /// Limbs in use; the topmost is not 0. 0 stands for the number 0.
    private(set) var count = 0

    init(_ value: UInt64) {
        if value != 0 {
            limbs[0] = value
            count = 1
        }
    }

    mutating func multiply(by factor: UInt64, adding addend: UInt64 = 0) {
        var carry = addend
        for index in 0..<count {
            let (high, low) = limbs[index].multipliedFullWidth(by: factor)
            let (sum, overflow) = low.addingReportingOverflow(carry)
            limbs[index] = sum
            carry = high + (overflow ? 1 : 0)
        }
        if carry != 0 { push(carry) }
    }

    mutating func multiply(byPowerOfTen exponent: Int) {
        var rest = exponent
        while rest >= 19 {
            multiply(by: 10_000_000_000_000_000_000)
            rest -= 19
        }
        var factor: UInt64 = 1
        for _ in 0..<rest { factor *= 10 }
        multiply(by: factor)
    }

    mutating func divide(by divisor: UInt64) {
        var rest: UInt64 = 0
        var index = count
        while index > 0 {
            index -= 1
            let (quotient, remainder) = divisor.dividingFullWidth((rest, limbs[index]))
            limbs[index] = quotient
            rest = remainder
        }
        while count > 0, limbs[count - 1] == 0 { count -= 1 }
    }

    mutating func shiftLeft(by bits: Int) {
        guard count > 0 else { return }
        let rest = UInt64(bits % 64)
        if rest != 0 {
            var carry: UInt64 = 0
            for index in 0..<count {
                let limb = limbs[index]
                limbs[index] = limb << rest | carry
                carry = limb >> (64 - rest)
            }
            if carry != 0 { push(carry) }
        }
        let whole = bits / 64
        guard whole > 0 else { return }
        precondition(count + whole <= Self.limbsMax, "the bounds of decimals hold")
        var index = count
        while index > 0 {
            index -= 1
            limbs[index + whole] = limbs[index]
        }
        for index in 0..<whole { limbs[index] = 0 }
        count += whole
    }

    private mutating func push(_ limb: UInt64) {
        precondition(count < Self.limbsMax, "the bounds of decimals hold")
        limbs[count] = limb
        count += 1
    }

    /// The 128 bits from the topmost set one; zeros follow where there are fewer.
    var top128: (UInt64, UInt64) {
        func limb(_ fromTop: Int) -> UInt64 { fromTop <= count ? limbs[count - fromTop] : 0 }
        guard count > 0 else { return (0, 0) }
        let zeros = UInt64(limbs[count - 1].leadingZeroBitCount)
        if zeros == 0 { return (limb(1), limb(2)) }
        return (
            limb(1) << zeros | limb(2) >> (64 - zeros), limb(2) << zeros | limb(3) >> (64 - zeros)
        )
    }

    /// -1, 0 or 1.
    func compared(to other: WideInteger) -> Int {
        if count != other.count { return count < other.count ? -1 : 1 }
        var index = count
        while index > 0 {
            index -= 1
            if limbs[index] != other.limbs[index] {
                return limbs[index] < other.limbs[index] ? -1 : 1
            }
        }
        return 0
    }
}
