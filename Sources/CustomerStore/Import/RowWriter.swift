import Customers
import Foundation
import GRDB
import VehicleSignals

enum RowOutcome {
    case added
    case changed
    case unchanged
}

/// Puts rows of one kind into the file. Every kind checks its row completely before it writes.
struct RowWriter {
    let kind: ImportKind
    let now: Timestamp
    let options: StoreOptions
    /// VINs whose check digit their market does not ask for, and the line of the first.
    var oddCheckDigits = (count: 0, firstLine: 0)
    var generatedSecrets: [GeneratedSecret] = []
    private var knownZones: Set<String> = []

    init(kind: ImportKind, now: Timestamp, options: StoreOptions) {
        self.kind = kind
        self.now = now
        self.options = options
    }

    mutating func write(_ row: ImportRow, _ db: Database) throws -> RowOutcome {
        switch kind {
        case .persons: try writePerson(row, db)
        case .vehicles: try writeVehicle(row, db)
        case .names: try writeName(row, db)
        case .holdings: try writeHolding(row, db)
        case .dealers: try writeDealer(row, db)
        case .choices: try writeChoice(row, db)
        case .permissions: try writePermission(row, db)
        case .agreements: try writeAgreement(row, db)
        case .endpoints: try writeEndpoint(row, db)
        case .gates: try writeGate(row, db)
        }
    }

    // MARK: - What several kinds need

    /// Inserts the row whose `keys` are not there yet, or updates those of `values` that differ.
    func upsert(
        _ table: String, keys: [(String, any DatabaseValueConvertible)],
        values: [(String, (any DatabaseValueConvertible)?)], _ db: Database
    ) throws -> (outcome: RowOutcome, id: Int64) {
        let condition = keys.map { "\($0.0) = ?" }.joined(separator: " AND ")
        let found = try db.row(
            "SELECT * FROM \(table) WHERE \(condition)",
            StatementArguments(keys.map { $0.1.databaseValue }))
        guard let found else {
            let columns = keys.map(\.0) + values.map(\.0)
            let marks = columns.map { _ in "?" }.joined(separator: ", ")
            try db.run(
                "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(marks))",
                StatementArguments(
                    keys.map { $0.1.databaseValue }
                        + values.map { $0.1?.databaseValue ?? .null }))
            return (.added, db.lastInsertedRowID)
        }
        let id: Int64 = found["id"]
        let different = values.filter { column, value in
            (found[column] as DatabaseValue) != (value?.databaseValue ?? .null)
        }
        if different.isEmpty { return (.unchanged, id) }
        let changes = different.map { "\($0.0) = ?" }.joined(separator: ", ")
        try db.run(
            "UPDATE \(table) SET \(changes) WHERE id = ?",
            StatementArguments(
                different.map { $0.1?.databaseValue ?? .null } + [id.databaseValue]))
        return (.changed, id)
    }

    /// The one vehicle that a cell means.
    func vehicle(_ row: ImportRow, _ db: Database) throws -> VehicleKey {
        let text = try row.required("vehicle")
        var found = try db.vehicles(named: text)
        // A vehicle that was only heard does not stand against the one that somebody imported.
        if found.count > 1 { found = try found.filter { !(try db.isOnlyHeard($0)) } }
        if found.count == 1 { return found[0] }
        throw RowFlaw(
            column: "vehicle",
            reason: found.isEmpty
                ? "no vehicle is known as \"\(text)\""
                : "several sources know a vehicle as \"\(text)\"; write source:\(text)")
    }

    func person(_ row: ImportRow, _ db: Database) throws -> Int64 {
        let key = try row.required("person")
        guard let id = try db.integer("SELECT id FROM persons WHERE key = ?", [key]) else {
            throw RowFlaw(column: "person", reason: "no person is known as \"\(key)\"")
        }
        return id
    }

    func dealerID(_ key: String, _ db: Database) throws -> Int64 {
        guard let id = try db.integer("SELECT id FROM dealers WHERE key = ?", [key]) else {
            throw RowFlaw(column: "dealer", reason: "no dealer is known as \"\(key)\"")
        }
        return id
    }

    /// A zone that this system knows; `nil` where the cell is empty.
    mutating func timeZone(_ row: ImportRow) throws -> String? {
        guard let name = try row.optional("time_zone") else { return nil }
        if knownZones.contains(name) { return name }
        guard TimeZone(identifier: name) != nil else {
            throw RowFlaw(
                column: "time_zone",
                reason: "\"\(name)\" is no time zone; write an IANA name such as Europe/Amsterdam")
        }
        knownZones.insert(name)
        return name
    }

    /// One sentence a kind of oddity, however many rows have it.
    var warnings: [String] {
        guard oddCheckDigits.count > 0 else { return [] }
        return [
            "\(oddCheckDigits.count) VINs have no valid check digit; their markets do not ask for "
                + "one, but it may be a typing error (first: line \(oddCheckDigits.firstLine))"
        ]
    }
}
