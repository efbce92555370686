import VehicleSignals

extension SourceCompiler {
    /// The tables of one message type; the index of its layout.
    mutating func addProtobuf(
        _ content: ProtobufContent, _ topic: TopicDefinition
    ) throws(MappingFlaw) -> Int32 {
        let layout: ProtobufLayout
        switch content {
        case .teslaPayload(let mapping):
            // The payload names its vehicle, so the topic need not.
            layout = try teslaLayout(mapping)
        case .fleetWise(let definition):
            try checkVehicle(topic.template)
            layout = try fleetWiseLayout(definition)
        case .lastKnownState(let mapping):
            try checkVehicle(topic.template)
            layout = ProtobufLayout(
                kind: .lastKnownState, scope: try scope(ofNames: mapping))
        case .sparkplug(let definition):
            layout = try sparkplugLayout(definition, topic.template)
        }
        protobuf.layouts.append(layout)
        return Int32(protobuf.layouts.count - 1)
    }

    private func checkVehicle(_ template: TopicTemplate) throws(MappingFlaw) {
        guard template.namesVehicle else { throw flaw(.noVehicle(template.text)) }
    }

    /// The scope of a mapping whose paths are each one name.
    private mutating func scope(ofNames mapping: DocumentMapping) throws(MappingFlaw) -> UInt32 {
        guard mapping.vehiclePath == nil else { throw flaw(.vehicleOfForm) }
        for field in mapping.fields where field.path.count != 1 || field.shape != nil {
            throw flaw(.notOneName(field.path.text))
        }
        for field in mapping.fields { try checkPlain(field) }
        return nodes[Int(try makeLayout(mapping).root)].scope
    }

    /// Values that come typed are written in no other way.
    private func checkPlain(_ field: FieldMapping) throws(MappingFlaw) {
        guard field.format == .plain, field.part == nil, field.missing == nil, field.time == nil,
            field.shape == nil, field.spellings.isEmpty
        else { throw flaw(.wrongFormat(path: field.path.text)) }
    }

    /// The fields' rules by number rather than by name.
    private mutating func teslaLayout(
        _ mapping: DocumentMapping
    ) throws(MappingFlaw) -> ProtobufLayout {
        guard mapping.vehiclePath == nil else { throw flaw(.vehicleOfForm) }
        protobuf.teslaNames.fill()
        let root = try makeLayout(mapping).root
        let first = protobuf.teslaFields.count
        for number in 0..<TeslaField.countMax {
            var field = TeslaField()
            if number < TeslaNames.fields.count,
                let edge = names.value(
                    scope: nodes[Int(root)].scope, name: TeslaNames.fields[number])
            {
                field.rules = run(of: edges[Int(edge)])
                if edges[Int(edge)].node >= 0 {
                    field.object = Int32(protobuf.teslaObjects.count)
                    addTeslaObject(edges[Int(edge)].node)
                }
            }
            protobuf.teslaFields.append(field)
        }
        return ProtobufLayout(kind: .teslaPayload, first: Int32(first))
    }

    private mutating func addTeslaObject(_ node: Int32) {
        var block = [RuleRun](repeating: RuleRun(), count: TeslaObject.blockCount)
        for (member, parts) in TeslaNames.objects {
            let kind = TeslaObject.kind(ofMember: UInt32(member))
            for (index, part) in parts.enumerated() {
                guard let edge = names.value(scope: nodes[Int(node)].scope, name: part) else {
                    continue
                }
                block[kind * TeslaObject.partsMax + index + 1] = run(of: edges[Int(edge)])
            }
        }
        protobuf.teslaObjects.append(contentsOf: block)
    }

    private mutating func fleetWiseLayout(
        _ definition: FleetWiseDefinition
    ) throws(MappingFlaw) -> ProtobufLayout {
        var layout: ProtobufLayout
        switch definition.message {
        case .vehicleData: layout = ProtobufLayout(kind: .vehicleData)
        case .lastKnownState: layout = ProtobufLayout(kind: .lastKnownStateData)
        }
        layout.scope = names.newScope()
        switch definition.compression {
        case .auto: layout.compression = .auto
        case .on: layout.compression = .on
        case .off: layout.compression = .off
        }
        for (syncID, mapping) in definition.manifests.sorted(by: { $0.key < $1.key }) {
            guard mapping.vehiclePath == nil else { throw flaw(.vehicleOfForm) }
            var rules: [UInt32: Int32] = [:]
            var troubleCodes: Int32 = -1
            for field in mapping.fields {
                guard let signal = catalogue.id(of: field.signal) else {
                    throw flaw(.unknownSignal(field.signal))
                }
                try checkPlain(field)
                let rule = try makeRule(field, signal: signal)
                let index = Int32(documentRules.count)
                documentRules.append(DocumentRule(rule: rule, timeSlot: -1, missing: -1))
                let name = field.path.text
                if name == "dtc", rule.kind == .troubleCodes, troubleCodes < 0 {
                    troubleCodes = index
                } else if let number = UInt32(name), rules[number] == nil {
                    rules[number] = index
                } else {
                    throw flaw(.noSignalNumber(name))
                }
            }
            guard try addName(scope: layout.scope, syncID, Int32(protobuf.manifests.count)) else {
                throw flaw(.pathTwice(syncID))
            }
            protobuf.addManifest(rules, troubleCodes: troubleCodes)
        }
        return layout
    }

    private mutating func sparkplugLayout(
        _ definition: SparkplugDefinition, _ template: TopicTemplate
    ) throws(MappingFlaw) -> ProtobufLayout {
        guard template.followsSparkplug else { throw flaw(.notSparkplug(template.text)) }
        var layout = ProtobufLayout(kind: .sparkplug)
        layout.scope = try scope(ofNames: definition.mapping)
        layout.keepsAliasesAfterGap = definition.keepsAliasesAfterGap
        layout.allowsRebirthRequests = definition.allowsRebirthRequests
        return layout
    }

    private func run(of edge: DocumentEdge) -> RuleRun {
        RuleRun(start: edge.ruleStart, count: edge.ruleCount)
    }
}

extension TopicTemplate {
    /// Whether the levels are Sparkplug's, of a node or of a device, with the vehicle at one of the
    /// two. A node's topic may leave it out: it is then heard for its devices' sake.
    public var followsSparkplug: Bool {
        let vehicle = segments.firstIndex(of: .vehicle)
        return (segments.count == 4 || segments.count == 5) && segments[0] == .literal("spBv1.0")
            && !segments.contains(where: \.isRun)
            && (vehicle == nil || vehicle == 3 || vehicle == 4)
            && (segments.count == 4 || vehicle != nil)
    }
}
