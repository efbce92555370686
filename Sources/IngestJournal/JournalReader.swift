import Foundation
import VehicleSignals

/// The reading side of the file: a connection of its own, so that reading does not wait for
/// commits nor they for it. One reader at a time.
final class JournalReader: @unchecked Sendable {
    private let lock = NSLock()
    // All of the following under `lock`.
    private let connection: SQLiteConnection
    private let select: SQLiteStatement
    private let selectOne: SQLiteStatement
    private var isClosed = false

    init(path: String) throws(JournalError) {
        connection = try SQLiteConnection(path: path, access: .readOnly)
        try JournalFile.recognise(connection)
        _ = try connection.execute(
            "PRAGMA mmap_size = 0; PRAGMA cache_size = -\(JournalFile.cacheKilobytes)",
            to: "set up the connection")
        select = try connection.prepare(
            "SELECT position, bytes FROM batches WHERE position > ? ORDER BY position")
        selectOne = try connection.prepare("SELECT bytes FROM batches WHERE position = ?")
    }

    /// A row as it stands in the file.
    struct Row {
        var position: JournalPosition
        var bytes: [UInt8]
    }

    /// Rows behind `after`, in order, until `bytes` are reached, and the error that ended the
    /// reading before that, if any.
    func rows(
        after: JournalPosition, upTo bytes: Int
    ) throws(JournalError) -> (rows: [Row], failure: JournalError?) {
        lock.lock()
        defer { lock.unlock() }
        guard !isClosed else { throw .closed }
        select.bind(after.number, at: 1)
        defer { select.reset() }
        var rows: [Row] = []
        var total = 0
        var last = after
        do throws(JournalError) {
            while rows.isEmpty || total < bytes, try select.step(to: "read", after: last) {
                let position = JournalPosition(select.integer(0))
                let row = Row(position: position, bytes: try select.bytes(1, after: last))
                last = position
                total += row.bytes.count
                rows.append(row)
            }
        } catch {
            return (rows, error)
        }
        return (rows, nil)
    }

    func bytes(at position: JournalPosition) throws(JournalError) -> [UInt8]? {
        lock.lock()
        defer { lock.unlock() }
        guard !isClosed else { throw .closed }
        selectOne.bind(position.number, at: 1)
        defer { selectOne.reset() }
        let before = JournalPosition(position.number - 1)
        guard try selectOne.step(to: "read a batch", after: before) else { return nil }
        return try selectOne.bytes(0, after: before)
    }

    /// Number of pages in the file and of those that are free.
    func pages() throws(JournalError) -> (all: Int64, free: Int64, bytesEach: Int64) {
        lock.lock()
        defer { lock.unlock() }
        guard !isClosed else { throw .closed }
        return (
            try connection.number("PRAGMA page_count") ?? 0,
            try connection.number("PRAGMA freelist_count") ?? 0,
            try connection.number("PRAGMA page_size") ?? 0
        )
    }

    /// Problems in the structure of the file, in SQLite's words; empty if it is sound.
    func structuralFlaws(limit: Int) throws(JournalError) -> [String] {
        lock.lock()
        defer { lock.unlock() }
        guard !isClosed else { throw .closed }
        let check = try connection.prepare("PRAGMA quick_check(\(limit))")
        var flaws: [String] = []
        while try check.step(to: "check the file") {
            let line = check.text(0)
            if line != "ok" { flaws.append(line) }
        }
        return flaws
    }

    func number(_ sql: String) throws(JournalError) -> Int64? {
        lock.lock()
        defer { lock.unlock() }
        guard !isClosed else { throw .closed }
        return try connection.number(sql)
    }

    /// Runs `body` while no read is under way, so that the log can be cut.
    func withoutReading<Value>(
        _ body: () throws(JournalError) -> Value
    ) throws(JournalError) -> Value {
        lock.lock()
        defer { lock.unlock() }
        return try body()
    }

    func close() {
        lock.lock()
        defer { lock.unlock() }
        guard !isClosed else { return }
        isClosed = true
        select.finalize()
        selectOne.finalize()
        connection.close()
    }
}
