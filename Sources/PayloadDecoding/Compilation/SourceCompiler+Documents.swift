import VehicleSignals

extension SourceCompiler {
    /// The tree of one document: its fields' paths laid over each other.
    mutating func makeLayout(_ mapping: DocumentMapping) throws(MappingFlaw) -> DocumentLayout {
        let root = makeNode()
        let layout = DocumentLayout(
            root: root, namesVehicle: mapping.vehiclePath != nil,
            qualityStart: Int32(qualities.count))
        qualities.append(
            contentsOf: repeatElement(.event, count: DecodingLimits.timeSlotsMax))
        let slots = try addTimes(of: mapping, root: root, layout)
        if let path = mapping.vehiclePath {
            let edge = try edgeIndex(path, root: root, leadsToVehicle: true)
            edges[edge].isVehicle = true
        }
        // Rules of one path lie side by side: group first, then lay down.
        var order: [Int] = []
        var fields: [Int: [FieldMapping]] = [:]
        for field in mapping.fields {
            let edge = try edgeIndex(field.path, root: root)
            if fields[edge] == nil { order.append(edge) }
            fields[edge, default: []].append(field)
        }
        for edge in order {
            edges[edge].ruleStart = Int32(documentRules.count)
            for field in fields[edge] ?? [] {
                documentRules.append(try makeDocumentRule(field, slots: slots))
                edges[edge].ruleCount += 1
            }
        }
        try addMissing(mapping, root: root)
        return layout
    }

    private mutating func makeNode() -> Int32 {
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
            let edge = try edgeIndex(time.path, root: root)
            guard edges[edge].timeSlot < 0 else {
                throw flaw(.pathTwice(time.path.joined(separator: ".")))
            }
            edges[edge].timeSlot = slot
            edges[edge].timeKind = time.kind
            qualities[Int(layout.qualityStart) + Int(slot)] = time.quality
        }
        return slots
    }

    private mutating func makeDocumentRule(
        _ field: FieldMapping, slots: [TimeMapping: Int8]
    ) throws(MappingFlaw) -> DocumentRule {
        guard let signal = catalogue.id(of: field.signal) else {
            throw flaw(.unknownSignal(field.signal))
        }
        let rule = try makeRule(field, signal: signal)
        var missing: Int32 = -1
        if let constant = field.missing {
            missing = try wordIndex(
                constant, catalogue[signal], path: field.path.joined(separator: "."))
        }
        return DocumentRule(
            rule: rule, timeSlot: field.time.flatMap { slots[$0] } ?? -1, missing: missing)
    }

    /// Notes, for each object, the keys that have a value of their own when they are missing.
    private mutating func addMissing(_ mapping: DocumentMapping, root: Int32) throws(MappingFlaw) {
        var byNode: [Int32: [Int32]] = [:]
        for field in mapping.fields where field.missing != nil {
            let edge = Int32(try edgeIndex(field.path, root: root))
            let node = try nodeIndex(of: field.path.dropLast(), root: root)
            if byNode[node]?.contains(edge) != true { byNode[node, default: []].append(edge) }
        }
        for (node, list) in byNode.sorted(by: { $0.key < $1.key }) {
            nodes[Int(node)].missingStart = Int32(missingEdges.count)
            nodes[Int(node)].missingCount = Int32(list.count)
            missingEdges.append(contentsOf: list)
        }
    }

    private mutating func nodeIndex(
        of path: ArraySlice<String>, root: Int32
    ) throws(MappingFlaw) -> Int32 {
        guard !path.isEmpty else { return root }
        return edges[try edgeIndex(Array(path), root: root)].node
    }

    /// The edge at the end of a path; makes what is not there yet.
    private mutating func edgeIndex(
        _ path: [String], root: Int32, leadsToVehicle: Bool = false
    ) throws(MappingFlaw) -> Int {
        guard !path.isEmpty, path.count < DecodingLimits.nestingMax, !path.contains("") else {
            throw flaw(.emptyPath)
        }
        var node = root
        var edge = -1
        for (place, key) in path.enumerated() {
            let scope = nodes[Int(node)].scope
            if let known = names.value(scope: scope, name: key) {
                edge = Int(known)
            } else {
                edge = edges.count
                _ = try addName(scope: scope, key, Int32(edge))
                edges.append(DocumentEdge())
            }
            if leadsToVehicle { edges[edge].leadsToVehicle = true }
            if place < path.count - 1 {
                if edges[edge].node < 0 { edges[edge].node = makeNode() }
                node = edges[edge].node
            }
        }
        return edge
    }
}
