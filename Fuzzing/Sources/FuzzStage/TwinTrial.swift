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

    /// Topics are texts to the plain one; others are passed over.
    public mutating func take(topic: [UInt8], payload: [UInt8], isRetained: Bool) {
        guard let name = String(validating: topic, as: UTF8.self) else { return }
        let difference = TwinComparison.difference(
            &fast, &plain, name, payload, isRetained: isRetained)
        demand(difference == nil, difference ?? "")
    }
}
