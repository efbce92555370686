public import VehicleSignals

/// The ingest journal as one SQLite file in WAL mode with `synchronous=FULL`: a batch is a row,
/// a group of callers a transaction, and a transaction one wait for the disk.
///
/// ```swift
/// let journal = try SQLiteIngestJournal(path: "data/journal.db")
/// try journal.continueNumbering(after: stateStore.position)
/// let position = try journal.append(batch)  // durable now: acknowledgements may leave
/// ```
///
/// Beside the file stand `-wal` and `-shm`, which belong to it, and `.lock`, which keeps a second
/// gateway out.
public final class SQLiteIngestJournal: IngestJournal {
    /// Bytes that one step of an erasure reads before it rewrites what it found.
    static let blankStepBytes = 16 << 20

    public let path: String
    private let lock: JournalLock
    private let reader: JournalReader
    private let thread: JournalThread

    /// Opens the journal at `path`, making it where there is none. The folder must exist.
    ///
    /// `bytesMax` limits the file (not the log beside it, which is some 10 MB): at the limit
    /// appends throw `.diskFull`, so that a full journal leaves room for the other files.
    public init(path: String, bytesMax: Int64? = nil) throws(JournalError) {
        self.path = path
        lock = try JournalLock(for: path)
        let writer = try JournalWriter(path: path, bytesMax: bytesMax)
        reader = try JournalReader(path: path)
        thread = JournalThread(writer)
    }

    deinit { close() }

    public func append(_ batch: MessageBatch) throws(JournalError) -> JournalPosition {
        precondition(batch.isSealed, "only sealed batches are stored")
        guard batch.byteCount <= MessageBatch.bytesMax else {
            throw .batchTooLarge(bytes: batch.byteCount, limit: MessageBatch.bytesMax)
        }
        return try thread.append(batch)
    }

    public func read(
        after: JournalPosition, upTo bytes: Int
    ) throws(JournalError) -> [JournaledBatch] {
        let newest = thread.newest
        let (rows, failure) = try reader.rows(after: after, upTo: bytes)
        var batches: [JournaledBatch] = []
        batches.reserveCapacity(rows.count)
        var last = after
        // An error behind intact batches waits for the next call, which begins right before it.
        do throws(JournalError) {
            for row in rows {
                try checkGap(after: last, before: row.position)
                batches.append(try Self.verify(row))
                last = row.position
            }
            if let failure { throw failure }
            if batches.isEmpty, newest > after {
                try checkGap(after: after, before: JournalPosition(newest.number + 1))
            }
        } catch {
            if batches.isEmpty { throw error }
        }
        return batches
    }

    public func batch(at position: JournalPosition) throws(JournalError) -> JournaledBatch? {
        guard let bytes = try reader.bytes(at: position) else { return nil }
        return try Self.verify(JournalReader.Row(position: position, bytes: bytes))
    }

    public var newest: JournalPosition { thread.newest }
    public var removedThrough: JournalPosition { thread.removedThrough }
    public var numberedThrough: JournalPosition { thread.numberedThrough }

    public func continueNumbering(after position: JournalPosition) throws(JournalError) {
        try thread.perform { (writer) throws(JournalError) in
            try writer.continueNumbering(after: position.number)
        }
    }

    public func remove(
        arrivedBefore cutoff: Timestamp, through limit: JournalPosition
    ) throws(JournalError) -> Int {
        var total = 0
        while true {
            let count = try thread.perform { (writer) throws(JournalError) in
                try writer.removeSome(before: cutoff, through: limit.number)
            }
            if count == 0 { return total }
            total += count
        }
    }

    public func blank(
        where isMeant: (_ topic: RawSpan, _ payload: RawSpan) -> Bool
    ) throws(JournalError) -> BlankOutcome {
        var outcome = BlankOutcome()
        let end = thread.newest
        var after = thread.removedThrough
        while after < end {
            let (rows, failure) = try reader.rows(after: after, upTo: Self.blankStepBytes)
            var targets: [BlankTarget] = []
            for row in rows where row.position <= end {
                do throws(BatchDamage) {
                    let batch = try MessageBatch(verifying: row.bytes)
                    let messages = Self.messages(of: batch, where: isMeant)
                    if !messages.isEmpty {
                        targets.append(BlankTarget(position: row.position, messages: messages))
                    }
                } catch {
                    outcome.unreadable.append(JournalDamage(position: row.position, damage: error))
                }
            }
            if !targets.isEmpty {
                let found = targets
                let done = try thread.perform { (writer) throws(JournalError) in
                    try writer.blank(found)
                }
                outcome.messages += done.messages
                outcome.batches += done.batches
            }
            if let failure { throw failure }
            guard let last = rows.last else { break }
            after = last.position
        }
        // Even if nothing was found: an earlier call may have failed between here and there.
        try truncateLog()
        return outcome
    }

    /// Makes the batch at `position` readable again by blanking what is damaged in it, and says
    /// what was lost. For the operator, after `doctor` has named the damage; messages that are
    /// intact stay as they are.
    public func repair(_ position: JournalPosition) throws(JournalError) -> RepairOutcome {
        let outcome = try thread.perform { (writer) throws(JournalError) in
            guard let bytes = try writer.storedBytes(at: position) else {
                return RepairOutcome.nothingThere
            }
            let (batch, outcome) = Self.salvage(bytes)
            if outcome != .wasIntact { try writer.overwrite(batch, at: position) }
            return outcome
        }
        try truncateLog()
        return outcome
    }

    public var statistics: JournalStatistics {
        get throws(JournalError) {
            var figures = thread.statistics
            let pages = try reader.pages()
            figures.fileBytes = pages.all * pages.bytesEach
            figures.freeBytes = pages.free * pages.bytesEach
            figures.logBytes = JournalFile.byteCount(path + "-wal") ?? 0
            figures.newest = thread.newest
            let first = try reader.number("SELECT min(position) FROM batches")
            let last = try reader.number("SELECT max(position) FROM batches")
            if let first, let last, last > 0 {
                figures.oldest = JournalPosition(first)
                figures.batchesStored = last - first + 1
            }
            return figures
        }
    }

    public func close() {
        // The reader first: the last connection to go copies the log, and must be able to write.
        reader.close()
        thread.close()
        lock.release()
    }

    private func truncateLog() throws(JournalError) {
        try reader.withoutReading { () throws(JournalError) in
            try thread.perform { (writer) throws(JournalError) in try writer.truncateLog() }
        }
    }

    /// Throws if positions between `after` and `before` are not there, by retention or by loss.
    private func checkGap(
        after: JournalPosition, before: JournalPosition
    ) throws(JournalError) {
        guard before.number > after.number + 1 else { return }
        let removed = thread.removedThrough
        if removed > after { throw .removed(through: removed) }
        throw .missing(
            from: JournalPosition(after.number + 1), through: JournalPosition(before.number - 1))
    }

    private static func verify(_ row: JournalReader.Row) throws(JournalError) -> JournaledBatch {
        do throws(BatchDamage) {
            return JournaledBatch(
                position: row.position, batch: try MessageBatch(verifying: row.bytes))
        } catch {
            throw .damaged(JournalDamage(position: row.position, damage: error))
        }
    }

    private static func messages(
        of batch: MessageBatch, where isMeant: (RawSpan, RawSpan) -> Bool
    ) -> [Int] {
        batch.withBytes { bytes in
            (0..<batch.count).filter { index in
                let view = batch.message(index)
                if view.flags.contains(.blanked) { return false }
                let topic = bytes.extracting(view.topicOffset..<view.payloadOffset)
                let payload = bytes.extracting(
                    view.payloadOffset..<(view.payloadOffset + view.payloadLength))
                return isMeant(topic, payload)
            }
        }
    }

    private static func salvage(_ bytes: [UInt8]) -> (MessageBatch, RepairOutcome) {
        var lost: [Int] = []
        do throws(BatchDamage) {
            let batch = try MessageBatch(salvaging: bytes, lost: &lost)
            return (batch, lost.isEmpty ? .wasIntact : .lostMessages(lost))
        } catch {
            var empty = MessageBatch()
            empty.seal()
            return (empty, .lostWholeBatch)
        }
    }
}

/// What a repair found and gave up.
public enum RepairOutcome: Equatable, Sendable {
    /// No batch stands at that position.
    case nothingThere
    case wasIntact
    /// Indices of the messages that were damaged and are blank now.
    case lostMessages([Int])
    /// Header or table were damaged: an empty batch stands there now.
    case lostWholeBatch
}
