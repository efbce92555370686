import PayloadDecoding
import VehicleSignals

/// Reads topics whose payloads are messages of Protocol Buffers.
///
/// ## Keys of a topic
/// - `form: protobuf`, with
///   - `message` (required): `tesla_payload`, `fleetwise_vehicle_data`,
///     `fleetwise_last_known_state_data` (from the vehicle) or `fleetwise_last_known_state` (from
///     the cloud).
///   - `mapping` (required by `tesla_payload`): name of one of `mappings`; its paths begin with
///     the names of Tesla's fields, as for one field a topic. `fleetwise_last_known_state` may have
///     one: signals whose names are no paths of the catalogue, as for Sparkplug's metrics.
///   - `manifests` (required by the vehicle's two messages of FleetWise): by the sync id of a
///     decoder manifest or of a state template, the name of one of `mappings`, whose paths are
///     numbers of signals, or `dtc`.
///   - `snappy` (with them; `auto`, `on` or `off`, default `auto`): whether payloads are Snappy
///     blocks.
/// - `form: sparkplug`, with
///   - `mapping` (name of one of `mappings`): metrics whose names are no paths of the catalogue; a
///     path is one name, with `\.` for each dot in it.
///   - `after_gap` (`drop` or `keep`, default `drop`): whether aliases hold after a missed message.
///   - `rebirth_requests` (true or false, default false): may nodes be asked for their births?
struct ProtobufTopicReader {
    static let forms = ["protobuf", "sparkplug"]
    private static let messages = [
        "tesla_payload", "fleetwise_vehicle_data", "fleetwise_last_known_state_data",
        "fleetwise_last_known_state",
    ]

    let root: YAMLMapping
    let documents: [String: DocumentMapping]

    func topic(
        _ entry: YAMLMapping, _ form: String, used: inout Set<String>
    ) -> TopicDefinition? {
        let template = SourceFile.template(entry)
        let content =
            form == "sparkplug"
            ? sparkplug(entry, used: &used) : protobuf(entry, used: &used)
        entry.finish()
        guard let template, let content, isPlaced(content, template, entry) else { return nil }
        return TopicDefinition(template: template, content: .protobuf(content))
    }

    /// Whether the topic says what the payload does not; what is missing is noted.
    private func isPlaced(
        _ content: ProtobufContent, _ template: TopicTemplate, _ entry: YAMLMapping
    ) -> Bool {
        switch content {
        case .teslaPayload: return true
        case .sparkplug:
            if template.followsSparkplug { return true }
            entry.report(
                "topic", "\(template.text) does not follow Sparkplug's topics",
                remedy: "write spBv1.0/{+}/{+}/{vehicle}, spBv1.0/{+}/{+}/{vehicle}/{+}"
                    + " or spBv1.0/{+}/{+}/{+}/{vehicle}")
        case .fleetWise, .lastKnownState:
            if template.namesVehicle { return true }
            entry.report(
                "topic", "the message names no vehicle, and the topic does not either",
                remedy: "write {vehicle} in the topic")
        }
        return false
    }

    /// Notes topics of Sparkplug's nodes that nobody's messages come of: a node without
    /// `{vehicle}` is heard for the sake of its devices alone.
    static func checkNodes(_ entries: [YAMLMapping], _ topics: [TopicDefinition]) {
        let nodes = entries.filter { $0.text("form") == "sparkplug" }
        guard !nodes.contains(where: { $0.text("topic")?.contains("{vehicle}") == true }) else {
            return
        }
        for entry in nodes where topics.contains(where: { $0.template.text == entry.text("topic") })
        {
            entry.report(
                "topic", "no topic of Sparkplug says here which vehicle a message is of",
                remedy: "write {vehicle} where the vehicle's name stands, or add the devices' topic"
                    + " spBv1.0/{+}/{+}/{+}/{vehicle}")
        }
    }

    private func protobuf(_ entry: YAMLMapping, used: inout Set<String>) -> ProtobufContent? {
        guard entry.has("message") else {
            entry.report(
                "message", "the topic does not say which message its payloads are",
                remedy: "write  message:  and one of " + Self.messages.joined(separator: ", "))
            return nil
        }
        switch entry.word("message", of: Self.messages, default: "") {
        case "tesla_payload":
            return mapping(
                entry, key: "mapping", for: .record(of: "tesla_payload"), used: &used
            ).map { .teslaPayload($0) }
        case "fleetwise_vehicle_data": return fleetWise(entry, .vehicleData, used: &used)
        case "fleetwise_last_known_state_data":
            return fleetWise(entry, .lastKnownState, used: &used)
        case "fleetwise_last_known_state":
            guard entry.has("mapping") else { return .lastKnownState(DocumentMapping(fields: [])) }
            return mapping(
                entry, key: "mapping", for: .names(of: "fleetwise_last_known_state"), used: &used
            ).map { .lastKnownState($0) }
        default: return nil
        }
    }

    private func fleetWise(
        _ entry: YAMLMapping, _ message: FleetWiseDefinition.Message, used: inout Set<String>
    ) -> ProtobufContent? {
        var manifests: [String: DocumentMapping] = [:]
        let list = entry.mapping("manifests")
        for syncID in list.keys {
            manifests[syncID] = mapping(list, key: syncID, for: .manifest, used: &used)
        }
        list.finish()
        if list.keys.isEmpty {
            let what = message == .vehicleData ? "decoder manifest" : "state template"
            entry.report(
                "manifests", "without a \(what) the signals' numbers mean nothing",
                remedy: "write  manifests:  and below it  sync id: name of a mapping")
        }
        let words = FleetWiseDefinition.Compression.allCases.map(\.rawValue)
        let word = entry.word("snappy", of: words, default: "auto")
        return .fleetWise(
            FleetWiseDefinition(
                message: message, manifests: manifests,
                compression: FleetWiseDefinition.Compression(rawValue: word) ?? .auto))
    }

    private func sparkplug(_ entry: YAMLMapping, used: inout Set<String>) -> ProtobufContent? {
        var definition = SparkplugDefinition()
        if entry.has("mapping") {
            let use = MappingFit.Use.names(of: "form sparkplug")
            guard let mapping = mapping(entry, key: "mapping", for: use, used: &used) else {
                return nil
            }
            definition.mapping = mapping
        }
        definition.keepsAliasesAfterGap =
            entry.word("after_gap", of: ["drop", "keep"], default: "drop") == "keep"
        definition.allowsRebirthRequests = entry.bool("rebirth_requests", default: false)
        return .sparkplug(definition)
    }

    /// The mapping that the entry's `key` names, looked at for what its payloads have no place for.
    func mapping(
        _ entry: YAMLMapping, key: String, for use: MappingFit.Use? = nil, used: inout Set<String>
    ) -> DocumentMapping? {
        let known = documents.keys.sorted()
        guard let name = entry.requiredString(key, example: known.first ?? "name") else {
            return nil
        }
        used.insert(name)
        if let mapping = documents[name] {
            if let use { MappingFit(root: root).check(name, for: use) }
            return mapping
        }
        let near = closest(to: name, in: known).map { "did you mean \($0)? " } ?? ""
        entry.report(
            key, "there is no mapping \(name)",
            remedy: near + "write one of " + known.joined(separator: ", "))
        return nil
    }
}
