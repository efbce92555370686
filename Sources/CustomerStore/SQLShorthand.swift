import GRDB
import VehicleSignals

// Short forms for what every part of the store does: prepared statements from the cache of the
// connection, rows, counters.

extension Database {
    func run(_ sql: String, _ arguments: StatementArguments = []) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// Runs a change and tells how many rows it touched.
    func change(_ sql: String, _ arguments: StatementArguments = []) throws -> Int {
        try cachedStatement(sql: sql).execute(arguments: arguments)
        return changesCount
    }

    func rows(_ sql: String, _ arguments: StatementArguments = []) throws -> [Row] {
        try Row.fetchAll(cachedStatement(sql: sql), arguments: arguments)
    }

    func row(_ sql: String, _ arguments: StatementArguments = []) throws -> Row? {
        try Row.fetchOne(cachedStatement(sql: sql), arguments: arguments)
    }

    func integer(_ sql: String, _ arguments: StatementArguments = []) throws -> Int64? {
        try Int64.fetchOne(cachedStatement(sql: sql), arguments: arguments)
    }

    func text(_ sql: String, _ arguments: StatementArguments = []) throws -> String? {
        try String.fetchOne(cachedStatement(sql: sql), arguments: arguments)
    }

    func counter(_ name: String) throws -> Int64 {
        try integer("SELECT value FROM meta WHERE name = ?", [name]) ?? 0
    }

    func setCounter(_ name: String, _ value: Int64) throws {
        try run("UPDATE meta SET value = ? WHERE name = ?", [value, name])
    }

    /// Adds one and returns the new value.
    func advance(_ name: String) throws -> Int64 {
        try run("UPDATE meta SET value = value + 1 WHERE name = ?", [name])
        return try counter(name)
    }
}

extension Row {
    func time(_ column: String) -> Timestamp { Timestamp(milliseconds: self[column]) }

    func optionalTime(_ column: String) -> Timestamp? {
        (self[column] as Int64?).map { Timestamp(milliseconds: $0) }
    }

    func optionalDay(_ column: String) -> Day? {
        (self[column] as Int32?).map { Day(daysSinceEpoch: $0) }
    }

    /// A closed set of words; a word that is none of them is an error, never a default.
    func word<Word: RawRepresentable<String>>(
        _ column: String, of table: String, as: Word.Type = Word.self
    ) throws -> Word {
        let raw: String = self[column]
        guard let word = Word(rawValue: raw) else {
            throw StoreError.unreadable(table: table, column: column, value: raw)
        }
        return word
    }
}
