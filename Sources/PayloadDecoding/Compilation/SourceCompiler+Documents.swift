import VehicleSignals

extension SourceCompiler {
    /// The tree of one document: its fields' paths laid over each other.
    mutating func makeLayout(_ mapping: DocumentMapping) throws(MappingFlaw) -> DocumentLayout {
        let root = makeNode()
        var layout = DocumentLayout(root: root, qualityStart: Int32(qualities.count))
        qualities.append(
            contentsOf: repeatElement(.event, count: DecodingLimits.timeSlotsMax))
        let slots = try addTimes(of: mapping, root: root, layout)
        if let path = mapping.vehiclePath {
            try checkKeysOnly(path)
            let edge = try edgeIndex(path, root: root, leadsToVehicle: true)
            edges[edge].isVehicle = true
        }
        var plan = DocumentPlan(root: root, slots: slots)
        try addLists(of: mapping, &plan, &layout)
        // Rules of one path lie side by side: group first, then lay down.
        var order: [Int] = []
        var fields: [Int: [FieldMapping]] = [:]
        for field in mapping.fields where field.shape == nil {
            guard field.when == nil, field.unless == nil else {
                throw flaw(.conditionWithoutShape(path: field.path.text))
            }
            let edge = try edgeIndex(field.path, root: root)
            if fields[edge] == nil { order.append(edge) }
            fields[edge, default: []].append(field)
        }
        for edge in order {
            edges[edge].ruleStart = Int32(documentRules.count)
            for field in fields[edge] ?? [] {
                documentRules.append(try makeDocumentRule(field, plan))
                edges[edge].ruleCount += 1
            }
        }
        try addGroups(of: mapping, &plan)
        try addMissing(mapping, root: root)
        try addSpellings(of: mapping, root: root)
        layout.captureCount = Int16(plan.captureCount)
        return layout
    }

    mutating func makeNode() -> Int32 {
        nodes.append(DocumentNode(scope: names.newScope()))
        return Int32(nodes.count - 1)
    }

    private mutating func addTimes(
        of mapping: DocumentMapping, root: Int32, _ layout: DocumentLayout
    ) throws(MappingFlaw) -> [TimeMapping: Int8] {
        var slots: [TimeMapping: Int8] = [:]
        for time in mapping.fields.compactMap(\.time) where slots[time] == nil {
            guard slots.count < DecodingLimits.timeSlotsMax else {
                throw flaw(.tooManyTimes(limit: DecodingLimits.timeSlotsMax))
            }
            let slot = Int8(slots.count)
            slots[time] = slot
            try checkKeysOnly(time.path)
            let edge = try edgeIndex(time.path, root: root)
            guard edges[edge].timeSlot < 0 else { throw flaw(.pathTwice(time.path.text)) }
            edges[edge].timeSlot = slot
            edges[edge].timeKind = time.kind
            qualities[Int(layout.qualityStart) + Int(slot)] = time.quality
        }
        return slots
    }

    mutating func makeDocumentRule(
        _ field: FieldMapping, _ plan: DocumentPlan
    ) throws(MappingFlaw) -> DocumentRule {
        guard let signal = catalogue.id(of: field.signal) else {
            throw flaw(.unknownSignal(field.signal))
        }
        var rule = try makeRule(field, signal: signal)
        let format = try makeFormat(field, &rule, plan)
        var missing: Int32 = -1
        if let constant = field.missing {
            missing = try wordIndex(constant, catalogue[signal], path: field.path.text)
        }
        return DocumentRule(
            rule: rule, timeSlot: field.time.flatMap { plan.slots[$0] } ?? -1, missing: missing,
            format: format)
    }

    /// Notes, for each object, the keys that have a value of their own when they are missing.
    private mutating func addMissing(_ mapping: DocumentMapping, root: Int32) throws(MappingFlaw) {
        var byNode: [Int32: [Int32]] = [:]
        for field in mapping.fields where field.missing != nil {
            guard field.shape == nil, case .key? = field.path.last else {
                throw flaw(.impossiblePath(field.path.text))
            }
            let edge = Int32(try edgeIndex(field.path, root: root))
            let node = try nodeIndex(of: Array(field.path.dropLast()), root: root)
            if byNode[node]?.contains(edge) != true { byNode[node, default: []].append(edge) }
        }
        for (node, list) in byNode.sorted(by: { $0.key < $1.key }) {
            nodes[Int(node)].missingStart = Int32(missingEdges.count)
            nodes[Int(node)].missingCount = Int32(list.count)
            missingEdges.append(contentsOf: list)
        }
    }

    /// Lets each other spelling of a last key lead where the key itself does.
    private mutating func addSpellings(
        of mapping: DocumentMapping, root: Int32
    ) throws(MappingFlaw) {
        for field in mapping.fields where !field.spellings.isEmpty {
            guard case .key? = field.path.last else {
                throw flaw(.impossiblePath(field.path.text))
            }
            let edge = Int32(try edgeIndex(field.path, root: root))
            let node = Int(try nodeIndex(of: Array(field.path.dropLast()), root: root))
            nodes[node].isSpeltVariously = true
            for spelling in field.spellings {
                guard !spelling.isEmpty else { throw flaw(.emptyPath) }
                let scope = nodes[node].scope
                guard
                    try addName(scope: scope, spelling, edge)
                        || names.value(scope: scope, name: spelling) == edge
                else {
                    throw flaw(.pathTwice((field.path.dropLast() + [.key(spelling)]).text))
                }
            }
        }
    }

    /// The object at the end of a path; makes what is not there yet.
    mutating func nodeIndex(of path: [PathStep], root: Int32) throws(MappingFlaw) -> Int32 {
        guard !path.isEmpty else { return root }
        let edge = try edgeIndex(path, root: root)
        if edges[edge].node < 0 { edges[edge].node = makeNode() }
        return edges[edge].node
    }

    /// Paths of times, vehicles and members lead through objects alone.
    func checkKeysOnly(_ path: [PathStep]) throws(MappingFlaw) {
        for step in path {
            guard case .key = step else { throw flaw(.impossiblePath(path.text)) }
        }
    }

    /// The edge at the end of a path; makes what is not there yet.
    mutating func edgeIndex(
        _ path: [PathStep], root: Int32, leadsToVehicle: Bool = false
    ) throws(MappingFlaw) -> Int {
        guard !path.isEmpty, path.count < DecodingLimits.nestingMax, !path.contains(.key("")) else {
            throw flaw(.emptyPath)
        }
        guard PathStep.isPossible(path) else {
            throw flaw(.impossiblePath(path.text))
        }
        var edge = -1
        for step in path {
            switch step {
            case .key(let name):
                var node = root
                if edge >= 0 {
                    if edges[edge].node < 0 { edges[edge].node = makeNode() }
                    node = edges[edge].node
                }
                edge = try edgeIndex(key: name, node: Int(node))
            case .each: edge = elementIndex(ElementEdge.every, of: edge)
            case .last: edge = elementIndex(ElementEdge.last, of: edge)
            case .index(let place): edge = elementIndex(Int16(place), of: edge)
            case .json:
                if edges[edge].embedded < 0 {
                    edges[edge].embedded = Int32(edges.count)
                    edges.append(DocumentEdge())
                }
                edge = Int(edges[edge].embedded)
            }
            if leadsToVehicle { edges[edge].leadsToVehicle = true }
        }
        return edge
    }

    private mutating func edgeIndex(key: String, node: Int) throws(MappingFlaw) -> Int {
        let scope = nodes[node].scope
        if let known = names.value(scope: scope, name: key) { return Int(known) }
        let edge = edges.count
        _ = try addName(scope: scope, key, Int32(edge))
        edges.append(DocumentEdge())
        return edge
    }

    private mutating func elementIndex(_ place: Int16, of edge: Int) -> Int {
        var last = -1
        var element = Int(edges[edge].firstElement)
        while element >= 0 {
            if shapes.elements[element].place == place {
                return Int(shapes.elements[element].edge)
            }
            last = element
            element = Int(shapes.elements[element].next)
        }
        let index = Int32(shapes.elements.count)
        if last < 0 { edges[edge].firstElement = index } else { shapes.elements[last].next = index }
        shapes.elements.append(ElementEdge(place: place, edge: Int32(edges.count)))
        edges.append(DocumentEdge())
        return edges.count - 1
    }
}
