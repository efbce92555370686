import TelemetryPipeline
import Testing
import TriggerRules
import VehicleSignals

/// Where `now` comes from.
@Suite struct ClockTests {
    private func due(_ car: Int, at time: Timestamp, days: Int) -> Message {
        Message(
            "vss/CAR\(car)/telemetry",
            #"{"ts":\#(time.milliseconds),"signals":{"Vehicle.Service.TimeToService":"#
                + #"\#(days * 86_400)}}"#)
    }

    @Test func `recorded time is the newest event time, and timers run on it`() throws {
        let site = try Site()
        // The wall is a year ahead of the recording.
        site.set(hour(365 * 24))
        let running = try site.start(site.registry(3), clock: .recorded)
        try running.send([due(1, at: hour(0), days: 33), due(2, at: hour(1), days: 90)])
        try running.pipeline.saveState()
        #expect(running.pipeline.clock.fleetNow() == hour(1))
        running.pipeline.tick()
        try running.pipeline.saveState()
        // By the wall it would long be overdue.
        #expect(site.ledger.standing.isEmpty)
        try running.send([due(2, at: hour(4 * 24), days: 86)])
        try running.pipeline.saveState()
        running.pipeline.tick()
        try running.end()
        #expect(site.ledger.standing.keys.map(\.vehicle) == [1])
        let fired = try #require(site.ledger.now.stored.first)
        #expect(fired.position == nil)
    }

    @Test func `recorded time may run ahead of the wall, step by step`() throws {
        let site = try Site()
        let running = try site.start(site.registry(3), clock: .recorded)
        try running.send([due(1, at: hour(-1), days: 90)])
        for day in 1...10 { try running.send([due(1, at: hour(Double(day) * 24), days: 80)]) }
        try running.send([due(1, at: hour(13 * 24), days: 70)])
        try running.end()
        #expect(running.pipeline.clock.fleetNow() == hour(240))
        #expect(running.pipeline.counters.quarantined == 1)
        #expect(running.pipeline.counters.applied == 11)
        // A restart goes on where it was.
        let again = try site.start(site.registry(3), clock: .recorded)
        #expect(again.pipeline.clock.fleetNow() == hour(240))
        try again.end()
    }

    @Test func `vehicles heard lately are counted with a tick`() throws {
        let site = try Site()
        let running = try site.start(site.registry(5), workers: 2)
        try running.send([due(1, at: hour(-2), days: 90), due(2, at: hour(-2), days: 90)])
        site.set(hour(10))
        try running.send([due(2, at: hour(9), days: 90), due(9, at: hour(9), days: 90)])
        running.pipeline.tick(silentBefore: hour(-1))
        try running.pipeline.saveState()
        #expect(running.pipeline.vehiclesHeard == 2)
        running.pipeline.tick(silentBefore: hour(5))
        try running.end()
        #expect(running.pipeline.vehiclesHeard == 1)
    }
}
