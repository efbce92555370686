import ConfigurationFiles
import PayloadDecoding
import VehicleSignals

/// The shipped FleetWise sources with every kind of signal in their mappings.
enum StateSources {
    static let edgeTopic = "$aws/iotfleetwise/vehicles/CAR1/last_known_states/data"
    static let cloudTopic = "$aws/iotfleetwise/vehicles/CAR1/last_known_state/T1/data"
    static let time: UInt64 = 1_770_102_660_000

    private static let fields = [
        "0, signal: Vehicle.Diagnostics.DTCCount", "7, signal: Vehicle.Ext.Serial",
        "8, signal: Vehicle.Ext.Big", "9, signal: Vehicle.Ext.SoftwareVersion",
        "10, signal: Vehicle.LowVoltageSystemState", "11, signal: Vehicle.Diagnostics.DTCList",
        "12, signal: Vehicle.Service.TimeToService, unit: day, invalid: [-1]",
        #"13, signal: Vehicle.Service.IsServiceDue, values: {"2": true, "3": false}"#,
    ]

    static func catalogue() throws -> SignalCatalogue {
        var definitions = try Shipped.catalogue().definitions
        definitions.append(SignalDefinition(path: "Vehicle.Ext.Serial", datatype: .int64))
        definitions.append(SignalDefinition(path: "Vehicle.Ext.Big", datatype: .uint64))
        definitions.append(
            SignalDefinition(path: "Vehicle.Ext.SoftwareVersion", datatype: .string))
        return try SignalCatalogue(definitions)
    }

    static func make(snappy: String = "auto") throws -> CompiledSources {
        let catalogue = try catalogue()
        let edge =
            try Shipped.text("config/sources/fleetwise.yaml")
            .split(separator: "\n\n").filter { !$0.contains("sample:") }.joined(separator: "\n\n")
            .replacing("snappy: auto", with: "snappy: \(snappy)")
            .replacing("template-1: example}", with: "template-1: example, another: small}")
            + fields.map { "      - {path: \($0)}\n" }.joined()
            + "  small:\n    fields:\n"
            + "      - {path: 1, signal: Vehicle.LowVoltageBattery.CurrentVoltage}\n"
        let cloud =
            try Shipped.text("config/sources/fleetwise_cloud.yaml")
            .replacing(
                "message: fleetwise_last_known_state",
                with: "message: fleetwise_last_known_state\n    mapping: state")
            + "  state:\n    fields:\n"
            + fields.map {
                "      - {path: 'site\\.\($0.replacing(", signal", with: "', signal"))}\n"
            }
            .joined()
        return try CompiledSources(
            definitions: [
                SourceFile.load(text: edge, file: "edge.yaml", catalogue: catalogue),
                SourceFile.load(text: cloud, file: "cloud.yaml", catalogue: catalogue),
            ], catalogue: catalogue)
    }

    /// A vehicle's message of groups by template.
    static func edge(
        time: UInt64 = time, _ groups: [(template: String, build: (inout WireWriter) -> Void)]
    ) -> [UInt8] {
        WireWriter { message in
            if time > 0 { message.varint(2, time) }
            for group in groups {
                message.message(6) {
                    $0.text(1, group.template)
                    group.build(&$0)
                }
            }
        }.bytes
    }

    /// The cloud's message, each signal with its name.
    static func cloud(
        time: UInt64 = time, _ signals: [(name: String, build: (inout WireWriter) -> Void)]
    ) -> [UInt8] {
        WireWriter { message in
            if time > 0 { message.varint(1, time) }
            for signal in signals {
                message.message(3) {
                    $0.text(1, signal.name)
                    signal.build(&$0)
                }
            }
            message.message(4) {
                $0.text(1, "Vehicle.Speed")
                $0.text(2, "12")
            }
        }.bytes
    }
}

extension WireWriter {
    /// A signal of a vehicle's message. A number of 0 is left out, as senders do.
    mutating func signal(_ number: UInt64, _ build: (inout WireWriter) -> Void) {
        message(2) {
            if number > 0 { $0.varint(1, number) }
            build(&$0)
        }
    }

    /// One value in a random field of the thirteen, or none, or one that no field has.
    mutating func randomValue(_ numbers: inout SeededNumbers) {
        let words: [UInt64] = [
            0, 1, 2, 3, 255, 256, 65_536, 1 << 32, 1 << 53 + 1, .max, .max - 1,
            UInt64.random(in: 0...300, using: &numbers), numbers.next(),
        ]
        let doubles = [0, 1, -0.0, 2, 3.5, .nan, .infinity, 1e300, 53.2, -1]
        switch Int.random(in: 1...15, using: &numbers) {
        case 2: double(2, numbers.pick(doubles))
        case 12: float(12, Float(numbers.pick(doubles)))
        case 13: text(13, numbers.pick(["ON", "P0128", "2026.2 é", "12.5", "1e999", "", "true"]))
        case 1, 14: varint(14, 1)
        case 15: break
        case let field: varint(field, numbers.pick(words))
        }
    }
}
