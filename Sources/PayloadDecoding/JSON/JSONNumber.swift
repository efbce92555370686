import VehicleSignals

/// A JSON number as it was written: exact up to 19 significant digits, with its place for the
/// rare one that has more.
struct JSONNumber: BitwiseCopyable {
    /// Where the characters lie.
    var start: Int
    var end: Int
    /// The first 19 significant digits.
    var mantissa: UInt64
    /// value = ±mantissa × 10^exponent, unless `isCut`.
    var exponent: Int
    var isNegative: Bool
    /// Digits other than 0 follow the mantissa.
    var isCut: Bool

    /// Significant digits that a mantissa holds: 10^19 is below 2^64.
    static let digitsMax = 19
    /// Exponents are cut here; far beyond what a double tells from 0 or infinity.
    static let exponentMax = 1_000_000
}

/// Reads the number that begins at `at`, by RFC 8259: no leading zeros, no `+`, no bare point.
func scanNumber(_ bytes: RawSpan, _ at: inout Int) throws(DecodeError) -> JSONNumber {
    let quick = bytes.quickNumber(at: Place(truncatingIfNeeded: at))
    guard quick.end != 0 else { return try scanNumber(bytes, &at, end: bytes.byteCount) }
    let start = at
    at = Int(quick.end)
    return JSONNumber(
        start: start, end: at, mantissa: quick.mantissa, exponent: -quick.places,
        isNegative: quick.sign != 0, isCut: false)
}

/// The same up to `end`, for numbers that stand in a string.
func scanNumber(
    _ bytes: RawSpan, _ at: inout Int, end: Int
) throws(DecodeError) -> JSONNumber {
    var number = JSONNumber(
        start: at, end: at, mantissa: 0, exponent: 0, isNegative: false, isCut: false)
    if bytes.byte(at: at) == UInt8(ascii: "-") {
        number.isNegative = true
        at += 1
    }
    guard at < end else { throw DecodeError(.truncated, at: end) }
    var digits = 0
    if bytes.byte(at: at) == UInt8(ascii: "0") {
        at += 1
        if at < end, isDigit(bytes.byte(at: at)) { throw DecodeError(.unexpectedByte, at: at) }
    } else {
        try scanDigits(bytes, &at, end: end, &number, &digits, isFraction: false)
    }
    if at < end, bytes.byte(at: at) == UInt8(ascii: ".") {
        at += 1
        try scanDigits(bytes, &at, end: end, &number, &digits, isFraction: true)
    }
    if at < end, bytes.byte(at: at) | 0x20 == UInt8(ascii: "e") {
        at += 1
        number.exponent += try scanExponent(bytes, &at, end: end)
    }
    number.end = at
    return number
}

@inline(always)
func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 <= 9 }

@inline(always)
private func scanDigits(
    _ bytes: RawSpan, _ at: inout Int, end: Int, _ number: inout JSONNumber, _ digits: inout Int,
    isFraction: Bool
) throws(DecodeError) {
    let start = at
    while at < end {
        let digit = bytes.byte(at: at) &- 0x30
        guard digit <= 9 else { break }
        at += 1
        if digits < JSONNumber.digitsMax {
            number.mantissa = number.mantissa &* 10 &+ UInt64(digit)
            if number.mantissa != 0 { digits += 1 }
            if isFraction { number.exponent -= 1 }
        } else {
            if digit != 0 { number.isCut = true }
            if !isFraction { number.exponent += 1 }
        }
    }
    if at == start {
        guard at < end else { throw DecodeError(.truncated, at: end) }
        throw DecodeError(.unexpectedByte, at: at)
    }
}

private func scanExponent(
    _ bytes: RawSpan, _ at: inout Int, end: Int
) throws(DecodeError) -> Int {
    var isNegative = false
    if at < end {
        let sign = bytes.byte(at: at)
        if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            at += 1
        }
    }
    let start = at
    var value = 0
    while at < end, isDigit(bytes.byte(at: at)) {
        value = min(value * 10 + Int(bytes.byte(at: at) - 0x30), JSONNumber.exponentMax)
        at += 1
    }
    if at == start {
        guard at < end else { throw DecodeError(.truncated, at: end) }
        throw DecodeError(.unexpectedByte, at: at)
    }
    return isNegative ? -value : value
}

extension JSONNumber {
    /// The number as an integer, if it is a whole one that 64 signed bits hold. Never by way of a
    /// double: `100.0` and `1e3` are whole, `9007199254740993` stays what it is.
    var wholeNumber: Int64? {
        if mantissa == 0 { return isCut ? nil : 0 }
        guard !isCut, exponent <= 18, exponent >= -Self.digitsMax else { return nil }
        var magnitude = mantissa
        var rest = exponent
        while rest < 0 {
            let (quotient, remainder) = magnitude.quotientAndRemainder(dividingBy: 10)
            guard remainder == 0 else { return nil }
            magnitude = quotient
            rest += 1
        }
        while rest > 0 {
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            magnitude = product
            rest -= 1
        }
        if isNegative {
            guard magnitude <= 1 << 63 else { return nil }
            return Int64(truncatingIfNeeded: 0 &- magnitude)
        }
        return Int64(exactly: magnitude)
    }
}
