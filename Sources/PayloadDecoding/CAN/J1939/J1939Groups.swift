import VehicleSignals

extension CompiledSources {
    /// One parameter group of J1939, from one frame or put together from several.
    func decodeParameterGroup(
        _ number: UInt32, _ data: RawSpan, start: Int, count: Int, unit: ControlUnit,
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
            let frame = data.extracting(start..<data.byteCount)
            if number == J1939Parameters.service {
                return try decodeService(
                    group, frame, length: count, unit: unit, moment, &facts, &work, &readings)
            }
            if number == J1939Parameters.distance,
                facts.hasFineDistance(bus: unit.bus, at: moment.pauseTime)
            {
                return
            }
            let first = readings.count
            try decodeGroup(
                group, frame, length: count, bus: -1, moment, &work, &readings)
            guard number == J1939Parameters.fineDistance else { return }
            // A group without a value, as some units send it, is in nobody's way.
            for index in first..<readings.count
            where Int32(readings[index].signal.number) == can.signals.distance {
                facts.noteFineDistance(unit: unit, at: moment.pauseTime)
            }
        }
    }

    /// SERV: what is left until the next service of one component, named by the byte in front of
    /// each value. The vehicle's next service is that of the component that is due first.
    private func decodeService(
        _ group: Int, _ frame: RawSpan, length: Int, unit: ControlUnit, _ moment: FrameMoment,
        _ facts: inout ControlUnitFacts, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        let range = can.groups[group]
        for index in Int(range.start)..<Int(range.start + range.count) {
            let field = can.fields[index]
            let plan = can.plans.plans[Int(field.plan)]
            guard plan.fits(length) else { continue }
            var bits = plan.bits(in: frame)
            if Int64(bits) <= field.highest {
                let component = Int(plan.shift) / 8 - 1
                bits = UInt64(
                    facts.takeService(
                        component == 0 ? .serviceDistance : .serviceTime, unit: unit,
                        component: frame.byte(at: component), value: UInt16(bits),
                        at: moment.pauseTime))
            }
            try take(bits, of: field, plan, moment, &work, &readings)
        }
    }

    /// DM1 and DM12: two bytes of lamps, then four for each fault. All zeros or all ones say that
    /// there is none. A fault that cannot be read is remembered as one: its unit is not without.
    private func decodeFaults(
        _ kind: ControlUnitFacts.Kind, _ signal: Int32, _ data: RawSpan, _ start: Int,
        _ count: Int, unit: ControlUnit, _ moment: FrameMoment, _ facts: inout ControlUnitFacts,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        guard count >= 6 else { return }
        let refused = facts.refused
        facts.begin(kind, unit: unit)
        var isPartial = false
        for at in stride(from: start + 2, through: start + count - 4, by: 4) {
            switch J1939Fault.Word(data.word32(at: at)) {
            case .nothing: break
            case .fault(let fault): facts.add(fault.packed)
            case .unreadable:
                work.outcome.unknownSignals += 1
                isPartial = true
            }
        }
        if isPartial { facts.add(J1939Fault.unreadable) }
        isPartial = isPartial || facts.refused > refused
        let isChanged = facts.end()
        try decodeLamp(data.byte(at: start) >> 6, unit: unit, moment, &facts, &work, &readings)
        let summary: ControlUnitFacts.Summary = kind == .active ? .active : .emission
        guard signal >= 0, facts.mustSay(summary, changed: isChanged) else { return }
        try appendFaults(
            signal, facts, kind, isPartial: isPartial, moment, &work, &readings, &texts)
    }

    /// 0: off, 1: on; other values say nothing. On if one unit says so.
    private func decodeLamp(
        _ status: UInt8, unit: ControlUnit, _ moment: FrameMoment, _ facts: inout ControlUnitFacts,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        guard status <= 1 else { return }
        facts.begin(.lamp, unit: unit)
        facts.add(UInt32(status))
        let isChanged = facts.end()
        guard facts.mustSay(.lamp, changed: isChanged) else { return }
        var isOn = false
        for index in facts.range(of: .lamp) where facts.value(at: index) == 1 { isOn = true }
        try append(can.signals.lamp, .boolean, isOn ? 1 : 0, moment, &work, &readings)
    }

    /// `609-19,1569-31`: numbers and kinds of failure of all units, each once. None where the only
    /// faults are some that cannot be read: an empty list would say that there are none.
    private func appendFaults(
        _ signal: Int32, _ facts: ControlUnitFacts, _ kind: ControlUnitFacts.Kind,
        isPartial: Bool, _ moment: FrameMoment, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let offset = texts.count
        let range = facts.range(of: kind)
        var isPartial = isPartial
        for index in range {
            let value = facts.value(at: index)
            if value == J1939Fault.unreadable {
                isPartial = true
                continue
            }
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
        if isPartial, texts.count == offset { return }
        let bits = UInt64(offset) << 32 | UInt64(texts.count - offset)
        try append(signal, .text, bits, moment, &work, &readings)
    }
}

/// A fault of J1939: the suspect parameter's number and the kind of failure.
struct J1939Fault: Equatable, BitwiseCopyable {
    var parameter: UInt32
    var failure: UInt32

    /// Stands among a unit's faults for those that cannot be read.
    static let unreadable = UInt32.max

    /// What the four bytes of a message say, low byte first.
    enum Word {
        case nothing
        case fault(J1939Fault)
        /// In one of the older ways of writing the number, which the bytes do not tell from each
        /// other.
        case unreadable

        init(_ word: UInt32) {
            let parameter = word & 0xFFFF | (word >> 5) & 0x7_0000
            let failure = (word >> 16) & 0x1F
            if parameter == 0 && failure == 0 || parameter == 0x7_FFFF && failure == 0x1F {
                self = .nothing
            } else if word >> 31 != 0 || parameter == 0x7_FFFF {
                self = .unreadable
            } else {
                self = .fault(J1939Fault(packed: parameter << 5 | failure))
            }
        }
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
