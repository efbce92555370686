// Reading a stored batch back, and erasing single messages of it.

/// Why stored bytes are no batch; with the place of the damage in bytes from their start.
public enum BatchDamage: Error, Equatable, Sendable {
    /// Shorter than a header, or not beginning with its magic number.
    case notABatch
    /// The header or the table of offsets does not agree with its check.
    case header
    /// A message reaches beyond the bytes or does not agree with its check.
    case message(index: Int, offset: Int)
}

extension MessageBatch {
    /// Takes stored bytes after verifying every check in them.
    public init(verifying bytes: [UInt8]) throws(BatchDamage) {
        self.init(unverified: bytes)
        let span = unsafe bytes.span.bytes
        guard bytes.count >= Self.headerBytes, span.word32(at: 0) == Self.magic else {
            throw .notABatch
        }
        let table = span.word64(at: 24)
        let count = Int(span.word32(at: 4))
        guard table >= UInt64(Self.headerBytes), table <= UInt64(bytes.count),
            bytes.count - Int(table) == count * 4,
            Self.headerCheck(span, table: Int(table)) == span.word64(at: 32)
        else { throw .header }
        offsets.reserveCapacity(count)
        var end = Self.headerBytes
        for index in 0..<count {
            let start = Int(span.word32(at: Int(table) + index * 4))
            // Messages follow each other without a gap, so that no byte is outside every check.
            guard start == end else { throw .message(index: index, offset: end) }
            end = try Self.verify(span, index: index, start: start, table: Int(table))
            offsets.append(UInt32(start))
        }
        guard end == Int(table) else { throw .header }
        gatedCount = span.word32(at: 8)
        setArrivalBase(Timestamp(milliseconds: Int64(bitPattern: span.word64(at: 16))))
    }

    /// Verifies one message and tells where it ends.
    private static func verify(
        _ span: RawSpan, index: Int, start: Int, table: Int
    ) throws(BatchDamage) -> Int {
        guard start + messageHeaderBytes <= table else {
            throw .message(index: index, offset: start)
        }
        let topicLength = Int(span.word32(at: start + 4) >> 16)
        let length = messageHeaderBytes + topicLength + Int(span.word32(at: start + 8))
        guard start + length <= table else { throw .message(index: index, offset: start) }
        let check = span.stableHash(
            from: start + 4, count: length - 4, seed: UInt64(start))
        guard UInt32(truncatingIfNeeded: check) == span.word32(at: start) else {
            throw .message(index: index, offset: start)
        }
        return start + length
    }

    /// Overwrites topic and payload of message `index` with zeros and marks it as blanked; all
    /// checks stay true, the length stays the same.
    /// - Precondition: the batch is sealed.
    public mutating func blank(_ index: Int) {
        precondition(isSealed, "only stored messages are blanked")
        let view = message(index)
        let start = Int(offsets[index])
        for place in view.topicOffset..<(view.payloadOffset + view.payloadLength) {
            storage[place] = 0
        }
        storage[start + 4] |= MessageFlags.blanked.rawValue
        let length = view.payloadOffset + view.payloadLength - start - 4
        let check = unsafe storage.span.bytes.stableHash(
            from: start + 4, count: length, seed: UInt64(start))
        storage.store(UInt32(truncatingIfNeeded: check), at: start)
    }
}

// Stores and appends of whole numbers and runs. Arrays check the bounds of each store; the numbers
// are little-endian on every machine.
extension [UInt8] {
    @inline(always)
    mutating func store(_ value: UInt32, at offset: Int) {
        precondition(offset >= 0 && offset + 4 <= count, "a store lies within the batch")
        unsafe withUnsafeMutableBytes {
            unsafe $0.storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt32.self)
        }
    }

    @inline(always)
    mutating func store(_ value: UInt64, at offset: Int) {
        precondition(offset >= 0 && offset + 8 <= count, "a store lies within the batch")
        unsafe withUnsafeMutableBytes {
            unsafe $0.storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt64.self)
        }
    }

    /// Appends four numbers, 16 bytes.
    @inline(always)
    mutating func append(_ first: UInt32, _ second: UInt32, _ third: UInt32, _ fourth: UInt32) {
        let numbers = (
            first.littleEndian, second.littleEndian, third.littleEndian, fourth.littleEndian
        )
        unsafe Swift.withUnsafeBytes(of: numbers) { unsafe append(contentsOf: $0) }
    }

    /// Appends every number, 4 bytes each.
    mutating func append(table: [UInt32]) {
        for number in table {
            unsafe Swift.withUnsafeBytes(of: number.littleEndian) { unsafe append(contentsOf: $0) }
        }
    }

    @inline(always)
    mutating func append(bytesOf span: RawSpan) {
        unsafe span.withUnsafeBytes { unsafe append(contentsOf: $0) }
    }
}
