/// What a file may hold, each with its columns; `docs/import.md` explains them.
public enum ImportKind: String, Sendable, CaseIterable {
    case persons
    case vehicles
    case names
    case holdings
    case dealers
    case choices
    case permissions
    case agreements
    case endpoints
    case gates

    /// Columns without which the file means nothing.
    public var requiredColumns: [String] {
        switch self {
        case .persons: ["person", "name"]
        case .vehicles: ["brand", "model"]
        case .names: ["vehicle", "source", "external_id"]
        case .holdings: ["vehicle", "person", "from"]
        case .dealers: ["dealer", "name", "brands"]
        case .choices: ["vehicle", "dealer", "chosen_at"]
        case .permissions: ["person", "controller", "purpose", "state", "at"]
        case .agreements:
            ["manufacturer", "dealer", "version", "purposes", "data_classes", "valid_from"]
        case .endpoints: ["dealer", "url"]
        case .gates: ["vehicle", "gate", "at"]
        }
    }

    /// Columns that may be left out.
    public var optionalColumns: [String] {
        switch self {
        case .persons:
            [
                "language", "phone", "email", "sms", "post", "best_time", "advisor",
                "do_not_contact",
            ]
        case .vehicles:
            [
                "vehicle", "vin", "model_year", "powertrain", "time_zone", "battery_type", "plate",
                "service_interval_km", "service_interval_days", "last_service_date",
                "last_service_km",
            ]
        case .names: []
        case .holdings: ["role", "to", "disputed"]
        case .dealers: ["time_zone", "kind", "opening_hours", "holidays"]
        case .choices: ["person"]
        case .permissions: ["channel", "vehicle", "valid_until", "basis", "evidence"]
        case .agreements: ["brands", "valid_to", "status"]
        case .endpoints: ["kind", "secret", "enabled"]
        case .gates: []
        }
    }

    public var columns: [String] { requiredColumns + optionalColumns }
}

/// What an import did: rows = added + changed + unchanged + rejected.
public struct ImportResult: Sendable, Hashable {
    public var kind: ImportKind
    public var encoding: TextEncoding
    /// `,`, `;` or a tab.
    public var delimiter: Character
    public var rows = 0
    public var added = 0
    public var changed = 0
    public var unchanged = 0
    /// How many were rejected; ``rejected`` lists the first ``rejectedListMax`` of them.
    public var rejectedCount = 0
    public var rejected: [RejectedRow] = []
    public var warnings: [String] = []
    /// Secrets that were made for endpoints without one, all of them; each was in the
    /// ``ImportProgress`` of its transaction before.
    public var generatedSecrets: [GeneratedSecret] = []

    /// Longest list of rejected rows; beyond it they are only counted.
    public static let rejectedListMax = 10_000

    /// Whether every row is accounted for.
    public var isBalanced: Bool { rows == added + changed + unchanged + rejectedCount }

    init(kind: ImportKind, encoding: TextEncoding, delimiter: Character) {
        self.kind = kind
        self.encoding = encoding
        self.delimiter = delimiter
    }

    mutating func reject(_ row: RejectedRow) {
        rejectedCount += 1
        if rejected.count < Self.rejectedListMax { rejected.append(row) }
    }
}

/// A row that did not land, and why.
public struct RejectedRow: Sendable, Hashable, CustomStringConvertible {
    /// The line of the file on which the row begins; the header is line 1.
    public var line: Int
    /// The column at fault, if it is one.
    public var column: String?
    public var reason: String

    public var description: String {
        "line \(line)" + (column.map { ", column \($0)" } ?? "") + ": \(reason)"
    }
}

public struct GeneratedSecret: Sendable, Hashable {
    public var dealer: String
    public var url: String
    public var secret: String
}

/// How far an import has come: said after each transaction, of what is on disk.
public struct ImportProgress: Sendable, Hashable {
    public var rows: Int
    /// Secrets that were made for the rows of this transaction. Whoever imports shows them now:
    /// if a later row ends the import, nobody else will.
    public var newSecrets: [GeneratedSecret]
    public var bytesRead: Int64
    public var bytesTotal: Int64
}

/// Why nothing of a file could be taken.
public enum ImportError: Error, Sendable, Hashable, CustomStringConvertible {
    case cannotRead(path: String, reason: String)
    case empty(path: String)
    case headerFlaw(path: String, reason: String)
    case missingColumns(path: String, missing: [String], found: [String], expected: [String])

    public var description: String {
        switch self {
        case .cannotRead(let path, let reason): "\(path) cannot be read: \(reason)"
        case .empty(let path):
            "\(path) is empty; the first line must name the columns"
        case .headerFlaw(let path, let reason): "\(path), line 1: \(reason)"
        case .missingColumns(let path, let missing, let found, let expected):
            "\(path), line 1: missing column \(missing.joined(separator: ", ")); found "
                + "\(found.joined(separator: ", ")); this kind knows "
                + expected.joined(separator: ", ")
        }
    }
}
