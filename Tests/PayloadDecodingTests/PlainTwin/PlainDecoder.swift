import PayloadDecoding
import VehicleSignals

/// The decoder said plainly: parse everything into a tree, then look things up by text. The fast
/// decoder must give the same readings, counts and errors (tests that compare say how an error
/// in the meaning ranks against a later one in the grammar).
struct PlainDecoder {
    let definitions: [SourceDefinition]
    let catalogue: SignalCatalogue
    let topics: PlainTopics
    var out = PlainOutput()
    /// Inside a described document, not the native form.
    var isDescribed = false
    /// What is remembered of buses, by source and topic.
    var memories: [String: PlainBuses] = [:]
    /// What is remembered of Sparkplug's edge nodes, by source and name.
    var edgeNodes: [String: PlainEdgeNode] = [:]
    /// Of the mapping at work, and of those that were at work before, by source and template.
    var paths = Paths()
    var knownPaths: [String: Paths] = [:]
    var topicField = ""
    /// The time outside, while one of several readings in a member is read.
    var outerTime: (Int64?, TimeQuality)?

    init(definitions: [SourceDefinition], catalogue: SignalCatalogue) {
        self.definitions = definitions
        self.catalogue = catalogue
        topics = PlainTopics(definitions: definitions)
    }

    mutating func decode(
        topic: String, payload: [UInt8], arrival: Timestamp, isRetained: Bool
    ) throws(DecodeError) -> Decoded? {
        guard let match = topics.match(topic) else { return nil }
        let source = definitions[match.source]
        out = PlainOutput()
        isDescribed = false
        outerTime = nil
        out.isRetained = isRetained
        out.arrival = arrival
        guard payload.count <= source.payloadBytesMax else {
            throw DecodeError(.payloadTooLarge, at: source.payloadBytesMax)
        }
        switch match.content {
        case .ignored: break
        case .can(let mapping): try frames(payload, mapping, match, topic: topic)
        case .native: try native(PlainParser.parse(payload), source, match)
        case .document(let mapping): try document(PlainParser.parse(payload), mapping, match)
        case .documents(let mapping): try documents(PlainParser.parse(payload), mapping, match)
        case .packed(let mapping):
            let content = try Self.unwrapped(payload)
            do throws(DecodeError) {
                try document(PlainParser.parse(content), mapping, match)
            } catch {
                // A place in the unpacked bytes is none in the payload.
                throw content == payload ? error : DecodeError(error.reason, at: 0)
            }
        case .fields(let mapping): try field(payload, mapping, match)
        case .protobuf(.teslaPayload(let mapping)): try tesla(payload, mapping, match)
        case .protobuf(.fleetWise(let definition)):
            if definition.message == .vehicleData {
                try fleetWise(payload, definition)
            } else {
                try stateData(payload, definition)
            }
        case .protobuf(.lastKnownState(let mapping)): try cloudState(payload, mapping)
        case .protobuf(.sparkplug(let definition)):
            try sparkplug(payload, definition, match, topic: topic)
        case .text(let mapping): try bareField(payload, mapping, match)
        }
        var outcome = out.outcome
        outcome.readings = UInt32(out.readings.count)
        return Decoded(outcome: outcome, readings: out.readings, texts: out.texts)
    }
}

extension PlainDecoder {
    /// A document that may be packed.
    static func unwrapped(_ payload: [UInt8]) throws(DecodeError) -> [UInt8] {
        guard let first = payload.first, first == 0x1F || first > 0x20, first != 0x7B else {
            return payload
        }
        let unpacked = first == 0x1F ? PlainGzip.unpack(payload) : PlainGzip.unpackText(payload)
        guard let unpacked else { throw DecodeError(.badCompression, at: 0) }
        return unpacked
    }
}

/// What was found so far.
struct PlainOutput {
    var readings: [Reading] = []
    var texts: [UInt8] = []
    var outcome = DecodeOutcome()
    var isRetained = false
    var arrival = Timestamp(milliseconds: 0)
    /// Trouble codes out of several places, by signal.
    var lists: [String: PlainCodes] = [:]
    /// Signals of which some code could not be read.
    var unread: Set<String> = []
    /// Arrays that were there and empty, those of which nothing was read, and codes that were seen.
    var emptyArrays = 0
    var unreadArrays = 0
    var codeCount: Int { lists.values.reduce(0) { $0 + $1.codes.count } }
    /// Dates that wait for the end of the document.
    var spans: [PlainSpan] = []
    /// Values that the topic holds.
    var topicValues: [PlainTopicValue] = []

    /// A reading whose time is `time`, or what stands in for it.
    mutating func add(
        _ signal: SignalID, _ kind: ValueKind, _ bits: UInt64, time: Int64?, quality: TimeQuality
    ) {
        let standIn: Timestamp = isRetained ? .distantPast : arrival
        readings.append(
            Reading(
                signal: signal, time: time.map { Timestamp(milliseconds: $0) } ?? standIn,
                timeQuality: time != nil ? quality : isRetained ? .none : .arrival,
                isRetained: isRetained, kind: kind, bits: bits))
    }
}

extension PlainNode {
    var members: [PlainMember]? {
        if case .object(let members) = value { members } else { nil }
    }
    var isNull: Bool {
        if case .null = value { true } else { false }
    }
}

// The native form.
extension PlainDecoder {
    private mutating func native(
        _ root: PlainNode, _ source: SourceDefinition, _ match: PlainTopics.Match
    ) throws(DecodeError) {
        var name: String?
        switch root.value {
        case .object(let members):
            try nativeObject(root, members, source, match, &name)
        case .list(let items):
            for item in items {
                guard let members = item.members else {
                    throw DecodeError(.wrongType, at: item.start)
                }
                try nativeObject(item, members, source, match, &name)
            }
        default: throw DecodeError(.wrongType, at: root.start)
        }
    }

    private mutating func nativeObject(
        _ node: PlainNode, _ members: [PlainMember], _ source: SourceDefinition,
        _ match: PlainTopics.Match, _ name: inout String?
    ) throws(DecodeError) {
        try refuseTwice(members, of: ["ts", "vss", "signals", "vehicle", "value"])
        var time: Int64?
        var edition = source.edition
        var namesVehicle = false
        for member in members {
            switch member.key {
            case "ts": time = try self.time(member.node, .rfc3339OrMilliseconds)
            case "vss": edition = try self.edition(member.node) ?? edition
            case "vehicle":
                if let found = try vehicle(member.node) {
                    if let name, name != found {
                        throw DecodeError(.identityDisagrees, at: member.node.start)
                    }
                    name = found
                    namesVehicle = true
                }
            default: break
            }
        }
        if let signals = members.first(where: { $0.key == "signals" })?.node {
            guard let entries = signals.members else {
                throw DecodeError(.wrongType, at: signals.start)
            }
            try nativeSignals(entries, edition, time)
        }
        if match.vehicle == nil, !namesVehicle {
            throw DecodeError(.identityMissing, at: node.start)
        }
        if let name, let expected = match.vehicle, name != expected {
            throw DecodeError(.identityDisagrees, at: 0)
        }
    }

    private mutating func nativeSignals(
        _ entries: [PlainMember], _ edition: Int, _ time: Int64?
    ) throws(DecodeError) {
        let known = spellings(edition)
        try refuseTwice(entries, of: Set(known.keys))
        for entry in entries {
            guard let (signal, unit) = known[entry.key] else {
                out.outcome.unknownSignals += 1
                continue
            }
            var value = entry.node
            var own = time
            if let members = value.members {
                try refuseTwice(members, of: ["value", "ts"])
                guard let inner = members.first(where: { $0.key == "value" })?.node else {
                    throw DecodeError(.wrongType, at: value.start)
                }
                if let ts = members.first(where: { $0.key == "ts" })?.node {
                    own = try self.time(ts, .rfc3339OrMilliseconds) ?? time
                }
                value = inner
            }
            let field = FieldMapping(
                path: [.key(entry.key)], signal: catalogue[signal].path, unit: unit)
            try scalar(value, field, signal, time: own, quality: .event)
        }
    }

    private func spellings(_ edition: Int) -> [String: (SignalID, Unit)] {
        var known: [String: (SignalID, Unit)] = [:]
        for (index, definition) in catalogue.definitions.enumerated() {
            known[definition.path] = (SignalID(UInt16(index)), definition.unit)
        }
        for (index, definition) in catalogue.definitions.enumerated() {
            for spelling in definition.spellings where spelling.editions.contains(edition) {
                known[spelling.path] = (SignalID(UInt16(index)), spelling.unit)
            }
        }
        return known
    }

    private func edition(_ node: PlainNode) throws(DecodeError) -> Int? {
        let text: String
        switch node.value {
        case .null: return nil
        case .text(let found, false): text = found
        case .number(let found): text = found
        default: throw DecodeError(.unknownEdition, at: node.start)
        }
        for edition in 4...6 where text == "\(edition)" || text.hasPrefix("\(edition).") {
            return edition
        }
        throw DecodeError(.unknownEdition, at: node.start)
    }
}

// What both forms share.
extension PlainDecoder {
    func refuseTwice(_ members: [PlainMember], of keys: Set<String>) throws(DecodeError) {
        var seen: Set<String> = []
        for member in members where keys.contains(member.key) {
            guard seen.insert(member.key).inserted else {
                throw DecodeError(.duplicateKey, at: member.keyStart)
            }
        }
    }

    func vehicle(_ node: PlainNode) throws(DecodeError) -> String? {
        switch node.value {
        case .null: return nil
        case .text(let name, let hasEscapes):
            guard !hasEscapes, !name.isEmpty, name.utf8.count <= 128 else {
                throw DecodeError(.badIdentity, at: node.start)
            }
            return name
        default: throw DecodeError(.wrongType, at: node.start)
        }
    }
}
