import VehicleSignals

/// What a field's value may be, beside a plain number or truth value, to be read in one go; made of
/// an edge of a mapping for fields.
struct QuickField: Sendable, BitwiseCopyable {
    /// One word, for each of the edge's rules.
    var hasWords = false
    /// Numbers with commas between them, one for each of the edge's rules.
    var hasParts = false
    /// An object of plain numbers and truth values; -1: none.
    var node: Int32 = -1

    static func all(
        _ edges: [DocumentEdge], _ rules: [DocumentRule], _ nodes: [DocumentNode],
        steps: [ShapeStep]
    ) -> [QuickField] {
        edges.map { edge in
            var field = QuickField()
            guard edge.timeSlot < 0, !edge.isVehicle, edge.capture < 0, !edge.isWhole else {
                return field
            }
            if edge.node >= 0, nodes[Int(edge.node)].firstGroup < 0,
                nodes[Int(edge.node)].missingCount == 0
            {
                field.node = edge.node
            }
            guard edge.ruleCount > 0 else { return field }
            let places = Int(edge.ruleStart)..<Int(edge.ruleStart + edge.ruleCount)
            field.hasWords = places.allSatisfy {
                rules[$0].format.isPlain && rules[$0].rule.wordScope != 0
            }
            field.hasParts = places.enumerated().allSatisfy { part, place in
                rules[place].format.isPlainPart(part) && !rules[place].rule.hasCommaWords
                    && steps[place].quick == .number
            }
            return field
        }
    }

    /// By rule: the step for a number.
    static func steps(_ rules: [DocumentRule], sentinels: [Double]) -> [ShapeStep] {
        rules.map { rule in
            var step = ShapeStep(action: .edge, slot: -1, depth: 1, index: 0)
            step.setQuick(rule.rule, sentinels: sentinels)
            step.quick = step.quick.isNumber ? .number : .nothing
            return step
        }
    }
}

extension CompiledFormat {
    /// Whether the value is that part of a text with commas, and written as it is.
    fileprivate func isPlainPart(_ index: Int) -> Bool {
        kind == .plain && Int(part) == index && list < 0 && !joinsValues
    }
}

extension CompiledSources {
    /// Decodes a field whose value is a word, an object or some numbers; `nil` where the general
    /// path is to do it, and nothing has happened.
    @inline(never)
    func decodeFieldOfParts(
        _ edge: Int, isBare: Bool, _ payload: RawSpan, arrival: Timestamp, isRetained: Bool,
        _ readings: inout OutputSpan<Reading>
    ) -> DecodeOutcome? {
        let field = quickParts[edge]
        let first = readings.count
        var outcome = DecodeOutcome()
        let isDone: Bool
        if isBare {
            if field.hasParts {
                isDone = takeParts(edge, payload, &outcome, &readings)
            } else {
                // Blanks around a word do not belong to it.
                let last = payload.word(from: Place(truncatingIfNeeded: payload.byteCount &- 1))
                isDone =
                    field.hasWords && payload.word(from: 0) & 0xFF > 0x20 && last & 0xFF > 0x20
                    && takeWords(edge, payload, 0, payload.byteCount, &outcome, &readings)
            }
        } else if payload.word(from: 0) & 0xFF == 0x7B {
            isDone = field.node >= 0 && takeMembers(field.node, payload, &outcome, &readings)
        } else {
            let count = payload.byteCount &- 2
            isDone =
                field.hasWords && payload.word(from: 0) & 0xFF == 0x22
                && Int(payload.quickTextEnd(at: 0)) == payload.byteCount
                && takeWords(edge, payload, 1, count, &outcome, &readings)
        }
        guard isDone else {
            readings.removeLast(readings.count &- first)
            return nil
        }
        outcome.readings = UInt32(truncatingIfNeeded: readings.count &- first)
        for index in first..<readings.count {
            readings[index].isRetained = isRetained
            if !isRetained {
                readings[index].time = arrival
                readings[index].timeQuality = .arrival
            }
        }
        return outcome
    }

    /// The meanings of one word.
    private func takeWords(
        _ edge: Int, _ payload: RawSpan, _ start: Int, _ count: Int,
        _ outcome: inout DecodeOutcome, _ readings: inout OutputSpan<Reading>
    ) -> Bool {
        let rules = edges[edge].ruleStart
        for place in rules..<(rules + edges[edge].ruleCount) {
            let word = names.value(
                scope: documentRules[Int(place)].rule.wordScope, of: payload, from: start,
                count: count)
            if word == WordValue.absent {
                outcome.absent += 1
                continue
            }
            guard word >= 0, readings.freeCapacity > 0 else { return false }
            readings.append(
                untimed(
                    documentRules[Int(place)].rule.signal, words[Int(word)].kind,
                    words[Int(word)].bits))
        }
        return true
    }

    /// Numbers between commas, as many as there are rules.
    private func takeParts(
        _ edge: Int, _ payload: RawSpan, _ outcome: inout DecodeOutcome,
        _ readings: inout OutputSpan<Reading>
    ) -> Bool {
        let rules = edges[edge].ruleStart
        let end = rules + edges[edge].ruleCount
        var at: Place = 0
        for place in rules..<end {
            let number = payload.quickNumber(at: at)
            guard number.end != 0 else { return false }
            let value = quickSteps[Int(place)].value(of: number, end: number.end)
            guard value.end != 0, readings.freeCapacity > 0 else { return false }
            if value.isWithin {
                readings.append(untimed(quickSteps[Int(place)].signal, value.kind, value.bits))
            } else {
                outcome.outOfRange += 1
            }
            at = value.end
            guard place &+ 1 < end else { break }
            guard payload.word(from: at) & 0xFF == 0x2C else { return false }
            at &+= 1
        }
        return Int(at) == payload.byteCount
    }

    /// Members of an object, each once, without blanks.
    private func takeMembers(
        _ node: Int32, _ payload: RawSpan, _ outcome: inout DecodeOutcome,
        _ readings: inout OutputSpan<Reading>
    ) -> Bool {
        var seen = InlineArray<4, Int32>(repeating: -1)
        var at: Place = 1
        for count in 0..<seen.count {
            guard payload.word(from: at) & 0xFF == 0x22 else { return false }
            let keyEnd = payload.quickTextEnd(at: at)
            guard keyEnd != 0, payload.word(from: keyEnd) & 0xFF == 0x3A else { return false }
            let edge = names.value(
                scope: nodes[Int(node)].scope, of: payload, from: Int(at &+ 1),
                count: Int(keyEnd &- at &- 2))
            guard edge >= 0 else { return false }
            for earlier in 0..<count where seen[earlier] == edge { return false }
            seen[count] = edge
            let value: QuickValue
            switch quickFields[Int(edge)].quick {
            case .number: value = quickFields[Int(edge)].quickNumber(payload, at: keyEnd &+ 1)
            case .boolean: value = quickBoolean(payload, at: keyEnd &+ 1)
            default: return false
            }
            guard value.end != 0, readings.freeCapacity > 0 else { return false }
            if value.isWithin {
                readings.append(untimed(quickFields[Int(edge)].signal, value.kind, value.bits))
            } else {
                outcome.outOfRange += 1
            }
            switch payload.word(from: value.end) & 0xFF {
            case 0x2C: at = value.end &+ 1
            case 0x7D: return Int(value.end) &+ 1 == payload.byteCount
            default: return false
            }
        }
        return false
    }

    /// A reading of which time and retain flag are not known yet.
    @inline(always)
    private func untimed(_ signal: SignalID, _ kind: ValueKind, _ bits: UInt64) -> Reading {
        Reading(
            signal: signal, time: .distantPast, timeQuality: .none, isRetained: false, kind: kind,
            bits: bits)
    }
}
