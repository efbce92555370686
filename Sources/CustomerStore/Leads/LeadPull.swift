public import Customers
import GRDB
public import VehicleSignals

/// A page of leads and where the next one begins.
public struct LeadPage: Sendable, Hashable {
    public var leads: [Lead]
    /// To be given as `after` next time; the same as asked for when there is nothing new.
    public var cursor: Int64
    public var hasMore: Bool
}

extension CustomerStore {
    /// Largest page of the pull interface.
    public static let leadPageMax = 200

    /// The dealer's leads that changed after `after`, in the order of their changes.
    ///
    /// Permission is asked for each lead at `now`: one that may no longer be told is withdrawn in
    /// the same transaction and comes as a tombstone with nothing but opaque names. Every lead
    /// handed out writes a line of the ledger. An unknown dealer has no leads. `now` is read when
    /// the transaction begins.
    public func leads(
        dealer: String, after: Int64, limit: Int = leadPageMax,
        now clock: @autoclosure () -> Timestamp
    ) throws -> LeadPage {
        let count = min(max(limit, 1), Self.leadPageMax)
        let nothing = LeadPage(leads: [], cursor: after, hasMore: false)
        // Asking in vain is the usual case and must not cost a write.
        let isNews = try pool.read { db in
            try db.integer(
                """
                SELECT 1 FROM leads l JOIN dealers d ON d.id = l.dealer
                WHERE d.key = ? AND l.sequence > ? LIMIT 1
                """, [dealer, after]) != nil
        }
        guard isNews else { return nothing }
        return try pool.write { db in
            let now = clock()
            guard let party = try db.dealer(key: dealer) else { return nothing }
            let rows = try db.rows(
                "SELECT * FROM leads WHERE dealer = ? AND sequence > ? ORDER BY sequence LIMIT ?",
                [party.id, after, count + 1]
            ).map { try $0.lead() }
            var desk = LeadDesk(db: db, store: self, now: now)
            var leads: [Lead] = []
            for row in rows.prefix(count) {
                if let lead = try desk.handOut(row, to: party, door: .leadList) {
                    leads.append(lead)
                }
            }
            // The cursor stands where the page was read up to: a lead that was withdrawn just now
            // has a new place further on and comes there once more, which does no harm.
            return LeadPage(
                leads: leads, cursor: rows.prefix(count).last?.sequence ?? after,
                hasMore: rows.count > count)
        }
    }

    /// One lead of the dealer; `nil` if there is none of that id, or it is another dealer's.
    public func lead(
        dealer: String, id: String, now clock: @autoclosure () -> Timestamp
    ) throws -> Lead? {
        try pool.write { db in
            let now = clock()
            guard let party = try db.dealer(key: dealer), let row = try db.lead(id: id),
                row.dealer == party.id
            else { return nil }
            var desk = LeadDesk(db: db, store: self, now: now)
            return try desk.handOut(row, to: party, door: .leadDetail)
        }
    }
}

extension LeadDesk {
    /// The lead as `party` may see it now, with its line in the ledger.
    mutating func handOut(_ lead: LeadRow, to party: Dealer, door: DisclosureDoor) throws -> Lead? {
        let decision = try decide(lead, party)
        var isOpenBook = false
        if case .allowed(let basis) = decision, !lead.isClosedByGateway {
            isOpenBook = true
            try db.disclose(
                to: party.key, door: door, classes: leadDataClasses, reference: lead.reference,
                purpose: .dealerShare, basis: basis.text, lead: lead.id, now: now)
            try markDelivered(lead)
        } else if case .refused(let reason) = decision, !lead.status.isFinal {
            try end(lead, status: .withdrawn, reason: reason.rawValue, kind: .withdrawn)
            try parkAgain(lead, reason: reason)
        }
        return try db.rendered(lead.id, isRedacted: !isOpenBook)
    }

    func decide(
        _ lead: LeadRow, _ party: Dealer, purpose: Purpose = .dealerShare,
        classes: Set<DataClass> = leadDataClasses
    ) throws -> SharingDecision {
        guard let facts = try db.sharingFacts(lead.vehicle),
            let trigger = try db.trigger(id: lead.trigger)
        else { return .refused(.vehicleUnknown) }
        let question = SharingQuestion(
            recipient: party.key, purpose: purpose, dataClasses: classes,
            eventTime: trigger.stampTime, time: now)
        let decision = allows(question, facts: facts)
        // The dealer's lead belongs to one holding, even where the need has passed on.
        if case .allowed(let basis) = decision, basis.epoch != lead.epoch {
            return .refused(.ownershipChanged)
        }
        return decision
    }

    /// A first reception, by whatever door. It tells the dealer nothing new, so neither version
    /// nor cursor move.
    func markDelivered(_ lead: LeadRow) throws {
        guard lead.status == .new else { return }
        try db.run(
            "UPDATE leads SET status = 'DELIVERED' WHERE id = ? AND status = 'NEW'", [lead.id])
        try db.run(
            """
            INSERT INTO lead_history (lead, status, at, by, is_late, recorded)
            VALUES (?, 'DELIVERED', ?, 'gateway', 0, ?)
            """, [lead.id, now.milliseconds, now.milliseconds])
    }

    /// After a lead ended for want of a right, its need waits, if it is still there.
    mutating func parkAgain(_ lead: LeadRow, reason: RefusalReason) throws {
        guard let trigger = try db.trigger(id: lead.trigger), trigger.isActive else { return }
        try db.run(
            "UPDATE triggers SET parked = ? WHERE id = ?", [reason.rawValue, trigger.id])
        // Another dealer may have been chosen meanwhile.
        try place(trigger)
    }
}

extension LeadRow {
    /// Withdrawn and reassigned leads tell nothing any more.
    var isClosedByGateway: Bool {
        status == .withdrawn || status == .reassigned || status == .expired
    }
}
