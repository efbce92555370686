import VehicleSignals

/// Unpacks a gzip file of one member (RFC 1952) into `output`, whose content is replaced.
///
/// Nothing is believed but the heading, whose own checksum is not looked at: not more than
/// ``DecodingLimits/inflatedBytesMax`` bytes are written whatever the file says, no copy reaches
/// back before the beginning, and size and checksum behind the data must be met. Allocates nothing
/// once `output` has grown. See docs/decisions/0023-own-inflate.md.
func unpackGzip(
    _ bytes: RawSpan, into output: inout [UInt8], _ room: inout InflateRoom
) throws(DecodeError) {
    output.removeAll(keepingCapacity: true)
    var bits = BitReader(at: try skipGzipHeading(bytes))
    try inflate(bytes, &bits, into: &output, &room)
    bits.alignToByte()
    guard bytes.byteCount - bits.at >= 8 else {
        throw DecodeError(.badCompression, at: bytes.byteCount)
    }
    guard bytes.byteCount - bits.at == 8, bytes.word32(at: bits.at) == room.checksum(output),
        bytes.word32(at: bits.at + 4) == UInt32(truncatingIfNeeded: output.count)
    else { throw DecodeError(.badCompression, at: bits.at) }
}

/// Where the compressed data begins.
private func skipGzipHeading(_ bytes: RawSpan) throws(DecodeError) -> Int {
    let end = bytes.byteCount
    guard end >= 10 else { throw DecodeError(.badCompression, at: end) }
    // Magic number and the one method; the upper three flags are reserved.
    guard bytes.byte(at: 0) == 0x1F, bytes.byte(at: 1) == 0x8B, bytes.byte(at: 2) == 8,
        bytes.byte(at: 3) & 0xE0 == 0
    else { throw DecodeError(.badCompression, at: 0) }
    let flags = bytes.byte(at: 3)
    var at = 10
    if flags & 4 != 0 {
        guard end - at >= 2 else { throw DecodeError(.badCompression, at: end) }
        at += 2 + Int(bytes.word16(at: at))
    }
    // A name, then a comment, each with a nought behind it.
    if flags & 8 != 0 { at = behindNought(bytes, at) }
    if flags & 16 != 0 { at = behindNought(bytes, at) }
    if flags & 2 != 0 { at += 2 }
    guard at <= end else { throw DecodeError(.badCompression, at: end) }
    return at
}

private func behindNought(_ bytes: RawSpan, _ start: Int) -> Int {
    var at = start
    while at < bytes.byteCount, bytes.byte(at: at) != 0 { at += 1 }
    return at + 1
}

/// Bits of a stream, the lowest of each byte first.
struct BitReader: BitwiseCopyable {
    /// The next byte that was not looked at.
    private(set) var at: Int
    private var bits: UInt32 = 0
    private var count = 0

    init(at: Int) { self.at = at }

    /// The next `wanted` bits, 16 at most.
    mutating func take(_ wanted: Int, _ bytes: RawSpan) throws(DecodeError) -> Int {
        while count < wanted {
            guard at < bytes.byteCount else { throw DecodeError(.badCompression, at: at) }
            bits |= UInt32(bytes.byte(at: at)) << UInt32(count)
            at += 1
            count += 8
        }
        let taken = bits & ((1 << UInt32(wanted)) - 1)
        bits >>= UInt32(wanted)
        count -= wanted
        return Int(taken)
    }

    /// Leaves the rest of a byte that was begun. Never more than that was looked at.
    mutating func alignToByte() {
        bits = 0
        count = 0
    }
}
