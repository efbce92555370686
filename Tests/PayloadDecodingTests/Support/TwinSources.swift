import PayloadDecoding
import VehicleSignals

/// The shipped sources and some that use every feature of the mapping at once.
enum TwinSources {
    static func make() throws -> CompiledSources {
        var definitions = try Shipped.catalogue().definitions
        definitions.append(
            SignalDefinition(path: "Vehicle.Ext.SoftwareVersion", datatype: .string))
        definitions.append(SignalDefinition(path: "Vehicle.Ext.Serial", datatype: .int64))
        definitions.append(
            SignalDefinition(
                path: "Vehicle.Ext.Small", datatype: .int8, minimum: -10.5, maximum: 99))
        let catalogue = try SignalCatalogue(definitions)
        return try CompiledSources(
            definitions: Shipped.definitions() + [feed(), fields(), native()]
                + ShapeSources.make(catalogue), catalogue: catalogue)
    }

    /// A document whose body names the vehicle, with two times, words, sentinels and defaults.
    static func feed() throws -> SourceDefinition {
        let event = TimeMapping(path: ["data", "at"], kind: .epochSeconds)
        let cloud = TimeMapping(path: ["sent"], kind: .rfc3339OrMilliseconds, quality: .backend)
        let mapping = DocumentMapping(
            fields: [
                FieldMapping(
                    path: ["data", "odometer"], signal: "Vehicle.TraveledDistance",
                    unit: Unit(named: "mi"), invalidNumbers: [-1, 65_535], invalidTexts: ["-NA-"],
                    takesNumbersAsText: true, time: event),
                FieldMapping(
                    path: ["data", "state"], signal: "Vehicle.LowVoltageSystemState",
                    invalidTexts: ["INVALID"], words: ["1": .word("ON"), "off": .word("OFF")],
                    time: event),
                FieldMapping(
                    path: ["data", "mil"], signal: "Vehicle.Diagnostics.Ext.IsMILOn",
                    words: ["yes": .boolean(true), "no": .boolean(false), "1": .boolean(true)],
                    missing: .boolean(false), time: cloud),
                FieldMapping(
                    path: ["data", "temperature"], signal: "Vehicle.Exterior.AirTemperature",
                    unit: Unit(named: "fahrenheit"), time: cloud),
                FieldMapping(
                    path: ["data", "codes"], signal: "Vehicle.Diagnostics.DTCList", time: event),
                FieldMapping(path: ["software"], signal: "Vehicle.Ext.SoftwareVersion"),
                FieldMapping(path: ["data", "serial"], signal: "Vehicle.Ext.Serial"),
                FieldMapping(
                    path: ["data", "small"], signal: "Vehicle.Ext.Small", scale: -0.5,
                    missing: .number(7)),
                FieldMapping(
                    path: ["data", "small"], signal: "Vehicle.Powertrain.FuelSystem.RelativeLevel"),
            ], vehiclePath: ["car", "id"])
        return SourceDefinition(
            name: "feed", version: "1",
            topics: [
                TopicDefinition(
                    template: try TopicTemplate("fleet/data"), content: .document(mapping)),
                TopicDefinition(
                    template: try TopicTemplate("fleet/{vehicle}/data"), content: .document(mapping)
                ),
            ])
    }

    /// Fields of several levels.
    static func fields() throws -> SourceDefinition {
        let mapping = DocumentMapping(fields: [
            FieldMapping(
                path: ["v/p/odometer"], signal: "Vehicle.TraveledDistance", unit: Unit(named: "km"),
                takesNumbersAsText: true),
            FieldMapping(path: ["v/b/soc"], signal: "Vehicle.Ext.Small", takesNumbersAsText: true),
        ])
        return SourceDefinition(
            name: "levels", version: "3",
            topics: [
                TopicDefinition(
                    template: try TopicTemplate("x/{+}/{vehicle}/metric/{field...}"),
                    content: .fields(mapping))
            ])
    }

    /// The native form by an older edition, named in the body alone.
    static func native() throws -> SourceDefinition {
        SourceDefinition(
            name: "older", version: "1", edition: 4,
            topics: [
                TopicDefinition(template: try TopicTemplate("vss4"), content: .native)
            ])
    }
}
