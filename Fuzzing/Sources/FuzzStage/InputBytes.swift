/// Takes an input apart from the front; after its end there are noughts.
public struct InputBytes {
    private let bytes: [UInt8]
    private var offset = 0

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    public var isAtEnd: Bool { offset >= bytes.count }

    public mutating func byte() -> UInt8 {
        guard offset < bytes.count else { return 0 }
        offset += 1
        return bytes[offset - 1]
    }

    public mutating func word16() -> UInt16 { UInt16(byte()) | UInt16(byte()) << 8 }

    public mutating func word32() -> UInt32 { UInt32(word16()) | UInt32(word16()) << 16 }

    /// Up to `count` bytes.
    public mutating func bytes(_ count: Int) -> [UInt8] {
        let end = min(offset + count, bytes.count)
        defer { offset = end }
        return Array(bytes[offset..<end])
    }

    /// Everything that is left.
    public mutating func rest() -> [UInt8] { bytes(bytes.count) }
}
