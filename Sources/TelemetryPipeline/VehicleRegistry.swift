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

    public init(key: VehicleKey, gate: TelemetryGate, zone: Int, facts: VehicleFacts) {
        self.key = key
        self.gate = gate
        self.zone = zone
        self.facts = facts
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
///
/// Names lie in an open-addressing table whose entries compare the bytes, so a collision of
/// hashes never mixes two vehicles.
public final class VehicleRegistry: Sendable {
    /// 24 bytes; `.unknown` stands in empty ones.
    private struct Slot: BitwiseCopyable {
        var hash: UInt64 = 0
        var offset: UInt32 = 0
        var length: UInt32 = 0
        var source: UInt32 = 0
        var vehicle = VehicleKey.unknown
    }

    private static let anySource = UInt32.max

    /// Vehicles by key number; place 0 is unused, gaps hold `nil`.
    private let vehicles: [RegisteredVehicle?]
    private let zones: [TimeZoneRules]
    private let names: [UInt8]
    private let table: [Slot]
    private let mask: Int
    /// Vehicles that at least one name or the registry itself knows.
    public let vehicleCount: Int
    /// Numbers that turned out to be other vehicles': what is kept under `from` belongs to `to`.
    public let merged: [VehicleLink]

    /// - Parameters:
    ///   - zones: must not be empty; place 0 serves vehicles without one of their own.
    ///   - merged: vehicles that are no longer in the list, and whose they are now.
    public init(
        vehicles list: [RegisteredVehicle], names registered: [RegisteredName],
        zones: [TimeZoneRules], merged: [VehicleLink] = []
    ) {
        precondition(!zones.isEmpty, "a registry has at least one time zone")
        let highest = list.map { Int($0.key.number) }.max() ?? 0
        var byKey = [RegisteredVehicle?](repeating: nil, count: highest + 1)
        for vehicle in list { byKey[Int(vehicle.key.number)] = vehicle }
        var capacity = 16
        while capacity < registered.count * 2 { capacity *= 2 }
        var slots = [Slot](repeating: Slot(), count: capacity)
        var bytes: [UInt8] = []
        for name in registered where name.vehicle != .unknown {
            let source = name.source.map { UInt32($0.number) } ?? Self.anySource
            let offset = bytes.count
            bytes.append(contentsOf: name.externalID)
            let hash = unsafe bytes.span.bytes.stableHash(
                from: offset, count: name.externalID.count, seed: UInt64(source))
            var place = Int(truncatingIfNeeded: hash) & (capacity - 1)
            while slots[place].vehicle != .unknown { place = (place + 1) & (capacity - 1) }
            slots[place] = Slot(
                hash: hash, offset: UInt32(offset), length: UInt32(name.externalID.count),
                source: source, vehicle: name.vehicle)
        }
        vehicles = byKey
        self.zones = zones
        names = bytes
        table = slots
        mask = capacity - 1
        vehicleCount = list.count
        self.merged = merged
    }

    public static let empty = VehicleRegistry(vehicles: [], names: [], zones: [.utc])

    /// The vehicle that `source` calls by the `count` bytes from `offset`; names of the source
    /// itself come before names that hold everywhere. `.unknown` if nobody does.
    public func vehicle(source: SourceID, _ bytes: RawSpan, from offset: Int, count: Int)
        -> VehicleKey
    {
        let own = find(source: UInt32(source.number), bytes, from: offset, count: count)
        if own != .unknown { return own }
        return find(source: Self.anySource, bytes, from: offset, count: count)
    }

    private static func isName(
        _ slot: Slot, in names: [UInt8], _ bytes: RawSpan, _ offset: Int
    ) -> Bool {
        unsafe names.span.bytes.equals(
            from: Int(slot.offset), count: Int(slot.length), bytes, from: offset)
    }

    private func find(source: UInt32, _ bytes: RawSpan, from offset: Int, count: Int)
        -> VehicleKey
    {
        let hash = bytes.stableHash(from: offset, count: count, seed: UInt64(source))
        var place = Int(truncatingIfNeeded: hash) & mask
        while true {
            let slot = table[place]
            if slot.vehicle == .unknown { return .unknown }
            if slot.hash == hash, slot.source == source, Int(slot.length) == count {
                if Self.isName(slot, in: names, bytes, offset) { return slot.vehicle }
            }
            place = (place + 1) & mask
        }
    }

    /// What the registry knows of a vehicle; `nil` for unlinked and deleted ones.
    public subscript(_ key: VehicleKey) -> RegisteredVehicle? {
        let index = Int(key.number)
        return index < vehicles.count ? vehicles[index] : nil
    }

    /// What the holder lets in; unlinked vehicles, whose holder nobody knows, count as `all`,
    /// and nothing of theirs leads to a trigger.
    public func gate(of key: VehicleKey) -> TelemetryGate {
        let index = Int(key.number)
        guard index < vehicles.count, let vehicle = vehicles[index] else { return .all }
        return vehicle.gate
    }

    /// Whether the number was a vehicle's once and is another's now.
    @inline(always)
    func isGone(_ key: VehicleKey) -> Bool {
        !merged.isEmpty && key != .unknown && self[key] == nil
    }

    public func zone(of key: VehicleKey) -> TimeZoneRules {
        zones[self[key]?.zone ?? 0]
    }

    /// The zone with this number; see ``RegisteredVehicle/zone``.
    func zone(_ number: Int) -> TimeZoneRules { zones[number] }
}
