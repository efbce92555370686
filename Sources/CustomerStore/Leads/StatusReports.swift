public import Customers
import Foundation
import GRDB
public import VehicleSignals

/// How a lead stands after a report; the same report always gets the same receipt.
public struct StatusReceipt: Sendable, Hashable {
    public var lead: String
    public var status: LeadStatus
    public var version: Int
    public var sequence: Int64
    public var updatedAt: Timestamp
    /// Came after the gateway had ended the lead: kept in its history, changes nothing.
    public var isLate: Bool
}

public enum StatusAnswer: Sendable, Hashable {
    case accepted(StatusReceipt)
    /// No such lead, or another dealer's.
    case notFound
    /// The idempotency key was used for something else.
    case keyConflict
    /// The dealer has seen an older version of the lead.
    case versionConflict(current: Int)
    /// The life cycle has no such step.
    case stepRefused(from: LeadStatus, to: LeadStatus)
    /// The report itself is wrong: which field, and why.
    case invalid(field: String, reason: String)
}

extension CustomerStore {
    /// Longest free text, name, key and reference of a report, in characters.
    public static let reportTextMax = 500
    public static let reportNameMax = 100
    /// How far a dealer's clock may run ahead.
    static let reportAhead = TimeSpan.minutes(5)
    /// How long nothing is sent about a vehicle after its holder complained.
    static let silenceAfterComplaint = TimeSpan.days(30)

    /// Takes a dealer's report on a lead, in one transaction with everything that follows.
    public func report(
        dealer: String, lead id: String, _ report: LeadStatusReport, now: Timestamp
    ) throws -> StatusAnswer {
        if let flaw = Self.flaw(in: report, now: now) { return flaw }
        return try pool.write { db in
            guard let party = try db.dealer(key: dealer), let lead = try db.lead(id: id),
                lead.dealer == party.id
            else { return .notFound }
            let hash = Self.bodyHash(report)
            if let known = try db.row(
                "SELECT * FROM idempotency WHERE dealer = ? AND key = ?",
                [party.id, report.idempotencyKey])
            {
                let isSame = (known["lead"] as String) == id && (known["body_hash"] as Data) == hash
                return isSame ? .accepted(try known.receipt()) : .keyConflict
            }
            var desk = LeadDesk(db: db, store: self, now: now)
            let answer = try desk.take(report, on: lead)
            if case .accepted(let receipt) = answer {
                try db.remember(receipt, dealer: party.id, key: report.idempotencyKey, hash: hash)
            }
            return answer
        }
    }

    /// What is wrong with a report by itself; `nil` if nothing is.
    private static func flaw(in report: LeadStatusReport, now: Timestamp) -> StatusAnswer? {
        if !report.status.isReportedByDealer {
            return .invalid(
                field: "status", reason: "\(report.status.rawValue) is set by the gateway only")
        }
        if report.at > now.advanced(by: reportAhead) {
            return .invalid(field: "at", reason: "lies in the future")
        }
        let names = [
            ("by", report.by), ("idempotency_key", report.idempotencyKey),
            ("appointment_id", report.appointmentID ?? "-"),
            ("repair_order_id", report.repairOrderID ?? "-"),
        ]
        for (field, text) in names where text.isEmpty || text.count > reportNameMax {
            return .invalid(field: field, reason: "needs 1 to \(reportNameMax) characters")
        }
        if let text = report.text, text.count > reportTextMax {
            return .invalid(field: "text", reason: "is longer than \(reportTextMax) characters")
        }
        if report.status == .lost, report.reason == nil {
            return .invalid(field: "reason", reason: "is needed with LOST")
        }
        if report.reason == .other, report.text?.isEmpty ?? true {
            return .invalid(field: "text", reason: "is needed with OTHER")
        }
        return nil
    }

    /// The same body gives the same hash, whatever order its fields came in.
    private static func bodyHash(_ report: LeadStatusReport) -> Data {
        let fields: [String?] = [
            report.status.rawValue, report.at.rfc3339, report.by, report.reason?.rawValue,
            report.text, report.appointmentID, report.repairOrderID,
            report.expectedVersion.map { String($0) },
        ]
        // The length before each field keeps `a|bc` and `ab|c` apart.
        let text = fields.map { $0.map { "\($0.utf8.count):\($0)" } ?? "-" }.joined(separator: "|")
        return Identifiers.sha256(text)
    }
}

extension Row {
    fileprivate func receipt() throws -> StatusReceipt {
        StatusReceipt(
            lead: self["lead"], status: try word("status", of: "idempotency"),
            version: self["version"], sequence: self["sequence"], updatedAt: time("updated"),
            isLate: self["is_late"])
    }
}

extension Database {
    fileprivate func remember(
        _ receipt: StatusReceipt, dealer: Int64, key: String, hash: Data
    ) throws {
        try run(
            "INSERT INTO idempotency VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                dealer, key, receipt.lead, hash, receipt.status.rawValue, receipt.version,
                receipt.sequence, receipt.updatedAt.milliseconds, receipt.isLate,
            ])
    }
}
