public import Customers
import GRDB
import VehicleSignals

extension CustomerStore {
    /// Makes a vehicle for each name that has none: brand, model and holder stay unknown until an
    /// import tells them, so nothing leaves for it. Returns how many were made.
    public func enrol(_ names: [VehicleName]) throws -> Int {
        try pool.write { db in
            var made = 0
            for name in names {
                let isKnown =
                    try db.integer(
                        "SELECT 1 FROM vehicle_names WHERE source = ? AND external_id = ?",
                        [name.source, name.externalID]) != nil
                if isKnown { continue }
                try db.run(
                    """
                    INSERT INTO vehicles (brand, model, powertrain, time_zone, battery_type, gate)
                    VALUES ('', '', '', '', '', ?)
                    """, [options.defaultGate.rawValue])
                try db.run(
                    "INSERT INTO vehicle_names (source, external_id, vehicle) VALUES (?, ?, ?)",
                    [name.source, name.externalID, db.lastInsertedRowID])
                made += 1
            }
            if made > 0 { _ = try db.advance("registry_version") }
            return made
        }
    }
}
