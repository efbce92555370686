import Customers
import GRDB
import VehicleSignals

// Opening, touching and ending leads, each with its events. Every change gives the lead the next
// number of the change sequence, which is the cursor of the pull interface.

extension LeadDesk {
    /// Routes an active trigger that has no active lead: to a dealer, or parked with the reason.
    mutating func place(_ trigger: TriggerRow) throws {
        guard let facts = try facts(trigger.vehicle) else { return }
        let stamp = passedOn(trigger, facts)
        let routing = route(
            purpose: .dealerShare, dataClasses: leadDataClasses, eventTime: stamp, time: now,
            facts: facts)
        switch routing {
        case .parked(let reason):
            outcome.parked += 1
            try park(trigger, reason: reason, stamp: stamp, facts)
        case .dealer(let dealer, let basis):
            if let last = try trigger.lead.flatMap({ try db.lead(id: $0) }),
                !mayFollow(last, dealer: dealer.id, epoch: basis.epoch)
            {
                // Nothing stands against it any more, but the dealer has had his say.
                try db.run("UPDATE triggers SET parked = NULL WHERE id = ?", [trigger.id])
                return
            }
            try open(trigger, dealer: dealer, basis: basis, stamp: stamp)
        }
    }

    /// An open need passes to the next holder with the vehicle; from then on it counts from the
    /// beginning of that holding, so that nothing of the holding before is told.
    func passedOn(_ trigger: TriggerRow, _ facts: SharingFacts) -> Timestamp {
        guard case .holder(let current) = holder(of: facts.epochs, at: now),
            current.disputed == nil, current.from > trigger.stampTime
        else { return trigger.stampTime }
        return current.from
    }

    /// Why a lead ended whose need was met before anybody made an appointment.
    static let needResolved = "need_resolved"

    /// Whether a new lead may follow `last` for the same need: not where a dealer has ended it,
    /// unless the dealer declined and it goes to another, or the vehicle has a new holder. A lead
    /// that the gateway ended since the need was met was not ended by the dealer.
    private func mayFollow(_ last: LeadRow, dealer: Int64, epoch: Int64) -> Bool {
        if !last.status.isFinal { return false }
        switch last.status {
        case .withdrawn, .reassigned: return true
        case .expired where last.endedReason == Self.needResolved: return true
        case .declinedByDealer: return last.dealer != dealer || last.epoch != epoch
        default: return last.epoch != epoch
        }
    }

    func park(
        _ trigger: TriggerRow, reason: RefusalReason, stamp: Timestamp, _ facts: SharingFacts
    ) throws {
        var epoch: Int64?
        if case .holder(let found) = holder(of: facts.epochs, at: stamp) { epoch = found.id }
        try db.run(
            "UPDATE triggers SET parked = ?, stamp_time = ?, epoch = ? WHERE id = ?",
            [reason.rawValue, stamp.milliseconds, epoch, trigger.id])
    }

    private mutating func open(
        _ trigger: TriggerRow, dealer: Dealer, basis: SharingBasis, stamp: Timestamp
    ) throws {
        let sequence = try db.advance("change_sequence")
        let id = Identifiers.sortable(now: now, order: sequence)
        let levels = store.options.serviceLevels
        let calendar = try BusinessCalendar(of: dealer)
        let reference = store.referenceKey.reference(
            recipient: dealer.key, vehicle: trigger.vehicle, epoch: basis.epoch)
        try db.run(
            """
            INSERT INTO leads (id, trigger_id, vehicle, dealer, epoch, reference, status, is_active,
                version, sequence, created, updated, acknowledge_by, contact_by, expires, basis)
            VALUES (?, ?, ?, ?, ?, ?, 'NEW', 1, 1, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                id, trigger.id, Int64(trigger.vehicle.number), dealer.id, basis.epoch, reference,
                sequence, now.milliseconds, now.milliseconds,
                levels.acknowledgeBy(trigger.tier, from: now, calendar)?.milliseconds,
                levels.contactBy(trigger.tier, from: now, calendar)?.milliseconds,
                levels.expiry(due: trigger.dueLate, from: now).milliseconds, basis.text,
            ])
        try db.run(
            "UPDATE triggers SET parked = NULL, stamp_time = ?, epoch = ?, lead = ? WHERE id = ?",
            [stamp.milliseconds, basis.epoch, id, trigger.id])
        try record(id, status: .new, reason: nil)
        outcome.leadsOpened += 1
        try queue(lead: id, dealer: dealer.id, kind: .opened)
    }

    /// The lead says something new while it stays where it is.
    mutating func touch(_ lead: LeadRow, kind: LeadEventKind) throws {
        try db.run(
            "UPDATE leads SET sequence = ?, updated = ? WHERE id = ?",
            [try db.advance("change_sequence"), now.milliseconds, lead.id])
        try queue(lead: lead.id, dealer: lead.dealer, kind: kind)
    }

    /// Ends a lead from the gateway's side. Events that have not left are taken back; the dealer
    /// is told if anything about this lead may have reached him.
    mutating func end(
        _ lead: LeadRow, status: LeadStatus, reason: String, kind: LeadEventKind
    ) throws {
        try db.run(
            """
            UPDATE leads SET status = ?, is_active = 0, version = version + 1, sequence = ?,
                updated = ?, ended_reason = ? WHERE id = ?
            """,
            [
                status.rawValue, try db.advance("change_sequence"), now.milliseconds, reason,
                lead.id,
            ])
        try record(lead.id, status: status, reason: reason)
        try db.run(
            """
            UPDATE outbox SET state = 'withdrawn', is_leased = 0, finished = ?
            WHERE lead = ? AND state = 'pending'
            """, [now.milliseconds, lead.id])
        let told = try db.rows(
            "SELECT DISTINCT endpoint FROM outbox WHERE lead = ? AND attempts > 0", [lead.id])
        for row in told {
            try insertEvent(lead: lead.id, dealer: lead.dealer, endpoint: row["endpoint"], kind)
        }
    }

    private func record(_ lead: String, status: LeadStatus, reason: String?) throws {
        try db.run(
            """
            INSERT INTO lead_history (lead, status, at, by, reason, is_late, recorded)
            VALUES (?, ?, ?, 'gateway', ?, 0, ?)
            """, [lead, status.rawValue, now.milliseconds, reason, now.milliseconds])
    }

    /// One event for each endpoint that the dealer has; without any, the dealer pulls.
    private mutating func queue(lead: String, dealer: Int64, kind: LeadEventKind) throws {
        let endpoints = try db.rows("SELECT id FROM endpoints WHERE dealer = ?", [dealer])
        for row in endpoints {
            try insertEvent(lead: lead, dealer: dealer, endpoint: row["id"], kind)
        }
    }

    mutating func insertEvent(
        lead: String, dealer: Int64, endpoint: Int64, _ kind: LeadEventKind
    ) throws {
        outcome.eventsQueued += 1
        try db.run(
            """
            INSERT INTO outbox (event, lead, dealer, endpoint, kind, state, attempts, next_attempt,
                created) VALUES (?, ?, ?, ?, ?, 'pending', 0, ?, ?)
            """,
            [
                "evt_" + Identifiers.sortable(now: now), lead, dealer, endpoint, kind.rawValue,
                now.milliseconds, now.milliseconds,
            ])
    }
}
