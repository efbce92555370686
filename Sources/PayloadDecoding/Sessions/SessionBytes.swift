// Little-endian numbers in the bytes of a session. Plain and bounds-checked: sessions are small,
// and what is measured in nanoseconds happens in payloads.

import VehicleSignals

extension [UInt8] {
    func word16(at offset: Int) -> UInt16 {
        UInt16(self[offset]) | UInt16(self[offset + 1]) << 8
    }

    func word32(at offset: Int) -> UInt32 {
        UInt32(word16(at: offset)) | UInt32(word16(at: offset + 2)) << 16
    }

    func word64(at offset: Int) -> UInt64 {
        UInt64(word32(at: offset)) | UInt64(word32(at: offset + 4)) << 32
    }

    mutating func set(_ word: UInt16, at offset: Int) {
        self[offset] = UInt8(truncatingIfNeeded: word)
        self[offset + 1] = UInt8(truncatingIfNeeded: word >> 8)
    }

    mutating func set(_ word: UInt32, at offset: Int) {
        set(UInt16(truncatingIfNeeded: word), at: offset)
        set(UInt16(truncatingIfNeeded: word >> 16), at: offset + 2)
    }

    mutating func set(_ word: UInt64, at offset: Int) {
        set(UInt32(truncatingIfNeeded: word), at: offset)
        set(UInt32(truncatingIfNeeded: word >> 32), at: offset + 4)
    }

    mutating func append(word word16: UInt16) {
        append(UInt8(truncatingIfNeeded: word16))
        append(UInt8(truncatingIfNeeded: word16 >> 8))
    }

    mutating func append(word word32: UInt32) {
        append(word: UInt16(truncatingIfNeeded: word32))
        append(word: UInt16(truncatingIfNeeded: word32 >> 16))
    }

    mutating func append(word word64: UInt64) {
        append(word: UInt32(truncatingIfNeeded: word64))
        append(word: UInt32(truncatingIfNeeded: word64 >> 32))
    }

    /// Appends a number as Protocol Buffers write it.
    mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    /// Appends `count` bytes of a payload from `offset`.
    mutating func append(_ payload: RawSpan, from offset: Int, count: Int) {
        for index in offset..<(offset + count) { append(payload.byte(at: index)) }
    }
}
