import Customers
import GRDB
public import VehicleSignals

/// What became of a vehicle's needs when it was erased.
public struct NeedErasure: Sendable, Hashable {
    /// Leads that were open: their dealers hear of the withdrawal.
    public var leadsWithdrawn = 0
    public var eventsQueued = 0
    /// Triggers of which no dealer ever heard: nothing is left of them.
    public var triggersRemoved = 0
    /// Triggers that were leads: what was measured is gone, that there was a need stays.
    public var triggersBlanked = 0

    public init() {}
}

extension CustomerStore {
    /// Why a lead ended whose vehicle was erased.
    static let erasureReason = "erasure"

    /// Erases what the rules found out about a vehicle, in one transaction: open leads are
    /// withdrawn as they are when a permission ends, then triggers that never were a lead go, and
    /// of the others everything that was measured in the vehicle. On return the bytes are gone
    /// from the disk.
    ///
    /// The withdrawal that the dealers hear carries nothing but opaque names, so it needs nothing
    /// of what is erased with it. What stays is the record of what was shared: leads with status,
    /// times and basis, their history, and the ledger. Doing it again changes nothing.
    public func eraseNeeds(of vehicle: VehicleKey, now: Timestamp) throws -> NeedErasure {
        let outcome = try pool.write { db in
            var desk = LeadDesk(db: db, store: self, now: now)
            return try desk.eraseNeeds(of: Int64(vehicle.number))
        }
        // The log beside the file holds what was there before: it is copied and cut to nothing,
        // also after a time when that failed.
        try pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        return outcome
    }
}

extension LeadDesk {
    fileprivate mutating func eraseNeeds(of vehicle: Int64) throws -> NeedErasure {
        var erased = NeedErasure()
        let open = try db.rows("SELECT * FROM leads WHERE vehicle = ? AND is_active", [vehicle])
            .map { try $0.lead() }
        for lead in open {
            try end(
                lead, status: .withdrawn, reason: CustomerStore.erasureReason, kind: .withdrawn)
        }
        erased.leadsWithdrawn = open.count
        erased.eventsQueued = outcome.eventsQueued
        erased.triggersRemoved = try db.change(
            """
            DELETE FROM triggers WHERE vehicle = ?
                AND NOT EXISTS (SELECT 1 FROM leads l WHERE l.trigger_id = triggers.id)
            """, [vehicle])
        // A trigger that waits for later data begins as one that was taken back.
        erased.triggersBlanked = try db.change(
            """
            UPDATE triggers SET parked = NULL, due_early = NULL, due_expected = NULL,
                due_late = NULL, odometer_km = NULL, odometer_time = NULL, reason = '', action = '',
                facts = '{}', inputs_hash = '', sequence = sequence + 1, updated = ?2,
                phase = CASE WHEN phase = 'RESOLVED' THEN phase ELSE 'WITHDRAWN' END
            WHERE vehicle = ?1 AND (facts <> '{}' OR reason <> '' OR inputs_hash <> ''
                OR phase NOT IN ('RESOLVED', 'WITHDRAWN'))
            """, [vehicle, now.milliseconds])
        return erased
    }
}
