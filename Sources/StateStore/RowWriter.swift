import CSQLite
import GRDB

/// Runs one statement for row after row, its values bound by number and in place. A snapshot
/// writes two rows a vehicle, and GRDB's own binding, which makes an array of values a row and
/// checks it, took twice the time of SQLite's work (docs/numbers.md).
///
/// `@safe`: the pointer is that of a statement which this value keeps alive, and it is used on
/// the connection's own thread, inside the transaction in which it was made.
@safe struct RowWriter {
    private let owner: Statement
    private let statement: OpaquePointer
    private let db: Database

    init(_ db: Database, sql: String) throws {
        self.db = db
        owner = try db.cachedStatement(sql: sql)
        unsafe statement = owner.sqliteStatement
    }

    func bind(_ value: Int64?, at index: Int32) throws {
        let code =
            if let value {
                unsafe sqlite3_bind_int64(statement, index, value)
            } else {
                unsafe sqlite3_bind_null(statement, index)
            }
        try check(code, SQLITE_OK)
    }

    /// Runs the statement with what is bound.
    func run() throws {
        // Whatever comes of it, the statement is left as one that can run again; the words of a
        // failure are taken before, since a reset takes them back.
        defer { unsafe sqlite3_reset(statement) }
        try check(unsafe sqlite3_step(statement), SQLITE_DONE)
    }

    /// Runs the statement with `bytes` at `index`, without copying them first.
    func run(blob bytes: RawSpan, at index: Int32) throws {
        try unsafe bytes.withUnsafeBytes { buffer in
            // Without a destructor SQLite reads the memory in place (SQLITE_STATIC), which is not
            // ours beyond this closure.
            defer { unsafe sqlite3_bind_null(statement, index) }
            // No bytes are bytes too, but would have no address.
            let bound =
                if unsafe buffer.isEmpty {
                    unsafe sqlite3_bind_zeroblob(statement, index, 0)
                } else {
                    unsafe sqlite3_bind_blob64(
                        statement, index, buffer.baseAddress, UInt64(buffer.count), nil)
                }
            try check(bound, SQLITE_OK)
            try run()
        }
    }

    private func check(_ code: Int32, _ wanted: Int32) throws {
        guard code != wanted else { return }
        throw DatabaseError(resultCode: ResultCode(rawValue: code), message: db.lastErrorMessage)
    }
}
