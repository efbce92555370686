import VehicleSignals

// Documents with many signals, and single values whose first key is the topic's field: one walk
// down the tree of the mapping, alongside the payload; keys that no mapping names are stepped over.

extension CompiledSources {
    /// Decodes a whole document.
    func decodeDocument(
        _ layout: DocumentLayout, route: Route, topic: RawSpan, _ bytes: RawSpan,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        var at = 0
        guard try nextByte(bytes, &at) == UInt8(ascii: "{") else {
            let start = at
            try skipValue(bytes, &at, depth: 1)
            throw DecodeError(.wrongType, at: start)
        }
        let start = at
        work.prepare(layout)
        try decodeObject(
            Int(layout.root), depth: 1, bytes, &at, &work, &readings, &texts)
        try expectEnd(bytes, &at)
        try checkVehicle(route: route, topic: topic, bytes, start: start, &work)
    }

    /// Decodes one value whose meaning the topic's field tells. An empty payload is how MQTT says
    /// that there is none.
    func decodeField(
        _ layout: DocumentLayout, route: Route, topic: RawSpan, _ bytes: RawSpan,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        work.prepare(layout)
        let template = topics.templates[Int(route.template)]
        let edge =
            template.fixedEdge >= 0
            ? template.fixedEdge
            : names.value(
                scope: nodes[Int(layout.root)].scope, of: topic, from: Int(route.fieldOffset),
                count: Int(route.fieldLength))
        guard edge >= 0 else {
            work.outcome.unknownSignals += 1
            return
        }
        guard bytes.byteCount > 0 else {
            work.outcome.absent += 1
            return
        }
        var at = 0
        if template.content == .text {
            return try decodeBareField(Int(edge), bytes, &work, &readings, &texts)
        }
        try decodeEdge(Int(edge), depth: 1, bytes, &at, &work, &readings, &texts)
        try expectEnd(bytes, &at)
        try checkVehicle(route: route, topic: topic, bytes, start: 0, &work)
    }

    func decodeObject(
        _ node: Int, depth: Int, _ bytes: RawSpan, _ at: inout Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let start = at
        let scope = nodes[node].scope
        let keys = work.beginObject()
        let isGrouped = nodes[node].firstGroup >= 0
        var hasOtherKeys = false
        if isGrouped {
            work.forgetCaptures(of: nodes[node])
            work.recorder.note(.forget, node, from: at, to: at)
        }
        if try open(closing: UInt8(ascii: "}"), depth: depth, bytes, &at) {
            repeat {
                let key = try scanKey(bytes, &at)
                let edge = try names.value(scope: scope, of: bytes, key)
                guard edge >= 0 else {
                    hasOtherKeys = true
                    _ = try nextByte(bytes, &at)
                    let value = at
                    try skipValue(bytes, &at, depth: depth + 1)
                    try noteSkipped(bytes, from: value, to: at, depth: depth + 1, &work)
                    continue
                }
                guard work.isFirst(Int(edge), in: keys) else {
                    throw DecodeError(.duplicateKey, at: key.start - 1)
                }
                try decodeEdge(Int(edge), depth: depth + 1, bytes, &at, &work, &readings, &texts)
            } while try another(closing: UInt8(ascii: "}"), bytes, &at)
        }
        if nodes[node].missingCount > 0, !hasOtherKeys || !nodes[node].isSpeltVariously {
            try fillIn(node, keys: keys, from: start, to: at, &work, &readings)
        }
        if isGrouped {
            let wasOn = work.recorder.pause()
            try decodeGroups(node, depth: depth, bytes, start: start, &work, &readings, &texts)
            work.recorder.resume(wasOn)
            work.recorder.note(.groups, node, depth: depth, from: at, to: at)
        }
    }

    /// Gives what is missing in an object in `start..<end` its value, where it has one.
    private func fillIn(
        _ node: Int, keys: UInt32, from start: Int, to end: Int, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        let missing = nodes[node].missingStart
        for index in missing..<(missing + nodes[node].missingCount) {
            let edge = Int(missingEdges[Int(index)])
            guard work.isFirst(edge, in: keys) else { continue }
            let rules = edges[edge].ruleStart
            for place in rules..<(rules + edges[edge].ruleCount) {
                let rule = documentRules[Int(place)]
                guard rule.missing >= 0 else { continue }
                try appendWord(
                    rule.rule, rule.missing, slot: Int(rule.timeSlot), at: start, &work, &readings)
                work.recorder.note(
                    .missing, Int(place), slot: Int(rule.timeSlot), from: end, to: end)
            }
        }
    }

    func decodeEdge(
        _ index: Int, depth: Int, _ bytes: RawSpan, _ at: inout Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let edge = edges[index]
        let byte = try nextByte(bytes, &at)
        let start = at
        if edge.isWhole {
            if edge.isPlainArray, byte == UInt8(ascii: "[") {
                return try decodeElements(
                    edge, depth: depth, bytes, &at, &work, &readings, &texts)
            }
            let wasOn = work.recorder.pause()
            try decodeShapedEdge(
                edge, byte, depth: depth, bytes, &at, &work, &readings, &texts)
            work.recorder.resume(wasOn)
            return work.recorder.note(.whole, index, depth: depth, from: start, to: at)
        }
        if edge.capture >= 0 {
            work.captures[Int(edge.capture)] = Int32(truncatingIfNeeded: start)
            work.recorder.note(.capture, index, from: start, to: start)
        }
        if edge.node >= 0, byte == UInt8(ascii: "{") {
            return try decodeObject(
                Int(edge.node), depth: depth, bytes, &at, &work, &readings, &texts)
        }
        try decodeLeaf(edge, depth: depth, bytes, &at, &work, &readings, &texts)
        work.recorder.note(.edge, index, depth: depth, from: start, to: at)
    }

    /// The value of a key where it is no object that the mapping knows.
    func decodeLeaf(
        _ edge: DocumentEdge, depth: Int, _ bytes: RawSpan, _ at: inout Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let start = at
        try decodeValues(edge, depth: depth, bytes, &at, &work, &readings, &texts)
        if at == start {
            // An object was expected: `null` stands for none.
            try skipValue(bytes, &at, depth: depth)
            guard edge.capture >= 0 || bytes.byte(at: start) == UInt8(ascii: "n") else {
                throw DecodeError(.wrongType, at: start)
            }
        }
    }

    /// What the edge itself says of the value at `at`: vehicle, time, readings. Stays at `at` if
    /// that is nothing.
    @inline(always)
    func decodeValues(
        _ edge: DocumentEdge, depth: Int, _ bytes: RawSpan, _ at: inout Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let start = at
        if edge.isVehicle { _ = try scanVehicle(depth: depth, bytes, &at, &work) }
        if edge.timeSlot >= 0 {
            at = start
            let time = try scanTime(edge.timeKind, depth: depth, bytes, &at)
            work.slots[Int(edge.timeSlot)] = time ?? .min
        }
        for place in edge.ruleStart..<(edge.ruleStart + edge.ruleCount) {
            at = start
            let rule = documentRules[Int(place)]
            if rule.format.isPlain {
                try decodeScalar(
                    rule.rule, slot: Int(rule.timeSlot), depth: depth, bytes, &at, &work,
                    &readings, &texts)
            } else {
                try decodeFormatted(
                    rule, rule.rule, time: nil, depth: depth, bytes, &at, &work, &readings, &texts)
            }
        }
    }
}
