import VehicleSignals

// The wire format of Protocol Buffers, read in place: free functions over the payload and an index,
// as with JSON. Every length is checked against the message that it lies in, so that nothing that
// is read here can reach beyond it. Deprecated groups are refused.

/// How a field's value is written.
enum WireType: UInt8, BitwiseCopyable {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
}

/// The head of a field.
struct WireTag: BitwiseCopyable {
    var field: UInt32
    var type: WireType
}

/// The variable-length number at `at`, which must end before `end`.
@inline(always)
func wireVarint(_ bytes: RawSpan, _ at: inout Int, end: Int) throws(DecodeError) -> UInt64 {
    guard at < end else { throw DecodeError(.truncated, at: end) }
    let first = bytes.byte(at: at)
    if first < 0x80 {
        at += 1
        return UInt64(first)
    }
    return try wireLongVarint(bytes, &at, end: end)
}

/// Two bytes and more. Ten bytes hold 64 bits; what holds more is refused at its first byte.
@inline(never)
func wireLongVarint(_ bytes: RawSpan, _ at: inout Int, end: Int) throws(DecodeError) -> UInt64 {
    let start = at
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while at < end {
        let byte = bytes.byte(at: at)
        at += 1
        if shift == 63, byte > 1 { throw DecodeError(.badVarint, at: start) }
        value |= UInt64(byte & 0x7F) << shift
        if byte < 0x80 { return value }
        shift += 7
    }
    throw DecodeError(.truncated, at: end)
}

/// The head of the next field.
@inline(always)
func wireTag(_ bytes: RawSpan, _ at: inout Int, end: Int) throws(DecodeError) -> WireTag {
    let start = at
    let word = try wireVarint(bytes, &at, end: end)
    guard word >= 8, word <= UInt64(UInt32.max),
        let type = WireType(rawValue: UInt8(truncatingIfNeeded: word & 7))
    else { throw DecodeError(.badWireType, at: start) }
    return WireTag(field: UInt32(truncatingIfNeeded: word >> 3), type: type)
}

/// The end of the length-delimited value at `at`; `at` then stands on its first byte.
@inline(always)
func wireRange(_ bytes: RawSpan, _ at: inout Int, end: Int) throws(DecodeError) -> Int {
    let length = try wireVarint(bytes, &at, end: end)
    guard length <= UInt64(end - at) else { throw DecodeError(.truncated, at: end) }
    return at + Int(truncatingIfNeeded: length)
}

@inline(always)
func wireFixed32(_ bytes: RawSpan, _ at: inout Int, end: Int) throws(DecodeError) -> UInt32 {
    guard end - at >= 4 else { throw DecodeError(.truncated, at: end) }
    at += 4
    return bytes.word32(at: at - 4)
}

@inline(always)
func wireFixed64(_ bytes: RawSpan, _ at: inout Int, end: Int) throws(DecodeError) -> UInt64 {
    guard end - at >= 8 else { throw DecodeError(.truncated, at: end) }
    at += 8
    return bytes.word64(at: at - 8)
}

/// Steps over a value that nobody asks for.
func wireSkip(
    _ type: WireType, _ bytes: RawSpan, _ at: inout Int, end: Int
) throws(DecodeError) {
    switch type {
    case .varint: _ = try wireVarint(bytes, &at, end: end)
    case .fixed32: _ = try wireFixed32(bytes, &at, end: end)
    case .fixed64: _ = try wireFixed64(bytes, &at, end: end)
    case .lengthDelimited: at = try wireRange(bytes, &at, end: end)
    }
}

/// The next message or text of that field's number before `end`; `nil` behind the last one.
func nextWireRange(
    _ field: UInt32, _ bytes: RawSpan, _ at: inout Int, end: Int
) throws(DecodeError) -> Range<Int>? {
    while at < end {
        let tag = try wireTag(bytes, &at, end: end)
        guard tag.field == field, tag.type == .lengthDelimited else {
            try wireSkip(tag.type, bytes, &at, end: end)
            continue
        }
        let stop = try wireRange(bytes, &at, end: end)
        let start = at
        at = stop
        return start..<stop
    }
    return nil
}

/// Signed numbers of the types `sint32` and `sint64`.
@inline(always)
func zigzag(_ word: UInt64) -> Int64 {
    Int64(bitPattern: word >> 1) ^ -Int64(bitPattern: word & 1)
}

/// A `google.protobuf.Timestamp` or a time of the same two fields, in milliseconds since 1970,
/// rounded down; `nil` if it lies outside of what is believed.
func wireTimestamp(
    _ bytes: RawSpan, from start: Int, end: Int
) throws(DecodeError) -> Int64? {
    var at = start
    var seconds: Int64 = 0
    var nanoseconds: Int64 = 0
    while at < end {
        let tag = try wireTag(bytes, &at, end: end)
        switch (tag.field, tag.type) {
        case (1, .varint): seconds = Int64(bitPattern: try wireVarint(bytes, &at, end: end))
        case (2, .varint): nanoseconds = Int64(bitPattern: try wireVarint(bytes, &at, end: end))
        default: try wireSkip(tag.type, bytes, &at, end: end)
        }
    }
    guard seconds >= DecodingLimits.earliestTime / 1000,
        seconds <= DecodingLimits.latestTime / 1000, nanoseconds >= 0, nanoseconds < 1_000_000_000
    else { return nil }
    return seconds * 1000 + nanoseconds / 1_000_000
}
