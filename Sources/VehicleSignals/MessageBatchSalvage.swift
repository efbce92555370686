// What can still be read of a batch whose bytes were damaged on disk.

extension MessageBatch {
    /// Takes stored bytes of which single messages may be damaged: header and table must agree
    /// with their check, and each message that does not is blanked and named in `lost`.
    ///
    /// Throws what makes the whole batch unreadable. For the operator's repair of a damaged
    /// journal; everything else uses `init(verifying:)`, which accepts no damage.
    public init(salvaging bytes: [UInt8], lost: inout [Int]) throws(BatchDamage) {
        var bytes = bytes
        while true {
            do {
                try self.init(verifying: bytes)
                return
            } catch {
                guard case .message(let index, let offset) = error, lost.last != index else {
                    throw error
                }
                lost.append(index)
                try Self.blankDamaged(&bytes, index: index, start: offset)
            }
        }
    }

    /// Makes the bytes between `start` and the next message one blanked message without topic.
    private static func blankDamaged(
        _ bytes: inout [UInt8], index: Int, start: Int
    ) throws(BatchDamage) {
        let end = unsafe Self.endOfMessage(index, in: bytes.span.bytes)
        guard start >= headerBytes, start + messageHeaderBytes <= end, end <= bytes.count else {
            throw .message(index: index, offset: start)
        }
        for place in start..<end { bytes[place] = 0 }
        bytes.store(UInt32(MessageFlags.blanked.rawValue), at: start + 4)
        bytes.store(UInt32(end - start - messageHeaderBytes), at: start + 8)
        let check = unsafe bytes.span.bytes.stableHash(
            from: start + 4, count: end - start - 4, seed: UInt64(start))
        bytes.store(UInt32(truncatingIfNeeded: check), at: start)
    }

    /// Where message `index` ends by the table: at the beginning of the next or of the table.
    private static func endOfMessage(_ index: Int, in bytes: RawSpan) -> Int {
        let table = Int(bytes.word64(at: 24))
        let count = Int(bytes.word32(at: 4))
        return index + 1 < count ? Int(bytes.word32(at: table + (index + 1) * 4)) : table
    }
}
