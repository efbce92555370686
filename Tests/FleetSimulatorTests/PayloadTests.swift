import FleetModel
import Foundation
import Testing
import VehicleSignals

@Suite struct `payloads` {
    @Test func `all but rubbish is JSON with time, edition and signals`() throws {
        let fleet = settings(vehicles: 30, days: 4, faults: .many)
        for message in everything(FleetStream(fleet, plans: plans(fleet))) {
            let value = try? JSONSerialization.jsonObject(with: Data(message.payload))
            guard message.kind != .rubbish else {
                let signals = (value as? [String: Any])?["signals"] as? [String: Any]
                #expect(signals == nil)
                continue
            }
            let single = (value as? [String: Any]).map { [$0] }
            let objects = (value as? [[String: Any]]) ?? single ?? []
            #expect(objects.count == message.reports)
            for object in objects {
                #expect(object["ts"] is String || object["ts"] is NSNumber)
                #expect(object["vss"] is String)
                let signals = try #require(object["signals"] as? [String: Any])
                #expect(signals.count >= 5)
                #expect(signals["Vehicle.Service.DistanceToService"] is NSNumber)
            }
        }
    }

    @Test func `editions 4 and 5 tell kilometres, edition 6 tells metres`() throws {
        let fleet = settings(vehicles: 60, days: 2, faults: .none)
        let made = plans(fleet)
        var editions: Set<Int> = []
        for message in everything(FleetStream(fleet, plans: made)) {
            let plan = made[message.vehicle]
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(message.payload)) as? [String: Any])
            let signals = try #require(object["signals"] as? [String: Any])
            let number = try #require(signals["Vehicle.TraveledDistance"] as? NSNumber)
            let metres = number.doubleValue * (plan.identity.edition < 6 ? 1000 : 1)
            let start = Double(plan.identity.odometerAtStart)
            #expect(metres >= start - 1 && metres < start + 2_000_000)
            #expect((object["vss"] as? String)?.hasPrefix(String(plan.identity.edition)) == true)
            editions.insert(plan.identity.edition)
        }
        #expect(editions == [4, 5, 6])
    }

    @Test func `a message has about 300 bytes`() {
        let fleet = settings(vehicles: 30, days: 4, faults: .none)
        let messages = everything(FleetStream(fleet, plans: plans(fleet)))
        let mean = messages.reduce(0) { $0 + $1.payload.count } / messages.count
        #expect(mean > 250 && mean < 450)
    }
}
