import VehicleSignals

// One value a topic: where the value is a plain number or truth value and nothing else is to be
// read, it becomes a reading at once. Everything else takes the general path from its beginning.

extension CompiledSources {
    /// By edge: the step for a value that is all of the payload; `quick` is `.nothing` where the
    /// general path is to read it.
    static func quickFields(
        _ edges: [DocumentEdge], _ rules: [DocumentRule], sentinels: [Double]
    ) -> [ShapeStep] {
        edges.map { edge in
            var step = ShapeStep(action: .edge, slot: -1, depth: 1, index: 0)
            guard edge.ruleCount == 1, edge.timeSlot < 0, !edge.isVehicle, edge.capture < 0,
                !edge.isWhole, rules[Int(edge.ruleStart)].format.isPlain
            else { return step }
            step.setQuick(rules[Int(edge.ruleStart)].rule, sentinels: sentinels)
            if step.quick.isNumber { step.quick = .number }
            return step
        }
    }

    /// Decodes the value of one field; `nil` where the general path is to do it, and nothing has
    /// happened.
    @inline(never)
    func decodeFieldQuickly(
        _ template: CompiledTemplate, _ route: Route, topic: RawSpan, _ payload: RawSpan,
        arrival: Timestamp, isRetained: Bool, _ readings: inout OutputSpan<Reading>
    ) -> DecodeOutcome? {
        let edge =
            template.fixedEdge >= 0
            ? template.fixedEdge
            : names.value(
                scope: nodes[Int(layouts[Int(template.layout)].root)].scope, of: topic,
                from: Int(route.fieldOffset), count: Int(route.fieldLength))
        var outcome = DecodeOutcome()
        guard edge >= 0 else {
            outcome.unknownSignals = 1
            return outcome
        }
        let isBare = template.content == .text
        guard route.vehicleLength > 0, readings.freeCapacity > 0 else { return nil }
        let value: QuickValue
        switch quickFields[Int(edge)].quick {
        case .number:
            // Bare text is never in quotes.
            guard !isBare || payload.word(from: 0) & 0xFF != 0x22 else { return nil }
            value = quickFields[Int(edge)].quickNumber(payload, at: 0)
        case .boolean where !isBare: value = quickBoolean(payload, at: 0)
        default: value = .none
        }
        guard value.end != 0, Int(value.end) == payload.byteCount else {
            return decodeFieldOfParts(
                Int(edge), isBare: isBare, payload, arrival: arrival, isRetained: isRetained,
                &readings)
        }
        guard value.isWithin else {
            outcome.outOfRange = 1
            return outcome
        }
        readings.append(
            Reading(
                signal: quickFields[Int(edge)].signal, time: isRetained ? .distantPast : arrival,
                timeQuality: isRetained ? .none : .arrival, isRetained: isRetained,
                kind: value.kind, bits: value.bits))
        outcome.readings = 1
        return outcome
    }
}
