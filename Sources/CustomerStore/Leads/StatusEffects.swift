import Customers
import GRDB
import VehicleSignals

extension LeadDesk {
    /// Applies a dealer's report to his lead, with what follows from it.
    mutating func take(_ report: LeadStatusReport, on lead: LeadRow) throws -> StatusAnswer {
        if lead.isClosedByGateway {
            // The dealer could not know: kept for the record, without any person.
            try keep(report, on: lead, isLate: true)
            return .accepted(receipt(lead, isLate: true))
        }
        if let expected = report.expectedVersion, expected != lead.version {
            return .versionConflict(current: lead.version)
        }
        guard lead.status.allows(report.status) else {
            return .stepRefused(from: lead.status, to: report.status)
        }
        var changed = lead
        changed.status = report.status
        changed.version += 1
        changed.sequence = try db.advance("change_sequence")
        try db.run(
            """
            UPDATE leads SET status = ?, is_active = ?, version = ?, sequence = ?, updated = ?
            WHERE id = ?
            """,
            [
                report.status.rawValue, !report.status.isFinal, changed.version, changed.sequence,
                now.milliseconds, lead.id,
            ])
        try keep(report, on: lead, isLate: false)
        if report.status.isFinal {
            // What has not left need not tell a dealer what he has just told us.
            try db.run(
                """
                UPDATE outbox SET state = 'withdrawn', is_leased = 0, finished = ?
                WHERE lead = ? AND state = 'pending'
                """, [now.milliseconds, lead.id])
        }
        try follow(report, on: lead)
        return .accepted(receipt(changed, isLate: false))
    }

    private func receipt(_ lead: LeadRow, isLate: Bool) -> StatusReceipt {
        StatusReceipt(
            lead: lead.id, status: lead.status, version: lead.version, sequence: lead.sequence,
            updatedAt: now, isLate: isLate)
    }

    private func keep(_ report: LeadStatusReport, on lead: LeadRow, isLate: Bool) throws {
        try db.run(
            """
            INSERT INTO lead_history (lead, status, at, by, reason, text, appointment,
                repair_order, is_late, recorded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                lead.id, report.status.rawValue, report.at.milliseconds, report.by,
                report.reason?.rawValue, report.text, report.appointmentID, report.repairOrderID,
                isLate, now.milliseconds,
            ])
    }

    /// What a reason means for others: a sold car is in doubt, a complaint brings silence, a need
    /// that was none counts against the rule.
    private mutating func follow(_ report: LeadStatusReport, on lead: LeadRow) throws {
        if report.status == .falseAlarm { try note("false_alarm", lead) }
        switch report.reason {
        case .soldVehicle, .wrongPerson:
            try db.run(
                "UPDATE epochs SET disputed = ? WHERE id = ? AND disputed IS NULL",
                [report.reason?.rawValue, lead.epoch])
            try note(report.reason == .soldVehicle ? "ownership_review" : "identity_review", lead)
            try settleNow(lead.vehicle)
        case .complaint:
            let until = now.advanced(by: CustomerStore.silenceAfterComplaint)
            try db.run(
                "UPDATE epochs SET silent_until = ? WHERE id = ?", [until.milliseconds, lead.epoch])
            try note("complaint", lead)
            try settleNow(lead.vehicle)
        case .alreadyDone, .notDueCustomerSays: try note("rule_calibration", lead)
        default: break
        }
    }

    /// Other leads of the vehicle must not wait for the next reconciliation.
    private mutating func settleNow(_ vehicle: VehicleKey) throws {
        var fresh = LeadDesk(db: db, store: store, now: now)
        var ignored = ReconcileOutcome()
        try fresh.reconcile(vehicle, into: &ignored)
    }

    private func note(_ kind: String, _ lead: LeadRow) throws {
        let code = try db.trigger(id: lead.trigger)?.code ?? ""
        try db.run(
            "INSERT INTO quality_notes (lead, code, kind, at) VALUES (?, ?, ?, ?)",
            [lead.id, code, kind, now.milliseconds])
    }
}
