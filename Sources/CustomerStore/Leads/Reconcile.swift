import Customers
import GRDB
public import VehicleSignals

/// What a reconciliation did.
public struct ReconcileOutcome: Sendable, Hashable {
    public var vehiclesLookedAt = 0
    public var leadsOpened = 0
    public var leadsWithdrawn = 0
    public var leadsReassigned = 0
    public var leadsExpired = 0
    public var eventsQueued = 0

    public init() {}
}

extension CustomerStore {
    /// Vehicles handled in one transaction, so that firings and deliveries get their turn.
    static let reconcileChunk = 100

    /// Brings triggers and leads in line with the rights as they are now: parked triggers go out
    /// when a choice, a permission or an agreement has come; leads are withdrawn or reassigned when
    /// theirs has ended. Asks the vehicles about which something changed since the last call.
    ///
    /// - Parameter everything: asks all vehicles with open triggers or leads; needed at start and
    ///   now and then, because validity also ends by the clock alone.
    public func reconcile(now: Timestamp, everything: Bool = false) throws -> ReconcileOutcome {
        var total = ReconcileOutcome()
        let isForced = try pool.write { db in
            let flag = try db.counter("reconcile_all")
            if flag != 0 { try db.setCounter("reconcile_all", 0) }
            return flag != 0
        }
        if everything || isForced {
            do {
                try reconcileAll(now: now, into: &total)
            } catch {
                // Not done: the next call has to do it, whoever makes it.
                try pool.write { try $0.setCounter("reconcile_all", 1) }
                throw error
            }
        }
        while try reconcileMarked(now: now, into: &total) {}
        while try expire(now: now, into: &total) {}
        return total
    }

    /// Whether a right changed since the last reconciliation; a look-up, cheap enough for each
    /// second.
    public func hasMarks() throws -> Bool {
        try pool.read { db in
            let marked = try db.integer("SELECT 1 FROM marked_vehicles LIMIT 1") != nil
            return try marked || db.counter("reconcile_all") != 0
        }
    }

    private func reconcileMarked(
        now: Timestamp, into total: inout ReconcileOutcome
    ) throws -> Bool {
        if try pool.read({ try $0.integer("SELECT 1 FROM marked_vehicles LIMIT 1") }) == nil {
            return false
        }
        return try pool.write { db in
            let marked = try Int64.fetchAll(
                db.cachedStatement(
                    sql: "SELECT vehicle FROM marked_vehicles ORDER BY vehicle LIMIT ?"),
                arguments: [Self.reconcileChunk])
            try settle(marked, db, now: now, into: &total)
            return marked.count == Self.reconcileChunk
        }
    }

    private func reconcileAll(now: Timestamp, into total: inout ReconcileOutcome) throws {
        var last: Int64 = 0
        while true {
            let from = last
            let vehicles = try pool.write { db in
                let vehicles = try Int64.fetchAll(
                    db.cachedStatement(
                        sql: """
                            SELECT vehicle FROM triggers
                            WHERE phase IN ('OPEN', 'ESCALATED') AND vehicle > :last
                            UNION SELECT vehicle FROM leads WHERE is_active AND vehicle > :last
                            ORDER BY 1 LIMIT :count
                            """),
                    arguments: ["last": from, "count": Self.reconcileChunk])
                try settle(vehicles, db, now: now, into: &total)
                return vehicles
            }
            guard let end = vehicles.last, vehicles.count == Self.reconcileChunk else { return }
            last = end
        }
    }

    private func settle(
        _ vehicles: [Int64], _ db: Database, now: Timestamp, into total: inout ReconcileOutcome
    ) throws {
        var desk = LeadDesk(db: db, store: self, now: now)
        for vehicle in vehicles {
            try desk.reconcile(VehicleKey(UInt32(truncatingIfNeeded: vehicle)), into: &total)
            try db.run("DELETE FROM marked_vehicles WHERE vehicle = ?", [vehicle])
        }
        total.vehiclesLookedAt += vehicles.count
        total.leadsOpened += desk.outcome.leadsOpened
        total.eventsQueued += desk.outcome.eventsQueued
    }

    /// Ends leads whose time is over and for which nobody made an appointment.
    private func expire(now: Timestamp, into total: inout ReconcileOutcome) throws -> Bool {
        let early = LeadStatus.allCases.filter(\.isBeforeAppointment)
            .map { "'\($0.rawValue)'" }.joined(separator: ", ")
        let sql = """
            SELECT * FROM leads WHERE is_active AND expires <= ? AND status IN (\(early)) LIMIT ?
            """
        let limit = Self.reconcileChunk
        if try pool.read({ try $0.row(sql, [now.milliseconds, 1]) }) == nil { return false }
        return try pool.write { db in
            let leads = try db.rows(sql, [now.milliseconds, limit]).map { try $0.lead() }
            var desk = LeadDesk(db: db, store: self, now: now)
            for lead in leads {
                try desk.end(lead, status: .expired, reason: "time_over", kind: .expired)
            }
            total.leadsExpired += leads.count
            total.eventsQueued += desk.outcome.eventsQueued
            return leads.count == limit
        }
    }
}

extension LeadDesk {
    /// Brings the triggers of one vehicle in line with the rights at `now`.
    mutating func reconcile(_ vehicle: VehicleKey, into total: inout ReconcileOutcome) throws {
        let triggers = try db.rows(
            """
            SELECT t.* FROM triggers t WHERE t.vehicle = ? AND (t.phase IN ('OPEN', 'ESCALATED')
                OR EXISTS (SELECT 1 FROM leads l WHERE l.trigger_id = t.id AND l.is_active))
            ORDER BY t.id
            """, [Int64(vehicle.number)]
        ).map { try $0.trigger() }
        for trigger in triggers {
            if let lead = try db.activeLead(of: trigger.id) {
                try review(lead, trigger, into: &total)
            } else if trigger.isActive {
                try place(trigger)
            }
        }
    }

    private mutating func review(
        _ lead: LeadRow, _ trigger: TriggerRow, into total: inout ReconcileOutcome
    ) throws {
        guard let facts = try facts(trigger.vehicle) else { return }
        let stamp = passedOn(trigger, facts)
        let routing = route(
            purpose: .dealerShare, dataClasses: leadDataClasses, eventTime: stamp, time: now,
            facts: facts)
        switch routing {
        case .dealer(let dealer, let basis):
            if dealer.id == lead.dealer, basis.epoch == lead.epoch {
                try catchUp(lead)
                return
            }
            if basis.epoch == lead.epoch {
                total.leadsReassigned += 1
                try end(lead, status: .reassigned, reason: "dealer_changed", kind: .withdrawn)
            } else {
                total.leadsWithdrawn += 1
                try end(
                    lead, status: .withdrawn, reason: RefusalReason.ownershipChanged.rawValue,
                    kind: .withdrawn)
            }
        case .parked(let reason):
            total.leadsWithdrawn += 1
            // To the dealer the vehicle went away, whatever the next holder has yet to choose.
            let told = stamp == trigger.stampTime ? reason : RefusalReason.ownershipChanged
            try end(lead, status: .withdrawn, reason: told.rawValue, kind: .withdrawn)
        }
        if trigger.isActive, let again = try db.trigger(id: trigger.id) { try place(again) }
    }

    /// Endpoints that came after the lead was opened are told of it.
    private mutating func catchUp(_ lead: LeadRow) throws {
        let missing = try db.rows(
            """
            SELECT e.id FROM endpoints e WHERE e.dealer = ? AND e.enabled AND NOT EXISTS
                (SELECT 1 FROM outbox o WHERE o.lead = ? AND o.endpoint = e.id)
            """, [lead.dealer, lead.id])
        for row in missing {
            try insertEvent(lead: lead.id, dealer: lead.dealer, endpoint: row["id"], .opened)
        }
    }
}
