import CustomerStore
import Customers
import Testing
import VehicleSignals

/// Names that come with the VIN of the vehicle behind them.
@Suite struct ReportedNameTests {
    static let vin = "TMBJG7NX8M0000017"
    static let otherVIN = "WVWZZZ1JZXW000001"

    private static func name(_ id: String, source: String = "ovms") -> VehicleName {
        VehicleName(source: source, externalID: id)
    }

    private func note(
        _ world: StoreWorld, _ id: String, _ vin: String = vin, source: String = "ovms"
    ) throws {
        try world.store.note(
            [ReportedName(name: Self.name(id, source: source), vin: try VIN(vin))], now: world.now)
    }

    private func settle(_ world: StoreWorld, all: Bool = true) throws -> [SettledName] {
        try world.store.settleReportedNames(all: all, now: world.now)
    }

    private func car(_ world: StoreWorld, _ key: String, _ vin: String) throws -> VehicleKey {
        try world.load(.vehicles, "vehicle,vin,brand,model\n\(key),\(vin),ACME,Wander\n")
        return try #require(try world.store.findVehicles(key).first)
    }

    @Test func `a name becomes that of the vehicle whose VIN it brought`() throws {
        let world = try StoreWorld()
        let key = try car(world, "car-1", Self.vin)
        let before = try world.store.registryVersion()
        try note(world, "module-7")
        let linked = [SettledName(name: Self.name("module-7"), vehicle: key)]
        #expect(try settle(world, all: false) == linked)
        #expect(try world.store.findVehicles("ovms:module-7") == [key])
        let version = try world.store.registryVersion()
        #expect(version == before + 1)
        // Again, as after a crash: it is so already.
        try note(world, "module-7")
        #expect(try settle(world).isEmpty)
        #expect(try world.store.registryVersion() == version)
        #expect(try world.store.names(of: key).count { $0.source == "ovms" } == 1)
    }

    @Test func `a report waits for its vehicle over a restart`() throws {
        let world = try StoreWorld()
        try note(world, "module-7")
        #expect(try settle(world).isEmpty)
        try world.reopen()
        let key = try car(world, "car-1", Self.vin)
        let linked = [SettledName(name: Self.name("module-7"), vehicle: key)]
        #expect(try settle(world, all: false) == linked)
        #expect(try world.store.findVehicles("ovms:module-7") == [key])
    }

    @Test func `a name that told two VINs is nobody's until somebody says whose`() throws {
        let world = try StoreWorld()
        try note(world, "module-7", Self.otherVIN)
        try note(world, "module-7")
        try note(world, "module-7")
        let key = try car(world, "car-1", Self.vin)
        let refused = SettledName(
            name: Self.name("module-7"), vehicle: key, refusal: .severalVINs)
        #expect(try settle(world) == [refused])
        #expect(try world.store.findVehicles("ovms:module-7").isEmpty)
        try world.load(.names, "vehicle,source,external_id\ncar-1,ovms,module-7\n")
        #expect(try settle(world).isEmpty)
    }

    @Test func `nobody loses a name or a vehicle to a report`() throws {
        let world = try StoreWorld()
        let key = try car(world, "car-1", Self.vin)
        let other = try car(world, "car-2", Self.otherVIN)
        try world.load(.names, "vehicle,source,external_id\ncar-2,ovms,module-2\n")
        try note(world, "module-2")
        try note(world, "module-9", Self.otherVIN)
        #expect(
            Set(try settle(world, all: false)) == [
                SettledName(name: Self.name("module-2"), vehicle: key, refusal: .nameTaken),
                SettledName(name: Self.name("module-9"), vehicle: other, refusal: .vehicleTaken),
            ])
        #expect(try world.store.findVehicles("ovms:module-2") == [other])
        #expect(try world.store.findVehicles("ovms:module-9").isEmpty)
        // Told once, however often it is said.
        try note(world, "module-2")
        try note(world, "module-9", Self.otherVIN)
        #expect(try settle(world).isEmpty)
        // Another source may call the vehicle as it likes.
        try note(world, "box-1", Self.otherVIN, source: "wican")
        let third = SettledName(name: Self.name("box-1", source: "wican"), vehicle: other)
        #expect(try settle(world, all: false) == [third])
        // People may say otherwise at any time: then the report agrees, and the vehicle whose name
        // that was is free for the one that waited, once all are looked at.
        try world.load(.names, "vehicle,source,external_id\ncar-1,ovms,module-2\n")
        #expect(try settle(world, all: false).isEmpty)
        #expect(try settle(world) == [SettledName(name: Self.name("module-9"), vehicle: other)])
        #expect(try world.store.findVehicles("ovms:module-2") == [key])
        #expect(try world.store.findVehicles("ovms:module-9") == [other])
    }

    @Test func `a vehicle that was only heard becomes part of the one with the VIN`() throws {
        let world = try StoreWorld()
        #expect(try world.store.enrol([Self.name("module-7")]) == 1)
        let heard = try #require(try world.store.findVehicles("ovms:module-7").first)
        let key = try car(world, "car-1", Self.vin)
        try note(world, "module-7")
        #expect(try settle(world) == [SettledName(name: Self.name("module-7"), vehicle: key)])
        #expect(try world.store.findVehicles("ovms:module-7") == [key])
        #expect(try world.store.presentNumber(of: heard) == key)
    }

    @Test func `reports are forgotten with age and with the vehicle`() throws {
        let world = try StoreWorld()
        try note(world, "module-7")
        try world.store.removeReportedNames(before: world.now.advanced(by: .days(1)))
        let key = try car(world, "car-1", Self.vin)
        #expect(try settle(world).isEmpty)

        try world.load(.names, "vehicle,source,external_id\ncar-1,ovms,module-1\n")
        try note(world, "module-8")
        #expect(try settle(world).map(\.refusal) == [.vehicleTaken])
        try world.store.removeReportedNames(of: key, and: [])
        try note(world, "module-9", Self.otherVIN)
        try world.store.removeReportedNames(of: .unknown, and: [Self.name("module-9")])
        _ = try car(world, "car-2", Self.otherVIN)
        #expect(try settle(world).isEmpty)
    }
}
