import CustomerStore
import Customers
import Testing
import VehicleSignals

/// Vehicles that were heard before anybody imported them.
@Suite struct EnrolmentTests {
    static let vin = "TMBJG7NX8M0000017"

    private func heard(_ world: StoreWorld, _ source: String, _ id: String) throws -> VehicleKey {
        #expect(try world.store.enrol([VehicleName(source: source, externalID: id)]) == 1)
        return try #require(try world.store.findVehicles("\(source):\(id)").first)
    }

    @Test func `an import by VIN takes over the vehicle that was heard by it`() throws {
        let world = try StoreWorld()
        let key = try heard(world, "native", Self.vin)
        let result = try world.load(
            .vehicles, "vehicle,vin,brand,model\ncar-1,\(Self.vin),ACME,Wander\n")
        #expect(result.added == 1)
        #expect(try world.store.findVehicles("car-1") == [key])
        #expect(try world.store.findVehicles(Self.vin) == [key])
        let vehicle = try #require(try world.store.vehicle(key))
        #expect(vehicle.brand == "ACME" && vehicle.vin?.text == Self.vin)
        #expect(vehicle.gate == .serviceOnly)
        #expect(try world.store.operatorCounts().vehicles == 1)
        #expect(
            try world.load(
                .vehicles, "vehicle,vin,brand,model\ncar-1,\(Self.vin),ACME,Wander\n"
            ).unchanged == 1)
    }

    @Test func `two sources that heard one VIN become one vehicle`() throws {
        let world = try StoreWorld()
        let first = try heard(world, "native", Self.vin)
        let second = try heard(world, "tesla", Self.vin.lowercased())
        try world.load(.vehicles, "vin,brand,model\n\(Self.vin),ACME,Wander\n")
        for name in ["native:\(Self.vin)", "tesla:\(Self.vin.lowercased())", Self.vin] {
            #expect(try world.store.findVehicles(name) == [first])
        }
        let snapshot = try world.store.registrySnapshot()
        #expect(snapshot.vehicles.map(\.key) == [first])
        #expect(snapshot.merged.map { [$0.vehicle, $0.into] } == [[second, first]])
        #expect(try world.store.registrySnapshot(of: first).merged == snapshot.merged)
    }

    @Test func `what was found out about a heard vehicle moves to the one it turns out to be`()
        throws
    {
        let world = try StoreWorld.ready()
        let key = try world.key()
        let other = try heard(world, "native", "device-9")
        _ = try world.store.store(
            firings: [try world.firing(vehicle: "native:device-9")], position: nil, now: world.now)
        #expect(try world.store.triggers(of: other).first?.parked == .noHolder)
        let result = try world.load(.names, "vehicle,source,external_id\ncar-1,native,device-9\n")
        #expect(result.changed == 1)
        #expect(try world.store.triggers(of: other).isEmpty)
        #expect(try world.store.vehicle(other) == nil)
        #expect(
            try world.store.registrySnapshot().merged.map { [$0.vehicle, $0.into] }
                == [[other, key]])
        // Its holder's dealer hears of it with the next look at the rights.
        #expect(try world.store.reconcile(now: world.now).leadsOpened == 1)
        #expect(try world.lead()?.triggerCode == "SV-01")
    }

    @Test func `what is told of a vehicle just after it was merged is told of the other one`()
        throws
    {
        let world = try StoreWorld.ready()
        let key = try world.key()
        let first = try heard(world, "native", "device-8")
        let second = try heard(world, "native", "device-9")
        // The pipeline speaks of the numbers that it knew a second ago.
        let open = try world.firing(vehicle: "native:device-8")
        var update = try world.firing(.update, vehicle: "native:device-9", hash: "h2")
        update.eventTime = world.now
        var end = try world.firing(.resolve, vehicle: "native:device-9", hash: "h3")
        end.eventTime = world.now
        try world.load(.names, "vehicle,source,external_id\nnative:device-8,native,device-9\n")
        #expect(try world.store.presentNumber(of: second) == first)
        try world.load(.names, "vehicle,source,external_id\ncar-1,native,device-8\n")
        for number in [first, second, key] {
            #expect(try world.store.presentNumber(of: number) == key)
        }
        let outcome = try world.fire(open, update, through: 1)
        #expect(outcome.opened == 1 && outcome.updated == 1 && outcome.unknownVehicle == 0)
        #expect(outcome.leadsOpened == 1)
        #expect(try world.lead()?.triggerCode == "SV-01")
        #expect(try world.fire(end, through: 2).resolved == 1)
        // Nor does an end that comes in the same call count as another vehicle's.
        let replayed = try world.fire(open, end, through: 3)
        #expect(replayed.opened == 0 && replayed.repeated == 2)
        // A number that nobody ever had stays unknown.
        var unknown = open
        unknown.vehicle = VehicleKey(99)
        #expect(try world.fire(unknown, through: 4).unknownVehicle == 1)
    }

    @Test func `a heard vehicle that somebody holds is not merged away`() throws {
        let world = try StoreWorld.ready()
        let other = try heard(world, "native", "device-9")
        try world.load(.holdings, "vehicle,person,from\nnative:device-9,bob,2025-01-01\n")
        try world.load(.names, "vehicle,source,external_id\ncar-1,native,device-9\n")
        #expect(try world.store.vehicle(other) != nil)
        #expect(try world.store.registrySnapshot().merged.isEmpty)
        #expect(try world.store.findVehicles("native:device-9") == [try world.key()])
    }

    @Test func `a heard vehicle of the same name does not make an import ambiguous`() throws {
        let world = try StoreWorld.ready()
        _ = try heard(world, "native", "car-1")
        let key = try #require(try world.store.findVehicles("import:car-1").first)
        let result = try world.load(.names, "vehicle,source,external_id\ncar-1,native,car-1\n")
        #expect(result.rejectedCount == 0 && result.changed == 1)
        #expect(try world.store.findVehicles("native:car-1") == [key])
        #expect(try world.store.operatorCounts().vehicles == 1)
    }
}
