import Foundation
import GRDB
public import VehicleSignals

extension SQLiteStateStore {
    public func save(
        _ flush: StateFlush, joiningDays: (VehicleDayRow, VehicleDayRow) -> VehicleDayRow
    ) throws(StateStoreError) {
        try write("save the state") { db in
            let stored = try Int64.fetchOne(db, sql: "SELECT position FROM snapshot") ?? 0
            guard flush.position.number >= stored else {
                throw StateStoreError.positionWentBack(
                    stored: JournalPosition(stored), given: flush.position)
            }
            let catalogue = try saveCatalogue(db, flush.catalogue)
            try saveVehicles(db, flush.vehicles, catalogue: catalogue)
            try saveDays(db, flush.days)
            for name in flush.unlinked { try saveName(db, name) }
            for join in flush.joins { try self.join(db, join, by: joiningDays) }
            for number in flush.removed { try removeVehicle(db, number) }
            for session in flush.sessions { try saveSession(db, session) }
            let lost = try saveQuarantine(db, flush.quarantine)
            try db.execute(
                sql: """
                    INSERT INTO snapshot (id, position, catalogue, quarantine_lost, counters, basis)
                    VALUES (1, ?1, ?2, ?3, ?4, ?5)
                    ON CONFLICT (id) DO UPDATE SET position = ?1, catalogue = ?2,
                        quarantine_lost = quarantine_lost + ?3, counters = ?4, basis = ?5
                    """,
                arguments: [
                    flush.position.number, catalogue, lost, Data(flush.counters), flush.basis,
                ])
        }
    }

    public func snapshot() throws(StateStoreError) -> StoredSnapshot? {
        try read("read the snapshot") { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT * FROM snapshot") else { return nil }
            var catalogues: [Int64: StoredCatalogue] = [:]
            for entry in try Row.fetchAll(db, sql: "SELECT * FROM catalogues") {
                catalogues[entry["id"]] = StoredCatalogue(
                    paths: Self.lines(entry["paths"]), sources: Self.lines(entry["sources"]),
                    origins: try Self.origins(entry["origins"]))
            }
            let counters: Data = row["counters"]
            return StoredSnapshot(
                position: JournalPosition(row["position"]), counters: Array(counters),
                catalogues: catalogues, catalogue: row["catalogue"],
                vehicles: try Int.fetchOne(db, sql: "SELECT count(*) FROM vehicles") ?? 0,
                basis: row["basis"])
        }
    }

    public func forEachVehicle(
        _ body: (VehicleKey, Int64, RawSpan) -> Void
    ) throws(StateStoreError) {
        try read("read the vehicles") { db in
            let rows = try Row.fetchCursor(
                db, sql: "SELECT vehicle, catalogue, state FROM vehicles ORDER BY vehicle")
            while let row = try rows.next() {
                let vehicle = VehicleKey(UInt32(truncatingIfNeeded: row[0] as Int64))
                // The bytes stay where SQLite has them.
                try row.withUnsafeData(atIndex: 2) { state in
                    body(vehicle, row[1], (state ?? Data()).bytes)
                }
            }
        }
    }

    public func vehicle(
        _ key: VehicleKey
    ) throws(StateStoreError) -> (catalogue: Int64, state: [UInt8])? {
        try read("read a vehicle") { db in
            try Row.fetchOne(
                db, sql: "SELECT catalogue, state FROM vehicles WHERE vehicle = ?",
                arguments: [Int64(key.number)]
            ).map { row in
                let state: Data = row[1]
                return (row[0], Array(state))
            }
        }
    }

    /// The number of a catalogue; a new one where signals, sources or origins have changed.
    /// Catalogues by which no state is written any more are dropped.
    private func saveCatalogue(_ db: Database, _ catalogue: StoredCatalogue) throws -> Int64 {
        let paths = catalogue.paths.joined(separator: "\n")
        let sources = catalogue.sources.joined(separator: "\n")
        let origins = try Self.text(catalogue.origins)
        let known = try db.cachedStatement(
            sql: "SELECT id FROM catalogues WHERE paths = ? AND sources = ? AND origins = ?")
        if let id = try Int64.fetchOne(known, arguments: [paths, sources, origins]) { return id }
        try db.execute(
            sql: "DELETE FROM catalogues WHERE id NOT IN (SELECT catalogue FROM vehicles)")
        try db.execute(
            sql: "INSERT INTO catalogues (paths, sources, origins) VALUES (?, ?, ?)",
            arguments: [paths, sources, origins])
        return db.lastInsertedRowID
    }

    /// A list of pairs as JSON: a version is whatever its file says, line ends and all.
    private static func text(_ origins: [StoredOrigin]) throws -> String {
        let pairs = origins.map { [$0.source, $0.mappingVersion] }
        return String(decoding: try JSONEncoder().encode(pairs), as: UTF8.self)
    }

    private static func origins(_ text: String) throws -> [StoredOrigin] {
        try JSONDecoder().decode([[String]].self, from: Data(text.utf8)).map { pair in
            guard pair.count == 2 else {
                throw DatabaseError(
                    resultCode: .SQLITE_CORRUPT, message: "a list of origins holds no pairs")
            }
            return StoredOrigin(source: pair[0], mappingVersion: pair[1])
        }
    }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map(String.init)
    }

    private func saveVehicles(
        _ db: Database, _ states: PackedStates, catalogue: Int64
    ) throws {
        var states = states
        states.sort()
        let row = try RowWriter(
            db,
            sql: """
                INSERT INTO vehicles (vehicle, catalogue, state) VALUES (?1, ?2, ?3)
                ON CONFLICT (vehicle) DO UPDATE SET catalogue = ?2, state = ?3
                """)
        try row.bind(catalogue, at: 2)
        try states.forEach { vehicle, state in
            try row.bind(Int64(vehicle.number), at: 1)
            try row.run(blob: state, at: 3)
        }
    }

    private func saveName(_ db: Database, _ name: UnlinkedName) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO unlinked_names (number, source, external_id, first_seen, last_seen)
                VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (number) DO UPDATE SET first_seen = min(first_seen, ?4),
                    last_seen = max(last_seen, ?5)
                """)
        try statement.execute(arguments: [
            Int64(name.number.number), name.source, Data(name.externalID),
            name.firstSeen.milliseconds, name.lastSeen.milliseconds,
        ])
    }

    /// Moves the days of an unlinked number to the vehicle, then removes the number.
    private func join(
        _ db: Database, _ join: VehicleJoin,
        by joiningDays: (VehicleDayRow, VehicleDayRow) -> VehicleDayRow
    ) throws {
        guard join.number != join.vehicle else { return }
        for var day in try days(db, of: join.number) {
            day.vehicle = join.vehicle
            if let present = try self.day(db, of: join.vehicle, on: day.day) {
                day = joiningDays(present, day)
            }
            try replaceDay(db, day)
        }
        try removeVehicle(db, join.number)
    }
}
