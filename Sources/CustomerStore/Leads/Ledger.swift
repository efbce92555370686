public import Customers
import GRDB
public import VehicleSignals

/// By which door something was told.
public enum DisclosureDoor: String, Sendable, CaseIterable, Codable {
    case webhook
    case leadList = "lead_list"
    case leadDetail = "lead_detail"
    case contact
    case statusAnswer = "status_answer"
}

/// A line of the ledger: who was told what about which vehicle, for what and on what basis.
public struct Disclosure: Sendable, Hashable {
    public var id: Int64
    public var at: Timestamp
    /// The dealer's key.
    public var recipient: String
    public var door: DisclosureDoor
    public var dataClasses: [DataClass]
    /// The recipient's own name for the vehicle.
    public var reference: String
    public var purpose: Purpose
    /// ``SharingBasis/text`` of the records that permitted it, or `duty:withdrawal`.
    public var basis: String
    public var lead: String?
    /// The webhook's event and which attempt it was.
    public var event: String?
    public var attempt: Int?
}

extension Database {
    func disclose(
        to recipient: String, door: DisclosureDoor, classes: Set<DataClass>, reference: String,
        purpose: Purpose, basis: String, lead: String, event: String? = nil, attempt: Int? = nil,
        now: Timestamp
    ) throws {
        let names = classes.map(\.rawValue).sorted().joined(separator: " ")
        try run(
            """
            INSERT INTO disclosures (at, recipient, door, data_classes, reference, purpose, basis,
                lead, event, attempt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                now.milliseconds, recipient, door.rawValue, names, reference, purpose.rawValue,
                basis, lead, event, attempt,
            ])
    }
}

extension CustomerStore {
    /// Largest number of ledger lines that one call returns.
    public static let disclosurePageMax = 1000

    /// Lines of the ledger after line `after`, ascending; of one lead, one reference, to one
    /// recipient, or all.
    public func disclosures(
        after: Int64 = 0, lead: String? = nil, reference: String? = nil,
        recipient: String? = nil, limit: Int = 200
    ) throws -> [Disclosure] {
        let count = min(max(limit, 1), Self.disclosurePageMax)
        return try pool.read { db in
            try db.rows(
                """
                SELECT * FROM disclosures WHERE id > ? AND (? IS NULL OR lead = ?)
                    AND (? IS NULL OR reference = ?) AND (? IS NULL OR recipient = ?)
                ORDER BY id LIMIT ?
                """,
                [after, lead, lead, reference, reference, recipient, recipient, count]
            ).map { try $0.disclosure() }
        }
    }

    /// Lines after line `after` about the vehicles of a person, ascending: those that fell into
    /// his own holdings, and nothing from before or after them.
    public func disclosures(
        about person: String, after: Int64 = 0, limit: Int = 200
    ) throws -> [Disclosure] {
        let count = min(max(limit, 1), Self.disclosurePageMax)
        return try pool.read { db in
            try db.rows(
                """
                SELECT d.* FROM persons p JOIN epochs e ON e.person = p.id
                    JOIN leads l ON l.vehicle = e.vehicle AND l.epoch = e.id
                    JOIN disclosures d ON d.lead = l.id
                WHERE p.key = ? AND d.id > ? ORDER BY d.id LIMIT ?
                """, [person, after, count]
            ).map { try $0.disclosure() }
        }
    }
}

extension Row {
    fileprivate func disclosure() throws -> Disclosure {
        Disclosure(
            id: self["id"], at: time("at"), recipient: self["recipient"],
            door: try word("door", of: "disclosures"),
            dataClasses: WordList.codes(self["data_classes"])
                .compactMap(DataClass.init(rawValue:)),
            reference: self["reference"], purpose: try word("purpose", of: "disclosures"),
            basis: self["basis"], lead: self["lead"], event: self["event"],
            attempt: self["attempt"])
    }
}
