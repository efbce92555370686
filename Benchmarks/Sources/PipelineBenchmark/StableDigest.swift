/// FNV-1a over 64 bits: the same on every machine and in every run.
struct StableDigest {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }

    mutating func add(_ word: UInt64) {
        for place in 0..<8 { add(UInt8(truncatingIfNeeded: word >> (8 * UInt64(place)))) }
    }

    /// Bytes that lie where they lie: the checked way of reading one from a `RawSpan` is not in
    /// the library yet.
    mutating func add(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe $0.forEach { add($0) } }
    }
}
