import TelemetryPipeline
import Testing
import VehicleSignals

/// What is not believed is counted with its reason, and makes nothing known.
@Suite struct DisbeliefTests {
    /// On the topic of one car, about another.
    private static func spoof(_ name: String) -> Message {
        Message("vss/\(name)/telemetry", #"{"vehicle":"OTHER","signals":{"Vehicle.Speed":1}}"#)
    }

    private static func future(_ name: String) -> Message {
        Message(
            "vss/\(name)/telemetry",
            #"{"ts":\#(hour(5).milliseconds),"signals":{"Vehicle.Speed":1}}"#)
    }

    @Test(arguments: [1, 2]) func `a message that is not believed makes no name known`(
        workers: Int
    ) throws {
        let site = try Site()
        let first = try site.start(site.registry(1), workers: workers)
        try first.send([
            Message("vss/JUNK1/telemetry", "{{{{"), Self.spoof("JUNK2"), Self.future("JUNK3"),
            Message("vss/JUNK4/telemetry", "{}"), Message(car: 2, at: hour(-1), km: 10),
        ])
        try first.pipeline.saveState()
        #expect(first.pipeline.unlinkedNames.map(\.externalID) == [Array("CAR2".utf8)])
        #expect(first.pipeline.unlinkedCount == 1)
        #expect(site.keeper.now.names.values.map(\.name.externalID) == [Array("CAR2".utf8)])
        // Nor does the journal make it known when it is replayed.
        try first.send([Self.spoof("JUNK5")])
        first.crash()
        let second = try site.start(site.registry(1), workers: workers)
        #expect(second.pipeline.unlinkedCount == 1)
        // Once it says something that can be believed, it is.
        try second.send([
            Message("vss/JUNK1/telemetry", #"{"signals":{"Vehicle.Speed":1}}"#)
        ])
        try second.end()
        #expect(
            Set(second.pipeline.unlinkedNames.map(\.externalID))
                == [Array("CAR2".utf8), Array("JUNK1".utf8)])
        #expect(second.pipeline.counters.balances)
    }

    @Test func `a number that nothing was believed under is free again after an hour`() throws {
        let site = try Site()
        let running = try site.start(site.registry(0)) { $0.unlinkedNamesMax = 2 }
        try running.send([Self.spoof("JUNK1"), Self.spoof("JUNK2")])
        try running.send([Message(car: 1, at: hour(-1), km: 10)])
        try running.pipeline.saveState()
        #expect(running.pipeline.counters.unlinkedBeyondLimit == 1)
        #expect(running.pipeline.unlinkedCount == 0)
        running.pipeline.forgetOldNames(now: hour(1.5))
        try running.send([Message(car: 1, at: hour(-1), km: 10)])
        try running.end()
        #expect(running.pipeline.counters.unlinkedBeyondLimit == 1)
        #expect(running.pipeline.unlinkedCount == 1)
    }

    @Test(arguments: [1, 3]) func `the reasons are counted by source, and over restarts`(
        workers: Int
    ) throws {
        let site = try Site()
        let messages = [
            Message("vss/CAR1/telemetry", "{{{{"), Self.spoof("CAR1"), Self.spoof("CAR2"),
            Self.future("CAR3"), Message("nobody/knows", "1"),
            Message(
                "vss/CAR1/telemetry",
                #"{"signals":{"Vehicle.Speed":-900,"Vehicle.Nothing":1,"#
                    + #""Vehicle.TraveledDistance":null}}"#),
        ]
        let expected = [
            QuarantineCause(source: "native", reason: "unexpected_byte"): 1,
            QuarantineCause(source: "native", reason: "identity_disagrees"): 2,
            QuarantineCause(source: "native", reason: "time_in_future"): 1,
            QuarantineCause(source: "", reason: "no_source"): 1,
        ].mapValues(UInt64.init)
        let first = try site.start(site.registry(3), workers: workers)
        try first.send(messages)
        try first.pipeline.saveState()
        #expect(first.pipeline.counters.quarantinedBy == expected)
        try first.send(messages)
        first.crash()
        let second = try site.start(site.registry(3), workers: workers)
        try second.end()
        let counters = second.pipeline.counters
        #expect(counters.quarantinedBy == expected.mapValues { $0 * 2 })
        #expect(counters.quarantined == 10 && counters.balances)
        #expect(counters.valuesAbsent == 2 && counters.valuesUnknown == 2)
        #expect(counters.valuesOutOfRange == 2)
    }

    @Test func `counters come back from storage as they were`() {
        var stored: [String: UInt64] = [
            "received": 9, "quarantined": 7, "values_absent": 3, "readings_dropped": 4,
            "quarantined/a/b/no_time": 2, "quarantined//no_source": 5,
        ]
        var counters = PipelineCounters(named: stored)
        #expect(counters.quarantinedBy.count == 2)
        #expect(counters.quarantinedBy[QuarantineCause(source: "a/b", reason: "no_time")] == 2)
        stored["readings_dropped"] = nil
        let named = Dictionary(uniqueKeysWithValues: counters.named.map { ($0.name, $0.value) })
        #expect(PipelineCounters(named: named) == counters)
        #expect(named.filter { $0.value > 0 } == stored)
        // However many sources there were: bounded, and none is lost.
        for number in 0..<2000 {
            counters += PipelineCounters(named: ["quarantined/s\(number)/truncated": 1])
        }
        #expect(counters.quarantinedBy.count <= 1025)
        #expect(counters.quarantinedBy.values.reduce(0, +) == 2007)
    }
}
