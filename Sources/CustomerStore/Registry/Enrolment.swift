public import Customers
import GRDB
public import VehicleSignals

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

/// A vehicle that turned out to be another one.
public struct MergedVehicle: Sendable, Hashable {
    public var vehicle: VehicleKey
    public var into: VehicleKey
}

extension CustomerStore {
    /// The number under which the vehicle stands now: another one if it was merged since.
    public func presentNumber(of vehicle: VehicleKey) throws -> VehicleKey {
        try pool.read { try $0.presentNumber(of: vehicle) }
    }
}

// A vehicle that was only heard: enrolled by itself, and nobody has said anything about it yet.
// Imports name a brand, so an empty one tells; a holding or a gate makes it somebody's vehicle
// nevertheless.
extension Database {
    private static let onlyHeard = """
        v.brand = '' AND v.model = ''
            AND NOT EXISTS (SELECT 1 FROM epochs e WHERE e.vehicle = v.id)
            AND NOT EXISTS (SELECT 1 FROM gates g WHERE g.vehicle = v.id)
        """

    func isOnlyHeard(_ vehicle: VehicleKey) throws -> Bool {
        try integer(
            "SELECT 1 FROM vehicles v WHERE v.id = ? AND \(Self.onlyHeard)",
            [Int64(vehicle.number)]) != nil
    }

    /// Vehicles that were only heard and that some source calls by this VIN.
    func vehiclesOnlyHeard(as vin: VIN) throws -> [VehicleKey] {
        try rows(
            """
            SELECT DISTINCT v.id FROM vehicle_names n JOIN vehicles v ON v.id = n.vehicle
            WHERE n.external_id IN (?, ?) AND \(Self.onlyHeard) ORDER BY v.id
            """, [vin.text, vin.text.lowercased()]
        ).map { VehicleKey(UInt32(truncatingIfNeeded: $0[0] as Int64)) }
    }

    /// One look-up however often vehicles were merged in turn: ``merge(_:into:now:)`` has earlier
    /// numbers follow, and the file refuses to lose a vehicle that one of them leads to.
    func presentNumber(of vehicle: VehicleKey) throws -> VehicleKey {
        try integer(
            "SELECT into_vehicle FROM merged_vehicles WHERE vehicle = ?", [Int64(vehicle.number)]
        ).map { VehicleKey(UInt32(truncatingIfNeeded: $0)) } ?? vehicle
    }

    /// The firings with the numbers that vehicles have now.
    func underPresentNumbers(_ firings: [FiringRecord]) throws -> [FiringRecord] {
        guard !firings.isEmpty, try integer("SELECT 1 FROM merged_vehicles LIMIT 1") != nil else {
            return firings
        }
        return try firings.map { firing in
            var firing = firing
            firing.vehicle = try presentNumber(of: firing.vehicle)
            return firing
        }
    }

    /// Makes a vehicle that was only heard part of another: its names and what the rules found
    /// move, and its number is remembered, so that its state can follow. Nobody held it, so
    /// nothing of it was ever a lead.
    func merge(_ vehicle: VehicleKey, into other: VehicleKey, now: Timestamp) throws {
        let (from, to) = (Int64(vehicle.number), Int64(other.number))
        try run("UPDATE vehicle_names SET vehicle = ? WHERE vehicle = ?", [to, from])
        try run("UPDATE OR IGNORE triggers SET vehicle = ? WHERE vehicle = ?", [to, from])
        try run("DELETE FROM triggers WHERE vehicle = ?", [from])
        try run("DELETE FROM marked_vehicles WHERE vehicle = ?", [from])
        try run("INSERT OR IGNORE INTO marked_vehicles VALUES (?)", [to])
        try run("UPDATE merged_vehicles SET into_vehicle = ? WHERE into_vehicle = ?", [to, from])
        try run(
            "INSERT INTO merged_vehicles (vehicle, into_vehicle, at) VALUES (?, ?, ?)",
            [from, to, now.milliseconds])
        try run("DELETE FROM vehicles WHERE id = ?", [from])
    }
}
