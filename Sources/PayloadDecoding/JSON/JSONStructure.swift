import VehicleSignals

// The grammar around values: white space, literals, separators, and stepping over a value that
// nobody asked for. Everything here moves `at` and throws at the first byte that does not fit.

@inline(always)
func skipSpace(_ bytes: RawSpan, _ at: inout Int) {
    let end = bytes.byteCount
    while at < end {
        let byte = bytes.byte(at: at)
        if byte > 0x20 { return }
        guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
        at += 1
    }
}

/// The next byte after white space; throws where the payload ends.
@inline(always)
func nextByte(_ bytes: RawSpan, _ at: inout Int) throws(DecodeError) -> UInt8 {
    skipSpace(bytes, &at)
    guard at < bytes.byteCount else { throw DecodeError(.truncated, at: bytes.byteCount) }
    return bytes.byte(at: at)
}

/// Steps over `expected` after white space.
@inline(always)
func expect(_ expected: UInt8, _ bytes: RawSpan, _ at: inout Int) throws(DecodeError) {
    guard try nextByte(bytes, &at) == expected else { throw DecodeError(.unexpectedByte, at: at) }
    at += 1
}

/// White space and nothing else until the end.
@inline(always)
func expectEnd(_ bytes: RawSpan, _ at: inout Int) throws(DecodeError) {
    skipSpace(bytes, &at)
    guard at == bytes.byteCount else { throw DecodeError(.unexpectedByte, at: at) }
}

/// Steps over `{` or `[` and tells whether members follow. Where none do, steps over the end too.
@inline(always)
func open(
    closing: UInt8, depth: Int, _ bytes: RawSpan, _ at: inout Int
) throws(DecodeError) -> Bool {
    guard depth <= DecodingLimits.nestingMax else { throw DecodeError(.nestingTooDeep, at: at) }
    at += 1
    guard try nextByte(bytes, &at) == closing else { return true }
    at += 1
    return false
}

/// Reads the key and the colon behind it.
@inline(always)
func scanKey(_ bytes: RawSpan, _ at: inout Int) throws(DecodeError) -> JSONText {
    guard try nextByte(bytes, &at) == UInt8(ascii: "\"") else {
        throw DecodeError(.unexpectedByte, at: at)
    }
    let key = try scanText(bytes, &at)
    try expect(UInt8(ascii: ":"), bytes, &at)
    return key
}

/// Steps over the comma or the closing byte behind a member; `true` if a further one follows.
@inline(always)
func another(
    closing: UInt8, _ bytes: RawSpan, _ at: inout Int
) throws(DecodeError) -> Bool {
    let byte = try nextByte(bytes, &at)
    guard byte == UInt8(ascii: ",") || byte == closing else {
        throw DecodeError(.unexpectedByte, at: at)
    }
    at += 1
    return byte != closing
}

/// The JSON literals.
enum JSONLiteral: UInt8, BitwiseCopyable {
    case null, isFalse, isTrue
}

/// Reads `null`, `true` or `false`, whose first letter is at `at`.
func scanLiteral(_ bytes: RawSpan, _ at: inout Int) throws(DecodeError) -> JSONLiteral {
    switch bytes.byte(at: at) {
    case UInt8(ascii: "n"):
        try expectLetters(0x6C_6C_75_6E, count: 4, bytes, &at)
        return .null
    case UInt8(ascii: "t"):
        try expectLetters(0x65_75_72_74, count: 4, bytes, &at)
        return .isTrue
    default:
        try expectLetters(0x65_73_6C_61_66, count: 5, bytes, &at)
        return .isFalse
    }
}

private func expectLetters(
    _ letters: UInt64, count: Int, _ bytes: RawSpan, _ at: inout Int
) throws(DecodeError) {
    for place in 0..<count {
        guard at + place < bytes.byteCount else {
            throw DecodeError(.truncated, at: bytes.byteCount)
        }
        guard bytes.byte(at: at + place) == UInt8(truncatingIfNeeded: letters >> (8 * place)) else {
            throw DecodeError(.unexpectedByte, at: at + place)
        }
    }
    at += count
}

/// Steps over one value, checking all of it. `depth` is the level at which a container would
/// stand, 1 for the outermost. No recursion: one bit a level says whether it is an object.
func skipValue(_ bytes: RawSpan, _ at: inout Int, depth: Int) throws(DecodeError) {
    var level = depth
    var objects: UInt64 = 0
    while true {
        var hasMembers = false
        let byte = try nextByte(bytes, &at)
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            let isObject = byte == UInt8(ascii: "{")
            hasMembers = try open(closing: byte + 2, depth: level, bytes, &at)
            if hasMembers {
                objects = objects << 1 | (isObject ? 1 : 0)
                level += 1
                if isObject { _ = try scanKey(bytes, &at) }
            }
        case UInt8(ascii: "\""): _ = try scanText(bytes, &at)
        case UInt8(ascii: "n"), UInt8(ascii: "t"), UInt8(ascii: "f"):
            _ = try scanLiteral(bytes, &at)
        case UInt8(ascii: "-"), 0x30...0x39: _ = try scanNumber(bytes, &at)
        default: throw DecodeError(.unexpectedByte, at: at)
        }
        if hasMembers { continue }
        while true {
            if level == depth { return }
            let isObject = objects & 1 == 1
            let closing = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
            if try another(closing: closing, bytes, &at) {
                if isObject { _ = try scanKey(bytes, &at) }
                break
            }
            objects >>= 1
            level -= 1
        }
    }
}
