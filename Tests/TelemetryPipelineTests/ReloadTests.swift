import ConfigurationFiles
import Foundation
import PayloadDecoding
import TelemetryPipeline
import Testing
import TriggerRules
import VehicleSignals
import VehicleState

/// Other sources are put in force while messages come.
@Suite struct ReloadTests {
    /// A garage whose mapping of version 1 reads one value of a state, and of version 2 two.
    private static func garage(_ version: Int) -> String {
        let second = "{path: volts, signal: Vehicle.LowVoltageBattery.CurrentVoltage}"
        return """
            source: garage
            version: "\(version)"
            payload_bytes_max: \(100 + version)
            topics:
              - {topic: "garage/{vehicle}/state", form: document, mapping: state}
            mappings:
              state:
                time: {path: at, kind: epoch_s}
                fields:
                  - {path: km, signal: Vehicle.TraveledDistance, unit: km}
                  \(version == 2 ? "- " + second : "")
            """
    }

    private static let annex = """
        source: annex
        version: "7"
        topics:
          - {topic: "garage/{vehicle}/{+}/state/more", form: ignore}
          - {topic: "annex/all/{vehicle}", form: native}
        """

    private static let nodes = """
        source: nodes
        version: "1"
        topics:
          - {topic: "spBv1.0/{+}/{+}/{vehicle}", form: sparkplug}
        """

    private static func sources(
        _ texts: [String], numberedAs older: CompiledSources? = nil
    ) throws -> CompiledSources {
        let catalogue = try Shipped.catalogue()
        return try CompiledSources(
            definitions: texts.map {
                try SourceFile.load(text: $0, file: "test.yaml", catalogue: catalogue)
            }, catalogue: catalogue, numberedAs: older)
    }

    private static func report(_ car: Int, step: Int) -> Message {
        let seconds = hour(-48).milliseconds / 1000 + Int64(step)
        let kilometres = 20_000 + Double(step) / 100
        return Message(
            "garage/CAR\(car)/state", #"{"at":\#(seconds),"km":\#(kilometres),"volts":12.5}"#)
    }

    private static let broken = Message("garage/CAR1/state", #"{"at":"#)

    @Test(arguments: [1, 2, 3]) func `every message behind the change is read by the new mapping`(
        workers: Int
    ) throws {
        let older = try Self.sources([Self.garage(1)])
        let newer = try Self.sources([Self.annex, Self.garage(2)], numberedAs: older)
        let site = try Site(sources: older)
        let running = try site.start(site.registry(6), workers: workers)
        try running.send((0..<60).map { Self.report($0 % 6 + 1, step: $0) } + [Self.broken])
        // A round under way as the change comes; its routes mean nothing to the new set.
        let lane = running.pipeline.makeLane()
        for step in 60..<80 { running.receive(Self.report(step % 6 + 1, step: step), lane) }
        running.receive(Self.broken, lane)
        try running.pipeline.adopt(newer, registry: site.registry(6))
        for step in 80..<100 { running.receive(Self.report(step % 6 + 1, step: step), lane) }
        try lane.commit()
        try running.send((100..<130).map { Self.report($0 % 6 + 1, step: $0) } + [Self.broken])
        try running.end()
        let counters = running.pipeline.counters
        #expect(counters.balances && counters.received == 133 && counters.applied == 130)
        #expect(counters.readings == 60 * 1 + 70 * 2)
        #expect(running.pipeline.sources === newer)
        // What could not be read says which mapping could not.
        let versions = site.keeper.now.quarantine.values
            .sorted { $0.position < $1.position }.map(\.mappingVersion)
        #expect(versions == ["1", "2", "2"])
        #expect(site.keeper.now.quarantine.values.allSatisfy { $0.source == SourceID(0) })
        #expect(site.keeper.now.vehicles.count == 6 && site.keeper.now.names.isEmpty)
    }

    @Test func `state tells which version of the mapping made each value`() throws {
        let older = try Self.sources([Self.garage(2)])
        let text = Self.garage(2).replacing("version: \"2\"", with: "version: \"3\"")
        let newer = try Self.sources([Self.annex, text], numberedAs: older)
        let site = try Site(sources: older)
        let running = try site.start(site.registry(2), workers: 2)
        try running.send((1...2).map { Self.report($0, step: $0) })
        try running.pipeline.adopt(newer, registry: site.registry(2))
        try running.send([Self.report(2, step: 10)])
        try running.end()
        let slots = try site.keeper.slots()
        let volts = try #require(
            older.catalogue.id(of: "Vehicle.LowVoltageBattery.CurrentVoltage"))
        for (car, version) in [(1, "2"), (2, "3")] {
            let record = try #require(slots[VehicleKey(UInt32(car))]).record
            let origin = ReadingOrigin(source: "garage", mappingVersion: version)
            #expect(record.values.origin(of: volts).flatMap { newer.origins[$0] } == origin)
            #expect(newer.origins[record.odometer().origin] == origin)
        }
        #expect(newer.origins[newer.origin(of: SourceID(1))]?.source == "annex")
        #expect(newer.origins.all.count == 3)
    }

    @Test func `changes among rounds of several connections leave no message half read`() throws {
        let first = try Self.sources([Self.garage(1)])
        let site = try Site(sources: first)
        let running = try site.start(site.registry(40), workers: 2)
        let lanes = (0..<3).map { lane in
            let group = DispatchGroup()
            DispatchQueue.global().async(group: group) {
                let messages = (0..<4_000).map {
                    Self.report((lane * 13 + $0) % 40 + 1, step: lane * 4_000 + $0)
                }
                try? running.send(messages, round: 17)
            }
            return group
        }
        var newest = first
        for change in 0..<30 {
            newest = try Self.sources(
                change % 2 == 0 ? [Self.annex, Self.garage(2)] : [Self.garage(1)],
                numberedAs: newest)
            try running.pipeline.adopt(newest, registry: site.registry(40))
        }
        for lane in lanes { lane.wait() }
        try running.end()
        let counters = running.pipeline.counters
        #expect(counters.balances && counters.received == 12_000)
        #expect(counters.quarantined == 0 && counters.unlinked == 0)
        #expect((12_000...24_000).contains(counters.readings))
        #expect(newest.definitions.map(\.name) == ["garage", "annex"])
    }

    @Test(arguments: [1, 2]) func `what was heard of a sender outlives the change`(
        workers: Int
    ) throws {
        let older = try Self.sources([Self.garage(1), Self.nodes])
        let newer = try Self.sources([Self.nodes, Self.annex, Self.garage(2)], numberedAs: older)
        let site = try Site(sources: older)
        let running = try site.start(site.registry(0), workers: workers)
        // Names of a birth: Vehicle.Speed is 1.
        try running.send([
            Message("spBv1.0/fleet/NBIRTH/CAR1", Self.birth),
            Message("spBv1.0/fleet/NDATA/CAR1", Self.data(sequence: 1)),
        ])
        try running.pipeline.adopt(newer, registry: site.registry(0))
        try running.send([Message("spBv1.0/fleet/NDATA/CAR1", Self.data(sequence: 2))])
        try running.end()
        #expect(running.pipeline.counters.readings == 3)
        #expect(running.pipeline.counters.valuesUnexplained == 0)
        // The name has its number still, and the session is stored under its source.
        #expect(site.keeper.now.names.values.map(\.name.source) == [SourceID(1)])
        #expect(site.keeper.now.sessions.map(\.source) == ["nodes"])
    }

    @Test func `a source that comes and goes keeps its number, and its names are linked`() throws {
        let first = try Self.sources([Self.garage(1)])
        let second = try Self.sources([Self.annex, Self.garage(1)], numberedAs: first)
        let third = try Self.sources([Self.annex], numberedAs: second)
        let fourth = try Self.sources([Self.garage(2), Self.annex], numberedAs: third)
        let site = try Site(sources: first)
        let running = try site.start(site.registry(1))
        let annexed = Message(
            "annex/all/A1",
            #"{"ts":\#(hour(-1).milliseconds),"signals":{"Vehicle.TraveledDistance":5000}}"#)
        try running.send([annexed])
        #expect(running.pipeline.unlinkedCount == 0)
        try running.pipeline.adopt(second, registry: site.registry(1))
        try running.send([annexed, Self.report(1, step: 1)])
        try running.pipeline.saveState()
        #expect(running.pipeline.unlinkedNames.map(\.source) == [SourceID(1)])
        try running.pipeline.adopt(third, registry: site.registry(1))
        try running.send([Self.report(1, step: 2)])
        try running.pipeline.adopt(fourth, registry: site.registry(1))
        try running.send([annexed, Self.report(1, step: 3)])
        // Linked by a registry that comes later, as ever.
        running.pipeline.adopt(
            VehicleRegistry(
                vehicles: [
                    RegisteredVehicle(
                        key: VehicleKey(1), gate: .all, zone: 0, facts: VehicleFacts())
                ],
                names: [
                    RegisteredName(
                        source: SourceID(1), externalID: Array("A1".utf8), vehicle: VehicleKey(1))
                ], zones: [.utc]))
        try running.end()
        let counters = running.pipeline.counters
        #expect(counters.balances)
        // Without a source: the first, and the garage's while it was gone.
        #expect(counters.quarantined == 2 && counters.received == 6)
        #expect(running.pipeline.unlinkedCount == 0)
        #expect(site.keeper.now.links.count == 1)
    }

    @Test func `while the workers are held up nothing changes`() throws {
        let older = try Self.sources([Self.garage(1)])
        let newer = try Self.sources([Self.garage(2)], numberedAs: older)
        let site = try Site(sources: older)
        // Its threads do not run, so nothing makes room.
        let running = try site.open(site.registry(2)) {
            $0.queuedRoundsMax = 1
            $0.heldUpWait = TimeSpan(milliseconds: 100)
        }
        running.pipeline.adopt(site.registry(3))
        #expect(throws: PipelineHeldUp.self) {
            try running.pipeline.adopt(newer, registry: site.registry(2))
        }
        #expect(running.pipeline.sources === older)
        #expect(running.pipeline.registry.vehicleCount == 3)
        running.pipeline.stop()
        #expect(throws: PipelineStopped.self) {
            try running.pipeline.adopt(newer, registry: site.registry(2))
        }
    }

    /// bdSeq, and Vehicle.Speed with the alias 1, of a node's first message.
    private static let birth: [UInt8] = hex(
        "08a0b7dc92c233120b0a05626453657120085800121c0a0d56656869636c652e5370656564"
            + "1001200a699a99999999994a401800")

    private static func data(sequence: UInt8) -> [UInt8] {
        hex("08b085dd92c233120b100169cdcccccccc0c4b4018") + [sequence]
    }

    private static func hex(_ digits: String) -> [UInt8] {
        let digits = Array(digits)
        return stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(digits[$0...($0 + 1)]), radix: 16)
        }
    }
}
