import Foundation
import GRDB
import VehicleSignals

extension SQLiteStateStore {
    public func sessions() throws(StateStoreError) -> [SessionRow] {
        try read("read the sessions") { db in
            try Row.fetchAll(db, sql: "SELECT * FROM sessions ORDER BY used").map { row in
                let sender: Data = row["sender"]
                let bytes: Data = row["bytes"]
                return SessionRow(
                    source: row["source"], sender: Array(sender),
                    format: UInt32(truncatingIfNeeded: row["format"] as Int64),
                    bytes: Array(bytes), order: UInt64(bitPattern: row["used"] as Int64))
            }
        }
    }

    public func eraseSessions(
        where isMeant: (SessionRow) -> Bool
    ) throws(StateStoreError) -> Int {
        let meant = try sessions().filter(isMeant)
        guard !meant.isEmpty else { return 0 }
        try write("erase sessions") { db in
            for var session in meant {
                session.bytes = []
                try saveSession(db, session)
            }
        }
        try truncateLog()
        return meant.count
    }

    func saveSession(_ db: Database, _ session: SessionRow) throws {
        guard !session.bytes.isEmpty else {
            let statement = try db.cachedStatement(
                sql: "DELETE FROM sessions WHERE source = ? AND sender = ? AND format = ?")
            return try statement.execute(arguments: [
                session.source, Data(session.sender), Int64(session.format),
            ])
        }
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO sessions (source, sender, format, bytes, used)
                VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (source, sender, format) DO UPDATE SET bytes = ?4, used = ?5
                """)
        try statement.execute(arguments: [
            session.source, Data(session.sender), Int64(session.format), Data(session.bytes),
            Int64(bitPattern: session.order),
        ])
    }
}
