import VehicleSignals

/// Turns definitions into flat tables, once at start. Uses dictionaries and texts freely.
struct SourceCompiler {
    let catalogue: SignalCatalogue
    var names = NameTableBuilder()
    var editionScopes: [UInt32] = []
    var nativeScope: UInt32 = 0
    var nativeRules: [ValueRule] = []
    var nodes: [DocumentNode] = []
    var edges: [DocumentEdge] = []
    var documentRules: [DocumentRule] = []
    var missingEdges: [Int32] = []
    var layouts: [DocumentLayout] = []
    var words: [WordValue] = []
    /// Qualities of the time slots, eight for each layout; the first eight serve the native form.
    var qualities = [TimeQuality](repeating: .event, count: DecodingLimits.timeSlotsMax)
    var sentinels: [Double] = []
    var protobuf = ProtobufTables()
    var shapes = ShapeTables()
    /// Scopes of the words of units, by what they lead to: shared by rules that convert alike.
    var unitScopes: [UnitTarget: UInt32] = [:]
    /// By the words that make a value absent.
    var unlessScopes: [[String]: UInt32] = [:]
    var pendingTemplates: [PendingTemplate] = []
    var can = CANTables()
    /// Words of the catalogue alone, by signal: shared by all rules that add none.
    var allowedScopes: [SignalID: UInt32] = [:]
    /// Name of the source at work, for flaws.
    var source = ""

    /// A template before the best-first order is known.
    struct PendingTemplate {
        var source: SourceID
        var template: TopicTemplate
        var content: CompiledContent
        var layout: Int32
        var fixedEdge: Int32 = -1
    }

    init(catalogue: SignalCatalogue) { self.catalogue = catalogue }

    func flaw(_ reason: MappingFlaw.Reason) -> MappingFlaw { MappingFlaw(reason, source: source) }

    mutating func addName(scope: UInt32, _ name: String, _ value: Int32) throws(MappingFlaw) -> Bool
    {
        guard name.utf8.count <= DecodingLimits.resolvedBytesMax else {
            throw flaw(.nameTooLong(name))
        }
        return names.add(scope: scope, name: name, value: value)
    }

    /// The keys of the native form, and the names of all signals in each edition of VSS.
    ///
    /// A signal's own path is known in every edition; where the edition writes it with another
    /// unit, with that unit; where the edition has further spellings, under those too.
    mutating func addNativeNames() throws(MappingFlaw) {
        nativeScope = names.newScope()
        for (name, key) in [
            ("ts", NativeKey.ts), ("vss", .vss), ("signals", .signals), ("vehicle", .vehicle),
            ("value", .value),
        ] {
            _ = try addName(scope: nativeScope, name, key.rawValue)
        }
        for edition in VSSEditions.oldest...VSSEditions.newest {
            let scope = names.newScope()
            editionScopes.append(scope)
            for (index, definition) in catalogue.definitions.enumerated() {
                var spellings: [String: Unit] = [definition.path: definition.unit]
                for spelling in definition.spellings where spelling.editions.contains(edition) {
                    spellings[spelling.path] = spelling.unit
                }
                for (path, unit) in spellings.sorted(by: { $0.key < $1.key }) {
                    let field = FieldMapping(
                        path: [.key(path)], signal: definition.path, unit: unit)
                    let rule = try makeRule(field, signal: SignalID(UInt16(index)))
                    guard try addName(scope: scope, path, Int32(nativeRules.count)) else {
                        throw flaw(.spellingTwice(path: path, edition: edition))
                    }
                    nativeRules.append(rule)
                }
            }
        }
    }

    /// - Parameter numbers: of each definition's source.
    mutating func add(
        _ definitions: [SourceDefinition], numbers: [Int]
    ) throws(MappingFlaw) {
        guard numbers.allSatisfy({ $0 < Int(UInt16.max) }) else {
            throw flaw(.tooManySources(limit: Int(UInt16.max)))
        }
        var seen: Set<String> = []
        for (definition, number) in zip(definitions, numbers) {
            source = definition.name
            guard seen.insert(definition.name).inserted else { throw flaw(.sourceTwice) }
            guard definition.edition >= VSSEditions.oldest, definition.edition <= VSSEditions.newest
            else { throw flaw(.unknownEdition(definition.edition)) }
            // 256 MiB is the largest packet that MQTT knows.
            guard definition.payloadBytesMax >= 1, definition.payloadBytesMax <= 268_435_456 else {
                throw flaw(.payloadLimit(definition.payloadBytesMax))
            }
            try addTopics(of: definition, SourceID(UInt16(number)))
        }
        source = ""
    }

    private mutating func addTopics(
        of definition: SourceDefinition, _ id: SourceID
    ) throws(MappingFlaw) {
        // Templates that share a document share its tables.
        var known: [(DocumentMapping, Int32)] = []
        for topic in definition.topics {
            let text = topic.template.text
            if pendingTemplates.contains(where: { $0.template.segments == topic.template.segments })
            {
                throw flaw(.templateTwice(text))
            }
            var pending = PendingTemplate(
                source: id, template: topic.template, content: .ignored, layout: -1)
            switch topic.content {
            case .ignored: break
            case .native: pending.content = .native
            case .can(let mapping):
                guard topic.template.namesVehicle else { throw flaw(.noVehicle(text)) }
                pending.content = .can
                pending.layout = try makeFrameLayout(mapping)
            case .protobuf(let content):
                pending.content = .protobuf
                pending.layout = try addProtobuf(content, topic)
            case .document(let mapping), .fields(let mapping), .text(let mapping),
                .packed(let mapping), .documents(let mapping):
                pending.content = Self.kind(of: topic.content)
                if pending.content == .fields || pending.content == .text {
                    guard topic.template.namesField || topic.field != nil else {
                        throw flaw(.noFieldInTopic(text))
                    }
                }
                if pending.content == .text { try checkText(mapping) }
                let mayNameVehicle =
                    pending.content == .packed || pending.content == .documents
                    ? nil : mapping.vehiclePath
                guard topic.template.namesVehicle || mayNameVehicle != nil else {
                    throw flaw(.noVehicle(text))
                }
                guard topic.template.namesField || !mapping.takesTopic else {
                    throw flaw(.noFieldInTopic(text))
                }
                if let same = known.first(where: { $0.0 == mapping }) {
                    pending.layout = same.1
                } else {
                    pending.layout = Int32(layouts.count)
                    layouts.append(try makeLayout(mapping))
                    known.append((mapping, pending.layout))
                }
                if let field = topic.field {
                    let root = layouts[Int(pending.layout)].root
                    guard let edge = names.value(scope: nodes[Int(root)].scope, name: field) else {
                        throw flaw(.noFieldInTopic(text))
                    }
                    pending.fixedEdge = edge
                }
            }
            pendingTemplates.append(pending)
        }
    }
}
