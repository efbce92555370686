import GRDB

/// What the operator sees of the store: counts, no person, no lead.
public struct OperatorCounts: Sendable, Hashable {
    public var vehicles: Int64 = 0
    /// Vehicles that somebody holds.
    public var vehiclesHeld: Int64 = 0
    public var names: Int64 = 0
    public var persons: Int64 = 0
    public var dealers: Int64 = 0
    public var endpoints: Int64 = 0
    public var endpointsDisabled: Int64 = 0
    public var leadsByStatus: [String: Int64] = [:]
    public var outboxByState: [String: Int64] = [:]
    public var triggersByPhase: [String: Int64] = [:]
    /// Triggers that wait, by reason.
    public var parkedByReason: [String: Int64] = [:]
    public var disclosures: Int64 = 0

    public init() {}
}

/// An endpoint that was switched off, for the operator's attention.
public struct DisabledEndpoint: Sendable, Hashable {
    public var endpoint: Int64
    public var dealer: String
    public var reason: String
    public var waiting: Int64
}

extension CustomerStore {
    /// Counts over whole tables: some 100 ms at a million vehicles, so for a page or a scrape, not
    /// for every message.
    public func operatorCounts() throws -> OperatorCounts {
        try pool.read { db in
            var counts = OperatorCounts()
            counts.vehicles = try db.integer("SELECT count(*) FROM vehicles") ?? 0
            counts.vehiclesHeld =
                try db.integer(
                    "SELECT count(DISTINCT vehicle) FROM epochs WHERE to_time IS NULL") ?? 0
            counts.names = try db.integer("SELECT count(*) FROM vehicle_names") ?? 0
            counts.persons = try db.integer("SELECT count(*) FROM persons") ?? 0
            counts.dealers = try db.integer("SELECT count(*) FROM dealers") ?? 0
            counts.endpoints = try db.integer("SELECT count(*) FROM endpoints") ?? 0
            counts.endpointsDisabled =
                try db.integer("SELECT count(*) FROM endpoints WHERE NOT enabled") ?? 0
            counts.disclosures = try db.integer("SELECT count(*) FROM disclosures") ?? 0
            counts.leadsByStatus = try db.tally("SELECT status, count(*) FROM leads GROUP BY 1")
            counts.outboxByState = try db.tally("SELECT state, count(*) FROM outbox GROUP BY 1")
            counts.triggersByPhase = try db.tally("SELECT phase, count(*) FROM triggers GROUP BY 1")
            counts.parkedByReason = try db.tally(
                """
                SELECT parked, count(*) FROM triggers
                WHERE parked IS NOT NULL AND phase IN ('OPEN', 'ESCALATED') GROUP BY 1
                """)
            return counts
        }
    }

    /// Endpoints that are switched off and what waits for them.
    public func disabledEndpoints() throws -> [DisabledEndpoint] {
        try pool.read { db in
            try db.rows(
                """
                SELECT e.id, d.key, coalesce(e.disabled_reason, '') AS reason,
                    (SELECT count(*) FROM outbox o
                        WHERE o.endpoint = e.id AND o.state = 'pending') AS waiting
                FROM endpoints e JOIN dealers d ON d.id = e.dealer WHERE NOT e.enabled ORDER BY e.id
                """
            ).map {
                DisabledEndpoint(
                    endpoint: $0["id"], dealer: $0["key"], reason: $0["reason"],
                    waiting: $0["waiting"])
            }
        }
    }
}

extension Database {
    fileprivate func tally(_ sql: String) throws -> [String: Int64] {
        var counts: [String: Int64] = [:]
        for row in try rows(sql) { counts[row[0]] = row[1] }
        return counts
    }
}
