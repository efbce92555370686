import Customers
import GRDB
import VehicleSignals

extension RowWriter {
    mutating func writePerson(_ row: ImportRow, _ db: Database) throws -> RowOutcome {
        let key = try row.required("person")
        var values: [(String, (any DatabaseValueConvertible)?)] = [
            ("name", try row.required("name"))
        ]
        for column in ["phone", "email", "sms", "post", "best_time", "advisor"]
        where row.has(column) {
            values.append((column, try row.optional(column)))
        }
        let isNew = try db.integer("SELECT id FROM persons WHERE key = ?", [key]) == nil
        // A column that the file leaves out says nothing about somebody who is known.
        if row.has("language") || isNew {
            values.append(("language", try row.optional("language") ?? "en"))
        }
        if row.has("do_not_contact") || isNew {
            values.append(("do_not_contact", try row.yesOrNo("do_not_contact") ?? false))
        }
        return try upsert("persons", keys: [("key", key)], values: values, db).outcome
    }

    /// A holding `[from, to)`. An empty `to` says nothing about the end: a holding that another
    /// one followed stays closed.
    mutating func writeHolding(_ row: ImportRow, _ db: Database) throws -> RowOutcome {
        let vehicle = try vehicle(row, db)
        let person = try person(row, db)
        let role: HolderRole = try row.word("role", default: .owner)
        let from = try row.requiredTime("from")
        let to = try row.time("to")
        if let to, to < from { throw RowFlaw(column: "to", reason: "lies before from") }

        let known = try db.epochs(of: vehicle)
        let own = known.first { $0.person == person && $0.role == role && $0.from == from }
        var end = to ?? own?.to
        var closes: HoldingEpoch?
        if role != .driver {
            for other in known
            where other.role == role && other.id != own?.id && other.from != other.to {
                if other.from < from, other.to == nil, own == nil {
                    // The next holder's beginning is the end of this one.
                    closes = other
                } else if other.from > from, to == nil, own == nil {
                    end = min(end ?? .distantFuture, other.from)
                } else if other.from < (end ?? .distantFuture), (other.to ?? .distantFuture) > from,
                    from != end
                {
                    throw RowFlaw(
                        column: "from",
                        reason: "overlaps the holding from \(other.from.rfc3339) to "
                            + (other.to?.rfc3339 ?? "today"))
                }
            }
        }
        if let closes {
            try db.run(
                "UPDATE epochs SET to_time = ? WHERE id = ?", [from.milliseconds, closes.id])
        }
        return try store(
            own, (vehicle, person, role, from, end), isDisputed: try row.yesOrNo("disputed"), db)
    }

    private func store(
        _ own: HoldingEpoch?,
        _ facts: (
            vehicle: VehicleKey, person: Int64, role: HolderRole, from: Timestamp, to: Timestamp?
        ),
        isDisputed: Bool?, _ db: Database
    ) throws -> RowOutcome {
        guard let own else {
            try db.run(
                """
                INSERT INTO epochs (vehicle, person, role, from_time, to_time, disputed, recorded)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    Int64(facts.vehicle.number), facts.person, facts.role.rawValue,
                    facts.from.milliseconds, facts.to?.milliseconds,
                    isDisputed == true ? "IMPORT" : nil, now.milliseconds,
                ])
            return .added
        }
        let disputed: String?
        switch isDisputed {
        case nil: disputed = own.disputed
        case true?: disputed = own.disputed ?? "IMPORT"
        case false?: disputed = nil
        }
        if own.to == facts.to, own.disputed == disputed { return .unchanged }
        try db.run(
            "UPDATE epochs SET to_time = ?, disputed = ? WHERE id = ?",
            [facts.to?.milliseconds, disputed, own.id])
        return .changed
    }

    mutating func writeChoice(_ row: ImportRow, _ db: Database) throws -> RowOutcome {
        let vehicle = try vehicle(row, db)
        let at = try row.requiredTime("chosen_at")
        let dealer = try row.optional("dealer").map { try dealerID($0, db) }
        let epoch: HoldingEpoch
        if row.has("person"), try row.optional("person") != nil {
            epoch = try ownEpoch(
                of: try person(row, db), vehicle, at: at, column: "chosen_at", db)
        } else if case .holder(let found) = holder(of: try db.epochs(of: vehicle), at: at) {
            epoch = found
        } else {
            throw RowFlaw(
                column: "chosen_at", reason: "nobody, or more than one, held the vehicle then")
        }
        let isKnown =
            try db.integer(
                "SELECT 1 FROM choices WHERE epoch = ? AND at = ? AND dealer IS ?",
                [epoch.id, at.milliseconds, dealer]) != nil
        if isKnown { return .unchanged }
        try db.run(
            "INSERT INTO choices (epoch, dealer, at, recorded) VALUES (?, ?, ?, ?)",
            [epoch.id, dealer, at.milliseconds, now.milliseconds])
        return .added
    }

    /// The person's holding of the vehicle at `time`, or the next one: people choose and permit
    /// before they drive away.
    func ownEpoch(
        of person: Int64, _ vehicle: VehicleKey, at time: Timestamp, column: String, _ db: Database
    ) throws -> HoldingEpoch {
        let own = try db.epochs(of: vehicle).filter { $0.person == person }
        if let current = own.first(where: { $0.contains(time) }) { return current }
        if let next = own.first(where: { $0.from > time && $0.from != $0.to }) { return next }
        throw RowFlaw(column: column, reason: "the person did not hold the vehicle then or later")
    }

    mutating func writePermission(_ row: ImportRow, _ db: Database) throws -> RowOutcome {
        let person = try person(row, db)
        let controller = try row.required("controller")
        let purpose: Purpose = try row.word("purpose")
        // A record without a state says nothing: old lists must not become a yes.
        let state: PermissionState = try row.word("state", default: .unknown)
        let at = try row.requiredTime("at")
        let until = try row.time("valid_until")
        if let until, until <= at {
            throw RowFlaw(column: "valid_until", reason: "lies before at")
        }
        var channel: ContactChannel?
        if try row.optional("channel") != nil { channel = try row.word("channel") }
        let basis: LegalBasis = try row.word("basis", default: .consent)
        var epoch: Int64?
        if try row.optional("vehicle") != nil {
            epoch = try ownEpoch(
                of: person, try vehicle(row, db), at: at, column: "vehicle", db
            ).id
        }
        let isKnown =
            try db.integer(
                """
                SELECT 1 FROM permissions WHERE person = ? AND purpose = ? AND controller = ?
                    AND channel IS ? AND epoch IS ? AND state = ? AND at = ? AND valid_until IS ?
                    AND basis = ?
                """,
                [
                    person, purpose.rawValue, controller, channel?.rawValue, epoch, state.rawValue,
                    at.milliseconds, until?.milliseconds, basis.rawValue,
                ]) != nil
        if isKnown { return .unchanged }
        try db.run(
            """
            INSERT INTO permissions (person, controller, purpose, channel, epoch, state, at,
                valid_until, basis, evidence, recorded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                person, controller, purpose.rawValue, channel?.rawValue, epoch, state.rawValue,
                at.milliseconds, until?.milliseconds, basis.rawValue,
                try row.optional("evidence"), now.milliseconds,
            ])
        return .added
    }
}
