/// Why bytes are no snapshot.
public enum SnapshotFlaw: Error, Hashable, Sendable {
    /// They end before what they announce.
    case truncated(at: Int)
    /// Written by a newer program.
    case unknownVersion(UInt8)
    /// A value that the program never writes.
    case invalid(at: Int)
}

/// Appends little-endian numbers to an array that the caller reuses.
public struct ByteWriter {
    public var bytes: [UInt8]

    public init(_ bytes: [UInt8] = []) { self.bytes = bytes }

    public mutating func append(_ value: UInt8) { bytes.append(value) }
    public mutating func append(_ value: UInt16) { append(UInt64(value), count: 2) }
    public mutating func append(_ value: UInt32) { append(UInt64(value), count: 4) }
    public mutating func append(_ value: Int32) { append(UInt32(bitPattern: value)) }
    public mutating func append(_ value: UInt64) { append(value, count: 8) }
    public mutating func append(_ value: Int64) { append(UInt64(bitPattern: value), count: 8) }

    private mutating func append(_ value: UInt64, count: Int) {
        for place in 0..<count {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(place * 8)))
        }
    }
}

/// Reads little-endian numbers; every read is checked against the end.
public struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    public private(set) var offset: Int

    public init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        offset = bytes.startIndex
    }

    public var isAtEnd: Bool { offset == bytes.endIndex }

    public mutating func byte() throws(SnapshotFlaw) -> UInt8 {
        UInt8(truncatingIfNeeded: try number(1))
    }
    public mutating func word16() throws(SnapshotFlaw) -> UInt16 {
        UInt16(truncatingIfNeeded: try number(2))
    }
    public mutating func word32() throws(SnapshotFlaw) -> UInt32 {
        UInt32(truncatingIfNeeded: try number(4))
    }
    public mutating func integer32() throws(SnapshotFlaw) -> Int32 {
        Int32(bitPattern: try word32())
    }
    public mutating func word64() throws(SnapshotFlaw) -> UInt64 { try number(8) }
    public mutating func integer64() throws(SnapshotFlaw) -> Int64 {
        Int64(bitPattern: try number(8))
    }

    /// A count of elements of at least `size` bytes; refused if so many cannot follow.
    public mutating func count(elementBytes size: Int) throws(SnapshotFlaw) -> Int {
        let at = offset
        let count = Int(try word16())
        guard count * size <= bytes.endIndex - offset else { throw .truncated(at: at) }
        return count
    }

    private mutating func number(_ count: Int) throws(SnapshotFlaw) -> UInt64 {
        guard bytes.endIndex - offset >= count else { throw .truncated(at: offset) }
        var value: UInt64 = 0
        for place in 0..<count { value |= UInt64(bytes[offset + place]) << UInt64(place * 8) }
        offset += count
        return value
    }
}
