import ConfigurationFiles
import Foundation
import PayloadDecoding
import VehicleSignals

/// The configuration as it ships, and folders beside the project.
enum Shipped {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    static func catalogue() throws -> SignalCatalogue {
        try SignalFile.load(text: text("config/signals.yaml"), file: "config/signals.yaml")
    }

    static let names = [
        "native", "skoda", "tesla", "bmw", "ovms", "highmobility", "onstar2mqtt", "teltonika",
        "carconnectivity", "teslamate", "wican", "volvo2mqtt", "saic",
        "hyundai_kia_connect_monitor", "evcc", "ruptela", "flespi", "traccar", "autopi",
        "fleetwise", "viss", "weconnect",
    ]

    static func definitions() throws -> [SourceDefinition] {
        let catalogue = try catalogue()
        return try names.map { name in
            let path = "config/sources/\(name).yaml"
            return try SourceFile.load(text: text(path), file: path, catalogue: catalogue)
        }
    }

    static func sources() throws -> CompiledSources {
        try CompiledSources(definitions: definitions(), catalogue: catalogue())
    }

    /// A folder of recordings beside the project; `nil`, with a printed line, where it is absent.
    static func folder(_ path: String) -> URL? {
        let url = root.appending(path: path).standardizedFileURL
        if FileManager.default.fileExists(atPath: url.path) { return url }
        print("skipped: there is no \(path)")
        return nil
    }
}
