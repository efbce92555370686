import Foundation
import GRDB

/// The state store as one SQLite file in WAL mode with `synchronous=FULL`.
///
/// Two connections: one saves, one reads, so that a long question (usage of a year) does not
/// keep a save waiting. Both are `DatabaseQueue`s: a `DatabasePool` would lower `synchronous`.
public final class SQLiteStateStore: StateStore {
    /// How long a call waits for another program before it gives up.
    static let busySeconds = 5.0
    /// What is left of the log beside the file after it was copied; a save of all vehicles makes
    /// it as large as they are, for a moment.
    static let logBytesMax = 64 << 20

    public let path: String
    public let limits: StateStoreLimits
    private let writer: DatabaseQueue
    private let reader: DatabaseQueue

    /// Opens the file at `path`, making it where there is none, and brings it up to this
    /// version's form. The folder must exist.
    public init(
        path: String, limits: StateStoreLimits = StateStoreLimits()
    ) throws(StateStoreError) {
        self.path = path
        self.limits = limits
        (writer, reader) = try translating(path, "open the file") {
            var configuration = Configuration()
            configuration.label = "state"
            configuration.busyMode = .timeout(Self.busySeconds)
            var reading = configuration
            configuration.prepareDatabase { db in
                try db.execute(
                    sql: """
                        PRAGMA journal_mode = WAL;
                        PRAGMA synchronous = FULL;
                        PRAGMA secure_delete = ON;
                        PRAGMA journal_size_limit = \(Self.logBytesMax);
                        """)
            }
            let writer = try DatabaseQueue(path: path, configuration: configuration)
            try writer.inDatabase { db in try Self.recognise(db, path: path) }
            try StateSchema.migrator.migrate(writer)
            reading.label = "state.reader"
            reading.readonly = true
            return (writer, try DatabaseQueue(path: path, configuration: reading))
        }
    }

    /// Refuses what is no state file, and one of a newer version.
    private static func recognise(_ db: Database, path: String) throws {
        let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        if tables == 0 { return }
        let id = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        // A start that broke off between GRDB's own table and the first step leaves id 0.
        let isUnfinished = try id == 0 && tables <= 2 && db.tableExists("grdb_migrations")
        guard id == StateSchema.applicationID || isUnfinished else {
            throw StateStoreError.notAStateFile(
                path: path, detail: "a database with another application id, \(id)")
        }
        let migrator = StateSchema.migrator
        if try migrator.hasBeenSuperseded(db) {
            let known = Set(migrator.migrations)
            let steps = try migrator.appliedIdentifiers(db).filter { !known.contains($0) }
            throw StateStoreError.newerVersion(path: path, steps: steps.sorted())
        }
    }

    /// Settings of the saving connection on which durability and privacy hang, for `doctor`.
    public func durabilitySettings() throws(StateStoreError) -> DurabilitySettings {
        try translating(path, "read the settings") {
            try writer.inDatabase { db in
                DurabilitySettings(
                    journalMode: try String.fetchOne(db, sql: "PRAGMA journal_mode") ?? "",
                    synchronous: try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? -1,
                    secureDelete: try Int.fetchOne(db, sql: "PRAGMA secure_delete") ?? -1)
            }
        }
    }

    public func close() throws(StateStoreError) {
        try translating(path, "close the file") {
            // The reader first: the last connection to go copies the log, and must be able to
            // write.
            try reader.close()
            try writer.close()
        }
    }

    /// One transaction on the saving connection.
    func write<Value>(
        _ operation: String, _ body: (Database) throws -> Value
    ) throws(StateStoreError) -> Value {
        try translating(path, operation) { try writer.write(body) }
    }

    /// One reading transaction, beside any save.
    func read<Value>(
        _ operation: String, _ body: (Database) throws -> Value
    ) throws(StateStoreError) -> Value {
        try translating(path, operation) { try reader.read(body) }
    }

    /// Copies the log into the file and cuts it to nothing, so that what was deleted is gone.
    /// Waits for the reader.
    func truncateLog() throws(StateStoreError) {
        try translating(path, "cut the log") {
            try reader.inDatabase { _ in
                try writer.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
            }
        }
    }
}

/// See ``SQLiteStateStore/durabilitySettings()``.
public struct DurabilitySettings: Sendable, Equatable {
    /// `wal`.
    public var journalMode: String
    /// 2: FULL.
    public var synchronous: Int
    /// 1: deleted bytes are overwritten.
    public var secureDelete: Int

    public init(journalMode: String, synchronous: Int, secureDelete: Int) {
        self.journalMode = journalMode
        self.synchronous = synchronous
        self.secureDelete = secureDelete
    }
}

/// Runs `body` and says its errors in this room's words.
func translating<Value>(
    _ path: String, _ operation: String, _ body: () throws -> Value
) throws(StateStoreError) -> Value {
    do {
        return try body()
    } catch let error as StateStoreError {
        throw error
    } catch let error as DatabaseError {
        let detail = error.message ?? "no further detail"
        switch error.resultCode {
        case .SQLITE_FULL: throw .diskFull(path: path)
        case .SQLITE_IOERR where !hasRoom(path): throw .diskFull(path: path)
        case .SQLITE_CORRUPT: throw .damaged(path: path, operation: operation, detail: detail)
        case .SQLITE_NOTADB: throw .notAStateFile(path: path, detail: detail)
        case .SQLITE_BUSY, .SQLITE_LOCKED: throw .busy(path: path, operation: operation)
        default:
            throw .failed(
                path: path, operation: operation, code: error.extendedResultCode.rawValue,
                detail: detail)
        }
    } catch {
        throw .failed(path: path, operation: operation, code: 0, detail: "\(error)")
    }
}

/// Whether the disk of `path` has a page of room; an I/O error without room is a full disk.
private func hasRoom(_ path: String) -> Bool {
    let folder = URL(filePath: path).deletingLastPathComponent().path
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder)
    guard let free = attributes?[.systemFreeSize] as? Int64 else { return true }
    return free >= 65_536
}
