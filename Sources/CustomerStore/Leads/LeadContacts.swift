public import Customers
import GRDB
public import VehicleSignals

/// What a dealer who asks for a contact gets.
public enum ContactAnswer: Sendable, Hashable {
    case contact(LeadContact)
    case refused(ContactRefusal)
    /// No such lead, or another dealer's.
    case notFound
}

/// Why there is no contact: the word at the door and the decision behind it.
public struct ContactRefusal: Sendable, Hashable {
    public enum Code: String, Sendable, CaseIterable {
        /// Permission, choice, agreement or the person's own "no" stand against it.
        case permissionWithdrawn = "PERMISSION_WITHDRAWN"
        /// Somebody else has the vehicle, or that is in doubt.
        case ownershipChanged = "OWNERSHIP_CHANGED"
        /// The lead has come to its end: there is nothing to call about.
        case leadClosed = "LEAD_CLOSED"
    }

    public var code: Code
    /// In plain words.
    public var sentence: String

    init(_ reason: RefusalReason) {
        code = reason.isAboutOwnership ? .ownershipChanged : .permissionWithdrawn
        sentence = reason.sentence
    }

    init(code: Code, sentence: String) {
        self.code = code
        self.sentence = sentence
    }
}

extension CustomerStore {
    /// Whom to call about a lead, if that is permitted at `now`. The decision, the line in the
    /// ledger and the reading of the person are one transaction; `now` is read when it begins.
    public func contact(
        dealer: String, lead id: String, purpose: Purpose = .dealerShare,
        now clock: @autoclosure () -> Timestamp
    ) throws -> ContactAnswer {
        try pool.write { db in
            let now = clock()
            guard let party = try db.dealer(key: dealer), let lead = try db.lead(id: id),
                lead.dealer == party.id
            else { return .notFound }
            var desk = LeadDesk(db: db, store: self, now: now)
            return try desk.contact(of: lead, party, purpose)
        }
    }
}

extension LeadDesk {
    mutating func contact(
        of lead: LeadRow, _ party: Dealer, _ purpose: Purpose
    ) throws -> ContactAnswer {
        if lead.status.isFinal { return .refused(try closedRefusal(lead)) }
        // The sharing of the lead itself first: where that is over, the lead ends here and now.
        if case .refused(let reason) = try decide(lead, party) {
            try end(lead, status: .withdrawn, reason: reason.rawValue, kind: .withdrawn)
            try parkAgain(lead, reason: reason)
            return .refused(ContactRefusal(reason))
        }
        let basis: SharingBasis
        switch try decide(lead, party, purpose: purpose, classes: contactDataClasses) {
        case .refused(let reason): return .refused(ContactRefusal(reason))
        case .allowed(let found): basis = found
        }
        guard let contact = try read(lead, party, purpose) else { return .notFound }
        try markDelivered(lead)
        try db.disclose(
            to: party.key, door: .contact, classes: contactDataClasses, reference: lead.reference,
            purpose: purpose, basis: basis.text, lead: lead.id, now: now)
        return .contact(contact)
    }

    private func closedRefusal(_ lead: LeadRow) throws -> ContactRefusal {
        if let word = lead.endedReason, let reason = RefusalReason(rawValue: word) {
            return ContactRefusal(reason)
        }
        return ContactRefusal(
            code: .leadClosed, sentence: "The lead is closed (\(lead.status.rawValue)).")
    }

    /// The person with the addresses of those channels that the permission covers.
    private func read(
        _ lead: LeadRow, _ party: Dealer, _ purpose: Purpose
    ) throws -> LeadContact? {
        guard
            let row = try db.row(
                """
                SELECT p.*, v.vin, v.plate FROM epochs e JOIN persons p ON p.id = e.person
                    JOIN vehicles v ON v.id = e.vehicle WHERE e.id = ?
                """, [lead.epoch]),
            let facts = try db.sharingFacts(lead.vehicle),
            let trigger = try db.trigger(id: lead.trigger)
        else { return nil }
        let person = Person(
            id: row["id"], key: row["key"], name: row["name"], language: row["language"],
            phone: row["phone"], email: row["email"], sms: row["sms"], post: row["post"],
            bestTime: row["best_time"], advisor: row["advisor"])
        var channels: [String: String] = [:]
        for channel in ContactChannel.allCases {
            guard let address = person.address(for: channel) else { continue }
            let question = SharingQuestion(
                recipient: party.key, purpose: purpose, dataClasses: contactDataClasses,
                channel: channel, eventTime: trigger.stampTime, time: now)
            if allows(question, facts: facts).isAllowed { channels[channel.rawValue] = address }
        }
        return LeadContact(
            name: person.name, language: person.language, advisor: person.advisor,
            bestTime: person.bestTime, channels: channels, vin: row["vin"], plate: row["plate"])
    }
}
