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

    /// Sparkplug alone, but aliases outlive a gap.
    public static let keepingSources = orExit {
        var definitions: [SourceDefinition] = []
        definitions.append(try shipped("sparkplug", keepingAliases))
        return try CompiledSources(definitions: definitions, catalogue: catalogue)
    }

    /// The shipped source whose documents may be packed.
    public static let packedSources = orExit {
        var definitions: [SourceDefinition] = []
        definitions.append(try shipped("fleetwise_cloud"))
        return try CompiledSources(definitions: definitions, catalogue: catalogue)
    }

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
