import Customers
import GRDB
import VehicleSignals

/// A trigger as it lies in the file, with what its transitions need.
struct TriggerRow {
    /// What the rule says of the need; whether it may go to a dealer is `parked`.
    enum Phase: String {
        case open = "OPEN"
        case escalated = "ESCALATED"
        case resolved = "RESOLVED"
        case withdrawn = "WITHDRAWN"
    }

    var id: Int64
    var vehicle: VehicleKey
    var code: String
    var phase: Phase
    var parked: RefusalReason?
    var tier: UInt8
    var dueLate: Day?
    /// Of the newest firing that changed the trigger.
    var eventTime: Timestamp
    /// Decides whose need it is: the event time, or the beginning of the holding to which an
    /// open need passed on.
    var stampTime: Timestamp
    var epoch: Int64?
    var inputsHash: String
    var correlation: String
    /// The newest lead, whatever its state.
    var lead: String?

    var isActive: Bool { phase == .open || phase == .escalated }
}

extension Row {
    func trigger() throws -> TriggerRow {
        let vehicle: Int64 = self["vehicle"]
        let parked: String? = self["parked"]
        return TriggerRow(
            id: self["id"], vehicle: VehicleKey(UInt32(truncatingIfNeeded: vehicle)),
            code: self["code"], phase: try word("phase", of: "triggers"),
            parked: try parked.map { _ in try word("parked", of: "triggers") }, tier: self["tier"],
            dueLate: optionalDay("due_late"), eventTime: time("event_time"),
            stampTime: time("stamp_time"), epoch: self["epoch"], inputsHash: self["inputs_hash"],
            correlation: self["correlation"], lead: self["lead"])
    }
}

extension Database {
    func trigger(
        _ vehicle: VehicleKey, code: String, position: String, cycle: Int
    ) throws -> TriggerRow? {
        try row(
            """
            SELECT * FROM triggers WHERE vehicle = ? AND code = ? AND position = ? AND cycle = ?
            """, [Int64(vehicle.number), code, position, cycle]
        ).map { try $0.trigger() }
    }

    func trigger(id: Int64) throws -> TriggerRow? {
        try row("SELECT * FROM triggers WHERE id = ?", [id]).map { try $0.trigger() }
    }

    func insertTrigger(
        _ firing: FiringRecord, phase: TriggerRow.Phase, now: Timestamp
    ) throws -> TriggerRow? {
        try run(
            """
            INSERT INTO triggers (vehicle, code, position, cycle, phase, tier, rule_version,
                sequence, event_time, stamp_time, due_early, due_expected, due_late, due_basis,
                confidence, odometer_km, odometer_time, reason, action, facts, inputs_hash,
                correlation, opened, updated)
            VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                Int64(firing.vehicle.number), firing.code, firing.position, firing.cycle,
                phase.rawValue, firing.tier.rawValue, firing.ruleVersion,
                firing.eventTime.milliseconds, firing.eventTime.milliseconds,
                firing.dueEarly?.daysSinceEpoch, firing.dueExpected?.daysSinceEpoch,
                firing.dueLate?.daysSinceEpoch, firing.dueBasis, firing.confidence,
                firing.odometerKilometres, firing.odometerTime?.milliseconds, firing.reason,
                firing.suggestedAction, firing.facts, firing.inputsHash,
                "c-" + Identifiers.sortable(now: now), now.milliseconds, now.milliseconds,
            ])
        return try trigger(id: lastInsertedRowID)
    }

    /// Takes over what the rule says now.
    func updateTrigger(
        _ id: Int64, _ firing: FiringRecord, phase: TriggerRow.Phase, now: Timestamp
    ) throws {
        try run(
            """
            UPDATE triggers SET phase = ?, tier = ?, rule_version = ?, sequence = sequence + 1,
                event_time = ?, due_early = ?, due_expected = ?, due_late = ?, due_basis = ?,
                confidence = ?, odometer_km = coalesce(?, odometer_km),
                odometer_time = coalesce(?, odometer_time), reason = ?, action = ?, facts = ?,
                inputs_hash = ?, updated = ? WHERE id = ?
            """,
            [
                phase.rawValue, firing.tier.rawValue, firing.ruleVersion,
                firing.eventTime.milliseconds, firing.dueEarly?.daysSinceEpoch,
                firing.dueExpected?.daysSinceEpoch, firing.dueLate?.daysSinceEpoch,
                firing.dueBasis, firing.confidence, firing.odometerKilometres,
                firing.odometerTime?.milliseconds, firing.reason, firing.suggestedAction,
                firing.facts, firing.inputsHash, now.milliseconds, id,
            ])
    }

    /// Closes the trigger; what it said of the need stays as the explanation.
    func closeTrigger(
        _ id: Int64, _ firing: FiringRecord, phase: TriggerRow.Phase, now: Timestamp
    ) throws {
        try run(
            """
            UPDATE triggers SET phase = ?, parked = NULL, sequence = sequence + 1, event_time = ?,
                reason = ?, inputs_hash = ?, updated = ? WHERE id = ?
            """,
            [
                phase.rawValue, firing.eventTime.milliseconds, firing.reason, firing.inputsHash,
                now.milliseconds, id,
            ])
    }
}
