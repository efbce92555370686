import ConfigurationFiles
import Foundation
import PayloadDecoding
import Synchronization
import TelemetryPipeline
import Testing
import VehicleSignals

/// Edge nodes whose births are missing are asked for them, where their source's file says so.
@Suite struct RebirthTests {
    private static func sources(allowed: Bool) throws -> CompiledSources {
        let catalogue = try Shipped.catalogue()
        let text = """
            source: nodes
            version: "1"
            topics:
              - topic: "spBv1.0/{+}/{+}/{vehicle}"
                form: sparkplug
                rebirth_requests: \(allowed)
              - topic: "spBv1.0/{+}/{+}/{vehicle}/{+}"
                form: sparkplug
                rebirth_requests: \(allowed)
            """
        return try CompiledSources(
            definitions: [SourceFile.load(text: text, file: "nodes.yaml", catalogue: catalogue)],
            catalogue: catalogue)
    }

    /// Vehicle.Speed under an alias that only a birth explains.
    private static func data(_ topic: String, sequence: UInt8) -> Message {
        Message(
            "spBv1.0/fleet/" + topic,
            [0x10, 0x01, 0x69, 0xCD, 0xCC, 0xCC, 0xCC, 0xCC, 0x0C, 0x4B, 0x40].wrapped
                + [0x18, sequence])
    }

    private static func start(
        _ site: Site, workers: Int, refusing: Int = 0
    ) throws -> (running: Running, asked: Asked) {
        let asked = Asked(refusing: refusing)
        let running = try site.start(
            site.registry(0), workers: workers, onRebirth: { asked.note($0) })
        return (running, asked)
    }

    @Test(arguments: [1, 3]) func `each node is asked once a minute, by whichever worker`(
        workers: Int
    ) throws {
        let site = try Site(sources: Self.sources(allowed: true))
        let (running, asked) = try Self.start(site, workers: workers)
        for sequence in 1...40 as ClosedRange<UInt8> {
            try running.send([
                Self.data("NDATA/CAR1", sequence: sequence),
                Self.data("DDATA/CAR1/hub", sequence: sequence),
                Self.data("NDATA/CAR2", sequence: sequence),
            ])
        }
        try running.pipeline.saveState()
        #expect(asked.topics.sorted() == ["spBv1.0/fleet/NCMD/CAR1", "spBv1.0/fleet/NCMD/CAR2"])
        site.set(hour(0).advanced(by: .seconds(59)))
        try running.send([Self.data("NDATA/CAR1", sequence: 41)])
        try running.pipeline.saveState()
        #expect(asked.topics.count == 2)
        site.set(hour(0).advanced(by: .seconds(60)))
        try running.send([Self.data("NDATA/CAR1", sequence: 42)])
        try running.end()
        #expect(asked.topics.count == 3 && asked.topics.last == "spBv1.0/fleet/NCMD/CAR1")
        let name = Array("Node Control/Rebirth".utf8)
        #expect(asked.payloads.allSatisfy { $0.firstRange(of: name) != nil })
        #expect(running.pipeline.counters.balances)
    }

    @Test func `a request that nobody took comes again in five seconds`() throws {
        let site = try Site(sources: Self.sources(allowed: true))
        let (running, asked) = try Self.start(site, workers: 1, refusing: 1)
        for (second, count) in [(0, 1), (4, 1), (5, 2), (10, 2), (64, 2), (65, 3)] {
            site.set(hour(0).advanced(by: .seconds(Int64(second))))
            try running.send([Self.data("NDATA/CAR1", sequence: UInt8(second))])
            try running.pipeline.saveState()
            #expect(asked.topics.count == count, "after \(second) s")
        }
        try running.end()
    }

    @Test func `nobody is asked where no file says so, nor while the journal is replayed`() throws {
        let silent = try Site(sources: Self.sources(allowed: false))
        let (running, asked) = try Self.start(silent, workers: 1)
        try running.send([Self.data("NDATA/CAR1", sequence: 1)])
        try running.end()
        #expect(asked.topics.isEmpty)
        #expect(silent.sources.rebirthFilters.isEmpty)

        let site = try Site(sources: Self.sources(allowed: true))
        #expect(site.sources.rebirthFilters == ["spBv1.0/+/NCMD/+"])
        let (first, _) = try Self.start(site, workers: 1)
        try first.send([Self.data("NDATA/CAR1", sequence: 1)])
        first.crash()
        let (second, again) = try Self.start(site, workers: 1)
        #expect(second.pipeline.counters.received == 1 && again.topics.isEmpty)
        try second.send([Self.data("NDATA/CAR1", sequence: 2)])
        try second.end()
        #expect(again.topics.count == 1)
    }
}

/// Requests as they came.
private final class Asked: Sendable {
    private let requests = Mutex<[RebirthRequest]>([])
    private let refusing: Int

    /// - Parameter refusing: so many are not taken.
    init(refusing: Int) { self.refusing = refusing }

    func note(_ request: RebirthRequest) -> Bool {
        requests.withLock {
            $0.append(request)
            return $0.count > refusing
        }
    }

    var topics: [String] {
        requests.withLock { $0.map { String(decoding: $0.topic, as: UTF8.self) } }
    }
    var payloads: [[UInt8]] { requests.withLock { $0.map(\.payload) } }
}

extension [UInt8] {
    /// As a metric of a payload.
    fileprivate var wrapped: [UInt8] { [0x12, UInt8(count)] + self }
}
