import GRDB
public import VehicleSignals

extension SQLiteStateStore {
    /// The first and the last day of which anything is kept; `nil` if there is none.
    public func dayRange() throws(StateStoreError) -> ClosedRange<Day>? {
        try read("find the days") { db in
            guard
                let row = try Row.fetchOne(
                    db, sql: "SELECT min(day), max(day) FROM vehicle_days"),
                let first: Int32 = row[0], let last: Int32 = row[1]
            else { return nil }
            return Day(daysSinceEpoch: first)...Day(daysSinceEpoch: last)
        }
    }
}
