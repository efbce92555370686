internal import ConfigurationFiles
internal import Foundation
public import PayloadDecoding
public import VehicleSignals

/// What the targets work with: the catalogue and the sources as they ship, and one more source
/// whose payloads name their vehicle and state times in every way that mappings know.
public enum Stage {
    public static let catalogue = orExit {
        try SignalFile.load(text: text("config/signals.yaml"), file: "config/signals.yaml")
    }

    public static let sources = orExit {
        var definitions: [SourceDefinition] = []
        for name in [
            "native", "skoda", "tesla", "bmw", "highmobility", "onstar2mqtt", "teltonika",
            "fleetwise", "fleetwise_cloud", "viss", "ovms", "carconnectivity", "teslamate", "wican",
            "volvo2mqtt", "saic", "hyundai_kia_connect_monitor", "evcc", "ruptela", "flespi",
            "traccar", "autopi", "weconnect",
        ] {
            let path = "config/sources/\(name).yaml"
            definitions.append(
                try SourceFile.load(text: text(path), file: path, catalogue: catalogue))
        }
        definitions.append(
            try SourceFile.load(text: fleet, file: "fleet.yaml", catalogue: catalogue))
        return try CompiledSources(definitions: definitions, catalogue: catalogue)
    }

    /// A source as it ships, its text changed on the way.
    static func shipped(
        _ name: String, _ change: (String) -> String = { $0 }
    ) throws -> SourceDefinition {
        let path = "config/sources/\(name).yaml"
        return try SourceFile.load(text: change(text(path)), file: path, catalogue: catalogue)
    }

    private static let fleet = """
        source: fleet
        version: "1"
        vss: 4
        numbers_as_text: true
        topics:
          - {topic: "fleet/native", form: native}
          - {topic: "fleet/document", form: document, mapping: all}
        mappings:
          all:
            vehicle: car.name
            time: {path: sent, kind: epoch_s, quality: backend}
            fields:
              - {path: odometer, signal: Vehicle.TraveledDistance, unit: mi}
              - path: speed.value
                signal: Vehicle.Speed
                unit: mph
                time: {path: speed.at, kind: epoch_ms}
              - {path: codes, signal: Vehicle.Diagnostics.DTCList}
              - {path: state, signal: Vehicle.LowVoltageSystemState, values: {running: "ON"}}
              - {path: due, signal: Vehicle.Service.IsServiceDue, missing: false}
              - {path: position.lat, signal: Vehicle.CurrentLocation.Latitude}
        """

    /// A file of the project; this package lies in it.
    private static func text(_ path: String) throws -> String {
        let root = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// A stage that cannot be set up is no finding of the fuzzer: exit code 2 and the reason.
    static func orExit<Value>(_ make: () throws -> Value) -> Value {
        do { return try make() } catch {
            complain("the fuzzing stage cannot be set up: \(error)")
            exit(2)
        }
    }
}
