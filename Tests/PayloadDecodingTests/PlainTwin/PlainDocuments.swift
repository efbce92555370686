import PayloadDecoding
import VehicleSignals

// Documents and fields said plainly: at every place of the payload the whole mapping is asked what
// it says of this place.

/// Trouble codes of one signal, out of several places.
struct PlainCodes {
    var codes: [TroubleCode] = []
    var time: Int64?
    var quality = TimeQuality.event
    /// The time outside of the last code's field.
    var outer: (Int64?, TimeQuality)?
}

struct PlainSpan {
    var field: FieldMapping
    var signal: SignalID
    var target: Int64
    var time: Int64?
    var quality: TimeQuality
}

struct PlainTopicValue {
    var field: FieldMapping
    var signal: SignalID
    var start: Int
    var time: Int64?
    var quality: TimeQuality
}

extension PlainDecoder {
    mutating func document(
        _ root: PlainNode, _ mapping: DocumentMapping, _ match: PlainTopics.Match
    ) throws(DecodeError) {
        guard root.members != nil else { throw DecodeError(.wrongType, at: root.start) }
        isDescribed = true
        take(mapping, match)
        try walk(root, below: [], mapping, root: root)
        try identity(root, mapping, match, start: root.start)
        try finish(mapping, root)
    }

    /// Several documents, each with its own end; one alone is one of them.
    mutating func documents(
        _ root: PlainNode, _ mapping: DocumentMapping, _ match: PlainTopics.Match
    ) throws(DecodeError) {
        guard case .list(let items) = root.value else { return try document(root, mapping, match) }
        for item in items {
            out.lists = [:]
            out.unread = []
            out.spans = []
            out.topicValues = []
            try document(item, mapping, match)
        }
    }

    mutating func field(
        _ payload: [UInt8], _ mapping: DocumentMapping, _ match: PlainTopics.Match
    ) throws(DecodeError) {
        guard let field = try known(payload, mapping, match) else { return }
        isDescribed = true
        let node = try PlainParser.parse(payload)
        let whole = PlainNode(
            start: 0, end: node.end,
            value: .object([PlainMember(key: field, keyStart: 0, node: node)]))
        try visit(node, at: [.key(field)], mapping, root: whole)
        try identity(whole, mapping, match, start: 0)
        try finish(mapping, whole)
    }

    mutating func bareField(
        _ payload: [UInt8], _ mapping: DocumentMapping, _ match: PlainTopics.Match
    ) throws(DecodeError) {
        guard let field = try known(payload, mapping, match) else { return }
        isDescribed = true
        for rule in mapping.fields where rule.path == [.key(field)] {
            guard let signal = catalogue.id(of: rule.signal) else { continue }
            try range(payload, 0, rule, signal, time: nil, quality: .event, own: nil)
        }
        let nothing = PlainNode(start: 0, end: 0, value: .null)
        try finish(mapping, nothing)
    }

    private mutating func take(_ mapping: DocumentMapping, _ match: PlainTopics.Match) {
        let name = "\(match.source) \(match.template)"
        paths = knownPaths[name] ?? Paths(mapping)
        knownPaths[name] = paths
        topicField = match.field ?? ""
    }

    /// The topic's field, if the mapping has it and the payload is not empty.
    private mutating func known(
        _ payload: [UInt8], _ mapping: DocumentMapping, _ match: PlainTopics.Match
    ) throws(DecodeError) -> String? {
        take(mapping, match)
        let field = paths.key(match.field ?? "", below: [])
        guard paths.all.contains(where: { $0.first == .key(field) }) else {
            out.outcome.unknownSignals += 1
            return nil
        }
        if payload.isEmpty {
            out.outcome.absent += 1
            return nil
        }
        return field
    }

    /// Goes through an object in the order of the payload, then gives what is missing its value,
    /// then makes the readings that the object is.
    mutating func walk(
        _ node: PlainNode, below path: [PathStep], _ mapping: DocumentMapping, root: PlainNode
    ) throws(DecodeError) {
        var keys: Set<String> = []
        for step in stepsOn(from: path, mapping) {
            if case .key(let key) = step { keys.insert(key) }
        }
        let members = (node.members ?? []).map { member in
            var canonical = member
            canonical.key = paths.key(member.key, below: path)
            return canonical
        }
        try refuseTwice(members, of: keys)
        for member in members where keys.contains(member.key) {
            try visit(member.node, at: path + [.key(member.key)], mapping, root: root)
        }
        let mayMiss =
            !paths.isSpelt(path) || members.allSatisfy { keys.contains($0.key) }
        // Edges in the order in which the mapping first names them, rules of one path together.
        var seen: Set<[PathStep]> = []
        for field in mapping.fields
        where mayMiss && field.missing != nil && seen.insert(field.path).inserted {
            guard Array(field.path.dropLast()) == path,
                !members.contains(where: { .key($0.key) == field.path[path.count] })
            else { continue }
            for same in mapping.fields where same.path == field.path {
                guard let constant = same.missing, let signal = catalogue.id(of: same.signal) else {
                    continue
                }
                let (time, quality) = try fieldTime(same, root)
                add(constant, signal, time: time, quality: quality)
            }
        }
        try groups(node, at: path, mapping, root)
    }

    private mutating func visit(
        _ node: PlainNode, at path: [PathStep], _ mapping: DocumentMapping, root: PlainNode
    ) throws(DecodeError) {
        let steps = stepsOn(from: path, mapping)
        let leadsOn = steps.contains { if case .key = $0 { true } else { false } }
        var isMeant = paths.members.contains(path)
        if leadsOn, node.members != nil {
            try walk(node, below: path, mapping, root: root)
            isMeant = true
        } else {
            isMeant = try values(node, at: path, mapping, root: root) || isMeant
        }
        if steps.contains(.json), case .text(let text, _) = node.value {
            isMeant = true
            try embedded(text, node, at: path + [.json], mapping, root: root)
        }
        let elements = steps.filter { $0 == .each || $0 == .last || $0.place != nil }
        if !elements.isEmpty, !node.isNull {
            isMeant = true
            let before = (out.codeCount + out.emptyArrays, out.outcome.outOfRange, out.unreadArrays)
            try visitElements(node, elements, at: path, mapping, root: root)
            let isRead = out.codeCount + out.emptyArrays > before.0
            if !isRead { out.unreadArrays += 1 }
            let isWhole = out.outcome.outOfRange == before.1 && out.unreadArrays == before.2
            for field in mapping.fields where gathers(field, mapping) {
                guard let first = field.path.firstIndex(where: { elements.contains($0) }),
                    Array(field.path[..<first]) == path,
                    !field.path[..<first].contains(where: { $0.isPlainElement }),
                    mapping.fields.allSatisfy({
                        !$0.path.starts(with: path) || isOfCodes($0)
                    })
                else { continue }
                if isRead { out.lists[field.signal, default: PlainCodes()].codes += [] }
                if !isWhole { out.unread.insert(field.signal) }
            }
        }
        if !isMeant, !node.isNull { throw DecodeError(.wrongType, at: node.start) }
    }

    private mutating func visitElements(
        _ node: PlainNode, _ steps: [PathStep], at path: [PathStep], _ mapping: DocumentMapping,
        root: PlainNode
    ) throws(DecodeError) {
        guard case .list(let items) = node.value else {
            for step in steps where step.place ?? 0 == 0 {
                try visit(node, at: path + [step], mapping, root: root)
            }
            return
        }
        if items.isEmpty { out.emptyArrays += 1 }
        for (place, item) in items.enumerated() {
            for step in steps where step == .each || step.place == place {
                try visit(item, at: path + [step], mapping, root: root)
            }
        }
        if let last = items.last, steps.contains(.last) {
            try visit(last, at: path + [.last], mapping, root: root)
        }
    }

    private mutating func embedded(
        _ text: String, _ node: PlainNode, at path: [PathStep], _ mapping: DocumentMapping,
        root: PlainNode
    ) throws(DecodeError) {
        if text.isEmpty {
            out.outcome.absent += 1
            return
        }
        guard node.end - node.start - 2 <= DecodingLimits.embeddedBytesMax else {
            throw DecodeError(.payloadTooLarge, at: node.start)
        }
        do throws(DecodeError) {
            let inner = try PlainParser.parse(Array(text.utf8))
            try visit(inner, at: path, mapping, root: root)
        } catch { throw DecodeError(.badNestedDocument, at: node.start) }
    }

    /// What vehicle, times and fields say of this very place.
    private mutating func values(
        _ node: PlainNode, at path: [PathStep], _ mapping: DocumentMapping, root: PlainNode
    ) throws(DecodeError) -> Bool {
        var isMeant = false
        if mapping.vehiclePath == path {
            _ = try vehicle(node)
            isMeant = true
        }
        for time in Set(mapping.fields.compactMap(\.time)) where time.path == path {
            _ = try self.time(node, time.kind)
            isMeant = true
        }
        for field in paths.values[path] ?? [] {
            guard let signal = catalogue.id(of: field.signal) else { continue }
            let (time, quality) = try fieldTime(field, root)
            try formatted(
                node, field, signal, time: time, quality: quality, own: nil,
                gathers: gathers(field, mapping))
            isMeant = true
        }
        return isMeant
    }

    /// Steps that some path takes from `path` on, in the order in which a reader meets them: first
    /// fields that are values, then those that are objects.
    private func stepsOn(from path: [PathStep], _ mapping: DocumentMapping) -> [PathStep] {
        paths.steps[path] ?? []
    }

    /// What a mapping names, worked out once a message.
    struct Paths {
        var all: [[PathStep]] = []
        var members: Set<[PathStep]> = []
        var shaped: [[PathStep]: [FieldMapping]] = [:]
        var values: [[PathStep]: [FieldMapping]] = [:]
        var steps: [[PathStep]: [PathStep]] = [:]
        /// By the object: other spellings of its keys, and the keys that they are.
        var spellings: [[PathStep]: [String: String]] = [:]

        init() {}

        func key(_ written: String, below path: [PathStep]) -> String {
            spellings[path]?[written] ?? written
        }

        func isSpelt(_ path: [PathStep]) -> Bool { spellings[path] != nil }

        init(_ mapping: DocumentMapping) {
            all = Self.all(mapping)
            members = Set(mapping.fields.flatMap(\.memberPaths))
            for field in mapping.fields {
                if field.shape == nil {
                    values[field.path, default: []].append(field)
                } else {
                    shaped[field.path, default: []].append(field)
                }
            }
            for field in mapping.fields {
                guard case .key(let key)? = field.path.last else { continue }
                for spelling in field.spellings {
                    spellings[field.path.dropLast(), default: [:]][spelling] = key
                }
            }
            for path in all {
                for count in path.indices {
                    let prefix = Array(path[..<count])
                    if steps[prefix]?.contains(path[count]) != true {
                        steps[prefix, default: []].append(path[count])
                    }
                }
            }
        }

        private static func all(_ mapping: DocumentMapping) -> [[PathStep]] {
            mapping.fields.compactMap(\.time?.path) + [mapping.vehiclePath].compactMap { $0 }
                + mapping.fields.filter { $0.shape == nil }.map(\.path)
                + mapping.fields.filter { $0.shape != nil }.flatMap { [$0.path] + $0.memberPaths }
        }
    }

    func find(_ path: [PathStep], in root: PlainNode) -> PlainNode? {
        path.reduce(root as PlainNode?) { node, step in
            node?.members?.first { .key($0.key) == step }?.node
        }
    }

    func fieldTime(
        _ field: FieldMapping, _ root: PlainNode
    ) throws(DecodeError) -> (Int64?, TimeQuality) {
        if let outerTime { return outerTime }
        guard let time = field.time, let node = find(time.path, in: root) else {
            return (nil, .event)
        }
        return (try self.time(node, time.kind), time.quality)
    }

    private func identity(
        _ root: PlainNode, _ mapping: DocumentMapping, _ match: PlainTopics.Match, start: Int
    ) throws(DecodeError) {
        var name: String?
        if let path = mapping.vehiclePath, let node = find(path, in: root) {
            name = try vehicle(node)
            if let name, let expected = match.vehicle, name != expected {
                throw DecodeError(.identityDisagrees, at: node.start)
            }
        }
        if name == nil, match.vehicle == nil { throw DecodeError(.identityMissing, at: start) }
    }
}

extension FieldMapping {
    /// Places of the members that make one reading together.
    var memberPaths: [[PathStep]] {
        guard let shape else { return [] }
        let members =
            shape.values
            + [shape.unit, shape.time?.path, when?.path, unless?.path, shape.each]
            .compactMap { $0 }
        return members.map { path + $0 }
    }
}

extension PathStep {
    var place: Int? { if case .index(let place) = self { place } else { nil } }
    var isPlainElement: Bool { self == .each || self == .last || place != nil }
}
