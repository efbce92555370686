import VehicleSignals

// Numbers out of bits, and readings out of numbers. The twin in the tests does the same bit by bit.

extension CompiledSources {
    /// The fields of one frame. `data` begins with the frame and goes on behind it.
    func decodeGroup(
        _ group: Int, _ data: RawSpan, length: Int, bus: Int16, _ moment: FrameMoment,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        let range = can.groups[group]
        for index in Int(range.start)..<Int(range.start + range.count) {
            let field = can.fields[index]
            guard field.bus < 0 || field.bus == bus else { continue }
            try decodeField(field, data, length: length, moment, &work, &readings)
        }
    }

    private func decodeField(
        _ field: FrameField, _ data: RawSpan, length: Int, _ moment: FrameMoment,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        let plan = can.plans.plans[Int(field.plan)]
        guard plan.fits(length),
            plan.parent < 0 || can.plans.isPresent(plan, data, length: length)
        else { return }
        try take(plan.bits(in: data), of: field, plan, moment, &work, &readings)
    }

    /// What the bits of a field say: a word, nothing, or a number in its bounds.
    func take(
        _ bits: UInt64, of field: FrameField, _ plan: SignalPlan, _ moment: FrameMoment,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        let whole = plan.whole(bits)
        for place in Int(field.wordStart)..<Int(field.wordStart + field.wordCount)
        where can.wordBits[place] == whole {
            let word = can.wordValues[place]
            guard word != WordValue.absent else {
                work.outcome.absent += 1
                return
            }
            let value = words[Int(word)]
            return try append(
                field.rule.signal, value.kind, value.bits, moment, &work, &readings)
        }
        if field.isAllOnesAbsent, bits == plan.mask {
            work.outcome.absent += 1
            return
        }
        if plan.kind == .whole, whole < field.lowest || whole > field.highest {
            work.outcome.outOfRange += 1
            return
        }
        if field.isWhole, plan.kind == .whole {
            let (product, overflow) = whole.multipliedReportingOverflow(by: field.wholeFactor)
            let (sum, carry) = product.addingReportingOverflow(field.wholeOffset)
            let (scaled, beyond) = sum.multipliedReportingOverflow(by: field.rule.wholeFactor)
            guard !overflow, !carry, !beyond, scaled >= field.rule.lowest,
                scaled <= field.rule.highest
            else {
                work.outcome.outOfRange += 1
                return
            }
            return try append(
                field.rule.signal, .integer, UInt64(bitPattern: scaled), moment, &work, &readings)
        }
        try appendNumber(field, plan.value(bits), moment, &work, &readings)
    }

    private func appendNumber(
        _ field: FrameField, _ value: Double, _ moment: FrameMoment,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        let rule = field.rule
        // Also false for what is no number at all.
        guard value >= field.minimum, value <= field.maximum else {
            work.outcome.outOfRange += 1
            return
        }
        let converted = rule.conversion.apply(value)
        switch rule.kind {
        case .double where converted >= rule.minimum && converted <= rule.maximum:
            let bits = converted == 0 ? 0 : converted.bitPattern
            try append(rule.signal, .double, bits, moment, &work, &readings)
        case .integer:
            guard abs(converted) <= 0x1p53, let whole = Int64(exactly: converted.rounded()),
                whole >= rule.lowest, whole <= rule.highest
            else {
                work.outcome.outOfRange += 1
                return
            }
            try append(
                rule.signal, .integer, UInt64(bitPattern: whole), moment, &work, &readings)
        case .boolean where value == 0 || value == 1:
            try append(rule.signal, .boolean, value == 1 ? 1 : 0, moment, &work, &readings)
        default: work.outcome.outOfRange += 1
        }
    }

    /// A reading at the frame's time, or one that waits for the message's.
    @inline(always)
    func append(
        _ signal: SignalID, _ kind: ValueKind, _ bits: UInt64, _ moment: FrameMoment,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        guard readings.freeCapacity > 0 else {
            throw DecodeError(.tooManyReadings, at: moment.offset)
        }
        let isKnown = moment.time != .min
        readings.append(
            Reading(
                signal: signal,
                time: isKnown ? Timestamp(milliseconds: moment.time) : PendingTime.slot(-1),
                timeQuality: isKnown ? .event : .none, isRetained: work.isRetained, kind: kind,
                bits: bits))
    }
}
