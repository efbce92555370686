import Foundation
import GRDB
public import VehicleSignals

extension SQLiteStateStore {
    public func unlinkedNames() throws(StateStoreError) -> [UnlinkedName] {
        try read("read unlinked names") { db in
            try Row.fetchAll(db, sql: "SELECT * FROM unlinked_names ORDER BY number").map { row in
                let externalID: Data = row["external_id"]
                return UnlinkedName(
                    number: VehicleKey(UInt32(truncatingIfNeeded: row["number"] as Int64)),
                    source: row["source"], externalID: Array(externalID),
                    firstSeen: Timestamp(milliseconds: row["first_seen"]),
                    lastSeen: Timestamp(milliseconds: row["last_seen"]))
            }
        }
    }

    public func removeUnlinked(
        lastSeenBefore cutoff: Timestamp
    ) throws(StateStoreError) -> [VehicleKey] {
        try write("remove unlinked names") { db in
            let numbers = try Int64.fetchAll(
                db, sql: "SELECT number FROM unlinked_names WHERE last_seen < ? ORDER BY number",
                arguments: [cutoff.milliseconds]
            ).map { VehicleKey(UInt32(truncatingIfNeeded: $0)) }
            for number in numbers { try removeVehicle(db, number) }
            return numbers
        }
    }

    public func erase(
        _ vehicle: VehicleKey, quarantinedWhere isMeant: (RawSpan, RawSpan) -> Bool
    ) throws(StateStoreError) -> ErasureOutcome {
        let outcome = try write("erase a vehicle") { db in
            var outcome = try removeVehicle(db, vehicle)
            var meant: [Int64] = []
            let rows = try Row.fetchCursor(db, sql: "SELECT id, topic, payload FROM quarantine")
            while let row = try rows.next() {
                let topic: Data = row[1]
                let payload: Data = row[2]
                if isMeant(topic.bytes, payload.bytes) { meant.append(row[0]) }
            }
            for id in meant {
                try db.execute(sql: "DELETE FROM quarantine WHERE id = ?", arguments: [id])
            }
            outcome.quarantined = meant.count
            return outcome
        }
        try truncateLog()
        return outcome
    }

    /// Removes everything that stands under a number.
    @discardableResult
    func removeVehicle(_ db: Database, _ vehicle: VehicleKey) throws -> ErasureOutcome {
        var outcome = ErasureOutcome(states: 0, days: 0, names: 0, quarantined: 0)
        let number = Int64(vehicle.number)
        try db.execute(sql: "DELETE FROM vehicles WHERE vehicle = ?", arguments: [number])
        outcome.states = db.changesCount
        for day in try days(db, of: vehicle) {
            try db.execute(
                sql: "DELETE FROM vehicle_days WHERE day = ? AND vehicle = ?",
                arguments: [day.day.daysSinceEpoch, number])
            outcome.days += 1
        }
        try db.execute(sql: "DELETE FROM unlinked_names WHERE number = ?", arguments: [number])
        outcome.names = db.changesCount
        return outcome
    }
}
