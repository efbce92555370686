import GRDB
public import VehicleSignals

/// Which messages somebody wants decoded again.
public enum RetryRequest: Sendable, Hashable {
    case message(Int64)
    /// All of a source; the empty name means those that no source took.
    case source(String)
    case everything
}

extension SQLiteStateStore {
    public func requestRetry(_ request: RetryRequest) throws(StateStoreError) -> [Int64] {
        try write("ask for quarantined messages to be decoded again") { db in
            let (condition, arguments): (String, StatementArguments) =
                switch request {
                case .message(let id): ("AND id = ?", [id])
                case .source(let name): ("AND source = ?", [name])
                case .everything: ("", [])
                }
            let ids = try Int64.fetchAll(
                db,
                sql: "SELECT id FROM quarantine WHERE standing = 'open' \(condition) ORDER BY id",
                arguments: arguments)
            try db.execute(
                sql:
                    "UPDATE quarantine SET standing = 'retry' WHERE standing = 'open' \(condition)",
                arguments: arguments)
            return ids
        }
    }

    public func quarantinedToRetry(
        limit: Int, payloadBytes: Int
    ) throws(StateStoreError) -> [QuarantineEntry] {
        try read("read what is to be decoded again") { db in
            // By the place in the journal: of messages of one batch each finds it read already.
            let places = try Row.fetchAll(
                db,
                sql: """
                    SELECT id, payload_length FROM quarantine WHERE standing = 'retry'
                    ORDER BY position, message_index LIMIT ?
                    """, arguments: [max(0, limit)])
            var entries: [QuarantineEntry] = []
            var bytes = 0
            for place in places {
                let length: Int = place[1]
                guard entries.isEmpty || length <= payloadBytes - bytes else { break }
                bytes += length
                let row = try Row.fetchOne(
                    db, sql: "SELECT * FROM quarantine WHERE id = ?",
                    arguments: [place[0] as Int64])
                if let row { entries.append(Self.entry(row)) }
            }
            return entries
        }
    }

    public func setQuarantine(
        _ ids: [Int64], standing: QuarantineStanding
    ) throws(StateStoreError) {
        try write("note what became of quarantined messages") { db in
            let statement = try db.cachedStatement(
                sql: "UPDATE quarantine SET standing = ? WHERE id = ?")
            for id in ids { try statement.execute(arguments: [standing.rawValue, id]) }
        }
    }

    public func removeQuarantined(
        arrivedBefore cutoff: Timestamp
    ) throws(StateStoreError) -> Int {
        let removed = try write("remove old messages from the quarantine") { db in
            let old: StatementArguments = [cutoff.milliseconds]
            let open =
                try Int64.fetchOne(
                    db,
                    sql: """
                        SELECT count(*) FROM quarantine
                        WHERE arrival < ? AND standing IN ('open', 'retry')
                        """, arguments: old) ?? 0
            try db.execute(sql: "DELETE FROM quarantine WHERE arrival < ?", arguments: old)
            let count = db.changesCount
            if open > 0 {
                try db.execute(
                    sql: "UPDATE snapshot SET quarantine_aged = quarantine_aged + ?",
                    arguments: [open])
            }
            return count
        }
        // They may be personal: what is removed is gone from the log too.
        if removed > 0 { try truncateLog() }
        return removed
    }
}
