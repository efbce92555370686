import PayloadDecoding
import TelemetryPipeline
import Testing
import TriggerRules
import VehicleSignals
import VehicleState

/// received = applied + duplicate + gated + unlinked + quarantined, whatever happens.
@Suite struct BalanceTests {
    static let cars = 12
    /// Car 3 is switched off, car 4 lets in what service needs; car 90 is nobody's.
    static let gates: [Int: TelemetryGate] = [3: .off, 4: .serviceOnly]

    /// Messages of every kind, and what must become of them.
    static func mix(_ rounds: Int) -> (messages: [Message], expected: PipelineCounters) {
        var messages: [Message] = []
        var expected = PipelineCounters()
        func add(_ message: Message, _ path: WritableKeyPath<PipelineCounters, UInt64>) {
            messages.append(message)
            expected.received += 1
            expected[keyPath: path] += 1
        }
        for step in 0..<rounds {
            let time = hour(-72 + Double(step) * 0.1)
            for car in 1...cars {
                let report = Message(car: car, at: time, km: 40_000 + Double(step))
                if car == 3 {
                    add(report, \.gated)
                    continue
                }
                add(report, \.applied)
                add(report, \.duplicate)
            }
            let outside = Message(
                "vss/CAR4/telemetry",
                #"{"ts":\#(time.milliseconds),"#
                    + #""signals":{"Vehicle.CurrentLocation.Latitude":52.1}}"#)
            add(outside, \.gated)
            add(Message(car: 90, at: time, km: 100), \.unlinked)
            add(Message("vss/CAR1/telemetry", "{\"ts\":"), \.quarantined)
            add(Message("somewhere/else", "{}"), \.quarantined)
            add(Message(car: 2, at: hour(24), km: 1), \.quarantined)
            // Known, of no use, counted.
            add(Message("telemetry/CAR1/errors/door", "{}"), \.applied)
            // A retained message of an old time says nothing new.
            add(Message(car: 5, at: time, km: 40_000 + Double(step)).retained, \.duplicate)
        }
        return (messages, expected)
    }

    private func balance(_ counters: PipelineCounters) -> [UInt64] {
        [
            counters.received, counters.applied, counters.duplicate, counters.gated,
            counters.unlinked, counters.quarantined,
        ]
    }

    @Test(arguments: [1, 2, 3]) func `each message is counted once, as what it is`(
        workers: Int
    ) throws {
        let site = try Site()
        let running = try site.start(
            site.registry(Self.cars, gates: Self.gates), workers: workers)
        let (messages, expected) = Self.mix(40)
        try running.send(messages, round: 37)
        try running.end()
        let counters = running.pipeline.counters
        #expect(counters.balances)
        #expect(balance(counters) == balance(expected))
        #expect(site.keeper.now.counters == counters)
        #expect(site.keeper.now.quarantine.count == Int(expected.quarantined))
        let reasons = Set(site.keeper.now.quarantine.values.map(\.reason))
        #expect(reasons == ["no_source", "truncated", "time_in_future"])
    }

    @Test(arguments: [1, 2]) func `the balance survives a stop, a crash and another crash`(
        workers: Int
    ) throws {
        let site = try Site()
        let registry = site.registry(Self.cars, gates: Self.gates)
        let (messages, expected) = Self.mix(60)
        let parts = [0, 300, 700, 1100, messages.count]
        for part in 0..<4 {
            let running = try site.start(registry, workers: workers)
            let slice = Array(messages[parts[part]..<parts[part + 1]])
            try running.send(Array(slice.prefix(150)), round: 20)
            if part % 2 == 0 { try running.pipeline.saveState() }
            try running.send(Array(slice.dropFirst(150)), round: 20)
            if part == 1 { try running.end() } else { running.crash() }
        }
        let last = try site.start(registry, workers: workers)
        try last.end()
        #expect(balance(site.keeper.now.counters) == balance(expected))
        #expect(site.keeper.now.counters.balances)
    }

    @Test func `readings that service does not need are held back one by one`() throws {
        let site = try Site()
        let running = try site.start(site.registry(4, gates: Self.gates))
        let text =
            #"{"ts":\#(hour(-1).milliseconds),"signals":{"Vehicle.TraveledDistance":81230000,"#
            + #""Vehicle.CurrentLocation.Latitude":52.1,"Vehicle.CurrentLocation.Longitude":4.3}}"#
        let ahead =
            #"[{"ts":\#(hour(-0.5).milliseconds),"signals":{"Vehicle.TraveledDistance":81240000,"#
            + #""Vehicle.CurrentLocation.Latitude":52.2}},{"ts":\#(hour(9).milliseconds),"#
            + #""signals":{"Vehicle.LowVoltageBattery.CurrentVoltage":12.5}}]"#
        try running.send([Message("vss/CAR4/telemetry", text)])
        // Part of it is of the future, part is news: the message counts as applied.
        try running.send([Message("vss/CAR4/telemetry", ahead)])
        try running.end()
        let counters = running.pipeline.counters
        #expect(counters.applied == 2 && counters.quarantined == 0 && counters.gated == 0)
        #expect(counters.readingsGated == 3)
        #expect(counters.readingsInFuture == 1)
        let slot = try #require(try site.keeper.slots()[VehicleKey(4)])
        let latitude = try #require(
            site.sources.catalogue.id(of: "Vehicle.CurrentLocation.Latitude"))
        #expect(slot.record.values[latitude] == nil)
    }

    @Test func `what is ahead of the clock by more than five minutes is not believed`() throws {
        let site = try Site()
        let running = try site.start(site.registry(2))
        try running.send([
            Message(car: 1, at: hour(4.9 / 60), km: 1000),
            Message(car: 2, at: hour(5.1 / 60), km: 1000),
        ])
        try running.end()
        #expect(running.pipeline.counters.applied == 1)
        #expect(running.pipeline.counters.quarantined == 1)
    }
}
