import PayloadDecoding
import TelemetryPipeline
import Testing
import TriggerRules
import VehicleSignals
import VehicleState

/// Names that lead to no vehicle: kept apart, joined without loss, forgotten in time.
@Suite struct UnlinkedTests {
    /// Reports of some cars; the first two are near their service.
    static func reports(_ cars: ClosedRange<Int>, _ steps: Range<Int>) -> [Message] {
        steps.flatMap { step in
            cars.map { car in
                Message(
                    car: car, at: hour(-90 + Double(step) * 2), km: 20_000 + Double(step) * 15,
                    serviceKm: car <= 2 ? 700 - Double(step) * 10 : 9_000)
            }
        }
    }

    @Test(arguments: [1, 2, 3]) func `a name that is linked later brings everything with it`(
        workers: Int
    ) throws {
        let straight = try Site()
        let plain = try straight.start(straight.registry(6), workers: 1)
        try plain.send(Self.reports(1...6, 0..<30))
        plain.pipeline.tick()
        try plain.end()

        let site = try Site()
        let running = try site.start(site.registry(0), workers: workers)
        try running.send(Self.reports(1...6, 0..<10), round: 7)
        try running.pipeline.saveState()
        #expect(running.pipeline.unlinkedCount == 6)
        #expect(site.keeper.now.names.count == 6)
        #expect(site.ledger.standing.isEmpty)
        running.pipeline.adopt(site.registry(3))
        try running.send(Self.reports(1...6, 10..<20), round: 7)
        // Linked in the middle of a round, as the connection sees it.
        let lane = running.pipeline.makeLane()
        let middle = Self.reports(1...6, 20..<24)
        for message in middle.prefix(11) { running.receive(message, lane) }
        running.pipeline.adopt(site.registry(6))
        for message in middle.dropFirst(11) { running.receive(message, lane) }
        try lane.commit()
        try running.send(Self.reports(1...6, 24..<30), round: 7)
        running.pipeline.tick()
        try running.end()

        let kept = site.keeper.now
        #expect(running.pipeline.counters.balances)
        #expect(kept.counters.received == 180)
        #expect(kept.names.isEmpty)
        #expect(kept.links.count == 6)
        #expect(kept.vehicles.count == 6)
        #expect(
            try site.keeper.slots().mapValues(\.record)
                == straight.keeper.slots().mapValues(\.record))
        #expect(kept.days == straight.keeper.now.days)
        #expect(site.ledger.standing == straight.ledger.standing)
        #expect(site.ledger.standing.count >= 2)
    }

    @Test(arguments: [1, 2]) func `a name that was linked while the gateway was down is joined`(
        workers: Int
    ) throws {
        let straight = try Site()
        let plain = try straight.start(straight.registry(4))
        try plain.send(Self.reports(1...4, 0..<20))
        try plain.end()
        for ended in [true, false] {
            let site = try Site()
            let first = try site.start(site.registry(0), workers: workers)
            try first.send(Self.reports(1...4, 0..<10))
            try first.pipeline.saveState()
            try first.send(Self.reports(1...4, 10..<20))
            if ended { try first.end() } else { first.crash() }
            let second = try site.start(site.registry(4), workers: workers)
            #expect(second.pipeline.unlinkedCount == 0)
            try second.end()
            #expect(site.keeper.now.names.isEmpty)
            #expect(
                try site.keeper.slots().mapValues(\.record)
                    == straight.keeper.slots().mapValues(\.record))
            #expect(site.ledger.standing == straight.ledger.standing)
        }
    }

    @Test func `names beyond the limit are counted and nothing of them is kept`() throws {
        let site = try Site()
        let running = try site.start(site.registry(1)) { $0.unlinkedNamesMax = 3 }
        try running.send((1...9).map { Message(car: $0, at: hour(-1), km: 10) })
        try running.end()
        let counters = running.pipeline.counters
        #expect(counters.balances)
        #expect(counters.unlinked == 8 && counters.unlinkedBeyondLimit == 5)
        #expect(running.pipeline.unlinkedCount == 3)
        #expect(site.keeper.now.vehicles.count == 4)
    }

    @Test(arguments: [1, 2]) func `a name that nobody linked in time is forgotten`(
        workers: Int
    ) throws {
        let site = try Site()
        let running = try site.start(site.registry(1), workers: workers)
        try running.send((1...4).map { Message(car: $0, at: hour(-1), km: 10) })
        try running.pipeline.saveState()
        site.set(hour(20 * 24))
        try running.send([Message(car: 2, at: hour(19 * 24), km: 20)])
        running.pipeline.forgetOldNames(now: hour(29 * 24))
        #expect(running.pipeline.unlinkedCount == 3)
        running.pipeline.forgetOldNames(now: hour(31 * 24))
        #expect(running.pipeline.unlinkedCount == 1)
        try running.pipeline.saveState()
        let kept = site.keeper.now
        #expect(kept.forgotten.count == 2)
        #expect(kept.names.count == 1)
        #expect(Set(kept.vehicles.keys.map(\.isUnlinked)) == [true, false])
        #expect(kept.vehicles.count == 2)
        // Told once only.
        try running.end()
        #expect(site.keeper.now.forgotten.count == 2)
    }

    @Test func `state of a name is not joined to a vehicle that is switched off`() throws {
        let site = try Site()
        let running = try site.start(site.registry(0))
        let lane = running.pipeline.makeLane()
        try running.send(Self.reports(1...1, 0..<5))
        for message in Self.reports(1...1, 5..<8) { running.receive(message, lane) }
        running.pipeline.adopt(site.registry(1, gates: [1: .off]))
        try lane.commit()
        try running.end()
        let counters = running.pipeline.counters
        #expect(counters.balances)
        #expect(counters.unlinked == 5 && counters.gated == 3)
        #expect(site.keeper.now.vehicles.isEmpty)
        #expect(site.keeper.now.links.isEmpty && site.keeper.now.forgotten.count == 1)
    }

    @Test func `a vehicle that lets only service in does not get the rest by being linked`() throws
    {
        let site = try Site()
        let running = try site.start(site.registry(0))
        try running.send([Message(car: 1, at: hour(-1), km: 20_000, serviceKm: 9_000)])
        running.pipeline.adopt(site.registry(1, gates: [1: .serviceOnly]))
        try running.end()
        let slot = try #require(try site.keeper.slots()[VehicleKey(1)])
        let catalogue = site.sources.catalogue
        var kept: [String] = []
        for place in 0..<slot.record.values.count {
            kept.append(catalogue[slot.record.values[place: place].signal].path)
        }
        #expect(kept.contains("Vehicle.Service.DistanceToService"))
        #expect(!kept.contains("Vehicle.Speed"))
        #expect(kept.allSatisfy { catalogue.id(of: $0).map(catalogue.isForService) == true })
    }

    @Test func `a name is stored when it is new or was heard long after, not at each snapshot`()
        throws
    {
        let site = try Site()
        let running = try site.start(site.registry(0))
        func stored(_ hours: Double) throws -> Int {
            site.set(hour(hours))
            try running.send([Message(car: 1, at: hour(hours - 1), km: 10 + hours)])
            let before = site.keeper.now.namesWritten
            try running.pipeline.saveState()
            return site.keeper.now.namesWritten - before
        }
        #expect(try stored(0) == 1)
        #expect(try stored(0.2) == 0)
        #expect(try stored(0.9) == 0)
        #expect(try stored(1.1) == 1)
        #expect(try stored(1.2) == 0)
        // What could not be stored comes again.
        site.keeper.refuse(times: 1)
        #expect(throws: (any Error).self) { _ = try stored(5) }
        #expect(try stored(5.1) == 1)
        try running.end()
    }
}
