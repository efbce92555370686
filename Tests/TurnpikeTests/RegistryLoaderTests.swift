import ConfigurationFiles
import CustomerStore
import Foundation
import PayloadDecoding
import TelemetryPipeline
import Testing
import TriggerRules
import VehicleSignals
import turnpike

/// A customer store in a folder of its own.
final class StoreFolder {
    let folder: URL
    let store: CustomerStore
    static let now = Timestamp(seconds: 1_780_000_000)

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(
            path: "turnpike-adapters-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try CustomerStore(path: folder.appending(path: "customers.db").path)
    }

    deinit {
        try? store.close()
        try? FileManager.default.removeItem(at: folder)
    }

    var path: String { folder.appending(path: "customers.db").path }

    func load(_ kind: ImportKind, _ text: String) throws {
        let file = folder.appending(path: "\(kind.rawValue).csv")
        try Data(text.utf8).write(to: file)
        let result = try store.importCSV(kind: kind, path: file.path, now: Self.now)
        guard result.rejectedCount == 0 else { throw Rejected(rows: result.rejected) }
    }

    /// Whether the bytes stand anywhere on disk, the log included.
    func holds(_ bytes: [UInt8]) throws -> Bool {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let file = try Data(contentsOf: folder.appending(path: name))
            if file.range(of: Data(bytes)) != nil { return true }
        }
        return false
    }

    struct Rejected: Error { var rows: [RejectedRow] }
}

@Suite struct RegistryLoaderTests {
    static let vin = "TMBJG7NX8M0000017"

    /// Two sources, of which the second calls vehicles by the importer's keys.
    private func sources() throws -> CompiledSources {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let catalogue = try SignalFile.load(
            text: String(
                contentsOf: root.appending(path: "config/signals.yaml"), encoding: .utf8),
            file: "signals.yaml")
        func source(_ name: String, _ more: String) throws -> SourceDefinition {
            try SourceFile.load(
                text: """
                    source: \(name)
                    version: "1"
                    \(more)
                    topics:
                      - {topic: "\(name)/{vehicle}/telemetry", form: native}
                    """, file: "\(name).yaml", catalogue: catalogue)
        }
        return try CompiledSources(
            definitions: [try source("plain", ""), try source("garage", "import_keys: true")],
            catalogue: catalogue)
    }

    private func find(
        _ registry: VehicleRegistry, _ sources: CompiledSources, _ source: String, _ name: String
    ) throws -> UInt32 {
        let id = try #require(sources.source(named: source))
        let bytes = Array(name.utf8)
        return unsafe registry.vehicle(source: id, bytes.span.bytes, from: 0, count: bytes.count)
            .number
    }

    @Test func `a VIN counts everywhere, an import key only where a source says so`() throws {
        let world = try StoreFolder()
        try world.load(
            .vehicles,
            "vehicle,vin,brand,model\ncar-1,\(Self.vin),ACME,Wander\ncar-2,,ACME,Wander\n")
        // The importer's car-2 is one car, what the garage calls car-2 is another.
        try world.load(
            .names,
            "vehicle,source,external_id\nimport:car-1,plain,device\nimport:car-1,garage,car-2\n")
        let sources = try sources()
        let registry = RegistryLoader(sources: sources, rules: RuleSet(), fallbackZone: "UTC")
            .registry(of: try world.store.registrySnapshot())
        for source in ["plain", "garage"] {
            #expect(try find(registry, sources, source, Self.vin) == 1)
        }
        #expect(try find(registry, sources, "plain", "car-1") == 0)
        #expect(try find(registry, sources, "plain", "car-2") == 0)
        #expect(try find(registry, sources, "plain", "device") == 1)
        #expect(try find(registry, sources, "garage", "device") == 0)
        #expect(try find(registry, sources, "garage", "car-1") == 1)
        #expect(try find(registry, sources, "garage", "car-2") == 1)
    }

    @Test func `a vehicle without a zone of its own counts by the site's`() throws {
        let world = try StoreFolder()
        try world.load(
            .vehicles,
            """
            vehicle,brand,model,time_zone
            car-1,ACME,Wander,
            car-2,ACME,Wander,Asia/Tokyo
            car-3,ACME,Wander,UTC
            """)
        let loader = RegistryLoader(
            sources: try sources(), rules: RuleSet(), fallbackZone: "Europe/Amsterdam")
        let registry = loader.registry(of: try world.store.registrySnapshot())
        let names = (1...3).map { registry.zone(of: VehicleKey($0)).name }
        #expect(names == ["Europe/Amsterdam", "Asia/Tokyo", "UTC"])
        // One vehicle alone is read as it is among all.
        let alone = loader.registry(of: try world.store.registrySnapshot(of: VehicleKey(2)))
        #expect(alone.zone(of: VehicleKey(2)).name == "Asia/Tokyo")
        #expect(alone.vehicleCount == 1)
    }
}
