import VehicleSignals

/// Unpacks a Snappy block (the raw form, without frames) into `output`, whose content is replaced.
///
/// Nothing is believed: the length that the block states is checked against
/// ``DecodingLimits/inflatedBytesMax`` before anything is written, no element may write beyond it,
/// no copy may reach back before the beginning, and at the end it must be met exactly. Allocates
/// nothing once `output` has grown. See docs/decisions/0011-own-snappy-decoder.md.
func unpackSnappy(_ bytes: RawSpan, into output: inout [UInt8]) throws(DecodeError) {
    output.removeAll(keepingCapacity: true)
    let end = bytes.byteCount
    var at = 0
    let stated = try wireVarint(bytes, &at, end: end)
    guard stated <= UInt64(DecodingLimits.inflatedBytesMax) else {
        throw DecodeError(.inflatedTooLarge, at: 0)
    }
    let size = Int(stated)
    while at < end {
        let start = at
        let tag = bytes.byte(at: at)
        at += 1
        guard tag & 3 != 0 else {
            let length = try literalLength(tag, bytes, &at, end: end)
            guard length <= end - at else { throw DecodeError(.truncated, at: end) }
            guard length <= size - output.count else {
                throw DecodeError(.badCompression, at: start)
            }
            output.append(bytes, from: at, count: length)
            at += length
            continue
        }
        var length = Int(tag >> 2) + 1
        let offset: Int
        let offsetBytes = tag & 3 == 3 ? 4 : Int(tag & 3)
        guard end - at >= offsetBytes else { throw DecodeError(.truncated, at: end) }
        switch tag & 3 {
        case 1:
            length = Int(tag >> 2 & 7) + 4
            offset = Int(tag >> 5) << 8 | Int(bytes.byte(at: at))
        case 2: offset = Int(bytes.word16(at: at))
        default: offset = Int(bytes.word32(at: at))
        }
        at += offsetBytes
        guard offset > 0, offset <= output.count, length <= size - output.count else {
            throw DecodeError(.badCompression, at: start)
        }
        // Byte by byte: a copy may reach into what it writes itself.
        for _ in 0..<length { output.append(output[output.count - offset]) }
    }
    guard output.count == size else { throw DecodeError(.badCompression, at: end) }
}

/// Whether the bytes begin as a block does that holds something: with its length and a literal that
/// fits in, since at first there is nothing to copy. Says no without the cost of an error.
func beginsAsSnappy(_ bytes: RawSpan) -> Bool {
    var size = 0
    var at = 0
    repeat {
        guard at < bytes.byteCount, at < 5 else { return false }
        size |= Int(bytes.byte(at: at) & 0x7F) << (7 * at)
        at += 1
    } while bytes.byte(at: at - 1) >= 0x80
    guard size > 0, at < bytes.byteCount else { return false }
    let tag = bytes.byte(at: at)
    return tag & 3 == 0 && (tag >> 2 >= 60 || Int(tag >> 2) < size)
}

/// What a block says that it holds, and where its first literal's bytes lie, if the bytes begin as
/// a block and are not more than one of its length comes to; `nil` if not. Looks at the beginning
/// alone, to tell what damaged bytes were meant to be.
func firstLiteral(_ bytes: RawSpan) -> (at: Int, size: UInt64)? {
    var at = 0
    let end = bytes.byteCount
    guard beginsAsSnappy(bytes), let size = try? wireVarint(bytes, &at, end: end) else {
        return nil
    }
    // What Snappy's own writer makes at most of so many bytes.
    guard UInt64(end) <= 32 + size + size / 6 else { return nil }
    at += 1
    let length = try? literalLength(bytes.byte(at: at - 1), bytes, &at, end: end)
    guard let length, UInt64(length) <= size else { return nil }
    return (at, size)
}

/// The length of a literal: in its tag, or in the one to four bytes behind it.
private func literalLength(
    _ tag: UInt8, _ bytes: RawSpan, _ at: inout Int, end: Int
) throws(DecodeError) -> Int {
    let short = Int(tag >> 2)
    guard short >= 60 else { return short + 1 }
    let count = short - 59
    guard end - at >= count else { throw DecodeError(.truncated, at: end) }
    var length = 0
    for place in 0..<count { length |= Int(bytes.byte(at: at + place)) << (8 * place) }
    at += count
    return length + 1
}
