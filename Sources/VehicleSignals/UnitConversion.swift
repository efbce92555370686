/// `result = (value × factor + offset) ÷ divisor`.
///
/// What has a whole inverse is divided and not multiplied: 0.001 is no binary fraction, so that
/// 12.008 V from millivolts would be 12.008000000000001. Divided by 1000 the result is the double
/// nearest to what was sent.
public struct UnitConversion: Sendable, BitwiseCopyable, Hashable {
    public var factor: Double
    public var offset: Double
    /// Not 0; 1 wherever a factor says it as well.
    public var divisor: Double

    @inline(always)
    public init(factor: Double, offset: Double = 0, divisor: Double = 1) {
        self.factor = factor
        self.offset = offset
        self.divisor = divisor
    }

    public static let identity = UnitConversion(factor: 1)
    @inline(always)
    public var isIdentity: Bool { factor == 1 && offset == 0 && divisor == 1 }

    @inline(always)
    public func apply(_ value: Double) -> Double {
        let multiplied = value * factor + offset
        return divisor == 1 ? multiplied : multiplied / divisor
    }

    /// The conversion as a whole factor, by which integers stay integers; 0 where it is none.
    public var wholeFactor: Int64 {
        offset == 0 && divisor == 1 ? Int64(exactly: factor) ?? 0 : 0
    }

    /// This conversion for values that are still to be multiplied by `scale` and added to `offset`,
    /// as a source's description says. Scales like 0.4 and 1/255 become whole factors and divisors.
    public func preceded(byScale scale: Double, offset before: Double) -> UnitConversion {
        if scale == 1, before == 0 { return self }
        let ratio = Self.ratio(of: scale)
        return UnitConversion(
            factor: ratio.factor * factor,
            offset: (before * factor + offset) * ratio.divisor,
            divisor: ratio.divisor * divisor
        ).reduced
    }

    /// This conversion into a base unit, and from there into the unit that `other` leads back from.
    func then(back other: UnitConversion) -> UnitConversion {
        UnitConversion(
            factor: factor * other.divisor,
            offset: offset * other.divisor - other.offset * divisor,
            divisor: divisor * other.factor
        ).reduced
    }

    /// A factor as a fraction of whole numbers, if it is the double nearest to one with a numerator
    /// of 1 or to a decimal of up to six places; else with a divisor of 1.
    private static func ratio(of factor: Double) -> (factor: Double, divisor: Double) {
        let inverse = (1 / factor).rounded()
        if abs(inverse) > 1, abs(inverse) < wholeMax, 1 / inverse == factor { return (1, inverse) }
        var tens = 1.0
        for _ in 0..<6 where factor != factor.rounded() {
            tens *= 10
            let whole = (factor * tens).rounded()
            if abs(whole) < wholeMax, whole / tens == factor { return (whole, tens) }
        }
        return (factor, 1)
    }

    /// Beyond this a factor would take digits away from the values.
    private static let wholeMax = 0x1p31

    /// The same with the smallest whole factor and divisor, or with a divisor of 1 where the factor
    /// is not whole: then nothing is gained by dividing.
    private var reduced: UnitConversion {
        let quotient = factor / divisor
        let isFraction = factor == factor.rounded() && abs(factor) < Self.wholeMax
        guard isFraction, quotient != quotient.rounded() else {
            return UnitConversion(factor: quotient, offset: offset / divisor)
        }
        guard divisor == divisor.rounded() else {
            return UnitConversion(factor: 1, offset: offset / factor, divisor: divisor / factor)
        }
        var (common, rest) = (abs(divisor), abs(factor))
        while rest != 0 { (common, rest) = (rest, common.truncatingRemainder(dividingBy: rest)) }
        return UnitConversion(
            factor: factor / common, offset: offset / common, divisor: divisor / common)
    }
}
