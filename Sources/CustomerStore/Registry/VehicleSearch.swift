public import Customers
import GRDB
public import VehicleSignals

/// A trigger as the operator's explanation shows it.
public struct StoredTrigger: Sendable, Hashable {
    public var code: String
    public var position: String
    public var cycle: Int
    public var status: TriggerStatus
    /// Why it waits, if it does.
    public var parked: RefusalReason?
    public var tier: UInt8
    public var ruleVersion: Int
    public var sequence: Int
    public var eventTime: Timestamp
    public var dueExpected: Day?
    public var reason: String
    /// JSON with the rule's inputs.
    public var facts: String
    public var openedAt: Timestamp
    public var updatedAt: Timestamp
    public var leads: [StoredLead]
}

/// A lead as the operator's explanation shows it.
public struct StoredLead: Sendable, Hashable {
    public var id: String
    public var dealer: String
    public var status: LeadStatus
    public var endedReason: String?
    /// The records on which it was opened.
    public var basis: String
    public var createdAt: Timestamp
    public var updatedAt: Timestamp
}

extension CustomerStore {
    /// Vehicles that `text` may mean: a VIN, `source:external id`, a plain external id of
    /// whatever source, or `#` and the internal number. More than one where a plain id is used by
    /// several sources. At most 20.
    public func findVehicles(_ text: String) throws -> [VehicleKey] {
        try pool.read { try $0.vehicles(named: text) }
    }

    /// The vehicle's facts; `nil` if there is none with that key.
    public func vehicle(_ key: VehicleKey) throws -> Vehicle? {
        try pool.read { db in
            guard let row = try db.row("SELECT * FROM vehicles WHERE id = ?", [Int64(key.number)])
            else { return nil }
            let gate: UInt8 = row["gate"]
            let vin: String? = row["vin"]
            return Vehicle(
                key: key, vin: vin.flatMap { try? VIN($0) }, brand: row["brand"],
                model: row["model"], modelYear: row["model_year"], powertrain: row["powertrain"],
                timeZone: row["time_zone"], batteryType: row["battery_type"], plate: row["plate"],
                plan: ServicePlan(
                    intervalKilometres: row["interval_km"], intervalDays: row["interval_days"],
                    lastServiceDay: row.optionalDay("last_service_day"),
                    lastServiceKilometres: row["last_service_km"]),
                gate: TelemetryGate(rawValue: gate) ?? .off)
        }
    }

    /// All names of a vehicle.
    public func names(of key: VehicleKey) throws -> [VehicleName] {
        try pool.read { db in
            try db.rows(
                """
                SELECT source, external_id FROM vehicle_names WHERE vehicle = ?
                ORDER BY source, external_id
                """, [Int64(key.number)]
            ).map { VehicleName(source: $0["source"], externalID: $0["external_id"]) }
        }
    }

    /// Hands out every trigger with its leads, oldest first, in one read transaction: for checks
    /// and exports, not for pages.
    public func forEachTrigger(_ body: (VehicleKey, StoredTrigger) throws -> Void) throws {
        try pool.read { db in
            let cursor = try Row.fetchCursor(db, sql: "SELECT * FROM triggers ORDER BY id")
            while let row = try cursor.next() {
                try body(try row.trigger().vehicle, try db.storedTrigger(row))
            }
        }
    }

    /// The vehicles that have triggers, in the order of their numbers.
    public func vehiclesWithTriggers() throws -> [VehicleKey] {
        try pool.read { db in
            try db.rows("SELECT DISTINCT vehicle FROM triggers ORDER BY vehicle")
                .map { VehicleKey(UInt32(truncatingIfNeeded: $0[0] as Int64)) }
        }
    }

    /// The vehicle's triggers with their leads, newest first.
    public func triggers(of key: VehicleKey, limit: Int = 100) throws -> [StoredTrigger] {
        try pool.read { db in
            try db.rows(
                "SELECT * FROM triggers WHERE vehicle = ? ORDER BY id DESC LIMIT ?",
                [Int64(key.number), limit]
            ).map { try db.storedTrigger($0) }
        }
    }
}

extension Database {
    func vehicles(named text: String) throws -> [VehicleKey] {
        func keys(_ sql: String, _ arguments: StatementArguments) throws -> [VehicleKey] {
            try Int64.fetchAll(cachedStatement(sql: sql), arguments: arguments)
                .map { VehicleKey(UInt32(truncatingIfNeeded: $0)) }
        }
        if text.hasPrefix("#"), let number = Int64(text.dropFirst()) {
            return try keys("SELECT id FROM vehicles WHERE id = ?", [number])
        }
        let plain = try keys(
            "SELECT DISTINCT vehicle FROM vehicle_names WHERE external_id = ? LIMIT 20", [text])
        if !plain.isEmpty { return plain }
        if let vin = try? VIN(text) {
            let found = try keys(
                "SELECT vehicle FROM vehicle_names WHERE source = ? AND external_id = ?",
                [VehicleName.vinSource, vin.text])
            if !found.isEmpty { return found }
        }
        guard let colon = text.firstIndex(of: ":") else { return [] }
        return try keys(
            "SELECT vehicle FROM vehicle_names WHERE source = ? AND external_id = ?",
            [String(text[..<colon]), String(text[text.index(after: colon)...])])
    }

    fileprivate func storedTrigger(_ row: Row) throws -> StoredTrigger {
        let trigger = try row.trigger()
        let status: TriggerStatus =
            switch trigger.phase {
            case .resolved: .resolved
            case .withdrawn: .withdrawn
            case .open: trigger.parked == nil ? .open : .suppressed
            case .escalated: trigger.parked == nil ? .escalated : .suppressed
            }
        let leads = try rows(
            """
            SELECT l.*, d.key AS dealer_key FROM leads l JOIN dealers d ON d.id = l.dealer
            WHERE l.trigger_id = ? ORDER BY l.id
            """, [trigger.id]
        ).map { lead in
            StoredLead(
                id: lead["id"], dealer: lead["dealer_key"],
                status: try lead.word("status", of: "leads"), endedReason: lead["ended_reason"],
                basis: lead["basis"], createdAt: lead.time("created"),
                updatedAt: lead.time("updated"))
        }
        return StoredTrigger(
            code: trigger.code, position: row["position"], cycle: row["cycle"], status: status,
            parked: trigger.parked, tier: trigger.tier, ruleVersion: row["rule_version"],
            sequence: row["sequence"], eventTime: row.time("event_time"),
            dueExpected: row.optionalDay("due_expected"), reason: row["reason"],
            facts: row["facts"], openedAt: row.time("opened"), updatedAt: row.time("updated"),
            leads: leads)
    }
}
