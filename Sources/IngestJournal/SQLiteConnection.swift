// SQLite's C interface made Swift for this room. This file and `SQLiteStatement.swift` are the
// only ones here that see its pointers.

import CSQLite
import Glibc
import VehicleSignals

/// One connection to the journal's file. Used by one thread at a time.
@safe final class SQLiteConnection {
    /// How long a call waits for another process (a backup, `doctor`) before it gives up.
    static let busyMilliseconds: Int32 = 5000

    let path: String
    private var handle: OpaquePointer?
    /// Pages in the write-ahead log after the last commit of this connection.
    private let logPages: UnsafeMutablePointer<Int32>

    enum Access { case readWrite, readOnly }

    init(path: String, access: Access) throws(JournalError) {
        self.path = path
        unsafe logPages = .allocate(capacity: 1)
        unsafe logPages.initialize(to: 0)
        let flags =
            switch access {
            case .readWrite: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .readOnly: SQLITE_OPEN_READONLY
            }
        var opened: OpaquePointer?
        // No mutex: the room sees to it that one thread at a time uses a connection.
        let code = unsafe sqlite3_open_v2(
            path, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        unsafe handle = opened
        if code != SQLITE_OK {
            let error = failure(code, to: "open the file")
            close()
            throw error
        }
        unsafe sqlite3_busy_timeout(opened, Self.busyMilliseconds)
        _ = unsafe sqlite3_wal_hook(
            opened,
            { context, _, _, pages in
                unsafe context?.assumingMemoryBound(to: Int32.self).pointee = pages
                return SQLITE_OK
            }, logPages)
    }

    deinit {
        close()
        unsafe logPages.deallocate()
    }

    /// Ends the connection. All of its statements must be gone.
    func close() {
        unsafe sqlite3_close_v2(handle)
        unsafe handle = nil
    }

    var pagesInLog: Int { unsafe Int(logPages.pointee) }
    var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

    /// Runs statements that return nothing of interest.
    func execute(_ sql: String, to operation: String) throws(JournalError) {
        let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code, to: operation) }
    }

    func prepare(_ sql: String) throws(JournalError) -> SQLiteStatement {
        var statement: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(
            handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement = unsafe statement else {
            throw failure(code, to: "prepare a statement")
        }
        return unsafe SQLiteStatement(statement, of: self)
    }

    /// First column of the first row as a number; `nil` without a row.
    func number(_ sql: String) throws(JournalError) -> Int64? {
        let statement = try prepare(sql)
        return try statement.step(to: "read") ? statement.integer(0) : nil
    }

    /// First column of the first row as a text; `nil` without a row.
    func text(_ sql: String) throws(JournalError) -> String? {
        let statement = try prepare(sql)
        return try statement.step(to: "read") ? statement.text(0) : nil
    }

    enum Checkpoint { case passive, truncating }

    /// Copies the log into the file. Passive takes what it can without waiting; truncating waits
    /// for readers and leaves a log of no bytes.
    func checkpoint(_ kind: Checkpoint) throws(JournalError) {
        let mode = kind == .passive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE
        var pages: Int32 = 0
        var copied: Int32 = 0
        let code = unsafe sqlite3_wal_checkpoint_v2(handle, nil, mode, &pages, &copied)
        guard code == SQLITE_OK else { throw failure(code, to: "copy the log into the file") }
        if kind == .truncating || pages == copied { unsafe logPages.pointee = 0 }
    }

    /// What a result code of this connection means.
    func failure(
        _ code: Int32, to operation: String, after: JournalPosition = .start
    ) -> JournalError {
        let detail = unsafe handle.map { unsafe String(cString: sqlite3_errmsg($0)) } ?? "no memory"
        let system = unsafe handle.map { unsafe sqlite3_system_errno($0) } ?? 0
        switch code & 0xFF {
        case SQLITE_FULL: return .diskFull(path: path)
        case SQLITE_IOERR where system == ENOSPC || system == EDQUOT: return .diskFull(path: path)
        case SQLITE_CORRUPT: return .fileDamaged(path: path, after: after, detail: detail)
        case SQLITE_NOTADB: return .notAJournal(path: path, detail: detail)
        case SQLITE_BUSY, SQLITE_LOCKED: return .busy(path: path, operation: operation)
        default:
            let cause = unsafe String(cString: strerror(system))
            return .failed(
                path: path, operation: operation, code: code,
                detail: system == 0 ? detail : "\(detail), \(cause)")
        }
    }
}
