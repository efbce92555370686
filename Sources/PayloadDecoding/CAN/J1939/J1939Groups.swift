import VehicleSignals

extension CompiledSources {
    /// One parameter group of J1939, from one frame or put together from several.
    func decodeParameterGroup(
        _ number: UInt32, _ data: RawSpan, start: Int, count: Int, unit: UInt16,
        _ moment: FrameMoment, _ facts: inout ControlUnitFacts,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        switch number {
        case J1939Parameters.activeFaults:
            try decodeFaults(
                .active, can.signals.activeFaults, data, start, count, unit: unit, moment, &facts,
                &work, &readings, &texts)
        case J1939Parameters.emissionFaults:
            try decodeFaults(
                .emission, can.signals.emissionFaults, data, start, count, unit: unit, moment,
                &facts, &work, &readings, &texts)
        case J1939Parameters.identification:
            try decodeIdentification(data, start, count, moment, &work, &readings, &texts)
        default:
            let group = can.group(ofParameterGroup: number)
            guard group >= 0 else { return }
            if number == J1939Parameters.fineDistance {
                facts.insert(.fineDistance, unit: 0, 1)
            } else if number == J1939Parameters.distance,
                !facts.range(of: .fineDistance).isEmpty
            {
                return
            }
            try decodeGroup(
                group, data.extracting(start..<data.byteCount), length: count, bus: -1, moment,
                &work, &readings)
        }
    }

    /// DM1 and DM12: two bytes of lamps, then four for each fault. All zeros or all ones say that
    /// there is none.
    private func decodeFaults(
        _ kind: ControlUnitFacts.Kind, _ signal: Int32, _ data: RawSpan, _ start: Int,
        _ count: Int, unit: UInt16, _ moment: FrameMoment, _ facts: inout ControlUnitFacts,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        guard count >= 6 else { return }
        facts.clear(kind, unit: unit)
        var at = start + 2
        while at + 4 <= start + count {
            let word = data.word32(at: at)
            at += 4
            guard let fault = J1939Fault(word) else {
                if word != 0, word != .max { work.outcome.unknownSignals += 1 }
                continue
            }
            facts.insert(kind, unit: unit, fault.packed)
        }
        try decodeLamp(data.byte(at: start) >> 6, unit: unit, moment, &facts, &work, &readings)
        guard signal >= 0 else { return }
        try appendFaults(signal, facts, kind, moment, &work, &readings, &texts)
    }

    /// 0: off, 1: on; other values say nothing. On if one unit says so.
    private func decodeLamp(
        _ status: UInt8, unit: UInt16, _ moment: FrameMoment, _ facts: inout ControlUnitFacts,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        guard status <= 1 else { return }
        facts.clear(.lamp, unit: unit)
        facts.insert(.lamp, unit: unit, UInt32(status))
        var isOn = false
        for index in facts.range(of: .lamp) where facts.value(at: index) == 1 { isOn = true }
        try append(can.signals.lamp, .boolean, isOn ? 1 : 0, moment, &work, &readings)
    }

    /// `609-19,1569-31`: numbers and kinds of failure of all units, each once.
    private func appendFaults(
        _ signal: Int32, _ facts: ControlUnitFacts, _ kind: ControlUnitFacts.Kind,
        _ moment: FrameMoment, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let offset = texts.count
        let range = facts.range(of: kind)
        for index in range {
            let value = facts.value(at: index)
            var isNew = true
            for earlier in range.lowerBound..<index where facts.value(at: earlier) == value {
                isNew = false
                break
            }
            guard isNew else { continue }
            // Six digits, a dash, two digits and a comma.
            guard texts.freeCapacity >= 10 else {
                throw DecodeError(.tooMuchText, at: moment.offset)
            }
            if texts.count > offset { texts.append(UInt8(ascii: ",")) }
            let fault = J1939Fault(packed: value)
            appendDecimal(fault.parameter, &texts)
            texts.append(UInt8(ascii: "-"))
            appendDecimal(fault.failure, &texts)
        }
        let bits = UInt64(offset) << 32 | UInt64(texts.count - offset)
        try append(signal, .text, bits, moment, &work, &readings)
    }
}

/// A fault of J1939: the suspect parameter's number and the kind of failure.
struct J1939Fault: Equatable, BitwiseCopyable {
    var parameter: UInt32
    var failure: UInt32

    /// The four bytes of a message, low byte first. `nil` where there is no fault, and for the
    /// older ways of writing the number, which the bytes do not tell from each other.
    init?(_ word: UInt32) {
        guard word >> 31 == 0 else { return nil }
        parameter = word & 0xFFFF | (word >> 5) & 0x7_0000
        failure = (word >> 16) & 0x1F
        guard parameter != 0 || failure != 0, parameter != 0x7_FFFF else { return nil }
    }

    init(packed: UInt32) {
        parameter = packed >> 5
        failure = packed & 0x1F
    }

    var packed: UInt32 { parameter << 5 | failure }
}

/// A number in decimal digits.
private func appendDecimal(_ value: UInt32, _ texts: inout OutputSpan<UInt8>) {
    var divisor: UInt32 = 1
    while value / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
        texts.append(UInt8(truncatingIfNeeded: 0x30 + value / divisor % 10))
        divisor /= 10
    }
}
