import VehicleSignals

/// The writing side of the file. Made by the thread that opens the journal, then used by the
/// journal's own thread only.
final class JournalWriter {
    /// Pages in the log from which on it is copied into the file, after the callers of the commit
    /// were answered. 512 pages are 8 MB: copied in some 10 ms, and rewritten in place after.
    static let checkpointPages = 512
    /// Batches and bytes that one transaction removes, so that appends wait at most that long.
    static let removalBatchesMax = 64
    static let removalBytesMax: Int64 = 16 << 20

    private let connection: SQLiteConnection
    private let begin: SQLiteStatement
    private let commit: SQLiteStatement
    private let insert: SQLiteStatement
    private let select: SQLiteStatement
    private let update: SQLiteStatement
    private let oldest: SQLiteStatement
    private let delete: SQLiteStatement
    private let setRemoved: SQLiteStatement
    private let setNumbered: SQLiteStatement

    /// Last position given, and last position removed.
    private(set) var newest: Int64
    private(set) var removedThrough: Int64
    /// Last position that was counted as given without a batch; see ``continueNumbering(after:)``.
    private(set) var numberedThrough: Int64

    init(path: String, bytesMax: Int64?) throws(JournalError) {
        try JournalFile.checkBeforeOpening(path)
        connection = try SQLiteConnection(path: path, access: .readWrite)
        try JournalFile.prepare(connection)
        try JournalFile.tune(connection, bytesMax: bytesMax)
        begin = try connection.prepare("BEGIN IMMEDIATE")
        commit = try connection.prepare("COMMIT")
        insert = try connection.prepare(
            "INSERT INTO batches (position, arrival, bytes) VALUES (?, ?, ?)")
        select = try connection.prepare("SELECT bytes FROM batches WHERE position = ?")
        update = try connection.prepare("UPDATE batches SET bytes = ?2 WHERE position = ?1")
        oldest = try connection.prepare(
            """
            SELECT position, arrival, length(bytes) FROM batches ORDER BY position
            LIMIT \(Self.removalBatchesMax)
            """)
        delete = try connection.prepare("DELETE FROM batches WHERE position <= ?")
        setRemoved = try connection.prepare("UPDATE journal SET removed_through = ?")
        setNumbered = try connection.prepare("UPDATE journal SET numbered_through = ?")
        removedThrough = try connection.number("SELECT removed_through FROM journal") ?? 0
        numberedThrough = try connection.number("SELECT numbered_through FROM journal") ?? 0
        let last = try connection.number("SELECT max(position) FROM batches") ?? 0
        newest = max(last, numberedThrough, removedThrough)
    }

    /// Ends the connection, which copies the log into the file and removes it.
    func close() {
        for statement in [
            begin, commit, insert, select, update, oldest, delete, setRemoved, setNumbered,
        ] {
            statement.finalize()
        }
        connection.close()
    }

    /// Stores all of `group` in one transaction and returns the position of the first; the others
    /// follow by one. Nothing is stored on an error.
    func append(_ group: [AppendRequest]) throws(JournalError) -> Int64 {
        guard newest < Int64.max - Int64(group.count) else { throw .positionsExhausted }
        do throws(JournalError) {
            try store(group)
        } catch {
            guard case .diskFull = error else { throw error }
            // The log may hold room that a copy into the file sets free. Once, then say so.
            try? connection.checkpoint(.passive)
            try store(group)
        }
        let first = newest + 1
        newest += Int64(group.count)
        return first
    }

    private func store(_ group: [AppendRequest]) throws(JournalError) {
        try transaction { () throws(JournalError) in
            var position = newest
            for request in group {
                position += 1
                insert.bind(position, at: 1)
                insert.bind(request.batch.arrivalBase.milliseconds, at: 2)
                try request.batch.withBytes { (bytes) throws(JournalError) in
                    try insert.run(blob: bytes, at: 3, to: "store a batch")
                }
            }
        }
    }

    /// Removes the oldest batches as long as they arrived before `cutoff` and lie at most at
    /// `limit`; one transaction, so maybe not all. Returns how many.
    func removeSome(before cutoff: Timestamp, through limit: Int64) throws(JournalError) -> Int {
        var last: Int64?
        var count = 0
        var bytes: Int64 = 0
        defer { oldest.reset() }
        while bytes < Self.removalBytesMax, try oldest.step(to: "look for old batches") {
            let position = oldest.integer(0)
            guard position <= limit, oldest.integer(1) < cutoff.milliseconds else { break }
            last = position
            count += 1
            bytes += oldest.integer(2)
        }
        oldest.reset()
        guard let last else { return 0 }
        try transaction { () throws(JournalError) in
            delete.bind(last, at: 1)
            try delete.run(to: "remove old batches")
            setRemoved.bind(last, at: 1)
            try setRemoved.run(to: "remove old batches")
        }
        removedThrough = last
        return count
    }

    /// Makes `position` count as given. Where no batch is left, it counts as removed too.
    func continueNumbering(after position: Int64) throws(JournalError) {
        guard position > newest else { return }
        let isEmpty = try connection.number("SELECT 1 FROM batches LIMIT 1") == nil
        try transaction { () throws(JournalError) in
            setNumbered.bind(position, at: 1)
            try setNumbered.run(to: "continue the numbering")
            if isEmpty {
                setRemoved.bind(position, at: 1)
                try setRemoved.run(to: "continue the numbering")
            }
        }
        newest = position
        numberedThrough = position
        if isEmpty { removedThrough = position }
    }

    /// Erases messages of stored batches in place. Returns how many messages and batches; what
    /// retention has removed meanwhile needs no erasing.
    func blank(_ targets: [BlankTarget]) throws(JournalError) -> (messages: Int, batches: Int) {
        var done = (messages: 0, batches: 0)
        try transaction { () throws(JournalError) in
            done = (0, 0)
            for target in targets {
                guard let bytes = try storedBytes(at: target.position) else { continue }
                var batch = try verified(bytes, at: target.position)
                for message in target.messages { batch.blank(message) }
                try replace(batch, at: target.position)
                done.messages += target.messages.count
                done.batches += 1
            }
        }
        return done
    }

    /// Puts a batch in the place of what stands at `position`.
    func overwrite(_ batch: MessageBatch, at position: JournalPosition) throws(JournalError) {
        try transaction { () throws(JournalError) in try replace(batch, at: position) }
    }

    func storedBytes(at position: JournalPosition) throws(JournalError) -> [UInt8]? {
        select.bind(position.number, at: 1)
        defer { select.reset() }
        guard try select.step(to: "read a batch") else { return nil }
        return try select.bytes(0, after: JournalPosition(position.number - 1))
    }

    private func verified(
        _ bytes: [UInt8], at position: JournalPosition
    ) throws(JournalError) -> MessageBatch {
        do throws(BatchDamage) {
            return try MessageBatch(verifying: bytes)
        } catch {
            throw .damaged(JournalDamage(position: position, damage: error))
        }
    }

    private func replace(
        _ batch: MessageBatch, at position: JournalPosition
    ) throws(JournalError) {
        update.bind(position.number, at: 1)
        try batch.withBytes { (bytes) throws(JournalError) in
            try update.run(blob: bytes, at: 2, to: "rewrite a batch")
        }
    }

    /// Copies a long log into the file. Returns whether it did; a failure (no room, a reader in
    /// the way) only leaves the log longer until the next commit tries again.
    func checkpointIfLong() -> Bool {
        guard connection.pagesInLog >= Self.checkpointPages else { return false }
        do throws(JournalError) {
            try connection.checkpoint(.passive)
            return true
        } catch {
            return false
        }
    }

    /// Copies all of the log into the file and cuts it to nothing.
    func truncateLog() throws(JournalError) { try connection.checkpoint(.truncating) }

    private func transaction(_ body: () throws(JournalError) -> Void) throws(JournalError) {
        try begin.run(to: "begin a transaction")
        do throws(JournalError) {
            try body()
            try commit.run(to: "commit")
        } catch {
            // Some failures have rolled back by themselves.
            if connection.isInTransaction {
                try? connection.execute("ROLLBACK", to: "roll back")
            }
            throw error
        }
    }
}

/// Messages to be erased in one batch.
struct BlankTarget: Sendable {
    var position: JournalPosition
    var messages: [Int]
}
