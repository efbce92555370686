import PayloadDecoding

// A source's sample: how a message of its vehicles looks. It is decoded when the file is read, so a
// mapping and its sample never part.
extension SourceFile {
    /// ## Keys
    /// - `topic` (text, required): a topic that one of the templates takes.
    /// - `payload` (text), or `hex` (hexadecimal digits) where the payload is no text.
    static func sample(_ root: YAMLMapping) -> SourceSample? {
        guard root.has("sample") else { return nil }
        let entry = root.mapping("sample")
        let topic = entry.requiredString("topic", example: "vss/CAR-1/telemetry")
        var payload: [UInt8]?
        if let digits = entry.text("hex") {
            payload = HexadecimalText.bytes(digits)
            if payload == nil {
                entry.report(
                    "hex", "these are no hexadecimal digits, two a byte",
                    remedy: "write  hex: 0a0d…  or give the payload as text")
            }
        } else {
            payload = entry.requiredString("payload", example: "{}").map { Array($0.utf8) }
        }
        entry.finish()
        guard let topic, let payload else { return nil }
        return SourceSample(topic: topic, payload: payload)
    }

    /// Reports a sample that the source's own mapping does not decode, or of which nothing comes.
    static func check(_ sample: SourceSample, by sources: CompiledSources, _ root: YAMLMapping) {
        do throws(DecodeError) {
            guard let decoded = try sources.decode(sample) else {
                root.mapping("sample").report(
                    "topic", "no template of this source takes \(sample.topic)",
                    remedy: "write a topic as the vehicles use it")
                return
            }
            let mayBringNothing = sources.definitions.flatMap(\.topics).contains {
                $0.content.mayBringNothing && SubscriptionFilters.hears(sample.topic, $0.template)
            }
            if decoded.readings.isEmpty, !mayBringNothing {
                root.mapping("sample").report(
                    "topic", "the sample becomes no reading",
                    remedy: "write a message with a value that is mapped, or mend the mapping")
            }
        } catch {
            let sentence = sources.sentence(
                of: error, topic: Array(sample.topic.utf8), payload: sample.payload)
            // It came with the file, and the manifest has been replaced by the site's own.
            let remedy =
                error.reason == .unknownManifest
                ? "take the sample out, write a message of your vehicles in its place, or enter its"
                    + " manifest under manifests" : "mend the sample or the mapping"
            root.mapping("sample").report(
                "topic", "the sample cannot be decoded: \(sentence)", remedy: remedy)
        }
    }
}

extension TopicDefinition.Content {
    /// A setting may have ignored the topic, and a birth of an edge node may only say what its
    /// devices' aliases mean.
    fileprivate var mayBringNothing: Bool {
        switch self {
        case .ignored, .protobuf(.sparkplug): true
        default: false
        }
    }
}
