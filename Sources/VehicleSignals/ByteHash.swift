// Loads and hashing of raw bytes. Every load is bounds-checked by RawSpan, and every bit pattern
// is a valid integer.

extension RawSpan {
    /// Eight bytes at `offset`, little-endian, whatever their alignment. Traps out of bounds.
    @inline(always)
    public func word64(at offset: Int) -> UInt64 {
        unsafe UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// Four bytes at `offset`, little-endian, whatever their alignment. Traps out of bounds.
    @inline(always)
    public func word32(at offset: Int) -> UInt32 {
        unsafe UInt32(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// Two bytes at `offset`, little-endian, whatever their alignment. Traps out of bounds.
    @inline(always)
    public func word16(at offset: Int) -> UInt16 {
        unsafe UInt16(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    /// The byte at `offset`. Traps out of bounds.
    @inline(always)
    public func byte(at offset: Int) -> UInt8 {
        unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self)
    }

    /// A 64-bit hash of `count` bytes from `offset`, stable over processes and machines, so that it
    /// may be stored. It guards against torn and rotten bytes and spreads names over tables; it
    /// does not withstand somebody who wants a collision, so tables compare the bytes as well.
    public func stableHash(from offset: Int, count: Int, seed: UInt64 = 0) -> UInt64 {
        var hash = seed ^ 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: count)
        var index = offset
        let end = offset + count
        while index + 8 <= end {
            hash = foldedProduct(hash ^ word64(at: index), 0xA076_1D64_78BD_642F)
            index += 8
        }
        var tail: UInt64 = 0
        var shift: UInt64 = 0
        while index < end {
            tail |= UInt64(byte(at: index)) << shift
            shift += 8
            index += 1
        }
        hash = foldedProduct(hash ^ tail, 0xE703_7ED1_A0B4_28DB)
        return foldedProduct(hash ^ 0x8EBC_6AF0_9C88_C6E3, 0x5899_65CC_7537_4CC3)
    }

    /// Whether `count` bytes from `offset` equal those of `other` from `otherOffset`.
    public func equals(
        from offset: Int, count: Int, _ other: RawSpan, from otherOffset: Int
    ) -> Bool {
        var index = 0
        while index + 8 <= count {
            if word64(at: offset + index) != other.word64(at: otherOffset + index) { return false }
            index += 8
        }
        while index < count {
            if byte(at: offset + index) != other.byte(at: otherOffset + index) { return false }
            index += 1
        }
        return true
    }
}

@inline(always)
private func foldedProduct(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
}
