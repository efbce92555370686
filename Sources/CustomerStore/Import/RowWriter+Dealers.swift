import Customers
import Foundation
import GRDB
import VehicleSignals

extension RowWriter {
    /// A dealer's key stands in addresses, so it has letters, digits, `.`, `_` and `-` only.
    private static let dealerKeyMax = 64

    mutating func writeDealer(_ row: ImportRow, _ db: Database) throws -> RowOutcome {
        let key = try row.required("dealer")
        let isPlain = key.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F
        }
        guard isPlain, key.utf8.count <= Self.dealerKeyMax else {
            throw RowFlaw(
                column: "dealer",
                reason: "needs 1 to \(Self.dealerKeyMax) of A–Z, a–z, 0–9, '.', '_', '-'")
        }
        let dealerKind: DealerKind = try row.word("kind", default: .franchised)
        let brands = Set(WordList.split(try row.optional("brands") ?? ""))
        if dealerKind == .franchised, brands.isEmpty || brands.contains(Dealer.everyBrand) {
            throw RowFlaw(column: "brands", reason: "a franchised dealer names its brands")
        }
        let wanted = brands.isEmpty ? [Dealer.everyBrand] : brands
        let result = try upsert(
            "dealers", keys: [("key", key)],
            values: [
                ("name", try row.required("name")), ("time_zone", try timeZone(row) ?? "UTC"),
                ("kind", dealerKind.rawValue),
            ] + (try calendar(row)), db)
        let known = Set(
            try String.fetchAll(
                db.cachedStatement(sql: "SELECT brand FROM dealer_brands WHERE dealer = ?"),
                arguments: [result.id]))
        if known == wanted { return result.outcome }
        for brand in known.subtracting(wanted) {
            try db.run(
                "DELETE FROM dealer_brands WHERE dealer = ? AND brand = ?", [result.id, brand])
        }
        for brand in wanted.subtracting(known) {
            try db.run("INSERT INTO dealer_brands VALUES (?, ?)", [result.id, brand])
        }
        return result.outcome == .added ? .added : .changed
    }

    /// Opening hours and holidays, of those columns that the file has.
    private func calendar(
        _ row: ImportRow
    ) throws -> [(String, (any DatabaseValueConvertible)?)] {
        var values: [(String, (any DatabaseValueConvertible)?)] = []
        if row.has("opening_hours") {
            let text = try row.optional("opening_hours") ?? ""
            do throws(OpeningHours.Flaw) {
                if !text.isEmpty { _ = try OpeningHours(text) }
            } catch {
                throw RowFlaw(column: "opening_hours", reason: "\"\(error.part)\" \(error.reason)")
            }
            values.append(("opening_hours", text))
        }
        if row.has("holidays") {
            let days = WordList.codes(try row.optional("holidays") ?? "")
            for day in days where ImportRow.day(day) == nil {
                throw RowFlaw(
                    column: "holidays", reason: "\"\(day)\" is no day; write 2026-12-25")
            }
            values.append(("holidays", Set(days).sorted().joined(separator: ";")))
        }
        return values
    }

    mutating func writeAgreement(_ row: ImportRow, _ db: Database) throws -> RowOutcome {
        let manufacturer = try row.required("manufacturer")
        let dealer = try dealerID(try row.required("dealer"), db)
        guard let version = try row.number("version", in: 1...1_000_000) else {
            throw RowFlaw(column: "version", reason: "is empty")
        }
        let purposes = try row.codes("purposes", as: Purpose.self)
        let classes = try row.codes("data_classes", as: DataClass.self)
        let brands = WordList.split(try row.optional("brands") ?? "")
        let from = try row.requiredTime("valid_from")
        let to = try row.time("valid_to")
        if let to, to <= from {
            throw RowFlaw(column: "valid_to", reason: "lies before valid_from")
        }
        let status: AgreementStatus = try row.word("status", default: .active)
        let terms: [(String, String)] = [
            ("brands", Set(brands).sorted().joined(separator: ";")),
            ("purposes", Set(purposes.map(\.rawValue)).sorted().joined(separator: ";")),
            ("data_classes", Set(classes.map(\.rawValue)).sorted().joined(separator: ";")),
        ]
        let known = try db.row(
            "SELECT * FROM agreements WHERE manufacturer = ? AND dealer = ? AND version = ?",
            [manufacturer, dealer, version])
        if let known, (known["status"] as String) != AgreementStatus.draft.rawValue {
            // What two parties signed does not change under the same number.
            for (column, value) in terms where (known[column] as String) != value {
                throw RowFlaw(
                    column: column,
                    reason: "differs from version \(version) as it is on record; give the change "
                        + "a new version")
            }
        }
        return try upsert(
            "agreements",
            keys: [("manufacturer", manufacturer), ("dealer", dealer), ("version", version)],
            values: terms.map { ($0.0, $0.1) } + [
                ("valid_from", from.milliseconds), ("valid_to", to?.milliseconds),
                ("status", status.rawValue),
            ], db
        ).outcome
    }

    mutating func writeEndpoint(_ row: ImportRow, _ db: Database) throws -> RowOutcome {
        let dealerKey = try row.required("dealer")
        let dealer = try dealerID(dealerKey, db)
        let url = try row.required("url")
        guard let parts = URLComponents(string: url), parts.host?.isEmpty == false,
            parts.scheme == "https" || parts.scheme == "http", parts.user == nil,
            parts.password == nil, parts.fragment == nil
        else {
            throw RowFlaw(
                column: "url", reason: "is no http or https address without user and fragment")
        }
        if let kind = try row.optional("kind"), kind.lowercased() != "webhook" {
            throw RowFlaw(column: "kind", reason: "\"\(kind)\" is not known; webhook is")
        }
        let given = try row.optional("secret")
        if let given { try check(secret: given) }
        let known = try db.row(
            "SELECT * FROM endpoints WHERE dealer = ? AND kind = 'webhook' AND url = ?",
            [dealer, url])
        let isEnabled = try row.yesOrNo("enabled") ?? true
        guard let known else {
            let secret = given ?? Self.newSecret()
            if given == nil {
                generatedSecrets.append(
                    GeneratedSecret(dealer: dealerKey, url: url, secret: secret))
            }
            try db.run(
                """
                INSERT INTO endpoints (dealer, kind, url, secret, enabled)
                VALUES (?, 'webhook', ?, ?, ?)
                """, [dealer, url, secret, isEnabled])
            return .added
        }
        // Without a word on it, an endpoint that said 410 stays switched off.
        let wanted: Bool = try row.yesOrNo("enabled") ?? known["enabled"]
        let secret = given ?? (known["secret"] as String)
        if secret == (known["secret"] as String), wanted == (known["enabled"] as Bool) {
            return .unchanged
        }
        try db.run(
            """
            UPDATE endpoints SET secret = ?, enabled = ?, disabled_reason = ?, disabled_at = ?
            WHERE id = ?
            """,
            [
                secret, wanted, wanted ? nil : "switched off by import",
                wanted ? nil : now.milliseconds, known["id"] as Int64,
            ])
        return .changed
    }

    private func check(secret: String) throws {
        let prefix = "whsec_"
        guard secret.hasPrefix(prefix),
            let bytes = Data(base64Encoded: String(secret.dropFirst(prefix.count))),
            (24...64).contains(bytes.count)
        else {
            throw RowFlaw(
                column: "secret", reason: "is no whsec_ followed by 24 to 64 bytes in Base64")
        }
    }

    private static func newSecret() -> String {
        "whsec_" + Data(Identifiers.randomBytes(32)).base64EncodedString()
    }
}
