import GRDB
public import VehicleSignals

/// The registry as flat arrays, for whoever looks vehicles up a million times a minute.
public struct RegistrySnapshot: Sendable {
    /// The version that these facts belong to; see ``CustomerStore/registryVersion()``.
    public var version: Int64
    /// Ascending by key.
    public var vehicles: [RegisteredVehicle]
    /// Ascending by source and external id.
    public var names: [RegisteredName]
    /// External ids one after the other, UTF-8; ``RegisteredName`` says which bytes are whose.
    public var nameBytes: [UInt8]
    /// Names of sources, `vin` and `import` among them; ``RegisteredName/source`` counts in here.
    public var sources: [String]
    /// Brands, models, powertrains, zones and battery types; vehicles count in here.
    public var texts: [String]
    /// Numbers that turned out to be other vehicles' and are nobody's any more.
    public var merged: [MergedVehicle] = []

    /// The external id of a name.
    public func externalID(of name: RegisteredName) -> String {
        let start = Int(name.offset)
        return String(decoding: nameBytes[start..<start + Int(name.length)], as: UTF8.self)
    }
}

/// One vehicle: numbers only. Texts are indices into ``RegistrySnapshot/texts``.
public struct RegisteredVehicle: Sendable, BitwiseCopyable {
    public var key: VehicleKey
    public var gate: TelemetryGate
    public var brand: UInt32
    public var model: UInt32
    public var powertrain: UInt32
    /// IANA name; empty for the site's own zone.
    public var timeZone: UInt32
    public var batteryType: UInt32
    public var modelYear: Int32?
    public var planIntervalKilometres: Int32?
    public var planIntervalDays: Int32?
    public var lastServiceDay: Int32?
    public var lastServiceKilometres: Int32?
}

/// One name: its source, where its bytes lie, and whose it is.
public struct RegisteredName: Sendable, BitwiseCopyable {
    public var offset: UInt32
    public var length: UInt16
    public var source: UInt16
    public var vehicle: VehicleKey
}

extension CustomerStore {
    /// All vehicles and names as they are now, read in one transaction: about a second for a
    /// million vehicles.
    public func registrySnapshot() throws -> RegistrySnapshot { try snapshot(of: nil) }

    /// The same of one vehicle: a few look-ups, however many vehicles there are.
    public func registrySnapshot(of vehicle: VehicleKey) throws -> RegistrySnapshot {
        try snapshot(of: vehicle)
    }

    private func snapshot(of vehicle: VehicleKey?) throws -> RegistrySnapshot {
        try pool.read { db in
            func condition(_ column: String) -> String {
                vehicle.map { "WHERE \(column) = \($0.number)" } ?? ""
            }
            var interner = TextInterner()
            var snapshot = RegistrySnapshot(
                version: try db.counter("registry_version"), vehicles: [], names: [],
                nameBytes: [], sources: [], texts: [])
            let count =
                try vehicle.map { _ in 1 } ?? db.integer("SELECT count(*) FROM vehicles") ?? 0
            snapshot.vehicles.reserveCapacity(Int(count))
            let cursor = try Row.fetchCursor(
                db,
                sql: """
                    SELECT id, gate, brand, model, powertrain, time_zone, battery_type, model_year,
                        interval_km, interval_days, last_service_day, last_service_km
                    FROM vehicles \(condition("id")) ORDER BY id
                    """)
            while let row = try cursor.next() {
                let id: Int64 = row[0]
                let gate: UInt8 = row[1]
                snapshot.vehicles.append(
                    RegisteredVehicle(
                        key: VehicleKey(UInt32(truncatingIfNeeded: id)),
                        gate: TelemetryGate(rawValue: gate) ?? .off,
                        brand: interner.index(row[2]), model: interner.index(row[3]),
                        powertrain: interner.index(row[4]), timeZone: interner.index(row[5]),
                        batteryType: interner.index(row[6]), modelYear: row[7],
                        planIntervalKilometres: row[8], planIntervalDays: row[9],
                        lastServiceDay: row[10], lastServiceKilometres: row[11]))
            }
            snapshot.texts = interner.texts
            try Self.readNames(
                db, condition("vehicle"), into: &snapshot, expecting: Int(count) * 2)
            snapshot.merged = try db.rows(
                "SELECT vehicle, into_vehicle FROM merged_vehicles \(condition("into_vehicle"))"
            ).map { row in
                MergedVehicle(
                    vehicle: VehicleKey(UInt32(truncatingIfNeeded: row[0] as Int64)),
                    into: VehicleKey(UInt32(truncatingIfNeeded: row[1] as Int64)))
            }
            return snapshot
        }
    }

    private static func readNames(
        _ db: Database, _ condition: String, into snapshot: inout RegistrySnapshot,
        expecting count: Int
    ) throws {
        snapshot.names.reserveCapacity(count)
        snapshot.nameBytes.reserveCapacity(count * 17)
        var sources = TextInterner()
        let cursor = try Row.fetchCursor(
            db,
            sql: "SELECT source, external_id, vehicle FROM vehicle_names \(condition) ORDER BY 1, 2"
        )
        while let row = try cursor.next() {
            let externalID: String = row[1]
            let vehicle: Int64 = row[2]
            let offset = snapshot.nameBytes.count
            snapshot.nameBytes.append(contentsOf: externalID.utf8)
            snapshot.names.append(
                RegisteredName(
                    offset: UInt32(clamping: offset),
                    length: UInt16(clamping: snapshot.nameBytes.count - offset),
                    source: UInt16(clamping: sources.index(row[0])),
                    vehicle: VehicleKey(UInt32(truncatingIfNeeded: vehicle))))
        }
        snapshot.sources = sources.texts
    }
}

/// Gives equal texts the same number.
private struct TextInterner {
    private(set) var texts: [String] = []
    private var numbers: [String: UInt32] = [:]

    mutating func index(_ text: String) -> UInt32 {
        if let known = numbers[text] { return known }
        let number = UInt32(texts.count)
        texts.append(text)
        numbers[text] = number
        return number
    }
}
