import ConfigurationFiles
import PayloadDecoding
import VehicleSignals

/// The shipped sources whose payloads are Protocol Buffers, and variants of them.
enum ProtobufSources {
    static func definition(
        _ name: String, _ change: (String) -> String = { $0 }
    ) throws -> SourceDefinition {
        let path = "config/sources/\(name).yaml"
        return try SourceFile.load(
            text: change(Shipped.text(path)), file: path, catalogue: Shipped.catalogue())
    }

    static func make() throws -> CompiledSources {
        try CompiledSources(
            definitions: [definition("fleetwise"), definition("sparkplug")],
            catalogue: Shipped.catalogue())
    }

    /// Where each device is a vehicle, and nodes may be asked for their births.
    static func devices() throws -> CompiledSources {
        let definition = try definition("sparkplug") { text in
            text.replacing("{+}/{+}/{vehicle}\"", with: "{+}/{+}/{+}\"")
                .replacing("{+}/{+}/{vehicle}/{+}", with: "{+}/{+}/{+}/{vehicle}")
                .replacing("rebirth_requests: false", with: "rebirth_requests: true")
        }
        return try CompiledSources(definitions: [definition], catalogue: Shipped.catalogue())
    }

    static func keeping() throws -> CompiledSources {
        let definition = try definition("sparkplug") {
            $0.replacing("after_gap: drop", with: "after_gap: keep")
        }
        return try CompiledSources(definitions: [definition], catalogue: Shipped.catalogue())
    }
}
