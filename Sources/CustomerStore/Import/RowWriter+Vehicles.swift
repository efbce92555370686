import Customers
import GRDB
import VehicleSignals

extension RowWriter {
    /// Largest interval and mileage that a file may state, in kilometres.
    private static let kilometresMax = 5_000_000
    private static let intervalDaysMax = 3660

    mutating func writeVehicle(_ row: ImportRow, _ db: Database) throws -> RowOutcome {
        let own = try row.optional("vehicle")
        let vin = try vin(row)
        guard own != nil || vin != nil else {
            throw RowFlaw(column: "vehicle", reason: "neither vehicle nor vin is given")
        }
        let key = try existing(own, vin, db)
        let heard = try vin.map { try db.vehiclesOnlyHeard(as: $0) } ?? []
        let values = try facts(row, isNew: key == nil)
        var outcome = RowOutcome.unchanged
        let id: Int64
        if let known = key ?? heard.first {
            // A vehicle that was only heard becomes the imported one, with all that it said.
            id = Int64(known.number)
            let result = try upsert("vehicles", keys: [("id", id)], values: values, db)
            outcome = key == nil ? .added : result.outcome
        } else {
            id = try insert(values + [("gate", options.defaultGate.rawValue)], db)
            outcome = .added
        }
        let vehicle = VehicleKey(UInt32(truncatingIfNeeded: id))
        for other in heard where other != vehicle {
            try db.merge(other, into: vehicle, now: now)
            if outcome == .unchanged { outcome = .changed }
        }
        if let vin {
            if try db.text("SELECT vin FROM vehicles WHERE id = ?", [id]) == nil {
                try db.run("UPDATE vehicles SET vin = ? WHERE id = ?", [vin.text, id])
                if outcome == .unchanged { outcome = .changed }
            }
            try link(VehicleName.vinSource, vin.text, to: id, db)
        }
        if let own { try link(VehicleName.importSource, own, to: id, db) }
        return outcome
    }

    private mutating func vin(_ row: ImportRow) throws -> VIN? {
        guard let text = try row.optional("vin") else { return nil }
        do throws(VIN.Flaw) {
            let vin = try VIN(text)
            if !vin.hasValidCheckDigit {
                if oddCheckDigits.count == 0 { oddCheckDigits.firstLine = row.record.line }
                oddCheckDigits.count += 1
            }
            return vin
        } catch {
            let reason =
                switch error {
                case .length(let count): "has \(count) characters, a VIN has 17"
                case .character(let character, let place):
                    "holds \"\(character)\" at place \(place); "
                        + "a VIN has A–Z without I, O, Q, and 0–9"
                case .checkDigit(let expected, let found):
                    "has \"\(found)\" at place 9 where its check digit must be \"\(expected)\""
                }
            throw RowFlaw(column: "vin", reason: reason)
        }
    }

    /// The vehicle that the row is about, if it is known; its names must not contradict.
    private func existing(_ own: String?, _ vin: VIN?, _ db: Database) throws -> VehicleKey? {
        func find(_ source: String, _ id: String) throws -> Int64? {
            try db.integer(
                "SELECT vehicle FROM vehicle_names WHERE source = ? AND external_id = ?",
                [source, id])
        }
        let byKey = try own.flatMap { try find(VehicleName.importSource, $0) }
        let byVIN = try vin.flatMap { try find(VehicleName.vinSource, $0.text) }
        if let byKey, let byVIN, byKey != byVIN {
            throw RowFlaw(column: "vin", reason: "belongs to another vehicle")
        }
        if let byKey, let vin, byVIN == nil,
            let known = try db.text("SELECT vin FROM vehicles WHERE id = ?", [byKey])
        {
            throw RowFlaw(
                column: "vin",
                reason: "is \(vin.text), but the vehicle is on record with …\(known.suffix(6))")
        }
        return (byKey ?? byVIN).map { VehicleKey(UInt32(truncatingIfNeeded: $0)) }
    }

    /// Columns that the file has; for a new vehicle the others with their defaults.
    private mutating func facts(
        _ row: ImportRow, isNew: Bool
    ) throws -> [(String, (any DatabaseValueConvertible)?)] {
        var values: [(String, (any DatabaseValueConvertible)?)] = [
            ("brand", try row.required("brand")), ("model", try row.required("model")),
        ]
        // Empty: the site's own zone, whatever it is when days are cut.
        if row.has("time_zone") || isNew { values.append(("time_zone", try timeZone(row) ?? "")) }
        if row.has("powertrain") || isNew {
            values.append(("powertrain", try row.optional("powertrain") ?? ""))
        }
        if row.has("battery_type") || isNew {
            values.append(("battery_type", try row.optional("battery_type")?.uppercased() ?? ""))
        }
        if row.has("plate") { values.append(("plate", try row.optional("plate"))) }
        let numbers: [(column: String, field: String, range: ClosedRange<Int>)] = [
            ("model_year", "model_year", 1900...2200),
            ("service_interval_km", "interval_km", 1...Self.kilometresMax),
            ("service_interval_days", "interval_days", 1...Self.intervalDaysMax),
            ("last_service_km", "last_service_km", 0...Self.kilometresMax),
        ]
        for (column, field, range) in numbers where row.has(column) {
            values.append((field, try row.number(column, in: range)))
        }
        if row.has("last_service_date") {
            let time = try row.time("last_service_date")
            values.append(("last_service_day", time.map { Day(utc: $0).daysSinceEpoch }))
        }
        return values
    }

    private func insert(
        _ values: [(String, (any DatabaseValueConvertible)?)], _ db: Database
    ) throws -> Int64 {
        let columns = values.map(\.0).joined(separator: ", ")
        let marks = values.map { _ in "?" }.joined(separator: ", ")
        try db.run(
            "INSERT INTO vehicles (\(columns)) VALUES (\(marks))",
            StatementArguments(values.map { $0.1?.databaseValue ?? .null }))
        return db.lastInsertedRowID
    }

    private func link(_ source: String, _ id: String, to vehicle: Int64, _ db: Database) throws {
        try db.run(
            "INSERT OR IGNORE INTO vehicle_names (source, external_id, vehicle) VALUES (?, ?, ?)",
            [source, id, vehicle])
    }

    mutating func writeName(_ row: ImportRow, _ db: Database) throws -> RowOutcome {
        let vehicle = Int64(try vehicle(row, db).number)
        let source = try row.required("source")
        let externalID = try row.required("external_id")
        if source == VehicleName.vinSource || source == VehicleName.importSource {
            throw RowFlaw(
                column: "source", reason: "\"\(source)\" is kept for files of kind vehicles")
        }
        if source.contains(":") {
            throw RowFlaw(column: "source", reason: "must not hold a colon")
        }
        let known = try db.integer(
            "SELECT vehicle FROM vehicle_names WHERE source = ? AND external_id = ?",
            [source, externalID])
        if known == vehicle { return .unchanged }
        if let known {
            let before = VehicleKey(UInt32(truncatingIfNeeded: known))
            if try db.isOnlyHeard(before) {
                try db.merge(
                    before, into: VehicleKey(UInt32(truncatingIfNeeded: vehicle)), now: now)
                return .changed
            }
        }
        try db.run(
            """
            INSERT INTO vehicle_names (source, external_id, vehicle) VALUES (?, ?, ?)
            ON CONFLICT (source, external_id) DO UPDATE SET vehicle = excluded.vehicle
            """, [source, externalID, vehicle])
        return known == nil ? .added : .changed
    }

    mutating func writeGate(_ row: ImportRow, _ db: Database) throws -> RowOutcome {
        let vehicle = Int64(try vehicle(row, db).number)
        let word = try row.required("gate")
        guard let gate = TelemetryGate(word: word.lowercased()) else {
            throw RowFlaw(
                column: "gate", reason: "\"\(word)\" is none of off, service_only, all")
        }
        let at = try row.requiredTime("at")
        if at > now {
            throw RowFlaw(column: "at", reason: "lies in the future; a gate acts when it is set")
        }
        let isKnown =
            try db.integer(
                "SELECT 1 FROM gates WHERE vehicle = ? AND gate = ? AND at = ?",
                [vehicle, gate.rawValue, at.milliseconds]) != nil
        if isKnown { return .unchanged }
        try db.run(
            "INSERT INTO gates (vehicle, gate, at, recorded) VALUES (?, ?, ?, ?)",
            [vehicle, gate.rawValue, at.milliseconds, now.milliseconds])
        // Of two words at the same moment the stricter counts.
        try db.run(
            """
            UPDATE vehicles SET gate = (SELECT gate FROM gates WHERE vehicle = :vehicle
                ORDER BY at DESC, gate LIMIT 1) WHERE id = :vehicle
            """, ["vehicle": vehicle])
        return .added
    }
}
