import Customers
import GRDB
import VehicleSignals

/// What an event about a lead says; the last word of its CloudEvents type.
public enum LeadEventKind: String, Sendable, CaseIterable, Codable {
    case opened
    case escalated
    case updated
    case resolved
    case withdrawn
    case expired

    /// Tells that something is over: it goes out even when the permission is gone, since that is
    /// what it tells, and then carries nothing but the lead's and the vehicle's opaque names.
    public var isTombstone: Bool {
        switch self {
        case .resolved, .withdrawn, .expired: true
        case .opened, .escalated, .updated: false
        }
    }
}

/// A lead as it lies in the file.
struct LeadRow {
    var id: String
    var trigger: Int64
    var vehicle: VehicleKey
    var dealer: Int64
    var epoch: Int64
    var reference: String
    var status: LeadStatus
    var version: Int
    var sequence: Int64
    var endedReason: String?
}

extension Row {
    func lead() throws -> LeadRow {
        let vehicle: Int64 = self["vehicle"]
        return LeadRow(
            id: self["id"], trigger: self["trigger_id"],
            vehicle: VehicleKey(UInt32(truncatingIfNeeded: vehicle)), dealer: self["dealer"],
            epoch: self["epoch"], reference: self["reference"],
            status: try word("status", of: "leads"), version: self["version"],
            sequence: self["sequence"], endedReason: self["ended_reason"])
    }
}

extension Database {
    func lead(id: String) throws -> LeadRow? {
        try row("SELECT * FROM leads WHERE id = ?", [id]).map { try $0.lead() }
    }

    func activeLead(of trigger: Int64) throws -> LeadRow? {
        try row("SELECT * FROM leads WHERE trigger_id = ? AND is_active", [trigger]).map {
            try $0.lead()
        }
    }

    /// The lead as dealers see it, or only its opaque names where nothing more may be told.
    func rendered(_ id: String, isRedacted: Bool) throws -> Lead? {
        guard
            let row = try row(
                """
                SELECT l.*, d.key AS dealer_key, t.code, t.cycle, t.tier, t.rule_version,
                    t.due_early, t.due_expected, t.due_late, t.due_basis, t.confidence,
                    t.odometer_km, t.odometer_time, t.reason, t.action, t.correlation,
                    v.brand, v.model, v.model_year, v.powertrain
                FROM leads l JOIN triggers t ON t.id = l.trigger_id
                    JOIN vehicles v ON v.id = t.vehicle JOIN dealers d ON d.id = l.dealer
                WHERE l.id = ?
                """, [id])
        else { return nil }
        let full = !isRedacted
        return Lead(
            id: row["id"], sequence: row["sequence"], dealer: row["dealer_key"],
            vehicleReference: row["reference"], triggerCode: row["code"],
            triggerVersion: row["rule_version"], cycle: row["cycle"], tier: row["tier"],
            status: try row.word("status", of: "leads"), version: row["version"],
            brand: full ? row["brand"] : "", model: full ? row["model"] : "",
            modelYear: full ? row["model_year"] : nil, powertrain: full ? row["powertrain"] : "",
            odometerKilometres: full ? row["odometer_km"] : nil,
            odometerTime: full ? row.optionalTime("odometer_time") : nil,
            dueEarly: full ? row.optionalDay("due_early") : nil,
            dueExpected: full ? row.optionalDay("due_expected") : nil,
            dueLate: full ? row.optionalDay("due_late") : nil,
            dueBasis: full ? row["due_basis"] : "", confidence: full ? row["confidence"] : "",
            reason: full ? row["reason"] : "", suggestedAction: full ? row["action"] : "",
            createdAt: row.time("created"), updatedAt: row.time("updated"),
            acknowledgeBy: full ? row.optionalTime("acknowledge_by") : nil,
            contactBy: full ? row.optionalTime("contact_by") : nil,
            expires: full ? row.optionalTime("expires") : nil,
            correlationID: row["correlation"])
    }
}
