import ConfigurationFiles
import Foundation
import PayloadDecoding
import Testing
import VehicleSignals

@Suite struct `signals of a VSS export` {
    private static let file = """
        signals:
          - {path: Vehicle.Speed, type: float, unit: km/h, max: 500}
        exports: [vss.json]
        """
    private static let export = """
        {"Vehicle": {"type": "branch", "description": "x", "children": {
          "Speed": {"datatype": "float", "type": "sensor", "unit": "km/h"},
          "CurrentLocation": {"type": "branch", "children": {
            "Latitude": {"datatype": "double", "unit": "degrees", "min": -90, "max": 90}}},
          "Cabin": {"children": {
            "Mode": {"datatype": "string", "allowed": ["ECO", "ON"], "type": "actuator"},
            "Torque": {"datatype": "int16", "unit": "Nm"},
            "Names": {"datatype": "string[]"}}}}}}
        """

    @Test func `join those of the file, which hold where both have one`() throws {
        let catalogue = try SignalFile.load(text: Self.file, file: "signals.yaml") { name in
            name == "vss.json" ? Self.export : nil
        }
        #expect(
            catalogue.definitions.map(\.path) == [
                "Vehicle.Speed", "Vehicle.CurrentLocation.Latitude", "Vehicle.Cabin.Mode",
                "Vehicle.Cabin.Torque",
            ])
        #expect(catalogue.definitions[0].maximum == 500 && catalogue.definitions[0].isForService)
        #expect(catalogue.definitions[1].unit.symbol == "degrees")
        #expect(catalogue.definitions[1].minimum == -90)
        #expect(catalogue.definitions[1].dataClass == "D4")
        #expect(catalogue.definitions[2].allowed == ["ECO", "ON"])
        #expect(!catalogue.definitions[2].isForService)
        #expect(catalogue.definitions[3].unit == .none)
    }

    @Test(arguments: ["", "{}", "[1]", #"{"Vehicle": {"x": 1}}"#, #"{"Vehicle": "#])
    func `what is none is said`(text: String) {
        #expect(throws: ConfigurationMistakes.self) {
            try SignalFile.load(text: Self.file, file: "signals.yaml") { _ in text }
        }
    }

    @Test func `a datatype that VSS does not have is said, arrays and structures are left out`() {
        let export = { (datatype: String) in
            #"{"Vehicle":{"type":"branch","children":{"A":{"datatype":"\#(datatype)"},"#
                + #""B":{"datatype":"int8"}}}}"#
        }
        let error = #expect(throws: ConfigurationMistakes.self) {
            try SignalFile.load(text: Self.file, file: "signals.yaml") { _ in export("int99") }
        }
        #expect(error?.description.contains("Vehicle.A has the datatype int99") == true)
        for datatype in ["uint8[]", "Types.Position"] {
            let catalogue = try? SignalFile.load(text: Self.file, file: "signals.yaml") { _ in
                export(datatype)
            }
            #expect(catalogue?.id(of: "Vehicle.B") != nil && catalogue?.id(of: "Vehicle.A") == nil)
        }
    }

    @Test func `a file that is not there is said`() {
        let error = #expect(throws: ConfigurationMistakes.self) {
            try SignalFile.load(text: Self.file, file: "signals.yaml")
        }
        #expect(error?.description.contains("vss.json cannot be read") == true)
    }

    /// The tree that COVESA's tools would export of a published list.
    private static func tree(_ list: String) -> [String: Any] {
        let rows = list.split(whereSeparator: \.isNewline).dropFirst().map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        return branch(rows.map { ($0[0].split(separator: ".").map(String.init)[...], $0) })
    }

    private static func branch(_ rows: [(ArraySlice<String>, [String])]) -> [String: Any] {
        var nodes: [String: Any] = [:]
        for (name, below) in Dictionary(grouping: rows, by: { $0.0.first ?? "" }) {
            if let row = below.first(where: { $0.0.count == 1 })?.1 {
                nodes[name] = ["datatype": row[2], "unit": row[3].isEmpty ? "none" : row[3]]
            } else {
                nodes[name] = ["children": branch(below.map { ($0.0.dropFirst(), $0.1) })]
            }
        }
        return nodes
    }

    @Test(arguments: ["vss-v4.2.1", "vss-v5.1", "vss-v6.0", "vss-v6.0+obd"])
    func `the whole list of an edition joins the shipped catalogue, and every source compiles`(
        edition: String
    ) throws {
        guard let folder = Shipped.folder("../shared/formats/samples/vss") else { return }
        let list = try String(
            contentsOf: folder.appending(path: "\(edition).csv"), encoding: .utf8)
        let json = try JSONSerialization.data(withJSONObject: Self.tree(list))
        let catalogue = try SignalFile.load(
            text: Shipped.text("config/signals.yaml") + "\nexports: [vss.json]\n",
            file: "signals.yaml"
        ) { _ in String(decoding: json, as: UTF8.self) }
        #expect(catalogue.definitions.count > 700)
        var definitions: [SourceDefinition] = []
        for name in Shipped.names {
            let path = "config/sources/\(name).yaml"
            definitions.append(
                try SourceFile.load(text: Shipped.text(path), file: path, catalogue: catalogue))
        }
        _ = try CompiledSources(definitions: definitions, catalogue: catalogue)
    }

    @Test func `the shipped catalogue agrees with the published list`() throws {
        guard let folder = Shipped.folder("../shared/formats/samples/vss") else { return }
        let list = try String(
            contentsOf: folder.appending(path: "vss-v6.0+obd.csv"), encoding: .utf8)
        var published: [String: [Substring]] = [:]
        for line in list.split(whereSeparator: \.isNewline).dropFirst() {
            let columns = line.split(separator: ",", omittingEmptySubsequences: false)
            published[String(columns[0])] = columns
        }
        var checked = 0
        for definition in try Shipped.catalogue().definitions
        where !definition.path.contains(".Ext.") {
            let columns = try #require(published[definition.path], "\(definition.path)")
            let type = columns[2] == "string[]" ? "trouble_codes" : String(columns[2])
            #expect(definition.datatype.rawValue == type, "\(definition.path)")
            let unit = Unit(named: String(columns[3])) ?? .none
            #expect(definition.unit == unit, "\(definition.path)")
            checked += 1
        }
        #expect(checked > 40)
    }
}
