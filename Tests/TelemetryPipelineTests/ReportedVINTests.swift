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
        let bus = """
            source: bus
            version: "1"
            topics:
              - {topic: "can/{vehicle}/{+}", form: can, bus: any}
            buses:
              any: {carrier: candump, obd: true}
            """
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
        let sources = try [text, bus].map {
            try SourceFile.load(text: $0, file: "dongle.yaml", catalogue: catalogue)
        }
        return try CompiledSources(definitions: sources, catalogue: catalogue)
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

    @Test(arguments: [
        "00000000000000000", "AAAAAAAAAAAAAAAAA", "WVWZZZ***********", "unknown", "",
    ])
    func `what stands in for a VIN refuses nothing and links nothing`(text: String) throws {
        let site = try Site(sources: Self.sources(links: true))
        let heard = Heard()
        let running = try site.start(
            Self.registry(["d1"]), onReports: { try heard.take($0, $1) })
        try running.send([
            Self.document("d1", km: 10_000, vin: text), Self.document("d2", km: 10, vin: text),
        ])
        try running.end()
        let counters = running.pipeline.counters
        #expect(counters.applied == 1 && counters.unlinked == 1 && heard.reports.isEmpty)
    }

    /// The answer to OBD service 09 in three frames.
    private static func answer(_ vin: String, unit: String) -> [String] {
        let bytes = [0x10, 0x14, 0x49, 0x02, 0x01] + vin.utf8.map { Int($0) }
        let frames = [
            bytes[..<8], [0x21] + bytes[8..<15], [0x22] + bytes[15...],
        ]
        return frames.map { frame in
            let digits = frame.map { String($0 + 256, radix: 16, uppercase: true).dropFirst() }
            return "(1780315200.000000) can0 \(unit)#\(digits.joined())"
        }
    }

    @Test func `on a bus any unit may tell a VIN, so none refuses the others' frames`() throws {
        let site = try Site(sources: Self.sources(links: true))
        let key = VehicleKey(1)
        let registry = VehicleRegistry(
            vehicles: [
                RegisteredVehicle(key: key, gate: .all, zone: 0, facts: VehicleFacts())
            ],
            names: [
                RegisteredName(source: nil, externalID: Array(Self.vin.utf8), vehicle: key),
                RegisteredName(source: SourceID(1), externalID: Array("T1".utf8), vehicle: key),
            ], zones: [.utc])
        let running = try site.start(registry)
        let lines = Self.answer(Self.otherVIN, unit: "7E9")
        try running.send([
            Message("can/T1/can0", lines.joined(separator: "\n")),
            Message(
                "can/T1/can0",
                (lines + ["(1780315201.000000) can0 7E8#03410D17AAAAAAAA"])
                    .joined(separator: "\n")),
        ])
        try running.end()
        let counters = running.pipeline.counters
        #expect(counters.quarantined == 0 && counters.applied == 1 && counters.readings >= 2)
    }

    @Test func `it is told again after an hour, for who keeps it`() throws {
        let site = try Site(sources: Self.sources(links: true))
        let heard = Heard()
        let running = try site.start(Self.registry(), onReports: { try heard.take($0, $1) })
        for step in [0.0, 0.5, 1.0, 1.5] {
            site.set(hour(step))
            try running.send([Self.document("d1", km: 10 + Int(step * 10), vin: Self.vin)])
            try running.pipeline.saveState()
        }
        try running.end()
        #expect(heard.reports.count == 2)
    }

    @Test(arguments: [false, true]) func `of vehicles without a VIN only those heard may get one`(
        isOnlyHeard: Bool
    ) throws {
        let site = try Site(sources: Self.sources(links: true))
        let heard = Heard()
        let registry = VehicleRegistry(
            vehicles: [
                RegisteredVehicle(
                    key: VehicleKey(2), gate: .all, zone: 0, facts: VehicleFacts(),
                    isOnlyHeard: isOnlyHeard)
            ],
            names: [
                RegisteredName(
                    source: SourceID(0), externalID: Array("d1".utf8), vehicle: VehicleKey(2))
            ], zones: [.utc])
        let running = try site.start(registry, onReports: { try heard.take($0, $1) })
        try running.send([Self.document("d1", km: 10, vin: Self.vin)])
        try running.end()
        #expect(heard.reports == (isOnlyHeard ? [["dongle d1 \(Self.vin)"]] : []))
        #expect(running.pipeline.counters.applied == 1)
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
