import Foundation
import GRDB
import VehicleSignals

extension SQLiteStateStore {
    public func quarantined(
        after id: Int64, standing: QuarantineStanding?, limit: Int
    ) throws(StateStoreError) -> [QuarantineEntry] {
        try read("read the quarantine") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM quarantine WHERE id > ?1 AND (?2 IS NULL OR standing = ?2)
                    ORDER BY id LIMIT ?3
                    """, arguments: [id, standing?.rawValue, max(0, limit)]
            ).map(Self.entry)
        }
    }

    public func quarantined(id: Int64) throws(StateStoreError) -> QuarantineEntry? {
        try read("read the quarantine") { db in
            try Row.fetchOne(db, sql: "SELECT * FROM quarantine WHERE id = ?", arguments: [id])
                .map(Self.entry)
        }
    }

    public func setQuarantine(
        id: Int64, standing: QuarantineStanding
    ) throws(StateStoreError) -> Bool {
        try write("note what became of a quarantined message") { db in
            try db.execute(
                sql: "UPDATE quarantine SET standing = ? WHERE id = ?",
                arguments: [standing.rawValue, id])
            return db.changesCount > 0
        }
    }

    public func quarantineFigures() throws(StateStoreError) -> QuarantineFigures {
        try read("count the quarantine") { db in
            var figures = QuarantineFigures()
            let rows = try Row.fetchAll(
                db,
                sql: "SELECT standing, count(*), sum(bytes) FROM quarantine GROUP BY standing")
            for row in rows {
                switch QuarantineStanding(rawValue: row[0]) {
                case .open: figures.open = row[1]
                case .retry: figures.retry = row[1]
                case .retried: figures.retried = row[1]
                case .dropped: figures.dropped = row[1]
                case nil: break
                }
                figures.bytes += row[2] as Int64
            }
            let lost = try Row.fetchOne(
                db, sql: "SELECT quarantine_lost, quarantine_aged FROM snapshot")
            figures.lostForRoom = lost?[0] ?? 0
            figures.lostForAge = lost?[1] ?? 0
            return figures
        }
    }

    /// Stores new messages, then makes room; returns how many open ones had to go. A message that
    /// is there already keeps its standing.
    func saveQuarantine(_ db: Database, _ messages: [QuarantinedMessage]) throws -> Int64 {
        if messages.isEmpty { return 0 }
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO quarantine (position, message_index, standing, source,
                    mapping_version, reason, byte_offset, detail, arrival, flags,
                    payload_length, bytes, topic, payload)
                VALUES (?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (position, message_index) DO NOTHING
                """)
        for message in messages {
            let payload = message.payload.prefix(limits.quarantinePayloadBytesMax)
            try statement.execute(arguments: [
                message.position.number, message.messageIndex, message.source,
                message.mappingVersion, message.reason, message.byteOffset, message.detail,
                message.arrival.milliseconds, message.flags.rawValue, message.payload.count,
                message.topic.count + payload.count, Data(message.topic), Data(payload),
            ])
        }
        return try makeRoom(db)
    }

    /// Removes the oldest until the limits hold: first those that are settled, then open ones and
    /// those that somebody asked for.
    private func makeRoom(_ db: Database) throws -> Int64 {
        let totals = try Row.fetchOne(
            db, sql: "SELECT count(*), ifnull(sum(bytes), 0) FROM quarantine")
        var count: Int = totals?[0] ?? 0
        var bytes: Int64 = totals?[1] ?? 0
        var lost: Int64 = 0
        var going: [Int64] = []
        let oldest = try Row.fetchCursor(
            db,
            sql: """
                SELECT id, bytes, standing IN ('open', 'retry') AS is_wanted FROM quarantine
                ORDER BY is_wanted, id
                """)
        while count > limits.quarantineCountMax || bytes > limits.quarantineBytesMax,
            let row = try oldest.next()
        {
            going.append(row[0])
            count -= 1
            bytes -= row[1] as Int64
            lost += row[2] as Int64
        }
        for id in going {
            try db.execute(sql: "DELETE FROM quarantine WHERE id = ?", arguments: [id])
        }
        return lost
    }

    static func entry(_ row: Row) -> QuarantineEntry {
        let topic: Data = row["topic"]
        let payload: Data = row["payload"]
        let standing: String = row["standing"]
        return QuarantineEntry(
            id: row["id"],
            message: QuarantinedMessage(
                position: JournalPosition(row["position"]), messageIndex: row["message_index"],
                source: row["source"], mappingVersion: row["mapping_version"],
                reason: row["reason"], byteOffset: row["byte_offset"], detail: row["detail"],
                arrival: Timestamp(milliseconds: row["arrival"]),
                flags: MessageFlags(rawValue: row["flags"]), topic: Array(topic),
                payload: Array(payload)),
            payloadLength: row["payload_length"],
            standing: QuarantineStanding(rawValue: standing) ?? .open)
    }
}
