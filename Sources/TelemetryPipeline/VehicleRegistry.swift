public import TriggerRules
public import VehicleSignals

/// One vehicle of the registry, as the pipeline needs it.
public struct RegisteredVehicle: Sendable {
    public var key: VehicleKey
    public var gate: TelemetryGate
    /// Index into the registry's time zones.
    public var zone: Int
    /// What rules know of the vehicle beside its signals.
    public var facts: VehicleFacts
    /// Nobody has said anything about it yet: its VIN may be learned.
    public var isOnlyHeard: Bool

    public init(
        key: VehicleKey, gate: TelemetryGate, zone: Int, facts: VehicleFacts,
        isOnlyHeard: Bool = false
    ) {
        self.key = key
        self.gate = gate
        self.zone = zone
        self.facts = facts
        self.isOnlyHeard = isOnlyHeard
    }
}

/// A name by which a source knows a vehicle.
public struct RegisteredName: Sendable {
    /// `nil`: a name that holds in every source, such as a VIN.
    public var source: SourceID?
    public var externalID: [UInt8]
    public var vehicle: VehicleKey

    public init(source: SourceID?, externalID: [UInt8], vehicle: VehicleKey) {
        self.source = source
        self.externalID = externalID
        self.vehicle = vehicle
    }
}

/// Who is who: an immutable picture of the registry, replaced whole when an import changed it.
public final class VehicleRegistry: Sendable {
    /// Vehicles by key number; place 0 is unused, gaps hold `nil`.
    private let vehicles: [RegisteredVehicle?]
    /// Their gates once more, dense: asked for each message, they stay in the cache.
    private let gates: [TelemetryGate]
    /// Whether any holder lets nothing in.
    let hasClosedGates: Bool
    /// Numbers of their time zones, dense too.
    private let zoneNumbers: [UInt16]
    private let zones: [TimeZoneRules]
    private let names: RegisteredNameTable
    /// Whether the vehicle's VIN is known, dense.
    private let knowsVIN: [Bool]
    /// Vehicles that at least one name or the registry itself knows.
    public let vehicleCount: Int
    /// The customer store's number of this state of the registry; grows with every change.
    public let version: Int64
    /// Numbers that turned out to be other vehicles': what is kept under `from` belongs to `to`.
    public let merged: [VehicleLink]

    /// - Parameters:
    ///   - zones: must not be empty; place 0 serves vehicles without one of their own.
    ///   - merged: vehicles that are no longer in the list, and whose they are now.
    public init(
        vehicles list: [RegisteredVehicle], names registered: [RegisteredName],
        zones: [TimeZoneRules], merged: [VehicleLink] = [], version: Int64 = 0
    ) {
        precondition(!zones.isEmpty, "a registry has at least one time zone")
        let highest = list.map { Int($0.key.number) }.max() ?? 0
        var byKey = [RegisteredVehicle?](repeating: nil, count: highest + 1)
        for vehicle in list { byKey[Int(vehicle.key.number)] = vehicle }
        vehicles = byKey
        gates = byKey.map { $0?.gate ?? .all }
        hasClosedGates = gates.contains(.off)
        precondition(zones.count <= Int(UInt16.max), "there are some 600 time zones on Earth")
        zoneNumbers = byKey.map { UInt16($0?.zone ?? 0) }
        self.zones = zones
        names = RegisteredNameTable(registered)
        var knowsVIN = [Bool](repeating: false, count: highest + 1)
        for name in registered where name.source == nil && Int(name.vehicle.number) <= highest {
            knowsVIN[Int(name.vehicle.number)] = true
        }
        self.knowsVIN = knowsVIN
        vehicleCount = list.count
        self.version = version
        self.merged = merged
    }

    public static let empty = VehicleRegistry(vehicles: [], names: [], zones: [.utc])

    /// The vehicle that `source` calls by the `count` bytes from `offset`; names of the source
    /// itself come before names that hold everywhere. `.unknown` if nobody does.
    public func vehicle(source: SourceID, _ bytes: RawSpan, from offset: Int, count: Int)
        -> VehicleKey
    {
        names.vehicle(source: source, bytes, from: offset, count: count)
    }

    /// The vehicle whose name in every source these bytes are, as a VIN is; `.unknown` if nobody's.
    func vehicle(everywhere bytes: RawSpan, from offset: Int, count: Int) -> VehicleKey {
        names.vehicle(everywhere: bytes, from: offset, count: count)
    }

    /// Whether the vehicle has a name that holds in every source: its VIN is known.
    func knowsVIN(of key: VehicleKey) -> Bool {
        let index = Int(key.number)
        return index < knowsVIN.count && knowsVIN[index]
    }

    /// Whether nobody has said anything about the vehicle yet.
    func isOnlyHeard(_ key: VehicleKey) -> Bool { self[key]?.isOnlyHeard ?? false }

    /// What the registry knows of a vehicle; `nil` for unlinked and deleted ones.
    public subscript(_ key: VehicleKey) -> RegisteredVehicle? {
        let index = Int(key.number)
        return index < vehicles.count ? vehicles[index] : nil
    }

    /// Reads a word of what the registry keeps of the vehicle, so that it lies in the cache.
    func warm(_ key: VehicleKey) -> UInt64 {
        let index = Int(key.number)
        guard index < vehicles.count, let vehicle = vehicles[index] else { return 0 }
        return UInt64(vehicle.facts.ruleClass) &+ UInt64(vehicle.zone)
    }

    /// Whether the registry has the vehicle; it may speak of it then.
    func isRegistered(_ key: VehicleKey) -> Bool { self[key] != nil }

    /// What the holder lets in; unlinked vehicles, whose holder nobody knows, count as `all`,
    /// and nothing of theirs leads to a trigger.
    public func gate(of key: VehicleKey) -> TelemetryGate {
        let index = Int(key.number)
        return index < gates.count ? gates[index] : .all
    }

    /// Whether the number was a vehicle's once and is another's now.
    @inline(always)
    func isGone(_ key: VehicleKey) -> Bool {
        !merged.isEmpty && key != .unknown && self[key] == nil
    }

    public func zone(of key: VehicleKey) -> TimeZoneRules {
        let index = Int(key.number)
        return zones[index < zoneNumbers.count ? Int(zoneNumbers[index]) : 0]
    }

    /// The zone with this number; see ``RegisteredVehicle/zone``.
    func zone(_ number: Int) -> TimeZoneRules { zones[number] }
}
