import VehicleSignals

/// The nearest double by comparing whole numbers, however many digits there are: a first guess is
/// moved until the decimal lies between the midpoints to its neighbours. Slow (microseconds) and
/// rare: more than 19 digits that stand next to a midpoint, or exponents beyond ±64.
func exactDouble(of number: JSONNumber, in bytes: RawSpan) -> Double {
    let decimal = WideDecimal(number, bytes)
    // Between the smallest double's half (2.5e-324) and the largest (1.8e308) with a margin.
    if decimal.exponent + decimal.digits > 310 { return .infinity }
    if decimal.exponent + decimal.digits < -326 { return 0 }
    var guess = firstGuess(mantissa: number.mantissa, exponent: number.exponent)
    while true {
        let isOdd = guess.bitPattern & 1 == 1
        let above = decimal.compared(toMidpointAbove: guess)
        if above > 0 || (above == 0 && isOdd) {
            guess = guess.nextUp
            if guess.isInfinite { return guess }
            continue
        }
        if guess == 0 { return 0 }
        let below = decimal.compared(toMidpointAbove: guess.nextDown)
        if below < 0 || (below == 0 && isOdd) {
            guess = guess.nextDown
            continue
        }
        return guess
    }
}

/// A double within a few units of the last place.
private func firstGuess(mantissa: UInt64, exponent: Int) -> Double {
    var guess = Double(mantissa)
    var rest = exponent
    while rest < 0, guess != 0 {
        let step = min(-rest, 22)
        guess /= powerOfTen(step)
        rest += step
    }
    while rest > 0, guess.isFinite {
        let step = min(rest, 22)
        guess *= powerOfTen(step)
        rest -= step
    }
    return guess.isFinite ? guess : .greatestFiniteMagnitude
}

private func powerOfTen(_ exponent: Int) -> Double {
    var power = 1.0
    for _ in 0..<exponent { power *= 10 }
    return power
}

/// All digits of a number as one whole number × 10^exponent.
private struct WideDecimal {
    /// Midpoints of doubles have at most 767 digits; what follows can only say "more than that".
    static let digitsMax = 770
    var value = WideInteger(0)
    var exponent: Int
    var digits = 0

    init(_ number: JSONNumber, _ bytes: RawSpan) {
        // The scanner's exponent counts from the end of its 19 digits: count further digits down.
        exponent = number.exponent
        var hasMore = false
        var index = number.start
        scan: while index < number.end {
            let digit = bytes.byte(at: index)
            index += 1
            switch digit {
            case UInt8(ascii: "-"), UInt8(ascii: "."): continue
            case 0x30...0x39: break
            default: break scan
            }
            if digits == 0, digit == 0x30 { continue }
            if digits < Self.digitsMax {
                if digits == 0 {
                    value = WideInteger(UInt64(digit - 0x30))
                } else {
                    value.multiply(by: 10, adding: UInt64(digit - 0x30))
                }
                digits += 1
                if digits > JSONNumber.digitsMax { exponent -= 1 }
            } else if digit != 0x30 {
                hasMore = true
            }
        }
        if hasMore {
            value.multiply(by: 10, adding: 1)
            digits += 1
            exponent -= 1
        }
    }

    /// Whether the decimal lies below (-1), at (0) or above (1) the middle between a finite double
    /// and the next larger one.
    func compared(toMidpointAbove double: Double) -> Int {
        let isNormal = double.isNormal
        let fraction = double.significandBitPattern
        let significand = isNormal ? fraction | 1 << 52 : fraction
        let power = (isNormal ? Int(double.exponentBitPattern) : 1) - 1023 - 52 - 1
        var left = value
        var right = WideInteger(significand * 2 + 1)
        if exponent >= 0 {
            left.multiply(byPowerOfTen: exponent)
        } else {
            right.multiply(byPowerOfTen: -exponent)
        }
        if power >= 0 { right.shiftLeft(by: power) } else { left.shiftLeft(by: -power) }
        return left.compared(to: right)
    }
}
