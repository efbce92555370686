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
        }
        protobuf.layouts.append(layout)
        return Int32(protobuf.layouts.count - 1)
    }

    /// The fields' rules by number rather than by name.
    private mutating func teslaLayout(
        _ mapping: DocumentMapping
    ) throws(MappingFlaw) -> ProtobufLayout {
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

    private func run(of edge: DocumentEdge) -> RuleRun {
        RuleRun(start: edge.ruleStart, count: edge.ruleCount)
    }
}
