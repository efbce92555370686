public import PayloadDecoding
public import VehicleSignals

/// Reads one file of `config/sources/`: a way in for messages.
///
/// ## Keys
/// - `source` (text, required): its name, unique; stands beside every reading.
/// - `version` (text, required): of the mapping; raise it with every change.
/// - `vss` (4, 5 or 6, default 6): edition that native payloads follow unless they say another.
/// - `subscribe` (list): MQTT filters; made from `topics` where every template allows it.
/// - `import_keys` (true or false, default false): whether it calls vehicles by the keys of the
///   imported files; VINs count everywhere, other names come from a file of kind `names`.
/// - `links_by_vin` (true or false, default false): whether the VIN that a vehicle reports says
///   whose its name is, where nobody imported the name.
/// - `payload_bytes_max` (number, default 1048576): longer payloads are refused.
/// - `numbers_as_text` (true or false, default false), `invalid` (list): for all fields below.
/// - `sample`: how a message looks; decoded when the file is read.
/// - `topics` (list, required): `topic` (template), `form` (`native`, `document`, `documents`,
///   `packed`, `fields`, `text`, `ignore`, `can`, `protobuf`, `sparkplug`), `mapping` (name of one
///   of `mappings`, for documents, packed or not, fields and texts), `field` (its name, where the
///   topic of one field has no place for it).
///   `can` takes `bus` (name of one of `buses`), and `else_mapping` (name of one of `mappings`) for
///   payloads without frames. For the last two see ``ProtobufTopicReader``.
/// - `buses`: by name, each with `carrier` and what is taken of the frames; see ``FrameReader``.
/// - `mappings`: by name; see ``FieldReader``.
/// - `readings`: by name, objects that are one reading; see ``ShapeReader``.
/// - `booleans` (word → true or false): how the source writes booleans.
/// - `settings`: by name, words that a site may change; see ``SettingReader``.
/// - `may_enrol` (true or false, default true): whether names that only this source knows may make
///   a vehicle known.
public enum SourceFile {
    static let forms = [
        "native", "document", "documents", "packed", "fields", "text", "ignore", "can", "protobuf",
        "sparkplug",
    ]
    /// Those whose payloads a mapping reads.
    private static let mapped = ["document", "documents", "packed", "fields", "text"]

    /// Reads the text of a file; signals and units are checked against the catalogue. Every mistake
    /// found is in the error.
    ///
    /// - Parameter readFile: the bytes of a file that the text names (a CAN database), by its path
    ///   from the folder of `file`.
    public static func load(
        text: String, file: String, catalogue: SignalCatalogue,
        readFile: ((String) -> [UInt8]?)? = nil
    ) throws(ConfigurationMistakes) -> SourceDefinition {
        let mistakes = MistakeList()
        let filled = SettingReader.fill(text, file: file, mistakes: mistakes)
        let root = YAMLMapping.root(of: filled, file: file, mistakes: mistakes)
        guard root.isPresent else {
            try mistakes.throwIfAny()
            root.report("source", "the file is empty", remedy: "write  source: name")
            throw ConfigurationMistakes(mistakes.all)
        }
        let name = root.requiredString("source", example: "skoda") ?? ""
        let version = root.requiredString("version", example: "\"1\"") ?? ""
        let edition = root.int("vss", in: 4...6, default: 6)
        let takesImportKeys = root.bool("import_keys", default: false)
        let linksByVIN = root.bool("links_by_vin", default: false)
        // 256 MiB is the largest packet of MQTT.
        let limit = root.int(
            "payload_bytes_max", in: 1...268_435_456, default: DecodingLimits.payloadBytesMax)
        let reader = FieldReader(
            catalogue: catalogue, edition: edition,
            numbersAsText: root.bool("numbers_as_text", default: false),
            invalid: root.strings("invalid", default: []), booleans: booleans(root),
            shapes: ShapeReader(root))
        _ = root.mapping("settings")
        let mayEnrol = root.bool("may_enrol", default: true)
        var documents: [String: DocumentMapping] = [:]
        let mappings = root.mapping("mappings")
        for key in mappings.keys { documents[key] = reader.document(mappings.mapping(key)) }
        let frames = FrameReader(
            catalogue: catalogue,
            databases: DatabaseFiles(readFile ?? { FileBeside.read($0, beside: file) }))
        var buses: [String: CANMapping] = [:]
        let busEntries = root.mapping("buses")
        for key in busEntries.keys { buses[key] = frames.bus(busEntries.mapping(key)) }
        let topics = topicDefinitions(root, documents, buses)
        let subscriptions = subscriptions(root, topics)
        let sample = sample(root)
        root.finish()
        try mistakes.throwIfAny()
        let definition = SourceDefinition(
            name: name, version: version, edition: edition, subscriptions: subscriptions,
            payloadBytesMax: limit, topics: topics, mayEnrol: mayEnrol)
        // What reading key by key does not see, such as a path with two meanings, shows when the
        // definition is compiled by itself.
        do throws(MappingFlaw) {
            let sources = try CompiledSources(definitions: [definition], catalogue: catalogue)
            if let sample { check(sample, by: sources, root) }
        } catch {
            root.report("source", error.words, remedy: "mend the mapping of this source")
            throw ConfigurationMistakes(mistakes.all)
        }
        try mistakes.throwIfAny()
        var complete = definition
        complete.sample = sample
        complete.takesImportKeys = takesImportKeys
        complete.linksByVIN = linksByVIN
        return complete
    }

    private static func booleans(_ root: YAMLMapping) -> [String: FieldMapping.Constant] {
        let entries = root.mapping("booleans")
        var words: [String: FieldMapping.Constant] = [:]
        for word in entries.keys { words[word] = .boolean(entries.bool(word, default: false)) }
        return words
    }

    private static func topicDefinitions(
        _ root: YAMLMapping, _ documents: [String: DocumentMapping], _ buses: [String: CANMapping]
    ) -> [TopicDefinition] {
        let entries = root.mappings("topics")
        if entries.isEmpty {
            root.report(
                "topics", "the source has no topics",
                remedy: "write  topics:  and below it  - topic: vss/{vehicle}/telemetry")
        }
        var used: Set<String> = []
        var usedBuses: Set<String> = []
        var topics: [TopicDefinition] = []
        for entry in entries {
            let form = entry.word("form", of: forms, default: "")
            if !entry.has("form") {
                entry.report(
                    "form", "the topic does not say what its payloads are",
                    remedy: "write  form:  and one of " + forms.joined(separator: ", "))
            }
            if form.isEmpty {
                // What else is wrong with the entry shows when its form is known.
                for key in ["mapping", "else_mapping"] {
                    entry.text(key).map { _ = used.insert($0) }
                }
                entry.text("bus").map { _ = usedBuses.insert($0) }
                _ = template(entry)
                continue
            }
            if ProtobufTopicReader.forms.contains(form) {
                let reader = ProtobufTopicReader(root: root, documents: documents)
                if let topic = reader.topic(entry, form, used: &used) {
                    add(topic, entry, to: &topics)
                }
                continue
            }
            var mapping: DocumentMapping?
            // A topic that a setting ignores keeps its mapping.
            if form == "ignore", let name = entry.text("mapping") { used.insert(name) }
            if mapped.contains(form) {
                mapping = ProtobufTopicReader(root: root, documents: documents).mapping(
                    entry, key: "mapping", for: form == "text" ? .text : nil, used: &used)
            }
            var bus: CANMapping?
            if form == "can" { bus = frameMapping(entry, documents, buses, &used, &usedBuses) }
            let template = template(entry)
            let field = entry.text("field")
            entry.finish()
            guard let template else { continue }
            if let bus, let definition = frameTopic(entry, template, bus) {
                add(definition, entry, to: &topics)
            }
            let definition = topic(entry, template, form, mapping, field: field)
            if let definition { add(definition, entry, to: &topics) }
        }
        ProtobufTopicReader.checkNodes(entries, topics)
        reportUnused(root, "mappings", "mapping", Set(documents.keys).subtracting(used))
        let buses = root.mapping("buses").keys
        reportUnused(root, "buses", "bus", Set(buses).subtracting(usedBuses))
        return topics
    }

    private static func add(
        _ topic: TopicDefinition, _ entry: YAMLMapping, to topics: inout [TopicDefinition]
    ) {
        if topics.contains(where: { $0.template.segments == topic.template.segments }) {
            entry.report(
                "topic", "the topic \(topic.template.text) stands twice",
                remedy: "leave one of them out")
        } else {
            topics.append(topic)
        }
    }

    private static func reportUnused(
        _ root: YAMLMapping, _ key: String, _ word: String, _ names: Set<String>
    ) {
        for name in names.sorted() {
            root.mapping(key).report(
                name, "no topic uses the \(word) \(name)",
                remedy: "name it at a topic, or leave it out")
        }
    }

    private static func topic(
        _ entry: YAMLMapping, _ template: TopicTemplate, _ form: String,
        _ mapping: DocumentMapping?, field: String?
    ) -> TopicDefinition? {
        switch (form, mapping) {
        case ("native", _): return TopicDefinition(template: template, content: .native)
        case ("ignore", _): return TopicDefinition(template: template, content: .ignored)
        case (_, let mapping?):
            if !template.namesVehicle, mapping.vehiclePath == nil {
                entry.report(
                    "topic", "neither the topic nor the mapping says which vehicle it is",
                    remedy: "write {vehicle} in the topic"
                        + (form == "text" ? "" : ", or  vehicle: path  in the mapping"))
                return nil
            }
            if form == "packed" || form == "documents", !template.namesVehicle {
                entry.report(
                    "topic", "nobody takes such a payload apart to find out which vehicle it is",
                    remedy: "write {vehicle} in the topic")
                return nil
            }
            if mapping.takesTopic, !template.namesField {
                entry.report(
                    "topic", "the mapping takes a value from a topic that names none",
                    remedy: "write {field} at the level that is the value")
                return nil
            }
            switch form {
            case "packed":
                return TopicDefinition(template: template, content: .packed(mapping))
            case "document":
                return TopicDefinition(template: template, content: .document(mapping))
            case "documents":
                return TopicDefinition(template: template, content: .documents(mapping))
            default: break
            }
            guard template.namesField || field != nil else {
                entry.report(
                    "topic", "a topic with one field a message has no place for the field",
                    remedy: "write {field} or {field...} in the topic, or  field: name")
                return nil
            }
            if let field, !mapping.fields.contains(where: { $0.path.first == .key(field) }) {
                entry.report(
                    "field", "the mapping has no field \(field)",
                    remedy: "write the first key of one of its paths")
                return nil
            }
            return TopicDefinition(
                template: template, content: form == "text" ? .text(mapping) : .fields(mapping),
                field: field)
        default: return nil
        }
    }

    static func template(_ entry: YAMLMapping) -> TopicTemplate? {
        guard let text = entry.requiredString("topic", example: "vss/{vehicle}/telemetry") else {
            return nil
        }
        do throws(TopicTemplate.Flaw) {
            return try TopicTemplate(text)
        } catch {
            entry.report(
                "topic", "at its character \(error.column): \(error.sentence)",
                remedy: "write it like vss/{vehicle}/telemetry")
            return nil
        }
    }

    private static func subscriptions(
        _ root: YAMLMapping, _ topics: [TopicDefinition]
    ) -> [String] {
        let written = root.strings("subscribe", default: [])
        if !written.isEmpty {
            guard root.checkFilters("subscribe", written), !topics.isEmpty else { return written }
            for (index, filter) in written.enumerated()
            where !topics.contains(where: { SubscriptionFilters.hears(filter, $0.template) }) {
                root.report(
                    "subscribe", at: index, "\(filter) brings none of the source's topics",
                    remedy: "write a filter that covers one of "
                        + topics.map(\.template.text).joined(separator: ", "))
            }
            return written
        }
        var filters: [String] = []
        for topic in topics {
            guard let filter = topic.template.subscription else {
                root.report(
                    "subscribe", "no filter can be made from \(topic.template.text)",
                    remedy: "write  subscribe: [prefix/+/v/+]  with the prefix in use")
                return []
            }
            filters.append(filter)
        }
        return SubscriptionFilters.withoutCovered(filters)
    }
}
