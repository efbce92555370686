import CustomerStore
import Customers
import Testing
import VehicleSignals

/// Names that come with the VIN of the vehicle behind them.
@Suite struct ReportedNameTests {
    static let vin = "TMBJG7NX8M0000017"
    static let otherVIN = "WVWZZZ1JZXW000001"

    private static func report(
        _ id: String, _ vin: String = vin, source: String = "ovms"
    ) throws -> ReportedName {
        ReportedName(name: VehicleName(source: source, externalID: id), vin: try VIN(vin))
    }

    private func car(_ world: StoreWorld, _ key: String, _ vin: String) throws -> VehicleKey {
        try world.load(.vehicles, "vehicle,vin,brand,model\n\(key),\(vin),ACME,Wander\n")
        return try #require(try world.store.findVehicles(key).first)
    }

    @Test func `a name becomes that of the vehicle whose VIN it brought`() throws {
        let world = try StoreWorld()
        let key = try car(world, "car-1", Self.vin)
        let before = try world.store.registryVersion()
        let report = try Self.report("module-7")
        let outcome = try world.store.link([report], now: world.now)
        #expect(outcome.linked == [report] && outcome.refused.isEmpty)
        #expect(try world.store.findVehicles("ovms:module-7") == [key])
        #expect(try world.store.registryVersion() > before)
        // Again, as after a crash: it is so already.
        let version = try world.store.registryVersion()
        #expect(try world.store.link([report], now: world.now) == ReportedNameOutcome())
        #expect(try world.store.registryVersion() == version)
        #expect(try world.store.names(of: key).count { $0.source == "ovms" } == 1)
    }

    @Test func `a report waits for the vehicle over a restart, its last word counts`() throws {
        let world = try StoreWorld()
        let first = try world.store.link(
            [try Self.report("module-7", Self.otherVIN)], now: world.now)
        #expect(first == ReportedNameOutcome())
        _ = try world.store.link([try Self.report("module-7")], now: world.now)
        try world.reopen()
        let other = try car(world, "car-2", Self.otherVIN)
        #expect(try world.store.link([], now: world.now) == ReportedNameOutcome())
        let key = try car(world, "car-1", Self.vin)
        #expect(try world.store.link([], now: world.now).linked == [try Self.report("module-7")])
        #expect(try world.store.findVehicles("ovms:module-7") == [key])
        #expect(try world.store.names(of: other).allSatisfy { $0.source != "ovms" })
    }

    @Test func `nobody loses a name or a vehicle to a report`() throws {
        let world = try StoreWorld()
        let key = try car(world, "car-1", Self.vin)
        let other = try car(world, "car-2", Self.otherVIN)
        try world.load(.names, "vehicle,source,external_id\ncar-2,ovms,module-2\n")
        let claim = try Self.report("module-2")
        let second = try Self.report("module-9", Self.otherVIN)
        let outcome = try world.store.link([claim, second], now: world.now)
        #expect(outcome.linked.isEmpty)
        #expect(
            Set(outcome.refused)
                == [
                    .init(report: claim, reason: .nameTaken),
                    .init(report: second, reason: .vehicleTaken),
                ])
        #expect(try world.store.findVehicles("ovms:module-2") == [other])
        #expect(try world.store.findVehicles("ovms:module-9").isEmpty)
        // Told once, however often it is said.
        #expect(try world.store.link([claim, second], now: world.now) == ReportedNameOutcome())
        // Another source may call the vehicle as it likes.
        let third = try Self.report("box-1", Self.otherVIN, source: "wican")
        #expect(try world.store.link([third], now: world.now).linked == [third])
        // People may say otherwise at any time: then the report agrees, and the vehicle whose name
        // that was is free for the one that waited.
        try world.load(.names, "vehicle,source,external_id\ncar-1,ovms,module-2\n")
        #expect(try world.store.link([claim], now: world.now).linked == [second])
        #expect(try world.store.findVehicles("ovms:module-2") == [key])
        #expect(try world.store.findVehicles("ovms:module-9") == [other])
    }

    @Test func `a vehicle that was only heard becomes part of the one with the VIN`() throws {
        let world = try StoreWorld()
        #expect(
            try world.store.enrol([VehicleName(source: "ovms", externalID: "module-7")]) == 1)
        let heard = try #require(try world.store.findVehicles("ovms:module-7").first)
        let key = try car(world, "car-1", Self.vin)
        let report = try Self.report("module-7")
        #expect(try world.store.link([report], now: world.now).linked == [report])
        #expect(try world.store.findVehicles("ovms:module-7") == [key])
        #expect(try world.store.presentNumber(of: heard) == key)
    }

    @Test func `reports are forgotten with age and with the vehicle`() throws {
        let world = try StoreWorld()
        _ = try world.store.link([try Self.report("module-7")], now: world.now)
        try world.store.removeReportedNames(before: world.now.advanced(by: .days(1)))
        let key = try car(world, "car-1", Self.vin)
        #expect(try world.store.link([], now: world.now) == ReportedNameOutcome())

        try world.load(.names, "vehicle,source,external_id\ncar-1,ovms,module-1\n")
        let refused = try world.store.link([try Self.report("module-8")], now: world.now)
        #expect(refused.refused.count == 1)
        try world.store.removeReportedNames(of: key, and: [])
        _ = try world.store.link([try Self.report("module-9", Self.otherVIN)], now: world.now)
        try world.store.removeReportedNames(
            of: .unknown, and: [VehicleName(source: "ovms", externalID: "module-9")])
        _ = try car(world, "car-2", Self.otherVIN)
        #expect(try world.store.link([], now: world.now) == ReportedNameOutcome())
    }
}
