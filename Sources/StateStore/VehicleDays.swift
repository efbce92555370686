import GRDB
public import VehicleSignals

extension SQLiteStateStore {
    static let dayColumns =
        "day, vehicle, metres, driven, first_odometer, last_odometer, position"

    public func forEachDay(
        from first: Day, through last: Day, _ body: (VehicleDayRow) -> Void
    ) throws(StateStoreError) {
        try read("read vehicle days") { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT \(Self.dayColumns) FROM vehicle_days WHERE day BETWEEN ? AND ?
                    ORDER BY day, vehicle
                    """, arguments: [first.daysSinceEpoch, last.daysSinceEpoch])
            while let row = try rows.next() { body(Self.day(row)) }
        }
    }

    public func days(of vehicle: VehicleKey) throws(StateStoreError) -> [VehicleDayRow] {
        try read("read a vehicle's days") { db in try days(db, of: vehicle) }
    }

    public func removeDays(before day: Day) throws(StateStoreError) -> Int {
        var total = 0
        // A day a transaction, so that saves get their turn in between.
        while true {
            let removed = try write("remove old days") { db in
                try db.execute(
                    sql: """
                        DELETE FROM vehicle_days WHERE day < ?1
                            AND day = (SELECT min(day) FROM vehicle_days)
                        """, arguments: [day.daysSinceEpoch])
                return db.changesCount
            }
            if removed == 0 { return total }
            total += removed
        }
    }

    /// Stores days, each unless what is there comes from a later position.
    func saveDays(_ db: Database, _ days: [VehicleDayRow]) throws {
        let row = try RowWriter(
            db,
            sql: """
                INSERT INTO vehicle_days (\(Self.dayColumns)) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                ON CONFLICT (day, vehicle) DO UPDATE SET metres = ?3, driven = ?4,
                    first_odometer = ?5, last_odometer = ?6, position = ?7
                WHERE position <= ?7
                """)
        // In the order in which they lie in the file.
        for day in days.sorted(by: { ($0.day, $0.vehicle) < ($1.day, $1.vehicle) }) {
            try row.bind(Int64(day.day.daysSinceEpoch), at: 1)
            try row.bind(Int64(day.vehicle.number), at: 2)
            try row.bind(day.metres, at: 3)
            try row.bind(day.isDriven ? 1 : 0, at: 4)
            try row.bind(day.firstOdometer, at: 5)
            try row.bind(day.lastOdometer, at: 6)
            try row.bind(day.position.number, at: 7)
            try row.run()
        }
    }

    func replaceDay(_ db: Database, _ day: VehicleDayRow) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO vehicle_days (\(Self.dayColumns))
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: Self.arguments(day))
    }

    func day(_ db: Database, of vehicle: VehicleKey, on day: Day) throws -> VehicleDayRow? {
        let statement = try db.cachedStatement(
            sql: "SELECT \(Self.dayColumns) FROM vehicle_days WHERE day = ? AND vehicle = ?")
        return try Row.fetchOne(
            statement, arguments: [day.daysSinceEpoch, Int64(vehicle.number)]
        ).map(Self.day)
    }

    /// One look-up for each day that is stored at all.
    func days(_ db: Database, of vehicle: VehicleKey) throws -> [VehicleDayRow] {
        let statement = try db.cachedStatement(
            sql: """
                WITH RECURSIVE stored (d) AS (
                    SELECT min(day) FROM vehicle_days
                    UNION ALL
                    SELECT (SELECT min(day) FROM vehicle_days WHERE day > d) FROM stored
                    WHERE d IS NOT NULL
                )
                SELECT \(Self.dayColumns) FROM stored CROSS JOIN vehicle_days ON day = d
                WHERE vehicle = ? ORDER BY day
                """)
        return try Row.fetchAll(statement, arguments: [Int64(vehicle.number)]).map(Self.day)
    }

    private static func arguments(_ day: VehicleDayRow) -> StatementArguments {
        [
            day.day.daysSinceEpoch, Int64(day.vehicle.number), day.metres, day.isDriven,
            day.firstOdometer, day.lastOdometer, day.position.number,
        ]
    }

    /// A row with the columns of `dayColumns`, in that order.
    private static func day(_ row: Row) -> VehicleDayRow {
        VehicleDayRow(
            vehicle: VehicleKey(UInt32(truncatingIfNeeded: row[1] as Int64)),
            day: Day(daysSinceEpoch: row[0]), metres: row[2], isDriven: row[3],
            firstOdometer: row[4], lastOdometer: row[5], position: JournalPosition(row[6]))
    }
}
