import PayloadDecoding
import VehicleSignals

// Objects that are one reading, gathered lists and dates, said plainly.

extension PlainDecoder {
    /// The readings that an object is, group by group: fields with the same condition's member.
    mutating func groups(
        _ node: PlainNode, at path: [PathStep], _ mapping: DocumentMapping, _ root: PlainNode
    ) throws(DecodeError) {
        let fields = paths.shaped[path] ?? []
        var done: [[PathStep]?] = []
        for field in fields where !done.contains(field.when?.path) {
            done.append(field.when?.path)
            var chosen = fields.filter { $0.when?.path == field.when?.path }
            if let member = field.when?.path {
                let known = Set(chosen.flatMap { $0.when?.words ?? [] })
                guard let found = find(member, in: node) else { continue }
                guard let word = word(of: found, in: known) else {
                    if chosen.contains(where: { $0.when?.namesSignal == true }) {
                        out.outcome.unknownSignals += 1
                    }
                    continue
                }
                chosen = chosen.filter { $0.when?.words.contains(word) == true }
            }
            for one in chosen { try several(node, one, mapping, root) }
        }
    }

    /// A reading, or as many as a member holds.
    private mutating func several(
        _ node: PlainNode, _ field: FieldMapping, _ mapping: DocumentMapping, _ root: PlainNode
    ) throws(DecodeError) {
        guard var shape = field.shape, let each = shape.each else {
            return try shaped(node, field, mapping, root)
        }
        guard let member = find(each, in: node), !member.isNull else { return }
        var items = [member]
        if case .list(let list) = member.value { items = list }
        shape.each = nil
        var inner = field
        inner.path = []
        inner.shape = shape
        inner.when = nil
        inner.unless = nil
        inner.time = nil
        inner.spellings = []
        let (kept, keptTime) = (paths, outerTime)
        let time = try fieldTime(field, root)
        for item in items {
            guard item.members != nil else { throw DecodeError(.wrongType, at: item.start) }
            outerTime = time
            paths = Paths(DocumentMapping(fields: [inner]))
            try walk(item, below: [], DocumentMapping(fields: [inner]), root: root)
            (paths, outerTime) = (kept, keptTime)
        }
    }

    /// The word of `known` that a member says, an array by the first of its elements that does.
    private func word(of node: PlainNode, in known: Set<String>) -> String? {
        var items = [node]
        if case .list(let elements) = node.value { items = elements }
        return items.compactMap { word(of: $0) }.first { known.contains($0) }
    }

    private func word(of node: PlainNode) -> String? {
        switch node.value {
        case .text(let text, _): text.utf8.count <= 256 ? text : nil
        case .number(let text): text
        case .boolean(let value): "\(value)"
        case .null: "null"
        case .list, .object: nil
        }
    }

    private mutating func shaped(
        _ node: PlainNode, _ field: FieldMapping, _ mapping: DocumentMapping, _ root: PlainNode
    ) throws(DecodeError) {
        guard let shape = field.shape, let signal = catalogue.id(of: field.signal) else { return }
        let values = shape.values.compactMap { find($0, in: node) }
        guard let value = values.first,
            !shape.joinsValues || values.count == shape.values.count
        else { return }
        if let unless = field.unless, let member = find(unless.path, in: node),
            word(of: member, in: unless.words) != nil
        {
            out.outcome.absent += 1
            return
        }
        var converted = field
        let definition = catalogue[signal]
        if let path = shape.unit, let member = find(path, in: node), definition.isNumber {
            guard let unit = unit(member, field, definition) else {
                out.outcome.outOfRange += 1
                return
            }
            converted.unit = unit
        }
        var own: (Int64, TimeQuality)?
        if let time = shape.time, let member = find(time.path, in: node),
            let found = try self.time(member, time.kind)
        {
            own = (found, time.quality)
        }
        let outer = try fieldTime(field, root)
        if shape.joinsValues {
            return try joined(
                values, field, signal, time: own?.0 ?? outer.0, quality: own?.1 ?? outer.1)
        }
        try formatted(
            value, converted, signal, time: own?.0 ?? outer.0, quality: own?.1 ?? outer.1,
            own: own, gathers: gathers(field, mapping))
    }

    /// The unit that a member names; `nil` if nobody knows it.
    private func unit(
        _ node: PlainNode, _ field: FieldMapping, _ definition: SignalDefinition
    ) -> Unit? {
        switch node.value {
        case .null: field.unit ?? definition.unit
        case .text(let word, _): Self.unit(word, field, definition)
        default: nil
        }
    }

    static func unit(
        _ word: String, _ field: FieldMapping, _ definition: SignalDefinition
    ) -> Unit? {
        guard word.utf8.count <= 40 else { return nil }
        let small = String(
            decoding: word.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
        if ["", "n/a", "none", "null", "-", "unknown"].contains(small) {
            return field.unit ?? definition.unit
        }
        guard let unit = Unit.words[small], unit.conversion(to: definition.unit) != nil else {
            return nil
        }
        return unit
    }

    /// Whether the codes of a field make one list with those of other places.
    func gathers(_ field: FieldMapping, _ mapping: DocumentMapping) -> Bool {
        guard isOfCodes(field) else { return false }
        return field.shape != nil || field.path.contains(where: \.isPlainElement)
            || mapping.fields.filter { $0.signal == field.signal }.count > 1
    }

    func isOfCodes(_ field: FieldMapping) -> Bool {
        catalogue.id(of: field.signal).map { catalogue[$0].datatype } == .troubleCodes
    }

    /// Adds what waited for the end of the document.
    mutating func finish(
        _ mapping: DocumentMapping, _ root: PlainNode
    ) throws(DecodeError) {
        var done: Set<String> = []
        for field in mapping.fields where gathers(field, mapping) {
            guard done.insert(field.signal).inserted, let list = out.lists[field.signal],
                !list.codes.isEmpty || !out.unread.contains(field.signal),
                let signal = catalogue.id(of: field.signal)
            else { continue }
            let outer = list.outer ?? (try? fieldTime(field, root)) ?? (nil, .event)
            let time = list.time ?? outer.0
            let quality = list.time == nil ? outer.1 : list.quality
            out.add(signal, .listCount, UInt64(list.codes.count), time: time, quality: quality)
            for code in list.codes {
                out.add(signal, .troubleCode, UInt64(code.packed), time: time, quality: quality)
            }
        }
        for value in out.topicValues {
            var field = value.field
            field.format = .plain
            try range(
                Array(topicField.utf8), value.start, field, value.signal, time: value.time,
                quality: value.quality, own: nil)
        }
        for span in out.spans {
            if let time = span.time {
                addSpan(span, from: time, quality: span.quality)
            } else if out.isRetained {
                out.outcome.absent += 1
            } else {
                addSpan(span, from: out.arrival.milliseconds, quality: .arrival)
            }
        }
    }

    mutating func addSpan(_ span: PlainSpan, from time: Int64, quality: TimeQuality) {
        let definition = catalogue[span.signal]
        let seconds = (Double(span.target - time) / 1000).rounded(.down)
        let conversion = Unit(named: "s")?.conversion(to: definition.unit) ?? .identity
        let value = conversion.apply(seconds)
        let before = out.outcome.outOfRange
        if definition.datatype.isInteger {
            guard let range = definition.datatype.integerRange,
                let whole = Int64(exactly: value.rounded()), range.contains(whole),
                Double(whole) >= definition.minimum ?? -.infinity,
                Double(whole) <= definition.maximum ?? .infinity
            else {
                out.outcome.outOfRange = before + 1
                return
            }
            out.add(
                span.signal, .integer, UInt64(bitPattern: whole), time: time, quality: quality)
        } else if value < definition.minimum ?? -.infinity
            || value > definition.maximum ?? .infinity
        {
            out.outcome.outOfRange = before + 1
        } else {
            out.add(
                span.signal, .double, (value == 0 ? 0 : value).bitPattern, time: time,
                quality: quality)
        }
        // A reading's arrival stands in only where the message was not retained.
        if quality == .arrival {
            out.readings[out.readings.count - 1].timeQuality = .arrival
        }
    }
}

extension SignalDefinition {
    var isNumber: Bool { datatype.isNumber }
}
