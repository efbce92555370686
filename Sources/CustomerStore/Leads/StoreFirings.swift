public import Customers
import GRDB
public import VehicleSignals

/// What a call of `store` did; firings = sum of the first seven.
public struct StoreOutcome: Sendable, Hashable {
    public var opened = 0
    public var escalated = 0
    public var updated = 0
    public var resolved = 0
    public var withdrawn = 0
    /// Known already, or about a trigger that is closed: nothing changed.
    public var repeated = 0
    /// The registry has no such vehicle.
    public var unknownVehicle = 0
    /// Triggers that wait with a reason, after these firings.
    public var parked = 0
    public var leadsOpened = 0
    public var eventsQueued = 0
    /// The position was stored before: nothing was looked at.
    public var isSkipped = false

    public init() {}
}

extension CustomerStore {
    /// Stores the firings of one step of the pipeline together with the journal position up to
    /// which everything is applied: one transaction, on disk when the call returns.
    ///
    /// A position that is not beyond the stored one is skipped as a whole, so all firings of a
    /// position come in one call. Without a position (timers) only the triggers' unique key
    /// guards against repetition.
    ///
    /// A vehicle that an import has merged into another a moment ago is still told under its old
    /// number, by a pipeline that follows within a second: such firings are the other vehicle's.
    public func store(
        firings: [FiringRecord], position: JournalPosition?, now: Timestamp
    ) throws -> StoreOutcome {
        try pool.write { db in
            if let position {
                if position.number <= (try db.counter("position")) {
                    var skipped = StoreOutcome()
                    skipped.isSkipped = true
                    return skipped
                }
                try db.setCounter("position", position.number)
            }
            let firings = try db.underPresentNumbers(firings)
            var desk = LeadDesk(db: db, store: self, now: now)
            desk.isNewToStore = position != nil
            for (index, firing) in firings.enumerated() {
                desk.later = firings[(index + 1)...]
                try desk.take(firing)
            }
            return desk.outcome
        }
    }
}

/// Applies firings to triggers and leads within one transaction.
struct LeadDesk {
    let db: Database
    let store: CustomerStore
    let now: Timestamp
    var outcome = StoreOutcome()
    /// The firings come with a position that was never stored, so nothing of them is a replay
    /// whose end was stored before.
    var isNewToStore = false
    /// What comes after the firing at hand in the same call.
    var later: ArraySlice<FiringRecord> = []
    /// Facts of the vehicle at hand: firings of one vehicle come one after the other.
    private var known: (vehicle: VehicleKey, facts: SharingFacts?)?

    init(db: Database, store: CustomerStore, now: Timestamp) {
        self.db = db
        self.store = store
        self.now = now
    }

    mutating func facts(_ vehicle: VehicleKey) throws -> SharingFacts? {
        if let known, known.vehicle == vehicle { return known.facts }
        let facts = try db.sharingFacts(vehicle)
        known = (vehicle, facts)
        return facts
    }

    mutating func take(_ firing: FiringRecord) throws {
        guard try facts(firing.vehicle) != nil else {
            outcome.unknownVehicle += 1
            return
        }
        let existing = try db.trigger(
            firing.vehicle, code: firing.code, position: firing.position, cycle: firing.cycle)
        switch firing.deed {
        case .open, .escalate, .update: try raise(existing, firing)
        case .resolve, .withdraw: try close(existing, firing)
        }
    }

    /// A need that is there: new, worse, or known better.
    private mutating func raise(_ existing: TriggerRow?, _ firing: FiringRecord) throws {
        let phase: TriggerRow.Phase =
            firing.deed == .escalate || existing?.phase == .escalated ? .escalated : .open
        guard let existing else {
            // Whatever came first: an escalation of a need that was never told opens it.
            guard let fresh = try db.insertTrigger(firing, phase: phase, now: now) else { return }
            outcome.opened += 1
            try place(fresh)
            return
        }
        switch existing.phase {
        case .resolved:
            guard reopens(existing, firing) else {
                outcome.repeated += 1
                return
            }
            try db.updateTrigger(existing.id, firing, phase: phase, now: now)
            outcome.opened += 1
            guard let again = try db.trigger(id: existing.id) else { return }
            if let lead = try db.activeLead(of: again.id) {
                try touch(lead, kind: .updated)
            } else {
                try place(again)
            }
        case .withdrawn:
            // Later data took the need back, still later data brought it again: same trigger,
            // since it is the same need of the same cycle.
            if existing.inputsHash == firing.inputsHash, !firing.inputsHash.isEmpty {
                outcome.repeated += 1
                return
            }
            try db.updateTrigger(existing.id, firing, phase: phase, now: now)
            outcome.opened += 1
            if let again = try db.trigger(id: existing.id) { try place(again) }
        case .open, .escalated:
            if firing.deed == .open || existing.phase == phase, isRepeat(existing, firing) {
                outcome.repeated += 1
                return
            }
            try db.updateTrigger(existing.id, firing, phase: phase, now: now)
            let isEscalation = firing.deed == .escalate
            if isEscalation { outcome.escalated += 1 } else { outcome.updated += 1 }
            guard let changed = try db.trigger(id: existing.id) else { return }
            if let lead = try db.activeLead(of: changed.id) {
                try touch(lead, kind: isEscalation ? .escalated : .updated)
            } else {
                try place(changed)
            }
        }
    }

    /// Whether a need that was met stands again: late evidence took back what met it, and the
    /// rules, which remember what they told, say so. What opened it has mostly not changed by that,
    /// nor when; so a repetition shows by its way. A replay of stored positions is skipped, and one
    /// that reaches beyond them tells the end again in the same call. Timers come without a
    /// position: there only what happened after the end counts.
    private func reopens(_ existing: TriggerRow, _ firing: FiringRecord) -> Bool {
        guard isNewToStore else { return firing.eventTime > existing.eventTime }
        return !later.contains { $0.closes(firing) }
    }

    /// An opening of a trigger that is open says nothing new; others repeat if their inputs do.
    private func isRepeat(_ existing: TriggerRow, _ firing: FiringRecord) -> Bool {
        firing.deed == .open
            || (existing.inputsHash == firing.inputsHash && !firing.inputsHash.isEmpty)
    }

    private mutating func close(_ existing: TriggerRow?, _ firing: FiringRecord) throws {
        guard let existing, existing.isActive else {
            outcome.repeated += 1
            return
        }
        let isResolved = firing.deed == .resolve
        try db.closeTrigger(
            existing.id, firing, phase: isResolved ? .resolved : .withdrawn, now: now)
        if isResolved { outcome.resolved += 1 } else { outcome.withdrawn += 1 }
        guard let lead = try db.activeLead(of: existing.id) else { return }
        if !isResolved {
            try end(lead, status: .withdrawn, reason: "need_withdrawn", kind: .withdrawn)
        } else if lead.status.isBeforeAppointment {
            try end(lead, status: .expired, reason: Self.needResolved, kind: .resolved)
        } else {
            // There is an appointment: the dealer says how it ended.
            try touch(lead, kind: .resolved)
        }
    }
}

extension FiringRecord {
    fileprivate func closes(_ other: FiringRecord) -> Bool {
        switch deed {
        case .open, .escalate, .update: false
        case .resolve, .withdraw:
            vehicle == other.vehicle && code == other.code && position == other.position
                && cycle == other.cycle
        }
    }
}
