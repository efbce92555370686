import ConfigurationFiles
import PayloadDecoding
import Synchronization
import TelemetryPipeline
import Testing
import TriggerRules
import VehicleSignals

/// Vehicles that tell their VIN themselves, under a name that is no VIN.
@Suite struct ReportedVINTests {
    static let vin = "TMBJG7NX8M0000017"
    static let otherVIN = "WVWZZZ1JZXW000001"

    /// A dongle that says its car's VIN, in a topic of its own and in each document.
    static func sources(links: Bool) throws -> CompiledSources {
        let catalogue = try Shipped.catalogue()
        let text = """
            source: dongle
            version: "1"
            links_by_vin: \(links)
            topics:
              - {topic: "dongle/{vehicle}/vin", form: text, mapping: one, field: vin}
              - {topic: "dongle/{vehicle}/all", form: document, mapping: all}
            mappings:
              one:
                fields:
                  - {path: vin, signal: Vehicle.VehicleIdentification.VIN}
              all:
                fields:
                  - {path: km, signal: Vehicle.TraveledDistance, unit: km}
                  - {path: vin, signal: Vehicle.VehicleIdentification.VIN}
            """
        let source = try SourceFile.load(text: text, file: "dongle.yaml", catalogue: catalogue)
        return try CompiledSources(definitions: [source], catalogue: catalogue)
    }

    /// Vehicle 1 with its VIN, by these names of the dongles beside it.
    static func registry(_ names: [String] = []) -> VehicleRegistry {
        let key = VehicleKey(1)
        return VehicleRegistry(
            vehicles: [
                RegisteredVehicle(key: key, gate: .all, zone: 0, facts: VehicleFacts())
            ],
            names: [RegisteredName(source: nil, externalID: Array(vin.utf8), vehicle: key)]
                + names.map {
                    RegisteredName(source: SourceID(0), externalID: Array($0.utf8), vehicle: key)
                }, zones: [.utc])
    }

    static func document(_ name: String, km: Int, vin: String? = nil) -> Message {
        let words = vin.map { #","vin":"\#($0)""# } ?? ""
        return Message("dongle/\(name)/all", #"{"km":\#(km)\#(words)}"#)
    }

    /// What was handed over, as text.
    final class Heard: Sendable {
        private let list = Mutex<[[String]]>([])
        private let refusals = Mutex(0)
        var reports: [[String]] { list.withLock { $0 } }
        func refuse(times: Int) { refusals.withLock { $0 = times } }

        func take(_ reports: [ReportedVIN], _ sources: CompiledSources) throws {
            let isRefused = refusals.withLock { count in
                defer { count = max(0, count - 1) }
                return count > 0
            }
            if isRefused { throw Refusal() }
            let words = reports.map { report in
                let id = String(decoding: report.name.externalID, as: UTF8.self)
                return "\(sources.name(of: report.name.source)) \(id) \(report.vin.text)"
            }
            list.withLock { $0.append(words.sorted()) }
        }
    }

    @Test(arguments: [1, 2]) func `a VIN under a name that leads to no vehicle is told once`(
        workers: Int
    ) throws {
        let site = try Site(sources: Self.sources(links: true))
        let heard = Heard()
        let running = try site.start(
            Self.registry(), workers: workers, onReports: { try heard.take($0, $1) })
        try running.send([
            Self.document("d1", km: 10), Message("dongle/d1/vin", Self.vin.lowercased()),
            Self.document("d2", km: 20, vin: Self.otherVIN),
            Self.document("d2", km: 21, vin: Self.otherVIN),
            Self.document("d3", km: 30, vin: "WVWZZZ***********"), Message("dongle/d4/vin", "none"),
        ])
        try running.pipeline.saveState()
        #expect(heard.reports == [["dongle d1 \(Self.vin)", "dongle d2 \(Self.otherVIN)"]])
        // Said again: nothing new. Said otherwise: news.
        try running.send([Self.document("d2", km: 22, vin: Self.otherVIN)])
        try running.pipeline.saveState()
        #expect(heard.reports.count == 1)
        try running.send([Self.document("d2", km: 22, vin: Self.vin)])
        try running.end()
        #expect(heard.reports.dropFirst() == [["dongle d2 \(Self.vin)"]])
        #expect(running.pipeline.counters.balances && running.pipeline.counters.quarantined == 0)
    }

    @Test func `a snapshot is not stored before what was reported is`() throws {
        let site = try Site(sources: Self.sources(links: true))
        let heard = Heard()
        let running = try site.start(Self.registry(), onReports: { try heard.take($0, $1) })
        try running.send([Self.document("d1", km: 10, vin: Self.vin)])
        heard.refuse(times: 1)
        #expect(throws: Refusal.self) { try running.pipeline.saveState() }
        #expect(site.keeper.now.position == .start)
        #expect(heard.reports.isEmpty)
        try running.pipeline.saveState()
        #expect(heard.reports == [["dongle d1 \(Self.vin)"]])
        #expect(site.keeper.now.position != .start)
        try running.end()
    }

    @Test func `what came before the link and after it is one vehicle's`() throws {
        let site = try Site(sources: Self.sources(links: true))
        let running = try site.start(Self.registry())
        try running.send([Self.document("d1", km: 10_000, vin: Self.vin)])
        running.pipeline.adopt(Self.registry(["d1"]))
        site.set(hour(1))
        try running.send([Self.document("d1", km: 10_001, vin: Self.vin)])
        try running.end()
        #expect(site.keeper.now.names.isEmpty)
        #expect(try site.keeper.slots().keys.map(\.number) == [1])
        #expect(running.pipeline.counters.applied == 1 && running.pipeline.counters.unlinked == 1)
    }

    @Test(arguments: [false, true]) func `another VIN than the one on record is refused`(
        links: Bool
    ) throws {
        let site = try Site(sources: Self.sources(links: links))
        let heard = Heard()
        let running = try site.start(
            Self.registry(["d1"]), onReports: { try heard.take($0, $1) })
        try running.send([
            Self.document("d1", km: 10_000, vin: Self.vin),
            Self.document("d1", km: 99_999, vin: Self.otherVIN),
            Message("dongle/d1/vin", Self.otherVIN),
            Message("dongle/d1/vin", Self.vin.lowercased()),
        ])
        try running.end()
        let counters = running.pipeline.counters
        #expect(counters.balances && counters.quarantined == 2 && counters.received == 4)
        #expect(Set(site.keeper.now.quarantine.values.map(\.reason)) == ["identity_disagrees"])
        #expect(heard.reports.isEmpty)
    }

    @Test func `a source that does not allow it links nothing`() throws {
        let site = try Site(sources: Self.sources(links: false))
        let heard = Heard()
        let running = try site.start(Self.registry(), onReports: { try heard.take($0, $1) })
        try running.send([Self.document("d1", km: 10, vin: Self.vin)])
        try running.end()
        #expect(heard.reports.isEmpty)
        #expect(running.pipeline.counters.unlinked == 1)
    }
}
