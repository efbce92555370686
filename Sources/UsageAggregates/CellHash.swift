/// A keyed hash (SipHash-2-4) that nobody can compute without the key.
///
/// It makes the noise of a cell: the same cell with the same vehicles always gets the same noise,
/// so asking again does not average it out, and nobody outside can subtract it.
public struct CellHash: Sendable {
    private let key0: UInt64
    private let key1: UInt64

    /// - Parameter key: secret of the installation, 128 random bits, kept over restarts: with
    ///   another key the same cells would get other noise, and the two could be averaged.
    public init(key: (UInt64, UInt64)) {
        self.key0 = key.0
        self.key1 = key.1
    }

    /// The hash of `bytes`.
    public func callAsFunction(_ bytes: [UInt8]) -> UInt64 {
        var state = SipState(key0, key1)
        var index = 0
        while index + 8 <= bytes.count {
            var word: UInt64 = 0
            for offset in 0..<8 { word |= UInt64(bytes[index + offset]) << (8 * UInt64(offset)) }
            state.absorb(word)
            index += 8
        }
        var last = UInt64(truncatingIfNeeded: bytes.count) << 56
        for offset in 0..<(bytes.count - index) {
            last |= UInt64(bytes[index + offset]) << (8 * UInt64(offset))
        }
        state.absorb(last)
        return state.finish()
    }

    /// The share of one vehicle in a membership key.
    func member(_ vehicle: UInt32) -> UInt64 {
        var state = SipState(key0, key1)
        state.absorb(UInt64(vehicle))
        state.absorb(8 << 56)
        return state.finish()
    }

    /// The draw that belongs to `name` with members `membership`.
    func draw(_ name: String, membership: UInt64) -> UInt64 {
        var bytes = Array(name.utf8)
        bytes.append(0)
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: membership >> UInt64(shift)))
        }
        return self(bytes)
    }
}

private struct SipState {
    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64

    init(_ key0: UInt64, _ key1: UInt64) {
        v0 = key0 ^ 0x736f_6d65_7073_6575
        v1 = key1 ^ 0x646f_7261_6e64_6f6d
        v2 = key0 ^ 0x6c79_6765_6e65_7261
        v3 = key1 ^ 0x7465_6462_7974_6573
    }

    mutating func absorb(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    mutating func finish() -> UInt64 {
        v2 ^= 0xff
        for _ in 0..<4 { round() }
        return v0 ^ v1 ^ v2 ^ v3
    }

    private mutating func round() {
        v0 &+= v1
        v1 = Self.rotate(v1, 13) ^ v0
        v0 = Self.rotate(v0, 32)
        v2 &+= v3
        v3 = Self.rotate(v3, 16) ^ v2
        v0 &+= v3
        v3 = Self.rotate(v3, 21) ^ v0
        v2 &+= v1
        v1 = Self.rotate(v1, 17) ^ v2
        v2 = Self.rotate(v2, 32)
    }

    private static func rotate(_ word: UInt64, _ count: UInt64) -> UInt64 {
        word << count | word >> (64 - count)
    }
}
