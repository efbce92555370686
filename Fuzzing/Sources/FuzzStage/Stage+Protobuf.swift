internal import ConfigurationFiles
public import PayloadDecoding

extension Stage {
    /// The shipped sources with payloads of Protocol Buffers, FleetWise's also with blocks alone
    /// and without any.
    public static let protobufSources = orExit {
        var definitions: [SourceDefinition] = []
        for name in ["tesla", "fleetwise", "sparkplug"] { definitions.append(try shipped(name)) }
        definitions.append(try shipped("fleetwise", blocksOnly))
        definitions.append(try shipped("fleetwise", withoutBlocks))
        definitions.append(try shipped("fleetwise_cloud"))
        return try CompiledSources(definitions: definitions, catalogue: catalogue)
    }

    /// Sparkplug alone, as it ships and with aliases that outlive a gap; then a yard whose devices
    /// are the vehicles, with metrics of every kind, in the same two ways.
    public static let sparkplugSources = orExit(makeSparkplugSources)

    private static func makeSparkplugSources() throws -> [CompiledSources] {
        let path = "yard.yaml"
        return try [
            shipped("sparkplug"), shipped("sparkplug", keepingAliases),
            SourceFile.load(text: yard, file: path, catalogue: catalogue),
            SourceFile.load(text: keepingAliases(yard), file: path, catalogue: catalogue),
        ].map { try CompiledSources(definitions: [$0], catalogue: catalogue) }
    }

    /// The shipped source whose documents may be packed.
    public static let packedSources = orExit {
        var definitions: [SourceDefinition] = []
        definitions.append(try shipped("fleetwise_cloud"))
        return try CompiledSources(definitions: definitions, catalogue: catalogue)
    }

    /// Short names, so that the fuzzer finds them.
    private static let yard = """
        source: yard
        version: "1"
        vss: 6
        topics:
          - topic: "spBv1.0/{+}/{+}/{+}"
            form: sparkplug
            mapping: metrics
            after_gap: drop
          - topic: "spBv1.0/{+}/{+}/{+}/{vehicle}"
            form: sparkplug
            mapping: metrics
            after_gap: drop
        mappings:
          metrics:
            fields:
              - path: a
                signal: Vehicle.TraveledDistance
                unit: mi
                scale: 0.1
                invalid: [255, "-"]
              - {path: a, signal: Vehicle.Powertrain.Range, unit: km, numbers_as_text: true}
              - path: b
                signal: Vehicle.LowVoltageSystemState
                values: {"1": "ON", "true": "LOCK"}
              - path: c
                signal: Vehicle.Diagnostics.Ext.IsMILOn
                values: {"yes": true, "0": false}
              - {path: d, signal: Vehicle.Diagnostics.DTCList}
              - {path: e, signal: Vehicle.VehicleIdentification.VIN, invalid: ["-*"]}
              - {path: f, signal: Vehicle.Exterior.AirTemperature, unit: fahrenheit, offset: 0.5}
              - {path: f, signal: Vehicle.Diagnostics.DTCCount}
        """

    private static func withoutBlocks(_ text: String) -> String {
        let sample = "12126578616d706c652d6d616e69666573742d312a0d08001001199a99999999994a40"
        return text.replacing("source: fleetwise", with: "source: bare")
            .replacing(/hex: "[0-9a-f]*"/, with: "hex: \"\(sample)\"")
            .replacing("snappy: auto", with: "snappy: off")
            .replacing("topic: \"", with: "topic: \"bare/")
            .replacing(/- (\$aws|cms)\//, with: { "- bare/\($0.1)/" })
    }

    private static func blocksOnly(_ text: String) -> String {
        text.replacing("source: fleetwise", with: "source: blocks")
            .replacing("snappy: auto", with: "snappy: on")
            .replacing("topic: \"", with: "topic: \"blocks/")
            .replacing(/- (\$aws|cms)\//, with: { "- blocks/\($0.1)/" })
    }

    private static func keepingAliases(_ text: String) -> String {
        text.replacing("after_gap: drop", with: "after_gap: keep")
    }
}
