import VehicleSignals

// Hexadecimal digits, numbers with a unit behind, trouble codes in a text, and dates.

extension CompiledSources {
    /// `9D80`, `0x9D80`: as many bits as the format says; all ones mean "no value".
    func decodeHexadecimal(
        _ format: CompiledFormat, _ rule: ValueRule, slot: Int, _ bytes: RawSpan,
        _ range: TextRange, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        guard let value = hexadecimal(bytes, range) else {
            guard rule.hasWords else { throw DecodeError(.wrongType, at: range.start) }
            work.outcome.outOfRange += 1
            return
        }
        let ones = format.bits == 64 ? UInt64.max : (1 << UInt64(format.bits)) - 1
        if value == ones {
            work.outcome.absent += 1
            return
        }
        guard value < ones else {
            work.outcome.outOfRange += 1
            return
        }
        var number = JSONNumber(
            start: range.from, end: range.to, mantissa: value, exponent: 0, isNegative: false,
            isCut: false)
        if format.isSigned, value >> UInt64(format.bits - 1) == 1 {
            number.mantissa = ones - value + 1
            number.isNegative = true
        }
        try decodeNumber(rule, number, slot: slot, bytes, range.start, &work, &readings)
    }

    /// The number that up to 16 digits are; `nil` if they are none.
    private func hexadecimal(_ bytes: RawSpan, _ range: TextRange) -> UInt64? {
        var index = range.from
        if range.to - index > 2, bytes.byte(at: index) == 0x30,
            bytes.byte(at: index + 1) | 0x20 == 0x78
        {
            index += 2
        }
        guard index < range.to, range.to - index <= 16 else { return nil }
        var value: UInt64 = 0
        while index < range.to {
            guard let digit = hexadecimalDigit(bytes.byte(at: index)) else { return nil }
            value = value << 4 | UInt64(digit)
            index += 1
        }
        return value
    }

    /// `12 months`, `12.5V`, `7`: without a word the field's own unit holds.
    func decodeQuantity(
        _ format: CompiledFormat, _ rule: ValueRule, slot: Int, _ bytes: RawSpan,
        _ range: TextRange, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        var at = range.from
        guard let number = try? scanNumber(bytes, &at, end: range.to) else {
            guard rule.hasWords else { throw DecodeError(.wrongType, at: range.start) }
            work.outcome.outOfRange += 1
            return
        }
        let word = TextRange(from: at, to: range.to, start: range.start).trimmed(in: bytes)
        var converted = rule
        if !word.isEmpty {
            let known = takeUnit(
                format.unitScope, bytes, from: word.from, to: word.to, &converted)
            guard known else {
                work.outcome.outOfRange += 1
                return
            }
        }
        try decodeNumber(converted, number, slot: slot, bytes, range.start, &work, &readings)
    }

    /// The codes of a JSON text at its own place.
    func decodeCodeText(
        _ rule: ValueRule, _ text: JSONText, slot: Int, _ bytes: RawSpan, _ start: Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        if text.hasEscapes {
            let document = DocumentRule(rule: rule, timeSlot: Int8(slot), missing: -1)
            return try decodeEscapedCodes(
                document, rule, text, time: nil, bytes, start, &work, &readings, &texts)
        }
        try decodeCodes(
            rule, CompiledFormat(), nil, slot: slot, bytes,
            TextRange(from: text.start, to: text.end, start: start), &work, &readings)
    }

    /// Trouble codes in a text with escapes, such as an array of JSON within it.
    @inline(never)
    func decodeEscapedCodes(
        _ document: DocumentRule, _ rule: ValueRule, _ text: JSONText, time: OwnTime?,
        _ bytes: RawSpan, _ start: Int, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        guard text.count <= DecodingLimits.embeddedBytesMax else {
            throw DecodeError(.payloadTooLarge, at: start)
        }
        // Taken out of the workspace while it is read from, and put back behind.
        var resolved: [UInt8] = []
        swap(&resolved, &work.codeText)
        defer { swap(&resolved, &work.codeText) }
        resolved.removeAll(keepingCapacity: true)
        try resolve(text, bytes, into: &resolved)
        try decodeResolvedCodes(
            document, rule, time: time, resolved, start, &work, &readings, &texts)
    }

    /// Trouble codes with commas, semicolons or blanks between them, also as JSON writes an array
    /// of them. What is no code is counted and left out: makers have codes of their own beside
    /// those of the standard. If nothing else was there, there is no list: an empty one would say
    /// that there are no faults.
    func decodeCodes(
        _ rule: ValueRule, _ format: CompiledFormat, _ time: OwnTime?, slot: Int,
        _ bytes: RawSpan, _ range: TextRange, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        var place = -1
        let outOfRange = work.outcome.outOfRange
        var index = range.from
        while index < range.to {
            if isBetweenCodes(bytes.byte(at: index)) {
                index += 1
                continue
            }
            var end = index
            while end < range.to, !isBetweenCodes(bytes.byte(at: end)) { end += 1 }
            let word = TextRange(from: index, to: end, start: range.start)
            index = end
            guard let code = troubleCode(format, bytes, word) else {
                work.outcome.outOfRange += 1
                continue
            }
            if format.list >= 0 {
                guard work.codes.add(code, to: Int(format.list), slot: slot, time) else {
                    throw DecodeError(.tooManyReadings, at: range.start)
                }
            } else {
                if place < 0 {
                    place = readings.count
                    try append(
                        rule.signal, .listCount, 0, slot: slot, at: range.start, &work, &readings)
                }
                try append(
                    rule.signal, .troubleCode, UInt64(code.packed), slot: slot, at: range.start,
                    &work, &readings)
                readings[place].bits += 1
            }
        }
        let isUnread = work.outcome.outOfRange > outOfRange
        if format.list >= 0 {
            let list: UInt8 = 1 << UInt8(format.list)
            if isUnread {
                work.codes.leaveUnread(list)
            } else if !range.isEmpty, bytes.byte(at: range.from) == UInt8(ascii: "[") {
                // An array, be it that there is nothing in it.
                work.codes.emptyArrays &+= 1
                work.codes.open(list)
            }
        } else if place < 0, !isUnread {
            try append(rule.signal, .listCount, 0, slot: slot, at: range.start, &work, &readings)
        }
    }

    @inline(always)
    private func isBetweenCodes(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, UInt8(ascii: ","), UInt8(ascii: ";"): true
        case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "\""): true
        default: false
        }
    }

    private func troubleCode(
        _ format: CompiledFormat, _ bytes: RawSpan, _ word: TextRange
    ) -> TroubleCode? {
        guard format.kind == .hexadecimal else {
            return TroubleCode(Span<UInt8>(_bytes: bytes), in: word.from..<word.to)
        }
        guard let value = hexadecimal(bytes, word) else { return nil }
        // Two bytes are the code, a third is the failure type; no code at all is padding.
        guard value >> UInt64(format.bits) == 0, value != 0 else { return nil }
        if format.bits > 16 {
            return TroubleCode(
                code: UInt16(truncatingIfNeeded: value >> 8),
                failureType: UInt8(truncatingIfNeeded: value))
        }
        return TroubleCode(code: UInt16(truncatingIfNeeded: value))
    }
}

func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
}
