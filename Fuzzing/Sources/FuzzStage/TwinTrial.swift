public import PayloadDecoding

/// Decodes messages one after the other, fast and plainly, each with a memory of its own; both must
/// read the same, or refuse what is refused.
public struct TwinTrial {
    private var fast: MessageDecoder
    private var plain: PlainDecoder

    public init(_ sources: CompiledSources, readingsMax: Int, textBytesMax: Int) {
        fast = MessageDecoder(sources)
        fast.readingRoom = readingsMax
        fast.textRoom = textBytesMax
        plain = PlainDecoder(definitions: sources.definitions, catalogue: sources.catalogue)
    }

    /// Topics are texts to the plain one, in which a letter and an accent behind it are one: others
    /// than ASCII are passed over.
    public mutating func take(topic: [UInt8], payload: [UInt8], isRetained: Bool) {
        guard topic.allSatisfy({ $0 < 0x80 }) else { return }
        let name = String(decoding: topic, as: UTF8.self)
        let difference = TwinComparison.difference(
            &fast, &plain, name, payload, isRetained: isRetained)
        demand(difference == nil, difference ?? "")
    }
}
