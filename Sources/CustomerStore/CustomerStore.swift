import Customers
import Foundation
import GRDB
public import VehicleSignals

/// People, vehicles, dealers, rights, triggers, leads, outbox and ledger in one SQLite file.
///
/// Every write is one transaction that is on disk (`synchronous=FULL`) before the call returns.
/// Several processes may have the file open; a writer waits for another for at most
/// ``StoreOptions/busyMillisecondsMax``. Calls block the calling thread.
public final class CustomerStore: Sendable {
    let pool: DatabasePool
    let options: StoreOptions
    /// The key from which vehicle references are derived.
    let referenceKey: ReferenceKey

    /// Opens `path`, making the file and its tables if need be.
    /// - Throws: ``StoreError`` if the file is newer than this program, is no such database, or
    ///   cannot be opened.
    public init(path: String, options: StoreOptions = StoreOptions()) throws {
        var configuration = Configuration()
        configuration.label = "customers"
        configuration.maximumReaderCount = 4
        let waits = Int(options.busyMillisecondsMax)
        // Short, even waits: SQLite's own ever longer ones let a writer starve beside an import
        // that takes the lock again right after each of its transactions.
        configuration.busyMode = .callback { tries in
            usleep(1000)
            return tries < waits
        }
        self.options = options
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            try Self.migrate(pool, path: path)
            // The pool leaves its writer at NORMAL, where a commit may be lost with the power.
            try pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = FULL")
                // What an erasure takes away is overwritten, not only given free.
                try db.execute(sql: "PRAGMA secure_delete = ON")
                guard try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2 else {
                    throw StoreError.cannotOpen(path: path, reason: "synchronous stays below FULL")
                }
            }
            referenceKey = try Self.loadReferenceKey(pool, options)
            // Names, addresses and keys: for nobody else on this machine.
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError.cannotOpen(path: path, reason: "\(error)")
        }
    }

    /// Closes the file. Calls made afterwards throw.
    public func close() throws { try pool.close() }

    private static func migrate(_ pool: DatabasePool, path: String) throws {
        let migrator = Schema.migrator
        if try pool.read({ try migrator.hasBeenSuperseded($0) }) {
            throw StoreError.newerFile(path: path)
        }
        // Opening a finished file takes no lock, so it works beside a long import.
        if try pool.read({ try migrator.hasCompletedMigrations($0) }) { return }
        do {
            try migrator.migrate(pool)
        } catch {
            // Another process may have made the tables between our look and our lock.
            guard try pool.read({ try migrator.hasCompletedMigrations($0) }) else { throw error }
        }
    }

    private static func loadReferenceKey(
        _ pool: DatabasePool, _ options: StoreOptions
    ) throws -> ReferenceKey {
        if let given = options.tenantKey { return ReferenceKey(bytes: given) }
        let sql = "SELECT value FROM secrets WHERE name = 'tenant_key'"
        if let known = try pool.read({ try Data.fetchOne($0, sql: sql) }) {
            return ReferenceKey(bytes: [UInt8](known))
        }
        let bytes = try pool.write { db in
            // Another process may have been first.
            if let known = try Data.fetchOne(db, sql: sql) { return [UInt8](known) }
            let fresh = Identifiers.randomBytes(32)
            try db.run("INSERT INTO secrets VALUES ('tenant_key', ?)", [Data(fresh)])
            return fresh
        }
        return ReferenceKey(bytes: bytes)
    }

    /// Rises whenever people, vehicles, dealers or rights changed; cheap to ask every second.
    public func registryVersion() throws -> Int64 {
        try pool.read { try $0.counter("registry_version") }
    }

    /// Up to where the journal's firings are stored.
    public func position() throws -> JournalPosition {
        JournalPosition(try pool.read { try $0.counter("position") })
    }

    /// `PRAGMA synchronous` and `journal_mode` of the writing connection, for checks.
    public func durability() throws -> (synchronous: Int, journalMode: String) {
        try pool.writeWithoutTransaction { db in
            let level = try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? -1
            let mode = try String.fetchOne(db, sql: "PRAGMA journal_mode") ?? ""
            return (level, mode)
        }
    }
}

/// What a site may set about the store.
public struct StoreOptions: Sendable {
    /// 32 random bytes from which vehicle references are derived. `nil`: made once and kept in
    /// the file. Changing it changes every reference.
    public var tenantKey: [UInt8]?
    /// Gate of a vehicle about which no import said anything.
    public var defaultGate: TelemetryGate
    /// How long a write waits for another process, in milliseconds.
    public var busyMillisecondsMax: Int64
    public var serviceLevels: ServiceLevels

    public init(
        tenantKey: [UInt8]? = nil, defaultGate: TelemetryGate = .serviceOnly,
        busyMillisecondsMax: Int64 = 20_000, serviceLevels: ServiceLevels = ServiceLevels()
    ) {
        self.tenantKey = tenantKey
        self.defaultGate = defaultGate
        self.busyMillisecondsMax = busyMillisecondsMax
        self.serviceLevels = serviceLevels
    }
}

public enum StoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file was written by a later version of this program.
    case newerFile(path: String)
    case cannotOpen(path: String, reason: String)
    /// A row holds a word that this version does not know.
    case unreadable(table: String, column: String, value: String)

    public var description: String {
        switch self {
        case .newerFile(let path):
            "\(path) was written by a newer version of turnpike and stays untouched; "
                + "start that version, or restore a copy from before the update"
        case .cannotOpen(let path, let reason): "\(path) cannot be opened: \(reason)"
        case .unreadable(let table, let column, let value):
            "\(table).\(column) holds \"\(value)\", which means nothing to this version"
        }
    }
}
