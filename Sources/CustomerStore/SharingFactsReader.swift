import Customers
import GRDB
import VehicleSignals

extension Database {
    /// Everything that a decision about `vehicle` may rest on; `nil` if there is no such vehicle.
    func sharingFacts(_ vehicle: VehicleKey) throws -> SharingFacts? {
        guard
            let row = try row(
                "SELECT brand, gate FROM vehicles WHERE id = ?", [Int64(vehicle.number)])
        else { return nil }
        let gate: UInt8 = row["gate"]
        var facts = SharingFacts(brand: row["brand"], gate: TelemetryGate(rawValue: gate) ?? .off)
        facts.epochs = try epochs(of: vehicle)
        for person in Set(facts.epochs.map(\.person)) {
            if try integer("SELECT do_not_contact FROM persons WHERE id = ?", [person]) != 0 {
                facts.doNotContact.insert(person)
            }
            facts.permissions += try permissions(of: person)
        }
        var dealers: Set<Int64> = []
        for epoch in facts.epochs {
            for row in try rows("SELECT * FROM choices WHERE epoch = ? ORDER BY id", [epoch.id]) {
                let choice = DealerChoice(
                    id: row["id"], epoch: row["epoch"], dealer: row["dealer"], at: row.time("at"))
                facts.choices.append(choice)
                if let dealer = choice.dealer { dealers.insert(dealer) }
            }
        }
        for id in dealers.sorted() {
            if let dealer = try dealer(id: id) { facts.dealers.append(dealer) }
            facts.agreements += try agreements(with: id)
        }
        return facts
    }

    func epochs(of vehicle: VehicleKey) throws -> [HoldingEpoch] {
        try rows(
            "SELECT * FROM epochs WHERE vehicle = ? ORDER BY from_time, id",
            [Int64(vehicle.number)]
        ).map { try $0.epoch() }
    }

    func dealer(id: Int64) throws -> Dealer? {
        try row("SELECT * FROM dealers WHERE id = ?", [id]).map { try dealer($0) }
    }

    func dealer(key: String) throws -> Dealer? {
        try row("SELECT * FROM dealers WHERE key = ?", [key]).map { try dealer($0) }
    }

    private func dealer(_ row: Row) throws -> Dealer {
        let id: Int64 = row["id"]
        let brands = try String.fetchAll(
            cachedStatement(sql: "SELECT brand FROM dealer_brands WHERE dealer = ?"),
            arguments: [id])
        return Dealer(
            id: id, key: row["key"], name: row["name"], timeZone: row["time_zone"],
            kind: try row.word("kind", of: "dealers"), brands: Set(brands),
            openingHours: row["opening_hours"],
            holidays: Set(WordList.codes(row["holidays"]).compactMap(ImportRow.day)))
    }

    func agreements(with dealer: Int64) throws -> [Agreement] {
        try rows("SELECT * FROM agreements WHERE dealer = ? ORDER BY id", [dealer]).map { row in
            Agreement(
                id: row["id"], manufacturer: row["manufacturer"], dealer: row["dealer"],
                version: row["version"], brands: Set(WordList.split(row["brands"])),
                purposes: Set(WordList.split(row["purposes"]).compactMap(Purpose.init(rawValue:))),
                dataClasses: Set(
                    WordList.split(row["data_classes"]).compactMap(DataClass.init(rawValue:))),
                validFrom: row.time("valid_from"), validTo: row.optionalTime("valid_to"),
                status: try row.word("status", of: "agreements"))
        }
    }

    func permissions(of person: Int64) throws -> [PermissionRecord] {
        try rows("SELECT * FROM permissions WHERE person = ? ORDER BY id", [person]).map {
            try $0.permission()
        }
    }
}

extension Row {
    func epoch() throws -> HoldingEpoch {
        let vehicle: Int64 = self["vehicle"]
        return HoldingEpoch(
            id: self["id"], vehicle: VehicleKey(UInt32(truncatingIfNeeded: vehicle)),
            person: self["person"], role: try word("role", of: "epochs"), from: time("from_time"),
            to: optionalTime("to_time"), disputed: self["disputed"],
            silentUntil: optionalTime("silent_until"))
    }

    func permission() throws -> PermissionRecord {
        let channel: String? = self["channel"]
        return PermissionRecord(
            id: self["id"], person: self["person"], controller: self["controller"],
            purpose: try word("purpose", of: "permissions"),
            channel: try channel.map { _ in try word("channel", of: "permissions") },
            epoch: self["epoch"], state: try word("state", of: "permissions"), at: time("at"),
            validUntil: optionalTime("valid_until"),
            basis: try word("basis", of: "permissions"))
    }
}

/// Lists of words in one column: `P3 P8`, `ACME;NORD`, `D1|D2`. Brands may hold spaces, so only
/// `;` and `|` part them; see ``codes(_:)`` for codes.
enum WordList {
    static func split(_ text: String) -> [String] {
        text.split(whereSeparator: { $0 == ";" || $0 == "|" })
            .map { trimmed($0) }.filter { !$0.isEmpty }
    }

    /// Codes hold no spaces, so spaces and commas part them too.
    static func codes(_ text: String) -> [String] {
        text.split(whereSeparator: { $0 == ";" || $0 == "|" || $0 == " " || $0 == "," })
            .map { String($0) }
    }

    static func trimmed(_ text: Substring) -> String {
        var rest = text
        while let first = rest.first, first == " " || first == "\t" { rest = rest.dropFirst() }
        while let last = rest.last, last == " " || last == "\t" { rest = rest.dropLast() }
        return String(rest)
    }
}
