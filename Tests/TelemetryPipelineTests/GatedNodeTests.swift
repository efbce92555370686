import ConfigurationFiles
import PayloadDecoding
import Synchronization
import TelemetryPipeline
import Testing
import VehicleSignals

/// A holder who switches telemetry off does not silence the others behind the same edge node.
@Suite struct GatedNodeTests {
    static func sources() throws -> CompiledSources {
        let text = """
            source: yard
            version: "1"
            topics:
              - {topic: "spBv1.0/{+}/{+}/{+}", form: sparkplug, rebirth_requests: true}
              - {topic: "spBv1.0/{+}/{+}/{+}/{vehicle}", form: sparkplug, rebirth_requests: true}
            """
        let catalogue = try Shipped.catalogue()
        return try CompiledSources(
            definitions: [SourceFile.load(text: text, file: "yard.yaml", catalogue: catalogue)],
            catalogue: catalogue)
    }

    private static let value: [UInt8] = [0x69, 0xCD, 0xCC, 0xCC, 0xCC, 0xCC, 0x0C, 0x4B, 0x40]

    private static func message(_ topic: String, _ metric: [UInt8], _ sequence: UInt8) -> Message {
        let wrapped = metric.isEmpty ? [] : [0x12, UInt8(metric.count)] + metric
        return Message("spBv1.0/fleet/" + topic, wrapped + [0x18, sequence])
    }

    static func birth(
        _ device: String, _ sequence: UInt8, alias: UInt8 = 1, _ signal: String = "Vehicle.Speed"
    ) -> Message {
        let name = Array(signal.utf8)
        // name (1), alias (2), datatype Double (4), value (13)
        return message(
            "DBIRTH/hub/" + device,
            [0x0A, UInt8(name.count)] + name + [0x10, alias, 0x20, 10] + value, sequence)
    }

    static func data(_ device: String, _ sequence: UInt8, alias: UInt8 = 1) -> Message {
        message("DDATA/hub/" + device, [0x10, alias] + value, sequence)
    }

    static let nodeBirth = message("NBIRTH/hub", [], 0)

    @Test(arguments: [1, 2]) func `the sequence goes on over messages that are not let in`(
        workers: Int
    ) throws {
        let site = try Site(sources: Self.sources())
        let asked = Mutex(0)
        let closed = site.registry(2, gates: [2: .off])
        let first = try site.start(
            closed, workers: workers,
            onRebirth: { _ in
                asked.withLock { $0 += 1 }
                return true
            })
        try first.send([
            Self.nodeBirth, Self.birth("CAR1", 1), Self.birth("CAR2", 2), Self.data("CAR2", 3),
            Self.data("CAR1", 4), Self.message("DDEATH/hub/CAR2", [], 5), Self.data("CAR1", 6),
        ])
        try first.pipeline.saveState()
        let counters = first.pipeline.counters
        #expect(counters.balances && counters.received == 7 && counters.gated == 3)
        #expect(counters.readings == 3 && counters.valuesUnexplained == 0)
        #expect(asked.withLock { $0 } == 0)

        // The same from the journal, and nothing in it tells of the one that is switched off.
        try first.send([Self.data("CAR2", 7), Self.data("CAR1", 8)])
        first.crash()
        let second = try site.start(closed, workers: workers)
        try second.send([Self.data("CAR1", 9)])
        try second.end()
        let after = second.pipeline.counters
        #expect(after.balances && after.received == 10 && after.gated == 4)
        #expect(after.readings == 5 && after.valuesUnexplained == 0)
        for (_, batch) in try site.journal.read(after: .start, byteCount: 1 << 20) {
            #expect(batch.bytes.firstRange(of: Array("CAR2".utf8)) == nil)
        }
    }

    @Test(arguments: [1, 2]) func `one that is switched off after it was journaled counts too`(
        workers: Int
    ) throws {
        let site = try Site(sources: Self.sources())
        let running = try site.start(site.registry(2), workers: workers)
        try running.send([Self.nodeBirth, Self.birth("CAR1", 1), Self.birth("CAR2", 2)])
        let lane = running.pipeline.makeLane()
        running.receive(Self.data("CAR2", 3), lane)
        running.pipeline.adopt(site.registry(2, gates: [2: .off]))
        running.receive(Self.data("CAR1", 4), lane)
        try lane.commit()
        try running.end()
        let counters = running.pipeline.counters
        #expect(counters.balances && counters.gated == 1)
        #expect(counters.readings == 3 && counters.valuesUnexplained == 0)
    }

    @Test(arguments: [1, 2]) func `an alias of before is not believed when the gate opens again`(
        workers: Int
    ) throws {
        let site = try Site(sources: Self.sources())
        let running = try site.start(site.registry(2), workers: workers)
        try running.send([Self.nodeBirth, Self.birth("CAR1", 1), Self.birth("CAR2", 2)])
        running.pipeline.adopt(site.registry(2, gates: [2: .off]))
        try running.send([
            Self.birth("CAR2", 3, "Vehicle.Exterior.AirTemperature"), Self.data("CAR1", 4),
        ])
        running.pipeline.adopt(site.registry(2))
        try running.send([Self.data("CAR2", 5), Self.data("CAR1", 6)])
        try running.end()
        let counters = running.pipeline.counters
        #expect(counters.balances)
        #expect(counters.readings == 4 && counters.valuesUnexplained == 1)
    }

    @Test func `nothing is kept of a node that is the vehicle itself`() throws {
        let text = """
            source: cars
            version: "1"
            topics:
              - {topic: "spBv1.0/{+}/{+}/{vehicle}", form: sparkplug}
              - {topic: "spBv1.0/{+}/{+}/{vehicle}/{+}", form: sparkplug}
            """
        let catalogue = try Shipped.catalogue()
        let sources = try CompiledSources(
            definitions: [SourceFile.load(text: text, file: "cars.yaml", catalogue: catalogue)],
            catalogue: catalogue)
        let site = try Site(sources: sources)
        let running = try site.start(site.registry(1, gates: [1: .off]))
        try running.send([
            Self.message("NDATA/CAR1", [], 1), Self.message("DDATA/CAR1/engine", [], 2),
        ])
        try running.end()
        #expect(running.pipeline.counters.gated == 2 && running.pipeline.counters.received == 2)
        for (_, batch) in try site.journal.read(after: .start, byteCount: 1 << 20) {
            #expect(batch.isEmpty)
        }
    }

    /// Whoever hears devices alone knows no sequence that could go on, whoever else hears the node.
    @Test(arguments: [false, true]) func `nothing is kept where the source takes no node's data`(
        isNodeHeard: Bool
    ) throws {
        let devices = """
            source: devices
            version: "1"
            topics:
              - {topic: "spBv1.0/{+}/DDATA/{+}/{vehicle}", form: sparkplug}
              - {topic: "spBv1.0/{+}/DBIRTH/{+}/{vehicle}", form: sparkplug}
            """
        let nodes = """
            source: nodes
            version: "1"
            topics: [{topic: "spBv1.0/{+}/NDATA/{vehicle}", form: sparkplug}]
            """
        let catalogue = try Shipped.catalogue()
        let definitions = try (isNodeHeard ? [devices, nodes] : [devices]).map {
            try SourceFile.load(text: $0, file: "site.yaml", catalogue: catalogue)
        }
        let site = try Site(
            sources: try CompiledSources(definitions: definitions, catalogue: catalogue))
        let running = try site.start(site.registry(2, gates: [2: .off]))
        try running.send([Self.birth("CAR2", 1), Self.data("CAR2", 2)])
        try running.end()
        let counters = running.pipeline.counters
        #expect(counters.balances && counters.gated == 2 && counters.received == 2)
        for (_, batch) in try site.journal.read(after: .start, byteCount: 1 << 20) {
            #expect(batch.isEmpty)
        }
    }
}
