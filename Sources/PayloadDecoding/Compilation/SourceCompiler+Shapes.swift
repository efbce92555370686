import VehicleSignals

/// One document while it is laid down.
struct DocumentPlan {
    let root: Int32
    let slots: [TimeMapping: Int8]
    var captureCount = 0
    /// The object to whose readings a capture belongs.
    var owners: [Int: Int32] = [:]
    /// The objects of readings of which a member holds several, by anchor and shape.
    var inner: [InnerKey: Int32] = [:]
    /// Lists of codes that are gathered, by signal.
    var lists: [String: Int8] = [:]

    init(root: Int32, slots: [TimeMapping: Int8]) {
        self.root = root
        self.slots = slots
    }
}

/// Readings of one shape in a member of one object.
struct InnerKey: Hashable {
    var anchor: Int32
    var shape: ReadingShape
}

// Objects that are one reading, and lists of codes out of several places.
extension SourceCompiler {
    /// Lays the groups of each object down, in the order in which the mapping first names them.
    mutating func addGroups(
        of mapping: DocumentMapping, _ plan: inout DocumentPlan
    ) throws(MappingFlaw) {
        var order: [[PathStep]] = []
        var fields: [[PathStep]: [FieldMapping]] = [:]
        for field in mapping.fields where field.shape != nil {
            if fields[field.path] == nil { order.append(field.path) }
            fields[field.path, default: []].append(field)
        }
        for anchor in order {
            let node = try nodeIndex(of: anchor, root: plan.root)
            let first = plan.captureCount
            var groups: [[PathStep]?] = []
            for field in fields[anchor] ?? [] where !groups.contains(field.when?.path) {
                groups.append(field.when?.path)
            }
            var last = -1
            for path in groups {
                let members = (fields[anchor] ?? []).filter { $0.when?.path == path }
                let group = try makeGroup(members, when: path, anchor, node, &plan)
                if last < 0 {
                    nodes[Int(node)].firstGroup = Int32(group)
                } else {
                    shapes.groups[last].next = Int32(group)
                }
                last = group
            }
            nodes[Int(node)].captureStart = Int16(first)
            nodes[Int(node)].captureCount = Int16(plan.captureCount - first)
        }
    }

    private mutating func makeGroup(
        _ fields: [FieldMapping], when path: [PathStep]?, _ anchor: [PathStep], _ node: Int32,
        _ plan: inout DocumentPlan
    ) throws(MappingFlaw) -> Int {
        var group = ReadingGroup()
        if let path {
            group.whenCapture = try capture(path, anchor, node, &plan)
            group.whenScope = names.newScope()
            group.countsUnknown = fields.contains { $0.when?.namesSignal == true }
            var order: [String] = []
            var byWord: [String: [FieldMapping]] = [:]
            for field in fields {
                for word in field.when?.words.sorted() ?? [] {
                    if byWord[word] == nil { order.append(word) }
                    byWord[word, default: []].append(field)
                }
            }
            for word in order {
                _ = try addName(scope: group.whenScope, word, Int32(shapes.choices.count))
                // The place is kept: making rules adds no choices.
                let choice = shapes.choices.count
                shapes.choices.append(RuleRange())
                shapes.choices[choice] = try makeRules(byWord[word] ?? [], anchor, node, &plan)
            }
        } else {
            group.rules = try makeRules(fields, anchor, node, &plan)
        }
        shapes.groups.append(group)
        return shapes.groups.count - 1
    }

    private mutating func makeRules(
        _ fields: [FieldMapping], _ anchor: [PathStep], _ node: Int32, _ plan: inout DocumentPlan
    ) throws(MappingFlaw) -> RuleRange {
        let start = shapes.rules.count
        for field in fields {
            guard let shape = field.shape else { continue }
            var rule = GroupRule(rule: try makeDocumentRule(field, plan))
            if let each = shape.each {
                guard field.unless == nil else {
                    throw flaw(.conditionWithoutShape(path: field.path.text))
                }
                rule.eachCapture = try capture(each, anchor, node, &plan)
                rule.node = try innerNode(of: shape, anchor: node, &plan)
                try addMembers(shape, [], rule.node, root: rule.node, &rule, &plan)
            } else {
                try addMembers(shape, anchor, node, root: plan.root, &rule, &plan)
            }
            if let unless = field.unless {
                rule.unlessCapture = try capture(unless.path, anchor, node, &plan)
                rule.unlessScope = try unlessScope(of: unless.words.sorted())
            }
            shapes.rules.append(rule)
        }
        return RuleRange(start: Int32(start), count: Int32(shapes.rules.count - start))
    }

    /// One scope for equal words, so that what asks for them twice is answered once.
    private mutating func unlessScope(of words: [String]) throws(MappingFlaw) -> UInt32 {
        if let scope = unlessScopes[words] { return scope }
        let scope = names.newScope()
        for word in words { _ = try addName(scope: scope, word, 0) }
        unlessScopes[words] = scope
        return scope
    }

    /// Where a reading's value, unit and time are kept.
    private mutating func addMembers(
        _ shape: ReadingShape, _ anchor: [PathStep], _ node: Int32, root: Int32,
        _ rule: inout GroupRule, _ plan: inout DocumentPlan
    ) throws(MappingFlaw) {
        rule.values.start = Int32(shapes.valueCaptures.count)
        rule.values.count = Int32(shape.values.count)
        var captures: [Int16] = []
        for path in shape.values {
            captures.append(try capture(path, anchor, node, root: root, &plan))
        }
        shapes.valueCaptures.append(contentsOf: captures)
        if let path = shape.unit {
            rule.unitCapture = try capture(path, anchor, node, root: root, &plan)
        }
        if let time = shape.time {
            rule.timeCapture = try capture(time.path, anchor, node, root: root, &plan)
            rule.timeKind = time.kind
            rule.timeQuality = time.quality
        }
    }

    /// The object of one of several readings: its members are kept like those of any object that
    /// is one reading, apart from the document's own tree.
    private mutating func innerNode(
        of shape: ReadingShape, anchor: Int32, _ plan: inout DocumentPlan
    ) throws(MappingFlaw) -> Int32 {
        let key = InnerKey(anchor: anchor, shape: shape)
        if let known = plan.inner[key] { return known }
        let node = makeNode()
        plan.inner[key] = node
        let first = plan.captureCount
        let nothing = ValueRule(signal: .unknown, kind: .text)
        var members = GroupRule(rule: DocumentRule(rule: nothing, timeSlot: -1, missing: -1))
        try addMembers(shape, [], node, root: node, &members, &plan)
        nodes[Int(node)].captureStart = Int16(first)
        nodes[Int(node)].captureCount = Int16(plan.captureCount - first)
        return node
    }

    /// The number under which the place of a member is kept until its object ends.
    private mutating func capture(
        _ path: [PathStep], _ anchor: [PathStep], _ node: Int32, root: Int32? = nil,
        _ plan: inout DocumentPlan
    ) throws(MappingFlaw) -> Int16 {
        guard !path.isEmpty else { throw flaw(.emptyPath) }
        try checkKeysOnly(path)
        // An anchor that is the outermost object has no step of its own.
        let edge = try edgeIndex(anchor + path, root: root ?? plan.root)
        if edges[edge].capture < 0 {
            guard plan.captureCount < ShapeTables.capturesMax else {
                throw flaw(.tooMany(what: "members of readings", limit: ShapeTables.capturesMax))
            }
            edges[edge].capture = Int16(plan.captureCount)
            plan.owners[edge] = node
            plan.captureCount += 1
        }
        guard plan.owners[edge] == node else { throw flaw(.pathTwice((anchor + path).text)) }
        return edges[edge].capture
    }

    /// Trouble codes in members of objects, in elements, or at several paths make one list a
    /// document and signal.
    mutating func addLists(
        of mapping: DocumentMapping, _ plan: inout DocumentPlan, _ layout: inout DocumentLayout
    ) throws(MappingFlaw) {
        layout.listStart = Int32(shapes.lists.count)
        let codes = mapping.fields.filter { field in
            catalogue.id(of: field.signal).map { catalogue[$0].datatype == .troubleCodes } ?? false
        }
        for field in codes {
            let element = field.path.firstIndex(where: \.isElement)
            guard
                field.shape != nil || element != nil
                    || codes.filter({ $0.signal == field.signal }).count > 1
            else { continue }
            if plan.lists[field.signal] == nil, let signal = catalogue.id(of: field.signal) {
                guard plan.lists.count < ShapeTables.listsMax else {
                    throw flaw(.tooMany(what: "lists of codes", limit: ShapeTables.listsMax))
                }
                plan.lists[field.signal] = Int8(plan.lists.count)
                shapes.lists.append(
                    CodeList(
                        signal: signal, timeSlot: field.time.flatMap { plan.slots[$0] } ?? -1))
            }
            // An array of other readings as well says nothing about codes by being there.
            let opening = element.map { Array(field.path[..<$0]) } ?? []
            let isOfCodes = mapping.fields.allSatisfy { other in
                !other.path.starts(with: opening) || codes.contains { $0.signal == other.signal }
            }
            if let element, element > 0, isOfCodes, let list = plan.lists[field.signal] {
                let edge = try edgeIndex(opening, root: plan.root)
                edges[edge].lists |= 1 << UInt8(list)
            }
        }
        layout.listCount = Int32(plan.lists.count)
    }
}
