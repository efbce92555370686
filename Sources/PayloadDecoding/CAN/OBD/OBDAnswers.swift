import VehicleSignals

// Answers of control units: OBD-II services 01, 03, 07, 09 and 0A (their first byte has 40 added),
// and UDS 19 02. Refusals (7F) and answers to other services say nothing here.

extension CompiledSources {
    /// - Parameter unit: the control unit, by the id of its answers.
    func decodeAnswer(
        _ data: RawSpan, start: Int, count: Int, unit: ControlUnit, _ moment: FrameMoment,
        _ context: FrameContext, _ facts: inout ControlUnitFacts,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        guard count >= 2 else { return }
        let isOBD = context.layout.takesOBD
        switch data.byte(at: start) {
        case 0x41 where isOBD:
            try decodeParameters(
                data, start + 1, count - 1, unit: unit, moment, &facts, &work, &readings)
        case 0x43 where isOBD:
            try decodeCodes(
                .stored, data, start, count, unit: unit, moment, &facts, &work, &readings)
        case 0x47 where isOBD:
            try decodeCodes(
                .pending, data, start, count, unit: unit, moment, &facts, &work, &readings)
        case 0x4A where isOBD:
            try decodeCodes(
                .permanent, data, start, count, unit: unit, moment, &facts, &work, &readings)
        case 0x49 where isOBD && data.byte(at: start + 1) == 0x02 && count > 3:
            try decodeIdentification(
                data, start + 3, count - 3, moment, &work, &readings, &texts)
        case 0x59 where context.layout.takesUDS:
            try decodeUnifiedCodes(
                data, start, count, unit: unit, moment, &facts, &work, &readings)
        default: break
        }
    }

    /// Parameters and their values, one after the other. Where the lengths don't add up, the first
    /// one alone is sure.
    private func decodeParameters(
        _ data: RawSpan, _ start: Int, _ count: Int, unit: ControlUnit, _ moment: FrameMoment,
        _ facts: inout ControlUnitFacts, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        let end = start + count
        var at = start
        while at < end {
            let length = Int(OBDParameters.lengths[Int(data.byte(at: at))])
            guard length > 0 else { break }
            at += 1 + length
        }
        let addsUp = at == end
        at = start
        while at < end {
            let number = data.byte(at: at)
            let length = Int(OBDParameters.lengths[Int(number)])
            guard length > 0, at + 1 + length <= end else {
                work.outcome.unknownSignals += 1
                return
            }
            let group = Int(can.parameters[Int(number)])
            if number == OBDParameters.monitorStatus {
                try decodeMonitor(
                    data.byte(at: at + 1), unit: unit, moment, &facts, &work, &readings)
            } else if group >= 0 {
                try decodeGroup(
                    group, data.extracting((at + 1)..<data.byteCount), length: length, bus: -1,
                    moment, &work, &readings)
            } else {
                work.outcome.unknownSignals += 1
            }
            guard addsUp else { return }
            at += 1 + length
        }
    }

    /// Lamp and number of codes. Each unit counts its own; the lamp is on if one of them says so.
    private func decodeMonitor(
        _ status: UInt8, unit: ControlUnit, _ moment: FrameMoment, _ facts: inout ControlUnitFacts,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        facts.begin(.monitor, unit: unit)
        facts.add(UInt32(status))
        let isChanged = facts.end()
        guard facts.mustSay(.monitor, changed: isChanged) else { return }
        var count: UInt64 = 0
        var isOn = false
        for index in facts.range(of: .monitor) {
            let byte = facts.value(at: index)
            count += UInt64(byte & 0x7F)
            if byte & 0x80 != 0 { isOn = true }
        }
        try append(can.signals.lamp, .boolean, isOn ? 1 : 0, moment, &work, &readings)
        try append(can.signals.codeCount, .integer, min(count, 254), moment, &work, &readings)
    }

    /// A list of trouble codes: how many, then two bytes each; 0000 fills up.
    private func decodeCodes(
        _ kind: ControlUnitFacts.Kind, _ data: RawSpan, _ start: Int, _ count: Int,
        unit: ControlUnit,
        _ moment: FrameMoment, _ facts: inout ControlUnitFacts,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        let codes = Int(data.byte(at: start + 1))
        // The transfer says how long it is. Where that does not add up, as without the count on the
        // K-line, an adapter did something else than what is known, and no byte is a code for sure.
        guard codes * 2 == count - 2 else {
            work.outcome.droppedTransfers += 1
            return
        }
        facts.begin(kind, unit: unit)
        for place in 0..<codes {
            let at = start + 2 + place * 2
            let code = UInt16(data.byte(at: at)) << 8 | UInt16(data.byte(at: at + 1))
            if code != 0 { facts.add(TroubleCode(code: code).packed) }
        }
        let isChanged = facts.end()
        try appendCodes(
            &facts, isConfirmed: kind != .pending, isChanged: isChanged, moment, &work, &readings)
    }

    /// The lists of the whole vehicle as they are now, unless this payload has said them.
    func appendCodes(
        _ facts: inout ControlUnitFacts, isConfirmed: Bool, isChanged: Bool,
        _ moment: FrameMoment, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        if isConfirmed, can.signals.confirmedCodes >= 0,
            facts.mustSay(.confirmedCodes, changed: isChanged)
        {
            try appendList(
                can.signals.confirmedCodes, facts, facts.range(of: .stored),
                facts.range(of: .permanent), facts.range(of: .unifiedConfirmed), 0..<0, moment,
                &work, &readings)
        }
        guard can.signals.codes >= 0, facts.mustSay(.codes, changed: isChanged) else { return }
        try appendList(
            can.signals.codes, facts, facts.range(of: .stored), facts.range(of: .pending),
            facts.range(of: .permanent), facts.range(of: .unified), moment, &work, &readings)
    }

    /// All codes of four ranges, each once.
    private func appendList(
        _ signal: Int32, _ facts: ControlUnitFacts, _ first: Range<Int>, _ second: Range<Int>,
        _ third: Range<Int>, _ fourth: Range<Int>, _ moment: FrameMoment,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        let place = readings.count
        try append(signal, .listCount, 0, moment, &work, &readings)
        var count: UInt64 = 0
        for part in 0..<4 {
            let range = part == 0 ? first : part == 1 ? second : part == 2 ? third : fourth
            for index in range {
                let code = UInt64(facts.value(at: index))
                var isNew = true
                for earlier in (place + 1)..<readings.count where readings[earlier].bits == code {
                    isNew = false
                    break
                }
                guard isNew else { continue }
                try append(signal, .troubleCode, code, moment, &work, &readings)
                count += 1
            }
        }
        readings[place].bits = count
    }

    /// A vehicle identification number: what is letter or digit, up to 17 of it. Filled up with
    /// noughts in front, or with whatever behind the mark that ends it.
    func decodeIdentification(
        _ data: RawSpan, _ start: Int, _ count: Int, _ moment: FrameMoment,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        guard can.signals.identification >= 0 else { return }
        var from = start
        while from < start + count, data.byte(at: from) == 0 { from += 1 }
        var end = from
        while end < start + count, end - from < 17, isLetterOrDigit(data.byte(at: end)) { end += 1 }
        guard end - from == 17 else {
            work.outcome.absent += 1
            return
        }
        guard texts.freeCapacity >= 17 else { throw DecodeError(.tooMuchText, at: moment.offset) }
        let bits = UInt64(texts.count) << 32 | 17
        for place in from..<end { texts.append(data.byte(at: place)) }
        try append(can.signals.identification, .text, bits, moment, &work, &readings)
    }

    /// The same for a signal that the catalogue may lack.
    @inline(always)
    func append(
        _ signal: Int32, _ kind: ValueKind, _ bits: UInt64, _ moment: FrameMoment,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        guard signal >= 0 else { return }
        try append(
            SignalID(UInt16(truncatingIfNeeded: signal)), kind, bits, moment, &work, &readings)
    }
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    isDigit(byte) || (byte & 0xDF >= 0x41 && byte & 0xDF <= 0x5A && byte >= 0x41)
}
