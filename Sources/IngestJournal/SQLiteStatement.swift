import CSQLite
import VehicleSignals

/// A prepared statement. Reset after use, so that no read transaction stays open.
@safe final class SQLiteStatement {
    private var statement: OpaquePointer?
    private let connection: SQLiteConnection

    init(_ statement: OpaquePointer, of connection: SQLiteConnection) {
        unsafe self.statement = statement
        self.connection = connection
    }

    deinit { finalize() }

    /// Ends the statement; it must not be used after.
    func finalize() {
        unsafe sqlite3_finalize(statement)
        unsafe statement = nil
    }

    func reset() { unsafe sqlite3_reset(statement) }

    func bind(_ value: Int64, at index: Int32) {
        unsafe sqlite3_bind_int64(statement, index, value)
    }

    /// Runs the statement to its end with `bytes` bound at `index`, without copying them.
    func run(
        blob bytes: RawSpan, at index: Int32, to operation: String
    ) throws(JournalError) {
        let code = unsafe bytes.withUnsafeBytes { buffer in
            // Without a destructor SQLite reads the memory in place (SQLITE_STATIC).
            let bound = unsafe sqlite3_bind_blob64(
                statement, index, buffer.baseAddress, UInt64(buffer.count), nil)
            guard bound == SQLITE_OK else { return bound }
            let code = unsafe sqlite3_step(statement)
            unsafe sqlite3_reset(statement)
            // The memory is not ours beyond this closure.
            unsafe sqlite3_bind_null(statement, index)
            return code
        }
        guard code == SQLITE_DONE else { throw connection.failure(code, to: operation) }
    }

    /// Runs the statement to its end.
    func run(to operation: String) throws(JournalError) {
        let code = unsafe sqlite3_step(statement)
        unsafe sqlite3_reset(statement)
        guard code == SQLITE_DONE else { throw connection.failure(code, to: operation) }
    }

    /// Advances; `false` at the end, with the statement reset.
    func step(
        to operation: String, after: JournalPosition = .start
    ) throws(JournalError) -> Bool {
        let code = unsafe sqlite3_step(statement)
        if code == SQLITE_ROW { return true }
        unsafe sqlite3_reset(statement)
        guard code == SQLITE_DONE else {
            throw connection.failure(code, to: operation, after: after)
        }
        return false
    }

    func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(statement, column) }

    func text(_ column: Int32) -> String {
        unsafe sqlite3_column_text(statement, column).map { unsafe String(cString: $0) } ?? ""
    }

    /// A copy of a blob. `nil` if its pages cannot be read.
    func bytes(_ column: Int32, after: JournalPosition) throws(JournalError) -> [UInt8] {
        let pointer = unsafe sqlite3_column_blob(statement, column)
        let count = unsafe Int(sqlite3_column_bytes(statement, column))
        if count == 0 { return [] }
        guard let pointer = unsafe pointer else {
            throw connection.failure(SQLITE_NOMEM, to: "read a batch", after: after)
        }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: pointer, count: count))
    }
}
