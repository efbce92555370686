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
        if count >= HashKeys.stride { hash = hashOfStrides(&index, end: end, hash) }
        while index + 16 <= end {
            hash = foldedProduct(word64(at: index) ^ HashKeys.first, word64(at: index + 8) ^ hash)
            index += 16
        }
        if index + 8 <= end {
            hash = foldedProduct(hash ^ word64(at: index), HashKeys.first)
            index += 8
        }
        hash = foldedProduct(hash ^ tail(from: index, to: end, of: count), HashKeys.second)
        return foldedProduct(hash ^ HashKeys.third, HashKeys.fourth)
    }

    /// The last 0 to 7 bytes as one number.
    @inline(always)
    private func tail(from index: Int, to end: Int, of count: Int) -> UInt64 {
        guard index < end else { return 0 }
        if count >= 8 { return word64(at: end - 8) >> UInt64(8 * (8 - (end - index))) }
        var tail: UInt64 = 0
        for place in index..<end { tail |= UInt64(byte(at: place)) << UInt64(8 * (place - index)) }
        return tail
    }

    /// Whole strides of 64 bytes. Four products that do not wait for each other: a multiplication
    /// takes four steps, and the processor begins one in each.
    private func hashOfStrides(_ index: inout Int, end: Int, _ seed: UInt64) -> UInt64 {
        var first = seed
        var second = seed ^ HashKeys.second
        var third = seed ^ HashKeys.third
        var fourth = seed ^ HashKeys.fourth
        repeat {
            first = foldedProduct(word64(at: index) ^ HashKeys.first, word64(at: index + 8) ^ first)
            second = foldedProduct(
                word64(at: index + 16) ^ HashKeys.second, word64(at: index + 24) ^ second)
            third = foldedProduct(
                word64(at: index + 32) ^ HashKeys.third, word64(at: index + 40) ^ third)
            fourth = foldedProduct(
                word64(at: index + 48) ^ HashKeys.fourth, word64(at: index + 56) ^ fourth)
            index += HashKeys.stride
        } while index + HashKeys.stride <= end
        return foldedProduct(first ^ third, second ^ fourth)
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

/// Odd numbers without a pattern; any would do as long as they never change.
private enum HashKeys {
    static let first: UInt64 = 0xA076_1D64_78BD_642F
    static let second: UInt64 = 0xE703_7ED1_A0B4_28DB
    static let third: UInt64 = 0x8EBC_6AF0_9C88_C6E3
    static let fourth: UInt64 = 0x5899_65CC_7537_4CC3
    static let stride = 64
}

@inline(always)
private func foldedProduct(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
}
