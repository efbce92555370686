public import PayloadDecoding

/// Decodes messages one after the other, fast and plainly, each with a memory of its own; both must
/// read the same, or refuse what is refused.
public struct TwinTrial {
    private var fast: MessageDecoder
    private var plain: PlainDecoder
    private let comparesErrors: Bool

    /// - Parameter comparesErrors: `false` where the two look at a payload in another order: both
    ///   must refuse what one refuses, for whatever they find first.
    public init(
        _ sources: CompiledSources, readingsMax: Int, textBytesMax: Int, comparesErrors: Bool = true
    ) {
        self.comparesErrors = comparesErrors
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
            &fast, &plain, name, payload, isRetained: isRetained, comparesErrors: comparesErrors)
        demand(difference == nil, difference ?? "")
    }
}
