import TelemetryPipeline
import Testing
import TriggerRules
import VehicleSignals

/// Twice is once, over restarts and crashes too.
@Suite struct ReplayTests {
    /// Car 1 comes near its service at step 5, car 2 at step 15.
    static func step(_ step: Int) -> [Message] {
        (1...3).map { car in
            let near = car == 1 && step >= 5 || car == 2 && step >= 15
            return Message(
                car: car, at: hour(-60 + Double(step)), km: 50_000 + Double(step) * 10,
                serviceKm: near ? 800 - Double(step) * 10 : 5_000 - Double(step) * 10)
        }
    }

    private func opened(_ site: Site) -> [UInt32] {
        site.ledger.standing.filter { $0.value == .open }.keys.map(\.vehicle).sorted()
    }

    @Test(arguments: [1, 2]) func `what the ledger has is only watched, what it has not is raised`(
        workers: Int
    ) throws {
        let site = try Site()
        let registry = site.registry(3)
        let first = try site.start(registry, workers: workers)
        for step in 0..<4 { try first.send(Self.step(step)) }
        try first.pipeline.saveState()
        for step in 4..<10 { try first.send(Self.step(step)) }
        // Everything so far is said; then the ledger is gone, and so is the process.
        first.pipeline.tick()
        while first.pipeline.positions.stored < first.pipeline.positions.queued {}
        first.front.cut()
        for step in 10..<20 { try first.send(Self.step(step)) }
        first.crash()
        #expect(opened(site) == [1])
        let storedBefore = site.ledger.now.stored.count

        site.set(hour(30))
        let second = try site.start(registry, workers: workers)
        try second.end()
        #expect(opened(site) == [1, 2])
        let ledger = site.ledger.now
        #expect(ledger.openings.values.allSatisfy { $0 == 1 })
        // Car 1's trigger may be said once more; the ledger's key makes it nothing.
        let again = ledger.stored[storedBefore...]
        #expect(again.filter { $0.trigger.vehicle == 2 && $0.deed == .open }.count == 1)
        #expect(again.filter { $0.trigger.vehicle == 1 }.count <= 1)
    }

    @Test func `a crash between the ledger and the snapshot neither loses nor doubles`() throws {
        for crashAt in 0..<20 {
            let site = try Site()
            let registry = site.registry(3)
            var running = try site.start(registry)
            for step in 0..<20 {
                try running.send(Self.step(step))
                if step % 7 == 3 { try running.pipeline.saveState() }
                if step % 3 == 0 { running.pipeline.tick() }
                if step == crashAt {
                    running.crash()
                    running = try site.start(registry)
                }
            }
            try running.end()
            #expect(opened(site) == [1, 2], "crash after step \(crashAt)")
            #expect(site.ledger.now.openings.values.allSatisfy { $0 == 1 })
            #expect(site.keeper.now.counters.received == 60)
        }
    }

    @Test func `a restart changes no state`() throws {
        let straight = try Site()
        let plain = try straight.start(straight.registry(3))
        for step in 0..<20 { try plain.send(Self.step(step)) }
        try plain.end()
        let site = try Site()
        for part in 0..<4 {
            let running = try site.start(site.registry(3), workers: part % 3 + 1)
            for step in (part * 5)..<(part * 5 + 5) { try running.send(Self.step(step)) }
            if part == 2 { running.crash() } else { try running.end() }
        }
        let last = try site.start(site.registry(3))
        try last.end()
        #expect(site.keeper.now.days == straight.keeper.now.days)
        #expect(
            try site.keeper.slots().mapValues(\.record)
                == straight.keeper.slots().mapValues(\.record))
        #expect(site.ledger.standing == straight.ledger.standing)
    }

    @Test func `a timer's firing is stored before the snapshot that remembers it`() throws {
        let site = try Site()
        let running = try site.start(site.registry(1)) { $0.heldUpWait = .seconds(1) }
        // Due by time in 31 days: within two days it opens by the clock alone.
        let due =
            #"{"ts":\#(hour(-1).milliseconds),"signals":{"Vehicle.Service.TimeToService":"#
            + #"\#(31 * 86_400)}}"#
        try running.send([Message("vss/CAR1/telemetry", due)])
        try running.pipeline.saveState()
        #expect(opened(site) == [])
        site.set(hour(48))
        running.front.cut()
        running.pipeline.tick()
        #expect(throws: PipelineHeldUp.self) { try running.pipeline.saveState() }
        running.crash()

        let again = try site.start(site.registry(1))
        again.pipeline.tick()
        try again.end()
        #expect(opened(site) == [1])
        #expect(site.ledger.now.openings.values.allSatisfy { $0 == 1 })
    }

    @Test func `rules that were changed while nothing ran speak with the first look`() throws {
        let site = try Site()
        let before = try site.start(site.registry(1))
        try before.send([Message(car: 1, at: hour(-1), km: 20_000, serviceKm: 1_400)])
        before.pipeline.tick()
        try before.end()
        #expect(opened(site) == [])
        // Nothing has changed: nobody is looked at, and nothing is to be stored.
        let same = try site.start(site.registry(1))
        same.pipeline.tick()
        try same.end()
        #expect(opened(site) == [])
        #expect(site.keeper.now.exports.last?.0 == 0)

        let after = try site.start(site.registry(1)) {
            $0.rules.service.openKilometres = 2_000
        }
        after.pipeline.tick()
        try after.end()
        #expect(opened(site) == [1])
    }

    @Test func `facts that were imported while nothing ran count with the first look`() throws {
        let site = try Site()
        let before = try site.start(site.registry(1))
        let odometer =
            #"{"ts":\#(hour(-1).milliseconds),"signals":{"Vehicle.TraveledDistance":20000000}}"#
        try before.send([Message("vss/CAR1/telemetry", odometer)])
        before.pipeline.tick()
        try before.end()
        #expect(opened(site) == [])

        var facts = VehicleFacts()
        facts.intervalKilometres = 15_000
        facts.lastServiceKilometres = 5_100
        facts.lastServiceDay = Day(utc: hour(-24 * 100))
        let registry = VehicleRegistry(
            vehicles: [
                RegisteredVehicle(key: VehicleKey(1), gate: .all, zone: 0, facts: facts)
            ],
            names: [
                RegisteredName(
                    source: SourceID(0), externalID: Array("CAR1".utf8), vehicle: VehicleKey(1))
            ], zones: [.utc], version: 7)
        let after = try site.start(registry)
        after.pipeline.tick()
        try after.end()
        #expect(opened(site) == [1])
        #expect(site.keeper.now.basis?.registryVersion == 7)
    }
}
