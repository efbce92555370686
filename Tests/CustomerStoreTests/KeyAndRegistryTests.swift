import CustomerStore
import Customers
import Foundation
import GRDB
import Testing
import VehicleSignals

@Suite struct KeyAndRegistryTests {
    @Test func `a key is shown once, kept as a hash, and ends when revoked`() throws {
        let world = try StoreWorld()
        let key = try world.store.createKey(party: "NL-1", role: .dealer, now: world.now)
        #expect(key.hasPrefix("tpk_") && key.count == 68)
        let identity = try #require(try world.store.verify(key: key, now: world.now))
        #expect(identity.party == "NL-1" && identity.role == .dealer)
        for wrong in ["", "tpk_", key + "0", String(key.dropLast()), key.uppercased()] {
            #expect(try world.store.verify(key: wrong, now: world.now) == nil)
        }
        let bytes =
            try Data(contentsOf: URL(fileURLWithPath: world.path))
            + (try Data(contentsOf: URL(fileURLWithPath: world.path + "-wal")))
        #expect(bytes.range(of: Data(key.utf8)) == nil)
        #expect(try world.store.keys().first?.lastUsedAt == world.now)
        #expect(try world.store.revokeKey(id: identity.id, now: world.now))
        #expect(try world.store.verify(key: key, now: world.now) == nil)
        #expect(try world.store.revokeKey(id: identity.id, now: world.now) == false)
        #expect(try world.store.keys().first?.revokedAt == world.now)
    }

    @Test func `use of a key is noted once a minute`() throws {
        let world = try StoreWorld()
        let key = try world.store.createKey(party: "op", role: .gatewayOperator, now: world.now)
        _ = try world.store.verify(key: key, now: world.now)
        _ = try world.store.verify(key: key, now: world.now.advanced(by: .seconds(59)))
        #expect(try world.store.keys().first?.lastUsedAt == world.now)
        let later = world.now.advanced(by: .seconds(60))
        _ = try world.store.verify(key: key, now: later)
        #expect(try world.store.keys().first?.lastUsedAt == later)
    }

    @Test func `the snapshot has every vehicle, name and fact`() throws {
        let world = try StoreWorld.ready()
        try world.load(
            .vehicles,
            """
            vehicle,brand,model,powertrain,battery_type,service_interval_km,\
            service_interval_days,last_service_date,last_service_km
            car-2,NORD,Fjell,PETROL,agm,15000,365,2025-06-01,30000
            """)
        try world.load(
            .names, "vehicle,source,external_id\ncar-2,native,dev-2\ncar-1,native,dev-1\n")
        try world.load(.gates, "vehicle,gate,at\ncar-2,all,2026-01-01\n")
        let snapshot = try world.store.registrySnapshot()
        #expect(snapshot.version == (try world.store.registryVersion()))
        #expect(snapshot.vehicles.map(\.key) == [VehicleKey(1), VehicleKey(2)])
        #expect(snapshot.vehicles.map(\.gate) == [.serviceOnly, .all])
        let second = snapshot.vehicles[1]
        #expect(snapshot.texts[Int(second.brand)] == "NORD")
        #expect(snapshot.texts[Int(second.batteryType)] == "AGM")
        // No zone was given: the site's own, whatever it is.
        #expect(snapshot.texts[Int(second.timeZone)].isEmpty)
        #expect(second.planIntervalKilometres == 15_000 && second.planIntervalDays == 365)
        #expect(second.lastServiceDay == Day(year: 2025, month: 6, day: 1).daysSinceEpoch)
        #expect(second.lastServiceKilometres == 30_000)
        let names = snapshot.names.map {
            let source = snapshot.sources[Int($0.source)]
            return "\(source):\(snapshot.externalID(of: $0))=\($0.vehicle.number)"
        }
        #expect(
            names == [
                "import:car-1=1", "import:car-2=2", "native:dev-1=1", "native:dev-2=2",
                "vin:TMBJG7NX8M0000017=1",
            ])
    }

    @Test func `a vehicle is found by VIN, name, source and number`() throws {
        let world = try StoreWorld.ready()
        try world.load(.vehicles, "vehicle,brand,model\ncar-2,ACME,Wander\n")
        try world.load(
            .names,
            """
            vehicle,source,external_id
            car-1,alpha,17
            car-2,beta,17
            car-2,alpha,a:b
            """)
        let texts = [
            "car-1", "import:car-1", "TMBJG7NX8M0000017", "tmbjg7nx8m0000017", "#1",
            "alpha:17",
        ]
        for text in texts { #expect(try world.store.findVehicles(text) == [VehicleKey(1)]) }
        #expect(try world.store.findVehicles("a:b") == [VehicleKey(2)])
        #expect(try world.store.findVehicles("17").count == 2)
        for text in ["", "none", "#9", "#x", "gamma:17"] {
            #expect(try world.store.findVehicles(text).isEmpty)
        }
        let vehicle = try #require(try world.store.vehicle(VehicleKey(1)))
        #expect(vehicle.vin?.text == "TMBJG7NX8M0000017" && vehicle.timeZone == "Europe/Amsterdam")
        #expect(try world.store.names(of: VehicleKey(1)).count == 3)
    }

    @Test func `only vehicles whose holder permits analytics then and now are counted`() throws {
        let world = try StoreWorld.ready()
        try world.load(
            .vehicles, "vehicle,brand,model\ncar-2,ACME,Wander\ncar-3,ACME,Wander\n")
        try world.load(
            .holdings,
            """
            vehicle,person,from
            car-2,bob,2024-01-01
            car-3,ann,2026-02-10
            """)
        func count(_ time: String, _ controller: String? = "MAKER") throws -> [UInt32] {
            var found: [UInt32] = []
            let moment = try #require(Timestamp(rfc3339: time))
            try world.store.forEachAnalyticsVehicle(
                at: moment, controller: controller, now: world.now
            ) { found.append($0.vehicle.number) }
            return found
        }
        #expect(try count("2026-01-31T23:59:59Z") == [1])
        #expect(try count("2026-02-28T23:59:59Z") == [1, 3])
        #expect(try count("2023-12-31T23:59:59Z") == [])
        #expect(try count("2026-02-28T23:59:59Z", "OTHER") == [])
        #expect(try count("2026-02-28T23:59:59Z", nil) == [1, 3])
        try world.load(
            .permissions,
            "person,controller,purpose,state,at,vehicle\nbob,MAKER,P8,Given,2025-01-01,car-2\n")
        #expect(try count("2026-01-31T23:59:59Z") == [1, 2])
        try world.load(
            .permissions, "person,controller,purpose,state,at\nann,MAKER,P8,Withdrawn,2026-02-27\n")
        #expect(try count("2026-01-31T23:59:59Z") == [2])
    }

    @Test func `counts say how the store stands`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        let counts = try world.store.operatorCounts()
        #expect(counts.vehicles == 1 && counts.vehiclesHeld == 1 && counts.names == 2)
        #expect(counts.persons == 2 && counts.dealers == 2 && counts.endpoints == 1)
        #expect(counts.leadsByStatus == ["NEW": 1] && counts.outboxByState == ["pending": 1])
        #expect(counts.triggersByPhase == ["OPEN": 1] && counts.parkedByReason.isEmpty)
    }
}
