import Glibc
import VehicleSignals

/// The form of the journal's file: how it is made, recognised and set up.
enum JournalFile {
    /// "TPJ1": marks the file as a journal of this gateway.
    static let applicationID: Int64 = 0x5450_4A31
    /// Form of the tables. A file with a higher number is refused.
    static let version = 1
    /// A batch is 100 KB and more: with pages of 16 KB a commit writes a quarter of the frames
    /// that it would with SQLite's 4 KB.
    static let pageBytes: Int64 = 16_384
    /// Memory for pages of one connection, in KB: two batches of 1 MB and the tree above them.
    static let cacheKilobytes = 4096

    /// `position` is not AUTOINCREMENT: that would write a second page with every commit. That no
    /// position is given twice is seen to by `removed_through` and `numbered_through`, which
    /// change in the transaction that removes.
    static let schema = """
        CREATE TABLE batches (
            position INTEGER PRIMARY KEY,
            arrival INTEGER NOT NULL,
            bytes BLOB NOT NULL
        );
        CREATE TABLE journal (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            removed_through INTEGER NOT NULL,
            numbered_through INTEGER NOT NULL
        );
        INSERT INTO journal VALUES (1, 0, 0);
        """

    /// Refuses an emptied file beside a log that is not empty: SQLite would delete the log and
    /// begin anew without a word.
    static func checkBeforeOpening(_ path: String) throws(JournalError) {
        guard let size = byteCount(path), size == 0, (byteCount(path + "-wal") ?? 0) > 0 else {
            return
        }
        throw .notAJournal(path: path, detail: "the file is empty but its log is not")
    }

    /// Makes the tables of a new file; checks what an existing one is.
    static func prepare(_ connection: SQLiteConnection) throws(JournalError) {
        let found = try connection.number("PRAGMA application_id") ?? 0
        let tables = try connection.number("SELECT count(*) FROM sqlite_schema") ?? 0
        if found == 0, tables == 0 {
            try connection.execute("PRAGMA page_size = \(pageBytes)", to: "set the page size")
            try useLog(connection)
            try connection.execute(
                """
                BEGIN IMMEDIATE;
                \(schema)
                PRAGMA application_id = \(applicationID);
                PRAGMA user_version = \(version);
                COMMIT
                """, to: "make the tables")
        } else {
            try recognise(connection)
            try useLog(connection)
        }
    }

    /// Throws unless the file is a journal of a version that is known.
    static func recognise(_ connection: SQLiteConnection) throws(JournalError) {
        let found = try connection.number("PRAGMA application_id") ?? 0
        guard found == applicationID else {
            throw .notAJournal(
                path: connection.path, detail: "a database with another application id, \(found)")
        }
        let form = Int(try connection.number("PRAGMA user_version") ?? 0)
        guard form <= version else {
            throw .newerVersion(path: connection.path, found: form, known: version)
        }
    }

    private static func useLog(_ connection: SQLiteConnection) throws(JournalError) {
        let mode = try connection.text("PRAGMA journal_mode = WAL")
        guard mode == "wal" else {
            throw .failed(
                path: connection.path, operation: "use a write-ahead log", code: 0,
                detail: "the file system does not allow it (mode stays \(mode ?? "unknown")); "
                    + "the data folder must be on a local disk")
        }
    }

    /// What every writing connection needs, verified where durability or privacy hang on it.
    static func tune(_ connection: SQLiteConnection, bytesMax: Int64?) throws(JournalError) {
        try connection.execute(
            """
            PRAGMA synchronous = FULL;
            PRAGMA mmap_size = 0;
            PRAGMA cache_size = -\(cacheKilobytes);
            """, to: "set up the connection")
        _ = try connection.number("PRAGMA secure_delete = ON")
        if let bytesMax {
            _ = try connection.number("PRAGMA max_page_count = \(max(8, bytesMax / pageBytes))")
        }
        for (pragma, wanted) in [("synchronous", 2), ("secure_delete", 1)] as [(String, Int64)] {
            let value = try connection.number("PRAGMA \(pragma)")
            guard value == wanted else {
                throw .failed(
                    path: connection.path, operation: "set \(pragma)", code: 0,
                    detail: "it stays \(value.map(String.init) ?? "unknown")")
            }
        }
    }

    /// Size of a file; `nil` if there is none.
    static func byteCount(_ path: String) -> Int64? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return Int64(status.st_size)
    }
}
