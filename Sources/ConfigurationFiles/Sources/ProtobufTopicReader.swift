import PayloadDecoding
import VehicleSignals

/// Reads topics whose payloads are messages of Protocol Buffers.
///
/// ## Keys of a topic
/// - `form: protobuf`, with
///   - `message` (required): `tesla_payload`.
///   - `mapping` (required): name of one of `mappings`; for `tesla_payload` its paths begin
///     with the names of Tesla's fields, as for one field a topic.
struct ProtobufTopicReader {
    static let forms = ["protobuf"]
    private static let messages = ["tesla_payload"]

    let root: YAMLMapping
    let documents: [String: DocumentMapping]

    func topic(
        _ entry: YAMLMapping, _ form: String, used: inout Set<String>
    ) -> TopicDefinition? {
        let template = SourceFile.template(entry)
        let content = protobuf(entry, used: &used)
        entry.finish()
        guard let template, let content else { return nil }
        return TopicDefinition(template: template, content: .protobuf(content))
    }

    private func protobuf(_ entry: YAMLMapping, used: inout Set<String>) -> ProtobufContent? {
        guard entry.has("message") else {
            entry.report(
                "message", "the topic does not say which message its payloads are",
                remedy: "write  message:  and one of " + Self.messages.joined(separator: ", "))
            return nil
        }
        switch entry.word("message", of: Self.messages, default: "") {
        case "tesla_payload": return mapping(entry, used: &used).map { .teslaPayload($0) }
        default: return nil
        }
    }

    private func mapping(_ entry: YAMLMapping, used: inout Set<String>) -> DocumentMapping? {
        let known = documents.keys.sorted()
        guard let name = entry.requiredString("mapping", example: known.first ?? "name") else {
            return nil
        }
        used.insert(name)
        if let mapping = documents[name] { return mapping }
        let near = closest(to: name, in: known).map { "did you mean \($0)? " } ?? ""
        entry.report(
            "mapping", "there is no mapping \(name)",
            remedy: near + "write one of " + known.joined(separator: ", "))
        return nil
    }
}
