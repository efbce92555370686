import VehicleSignals

extension CompiledSources {
    /// Does the step at which the quick loop stopped, in the general way.
    @inline(never)
    func takeStep(
        _ shape: Shape, _ payload: RawSpan, _ cursor: inout ShapeCursor,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) -> Bool {
        let step = work.shapes.steps[Int(shape.firstStep) + cursor.step]
        cursor.step += 1
        guard Int(cursor.at) < payload.byteCount || !step.action.takesBytes else { return false }
        do throws(DecodeError) {
            return try take(step, payload, &cursor, &work, &readings, &texts)
        } catch { return false }
    }

    private func take(
        _ step: ShapeStep, _ payload: RawSpan, _ cursor: inout ShapeCursor,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) -> Bool {
        let slot = Int(step.slot)
        let start = cursor.at
        var at = Int(start)
        defer { cursor.at = Place(truncatingIfNeeded: at) }
        let byte = UInt8(truncatingIfNeeded: payload.word(from: start))
        switch step.action {
        case .skip: try skipValue(payload, &at, depth: Int(step.depth))
        case .signal:
            // Here an object would be a value with its own time.
            guard byte != UInt8(ascii: "{") else { return false }
            cursor.hasPending = true
            try decodeScalar(
                nativeRules[Int(step.index)], slot: slot, depth: Int(step.depth), payload,
                &at, &work, &readings, &texts)
        case .edge:
            let edge = edges[Int(step.index)]
            guard byte != UInt8(ascii: "{") || edge.node < 0 else { return false }
            cursor.hasPending = true
            try decodeLeaf(
                edge, depth: Int(step.depth), payload, &at, &work, &readings, &texts)
            if edge.timeSlot >= 0 {
                let slot = Int(edge.timeSlot)
                let time = work.slots[slot]
                cursor.setTime(edge.timeSlot, time)
                payload.remember(
                    dateAt: start, of: time, as: edge.timeKind, &work.shapes.dates)
            }
        case .time, .ownTime:
            let time = try scanTime(step.timeKind, depth: Int(step.depth), payload, &at) ?? .min
            payload.remember(
                dateAt: start, of: time, as: step.timeKind, &work.shapes.dates)
            if step.action == .ownTime {
                cursor.ownTime = time
            } else {
                cursor.setTime(step.slot, time)
            }
        case .vehicle: _ = try scanVehicle(depth: Int(step.depth), payload, &at, &work)
        case .beginTimed:
            cursor.firstTimed = readings.count
            cursor.ownTime = .min
        case .endTimed:
            guard cursor.ownTime != .min else { break }
            for index in cursor.firstTimed..<readings.count {
                readings[index].time = Timestamp(milliseconds: cursor.ownTime)
                readings[index].timeQuality = .event
            }
        case .missing:
            cursor.hasPending = true
            let rule = documentRules[Int(step.index)]
            try appendWord(
                rule.rule, rule.missing, slot: slot, at: Int(start), &work, &readings)
        case .keep, .grouped, .groupTime, .lateTime:
            return try takeBound(
                step, byte, payload, &at, &cursor, &work, &readings, &texts)
        case .whole, .capture, .forget, .groups:
            try gather(step, byte, payload, &at, &cursor, &work, &readings, &texts)
        case .literal, .end: return false
        }
        return true
    }

    /// What belongs to a reading of several members.
    private func takeBound(
        _ step: ShapeStep, _ byte: UInt8, _ payload: RawSpan, _ at: inout Int,
        _ cursor: inout ShapeCursor, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) -> Bool {
        let start = cursor.at
        switch step.action {
        case .keep:
            let edge = edges[Int(step.index)]
            guard byte != UInt8(ascii: "{") || edge.node < 0 else { return false }
            work.captures[Int(edge.capture)] = Int32(truncatingIfNeeded: start)
            try skipValue(payload, &at, depth: Int(step.depth))
        case .grouped:
            try takeGrouped(step, payload, &at, &cursor, &work, &readings, &texts)
        default:
            let time = try scanTime(step.timeKind, depth: Int(step.depth), payload, &at) ?? .min
            payload.remember(
                dateAt: start, of: time, as: step.timeKind, &work.shapes.dates)
            if step.action == .groupTime {
                cursor.ownTime = time
            } else {
                cursor.giveTime(time, step.quality, &readings)
            }
        }
        return true
    }

    /// The one reading of an object whose unit is known.
    private func takeGrouped(
        _ step: ShapeStep, _ payload: RawSpan, _ at: inout Int, _ cursor: inout ShapeCursor,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        cursor.firstTimed = readings.count
        cursor.hasPending = true
        var rule = shapes.rules[Int(step.index)].rule.rule
        rule.conversion = step.conversion
        try decodeScalar(
            rule, slot: Int(step.slot), depth: Int(step.depth), payload, &at, &work, &readings,
            &texts)
        if step.binding == .before { cursor.giveTime(cursor.ownTime, step.quality, &readings) }
    }

    /// What is complete only where an object or the document ends.
    private func gather(
        _ step: ShapeStep, _ byte: UInt8, _ payload: RawSpan, _ at: inout Int,
        _ cursor: inout ShapeCursor, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let index = Int(step.index)
        switch step.action {
        case .whole:
            cursor.hasPending = true
            cursor.lendTimes(to: &work)
            try decodeShapedEdge(
                edges[index], byte, depth: Int(step.depth), payload, &at, &work, &readings,
                &texts)
            cursor.takeTimes(from: work)
        case .capture:
            work.captures[Int(edges[index].capture)] = Int32(truncatingIfNeeded: at)
        case .forget: work.forgetCaptures(of: nodes[index])
        default:
            cursor.hasPending = true
            cursor.lendTimes(to: &work)
            try decodeGroups(
                index, depth: Int(step.depth), payload, start: at, &work, &readings, &texts)
            cursor.takeTimes(from: work)
        }
    }
}
