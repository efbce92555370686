import VehicleSignals

/// Where the characters of a JSON string lie, without its quotes.
struct JSONText: BitwiseCopyable {
    var start: Int
    var end: Int
    var hasEscapes: Bool
    @inline(always) var count: Int { end - start }
}

/// Reads the string whose opening quote is at `at`, and moves `at` behind the closing one.
///
/// Bytes are checked: control characters, escapes, surrogate pairs and UTF-8. Eight bytes at a
/// time while none of them needs a look.
func scanText(_ bytes: RawSpan, _ at: inout Int) throws(DecodeError) -> JSONText {
    let start = at + 1
    var index = start
    while true {
        let word = bytes.word(from: Place(truncatingIfNeeded: index))
        let marks = marksOfSpecialBytes(word)
        if marks == 0 {
            index += 8
            continue
        }
        let shift = UInt64(truncatingIfNeeded: marks.trailingZeroBitCount) & 0x38
        index += Int(truncatingIfNeeded: shift &>> 3)
        guard (word &>> shift) & 0xFF == 0x22, index < bytes.byteCount else { break }
        at = index + 1
        return JSONText(start: start, end: index, hasEscapes: false)
    }
    return try scanUnusualText(bytes, &at, from: index)
}

/// The same, from the first character at `index` that needs a look.
private func scanUnusualText(
    _ bytes: RawSpan, _ at: inout Int, from first: Int
) throws(DecodeError) -> JSONText {
    let start = at + 1
    let end = bytes.byteCount
    var index = first
    var hasEscapes = false
    while true {
        while index + 8 <= end {
            let marks = marksOfSpecialBytes(bytes.word64(at: index))
            if marks != 0 {
                index += marks.trailingZeroBitCount >> 3
                break
            }
            index += 8
        }
        guard index < end else { throw DecodeError(.truncated, at: end) }
        let byte = bytes.byte(at: index)
        if byte == UInt8(ascii: "\"") {
            at = index + 1
            return JSONText(start: start, end: index, hasEscapes: hasEscapes)
        }
        if byte == UInt8(ascii: "\\") {
            hasEscapes = true
            _ = try escapedCharacter(bytes, &index)
        } else if byte < 0x20 {
            throw DecodeError(.unexpectedByte, at: index)
        } else if byte >= 0x80 {
            try skipMultibyteCharacter(bytes, &index)
        } else {
            index += 1
        }
    }
}

/// The top bit of each byte that is a quote, a backslash, a control character or not ASCII. Only
/// the lowest mark is exact: a subtraction may borrow from the byte above a marked one.
@inline(always)
func marksOfSpecialBytes(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quotes = word ^ (ones &* 0x22)
    let slashes = word ^ (ones &* 0x5C)
    let marks =
        ((quotes &- ones) & ~quotes) | ((slashes &- ones) & ~slashes)
        | ((word &- (ones &* 0x20)) & ~word) | word
    return marks & (ones &* 0x80)
}

/// Checks the character of two to four bytes at `index` and steps over it: no overlong form, no
/// surrogate, nothing above U+10FFFF.
func skipMultibyteCharacter(_ bytes: RawSpan, _ index: inout Int) throws(DecodeError) {
    let lead = bytes.byte(at: index)
    let length: Int
    var lowest: UInt8 = 0x80
    var highest: UInt8 = 0xBF
    switch lead {
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF:
        length = 3
        if lead == 0xE0 { lowest = 0xA0 }
        if lead == 0xED { highest = 0x9F }
    case 0xF0...0xF4:
        length = 4
        if lead == 0xF0 { lowest = 0x90 }
        if lead == 0xF4 { highest = 0x8F }
    default: throw DecodeError(.invalidUTF8, at: index)
    }
    for place in 1..<length {
        guard index + place < bytes.byteCount else {
            throw DecodeError(.truncated, at: bytes.byteCount)
        }
        let byte = bytes.byte(at: index + place)
        guard byte >= lowest, byte <= highest else { throw DecodeError(.invalidUTF8, at: index) }
        lowest = 0x80
        highest = 0xBF
    }
    index += length
}

/// One character as its UTF-8 bytes, first byte lowest.
struct PackedCharacter: BitwiseCopyable {
    var bytes: UInt32
    var count: Int
}

/// Resolves the escape whose backslash is at `index` and steps over it.
func escapedCharacter(
    _ bytes: RawSpan, _ index: inout Int
) throws(DecodeError) -> PackedCharacter {
    let start = index
    guard start + 1 < bytes.byteCount else { throw DecodeError(.truncated, at: bytes.byteCount) }
    let simple: UInt32
    switch bytes.byte(at: start + 1) {
    case UInt8(ascii: "\""): simple = 0x22
    case UInt8(ascii: "\\"): simple = 0x5C
    case UInt8(ascii: "/"): simple = 0x2F
    case UInt8(ascii: "b"): simple = 0x08
    case UInt8(ascii: "f"): simple = 0x0C
    case UInt8(ascii: "n"): simple = 0x0A
    case UInt8(ascii: "r"): simple = 0x0D
    case UInt8(ascii: "t"): simple = 0x09
    case UInt8(ascii: "u"):
        var scalar = try hexScalar(bytes, at: start + 2, escape: start)
        index = start + 6
        if scalar >= 0xDC00, scalar <= 0xDFFF { throw DecodeError(.invalidEscape, at: start) }
        if scalar >= 0xD800, scalar <= 0xDBFF {
            guard index + 1 < bytes.byteCount else {
                throw DecodeError(.truncated, at: bytes.byteCount)
            }
            guard bytes.byte(at: index) == UInt8(ascii: "\\"),
                bytes.byte(at: index + 1) == UInt8(ascii: "u")
            else { throw DecodeError(.invalidEscape, at: start) }
            let low = try hexScalar(bytes, at: index + 2, escape: index)
            guard low >= 0xDC00, low <= 0xDFFF else { throw DecodeError(.invalidEscape, at: start) }
            scalar = 0x10000 + ((scalar - 0xD800) << 10) + (low - 0xDC00)
            index += 6
        }
        return packed(scalar)
    default: throw DecodeError(.invalidEscape, at: start)
    }
    index = start + 2
    return PackedCharacter(bytes: simple, count: 1)
}

private func hexScalar(
    _ bytes: RawSpan, at offset: Int, escape: Int
) throws(DecodeError) -> UInt32 {
    var scalar: UInt32 = 0
    for place in 0..<4 {
        guard offset + place < bytes.byteCount else {
            throw DecodeError(.truncated, at: bytes.byteCount)
        }
        guard let digit = hexadecimalDigit(bytes.byte(at: offset + place)) else {
            throw DecodeError(.invalidEscape, at: escape)
        }
        scalar = scalar << 4 | UInt32(digit)
    }
    return scalar
}

@inline(always)
private func packed(_ scalar: UInt32) -> PackedCharacter {
    if scalar < 0x80 { return PackedCharacter(bytes: scalar, count: 1) }
    if scalar < 0x800 {
        return PackedCharacter(
            bytes: (0xC0 | scalar >> 6) | (0x80 | scalar & 0x3F) << 8, count: 2)
    }
    if scalar < 0x10000 {
        return PackedCharacter(
            bytes: (0xE0 | scalar >> 12) | (0x80 | scalar >> 6 & 0x3F) << 8
                | (0x80 | scalar & 0x3F) << 16,
            count: 3)
    }
    return PackedCharacter(
        bytes: (0xF0 | scalar >> 18) | (0x80 | scalar >> 12 & 0x3F) << 8
            | (0x80 | scalar >> 6 & 0x3F) << 16 | (0x80 | scalar & 0x3F) << 24,
        count: 4)
}
