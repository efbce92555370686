import ConfigurationFiles
import PayloadDecoding
import Testing

/// What is wrong in a topic whose payloads are Protocol Buffers is told with what to write instead.
@Suite struct `mistakes in topics of Protocol Buffers` {
    private func mistakes(
        _ topic: String, paths: [String] = ["1"], more: String = ""
    ) throws -> String {
        let fields = paths.map { "      - {path: '\($0)', signal: Vehicle.Speed\(more)}\n" }
            .joined()
        let text = """
            source: x
            version: "1"
            topics: [{topic: "c/{vehicle}", form: protobuf, \(topic)}]
            mappings:
              m:
                fields:
            \(fields)
            """
        let catalogue = try Shipped.catalogue()
        do throws(ConfigurationMistakes) {
            _ = try SourceFile.load(text: text, file: "x.yaml", catalogue: catalogue)
            return ""
        } catch { return error.all.map(\.description).joined(separator: "\n") }
    }

    private static let known =
        "tesla_payload, fleetwise_vehicle_data, fleetwise_last_known_state_data, "
        + "fleetwise_last_known_state"

    @Test func `a message that nobody knows, or none`() throws {
        let near = try mistakes("message: fleetwise_last_known_stat, mapping: m")
        #expect(
            near.contains("did you mean fleetwise_last_known_state? write one of " + Self.known))
        #expect(try mistakes("mapping: m").contains("one of " + Self.known))
    }

    @Test func `a vehicle's state without templates, or with a mapping by name`() throws {
        let data = "message: fleetwise_last_known_state_data"
        #expect(try mistakes("\(data), manifests: {t: m}") == "")
        #expect(try mistakes(data).contains("without a state template the signals' numbers"))
        #expect(try mistakes("\(data), mapping: m").contains("nobody knows the key"))
        #expect(try mistakes("\(data), manifests: {t: q}").contains("there is no mapping q"))
        let path = try mistakes("\(data), manifests: {t: m}", paths: ["speed"])
        #expect(path.contains("speed in a manifest is no signal's number"))
    }

    @Test func `a cloud's state with templates, or with a path of several steps`() throws {
        let state = "message: fleetwise_last_known_state"
        #expect(try mistakes("\(state), mapping: m", paths: [#"Vehicle\.Speed"#, "x/y"]) == "")
        #expect(try mistakes("\(state), manifests: {t: m}").contains("nobody knows the key"))
        #expect(try mistakes("\(state), mapping: q").contains("there is no mapping q"))
        for path in ["Vehicle.Speed", "a[]"] {
            let found = try mistakes("\(state), mapping: m", paths: [path])
            #expect(
                found.contains(
                    #"\#(path): a path in fleetwise_last_known_state is one whole name"#
                        + #" — write its dots as \."#))
        }
    }

    @Test func `a value that comes typed is written in no other way`() throws {
        for message in [
            "message: fleetwise_vehicle_data, manifests: {t: m}",
            "message: fleetwise_last_known_state, mapping: m",
        ] {
            for key in ["format: hex", "part: 1", "missing: 0", "time: {path: t}"] {
                let found = try mistakes(message, more: ", " + key)
                let word = key.prefix { $0 != ":" }
                #expect(found.contains("x.yaml:7:"), "\(found)")
                #expect(found.contains("\(word) has no meaning in "), "\(found)")
            }
        }
    }

    @Test(arguments: [
        (
            "dtc, signal: Vehicle.Diagnostics.DTCList",
            "dtc, signal: Vehicle.Diagnostics.Ext.ConfirmedDTCList"
        ),
        ("7, signal: Vehicle.Speed", "007, signal: Vehicle.TraveledDistance"),
    ])
    func `what stands twice in a manifest is told at its line`(one: String, other: String) throws {
        let text = """
            source: x
            version: "1"
            topics:
              - topic: "c/{vehicle}"
                form: protobuf
                message: fleetwise_vehicle_data
                manifests: {s: m}
            mappings:
              m:
                fields:
                  - {path: \(one)}
                  - {path: \(other)}
            """
        let error = #expect(throws: ConfigurationMistakes.self) {
            try SourceFile.load(text: text, file: "x.yaml", catalogue: Shipped.catalogue())
        }
        #expect(error?.all.map(\.line) == [12])
        #expect(error?.all.first?.message.hasSuffix(" stands twice in a manifest") == true)
    }

    @Test func `a record of Tesla's says itself whose it is`() throws {
        let text = """
            source: x
            version: "1"
            topics:
              - {topic: "c/{vehicle}", form: protobuf, message: tesla_payload, mapping: m}
            mappings:
              m:
                vehicle: vin
                fields: [{path: Odometer, signal: Vehicle.TraveledDistance, unit: mi}]
            """
        let error = #expect(throws: ConfigurationMistakes.self) {
            try SourceFile.load(text: text, file: "x.yaml", catalogue: Shipped.catalogue())
        }
        #expect(error?.all.map(\.line) == [7])
        #expect(error?.all.first?.message == "vehicle has no meaning in tesla_payload")
        let mapping = DocumentMapping(fields: [], vehiclePath: ["vin"])
        let definition = SourceDefinition(
            name: "x", version: "1",
            topics: [
                TopicDefinition(
                    template: try TopicTemplate("c/{vehicle}"),
                    content: .protobuf(.teslaPayload(mapping)))
            ])
        #expect(throws: MappingFlaw.self) {
            try CompiledSources(definitions: [definition], catalogue: Shipped.catalogue())
        }
    }

    @Test func `neither topic may leave the vehicle out`() throws {
        for message in ["fleetwise_last_known_state_data", "fleetwise_last_known_state"] {
            let keys = message.hasSuffix("data") ? "manifests: {t: m}" : "mapping: m"
            let text = try mistakes("message: \(message), \(keys)")
            #expect(text == "")
            let template = try TopicTemplate("c/{+}")
            let mapping = DocumentMapping(fields: [])
            let content: ProtobufContent =
                message.hasSuffix("data")
                ? .fleetWise(FleetWiseDefinition(message: .lastKnownState, manifests: [:]))
                : .lastKnownState(mapping)
            let definition = SourceDefinition(
                name: "x", version: "1",
                topics: [TopicDefinition(template: template, content: .protobuf(content))])
            #expect(throws: MappingFlaw.self) {
                try CompiledSources(definitions: [definition], catalogue: Shipped.catalogue())
            }
        }
    }
}
