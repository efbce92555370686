public import Customers
import GRDB
public import VehicleSignals

/// Everything that one attempt needs. What it says was allowed at the moment it was made.
public struct DeliveryOrder: Sendable, Hashable {
    public var event: String
    public var kind: LeadEventKind
    /// 1 for the first.
    public var attempt: Int
    public var endpoint: Int64
    public var url: String
    /// `whsec_…`
    public var secret: String
    /// The lead's content; for a tombstone, only opaque names.
    public var lead: Lead
    /// When the event happened, the same over all attempts.
    public var eventTime: Timestamp
    /// Why it ended, in a tombstone.
    public var endedReason: String?
    /// The legal ground of what is told: that of the permissions on which it rests; of a
    /// tombstone, the duty to pass on that a right has ended.
    public var legalBasis: String
}

public enum DeliveryDecision: Sendable, Hashable {
    case send(DeliveryOrder)
    /// The right is gone: the lead was withdrawn just now, and where anything had left before, a
    /// tombstone is queued.
    case withdrawn(RefusalReason)
    /// Nothing to do any more: delivered, withdrawn, or the endpoint is switched off.
    case gone
}

public enum AttemptResult: Sendable, Hashable {
    case delivered
    case retry(at: Timestamp, error: String)
    /// The schedule is used up, or the answer was final.
    case dead(error: String)
    /// 410: the endpoint is switched off; its events wait until somebody switches it on.
    case endpointGone(error: String)
}

extension CustomerStore {
    /// Longest error text that is kept, in characters.
    static let errorTextMax = 500

    /// Decides about an attempt at the moment of making it, and books it: permission is asked
    /// now, and attempt count and ledger line are written before anything leaves. A crash between
    /// here and ``finishAttempt(event:result:now:)`` leaves a line too many, never one too few.
    ///
    /// - Parameter now: read once the file is ours to write, however long that took: what was
    ///   withdrawn while we waited is withdrawn.
    public func beginAttempt(
        event: String, now clock: @autoclosure () -> Timestamp
    ) throws -> DeliveryDecision {
        try pool.write { db in
            let now = clock()
            guard
                let row = try db.row(
                    """
                    SELECT o.*, e.url, e.secret FROM outbox o JOIN endpoints e ON e.id = o.endpoint
                    WHERE o.event = ? AND o.state = 'pending' AND NOT o.is_leased AND e.enabled
                    """, [event]),
                let lead = try db.lead(id: row["lead"]), let party = try db.dealer(id: lead.dealer)
            else { return .gone }
            let kind: LeadEventKind = try row.word("kind", of: "outbox")
            var desk = LeadDesk(db: db, store: self, now: now)
            let decision = try desk.decide(lead, party)
            if case .refused(let reason) = decision, !kind.isTombstone {
                if lead.status.isFinal {
                    try desk.takeBack(event)
                } else {
                    try desk.end(
                        lead, status: .withdrawn, reason: reason.rawValue, kind: .withdrawn)
                    try desk.parkAgain(lead, reason: reason)
                }
                return .withdrawn(reason)
            }
            return .send(try desk.book(row, kind, lead, party, decision))
        }
    }

    /// Records how an attempt ended. An event that was withdrawn meanwhile stays withdrawn.
    public func finishAttempt(event: String, result: AttemptResult, now: Timestamp) throws {
        try pool.write { db in
            switch result {
            case .delivered: try delivered(event, db, now)
            case .retry(let time, let error):
                try db.run(
                    """
                    UPDATE outbox SET is_leased = 0, next_attempt = ?, last_error = ?
                    WHERE event = ? AND state = 'pending'
                    """, [time.milliseconds, String(error.prefix(Self.errorTextMax)), event])
            case .dead(let error):
                try db.run(
                    """
                    UPDATE outbox SET state = 'dead', is_leased = 0, finished = ?, last_error = ?
                    WHERE event = ? AND state = 'pending'
                    """, [now.milliseconds, String(error.prefix(Self.errorTextMax)), event])
            case .endpointGone(let error):
                let text = String(error.prefix(Self.errorTextMax))
                try db.run(
                    "UPDATE outbox SET is_leased = 0, last_error = ? WHERE event = ?",
                    [text, event])
                try db.run(
                    """
                    UPDATE endpoints SET enabled = 0, disabled_reason = ?, disabled_at = ?
                    WHERE id = (SELECT endpoint FROM outbox WHERE event = ?)
                    """, [text, now.milliseconds, event])
            }
        }
    }

    private func delivered(_ event: String, _ db: Database, _ now: Timestamp) throws {
        let isDone = try db.change(
            """
            UPDATE outbox SET state = 'delivered', is_leased = 0, finished = ?, last_error = NULL
            WHERE event = ? AND state = 'pending'
            """, [now.milliseconds, event])
        guard isDone > 0,
            let id = try db.text("SELECT lead FROM outbox WHERE event = ?", [event]),
            let lead = try db.lead(id: id)
        else { return }
        try LeadDesk(db: db, store: self, now: now).markDelivered(lead)
    }
}

extension LeadDesk {
    /// A data event of a lead that ended otherwise: it says nothing that may still be said.
    fileprivate func takeBack(_ event: String) throws {
        try db.run(
            "UPDATE outbox SET state = 'withdrawn', is_leased = 0, finished = ? WHERE event = ?",
            [now.milliseconds, event])
    }

    /// Counts the attempt, writes the ledger's line and puts the order together.
    fileprivate func book(
        _ row: Row, _ kind: LeadEventKind, _ lead: LeadRow, _ party: Dealer,
        _ decision: SharingDecision
    ) throws -> DeliveryOrder {
        let event: String = row["event"]
        let attempt = (row["attempts"] as Int) + 1
        try db.run(
            "UPDATE outbox SET attempts = ?, is_leased = 1 WHERE event = ?", [attempt, event])
        var isRedacted = true
        var classes: Set<DataClass> = [.triggers]
        var basis = "duty:withdrawal"
        var ground = LegalBasis.legalObligation.rawValue
        // An expired lead's facts may be told with its `resolved`, as long as the right holds.
        let isOver = lead.status == .withdrawn || lead.status == .reassigned
        if case .allowed(let found) = decision, !isOver, kind != .withdrawn {
            isRedacted = false
            classes = leadDataClasses
            basis = found.text
            ground = found.groundText
        }
        try db.disclose(
            to: party.key, door: .webhook, classes: classes, reference: lead.reference,
            purpose: .dealerShare, basis: basis, lead: lead.id, event: event, attempt: attempt,
            now: now)
        guard let content = try db.rendered(lead.id, isRedacted: isRedacted) else {
            throw StoreError.unreadable(table: "leads", column: "id", value: lead.id)
        }
        return DeliveryOrder(
            event: event, kind: kind, attempt: attempt, endpoint: row["endpoint"], url: row["url"],
            secret: row["secret"], lead: content, eventTime: row.time("created"),
            endedReason: kind.isTombstone ? lead.endedReason : nil, legalBasis: ground)
    }
}
