import VehicleSignals

// Texts in hexadecimal digits, texts in several parts, and degrees with a letter behind.

extension CompiledSources {
    /// The text whose parts are the members of an object. One part that is `null`, empty or one of
    /// the texts that mean "no value" makes all of it absent.
    func decodeJoined(
        _ group: GroupRule, _ bytes: RawSpan, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let rule = group.rule.rule
        let offset = texts.count
        var isText = true
        var start = -1
        for index in group.values.start..<(group.values.start + group.values.count) {
            var at = Int(work.captures[Int(shapes.valueCaptures[Int(index)])])
            if start < 0 { start = at }
            let byte = bytes.byte(at: at)
            let isHexadecimal = group.rule.format.kind == .hexadecimal
            if isHexadecimal, byte == UInt8(ascii: "-") || byte >= 0x30 && byte <= 0x39 {
                // A number, of which nobody knows whether its digits are hexadecimal.
                isText = false
                continue
            }
            let part = try partOfText(rule, bytes, &at)
            guard let part else {
                texts.removeLast(texts.count - offset)
                work.outcome.absent += 1
                return
            }
            if isHexadecimal {
                if try !appendCharacters(bytes, part, &texts) { isText = false }
            } else {
                try copyText(bytes, part, &texts)
            }
        }
        try finishText(
            rule, isText: isText, from: offset, slot: Int(group.rule.timeSlot), at: start, &work,
            &readings, &texts)
    }

    /// The text at `at`; `nil` if it says that there is none.
    private func partOfText(
        _ rule: ValueRule, _ bytes: RawSpan, _ at: inout Int
    ) throws(DecodeError) -> TextRange? {
        let start = at
        switch bytes.byte(at: at) {
        case UInt8(ascii: "\""): break
        case UInt8(ascii: "n"): return nil
        default: throw DecodeError(.wrongType, at: start)
        }
        let text = try scanText(bytes, &at)
        guard !text.hasEscapes else { throw DecodeError(.wrongType, at: start) }
        let range = TextRange(from: text.start, to: text.end, start: start).trimmed(in: bytes)
        guard !range.isEmpty else { return nil }
        let isAbsent =
            rule.wordScope != 0
            && meaning(of: rule, bytes, from: range.from, count: range.to - range.from)
                != NameTable.missing
        return isAbsent ? nil : range
    }

    /// The characters that pairs of hexadecimal digits stand for; a nought before the first digit
    /// may be left out. `false` where something else stands there, or a byte that is no character:
    /// such are noise, and all ones the word for an error.
    func appendCharacters(
        _ bytes: RawSpan, _ range: TextRange, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) -> Bool {
        var isText = true
        var index = range.from
        while index < range.to {
            let isAlone = index == range.from && (range.to - range.from) & 1 == 1
            let first = isAlone ? 0 : hexadecimalDigit(bytes.byte(at: index))
            let place = isAlone ? index : index + 1
            guard let high = first, let low = hexadecimalDigit(bytes.byte(at: place)) else {
                return false
            }
            index = place + 1
            let character = high << 4 | low
            if character == 0 { continue }
            guard character >= 0x20, character < 0x7F else {
                isText = false
                continue
            }
            guard texts.freeCapacity > 0 else { throw DecodeError(.tooMuchText, at: range.start) }
            texts.append(character)
        }
        return isText
    }

    /// Makes a reading of the text from `offset` on; takes it back where it is none.
    func finishText(
        _ rule: ValueRule, isText: Bool, from offset: Int, slot: Int, at start: Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        guard isText, texts.count > offset else {
            texts.removeLast(texts.count - offset)
            if isText { work.outcome.absent += 1 } else { work.outcome.outOfRange += 1 }
            return
        }
        let bits = UInt64(offset) << 32 | UInt64(texts.count - offset)
        try append(rule.signal, .text, bits, slot: slot, at: start, &work, &readings)
    }

    /// `122.145867 W)`: the number, negative in the south and in the west. Without a letter it is
    /// what it is; with one of the other axis it is no place at all.
    func decodeHemisphere(
        _ axis: CompiledFormat.Axis, _ rule: ValueRule, slot: Int, _ bytes: RawSpan,
        _ whole: TextRange,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        var range = whole
        if bytes.byte(at: range.from) == UInt8(ascii: "(") { range.from += 1 }
        if !range.isEmpty, bytes.byte(at: range.to - 1) == UInt8(ascii: ")") { range.to -= 1 }
        range = range.trimmed(in: bytes)
        // The letter first: in `12E` it is no exponent.
        var isNegative: Bool?
        var other = CompiledFormat.Axis.either
        switch range.isEmpty ? 0 : bytes.byte(at: range.to - 1) & 0xDF {
        case UInt8(ascii: "N"): (isNegative, other) = (false, .longitude)
        case UInt8(ascii: "S"): (isNegative, other) = (true, .longitude)
        case UInt8(ascii: "E"): (isNegative, other) = (false, .latitude)
        case UInt8(ascii: "W"): (isNegative, other) = (true, .latitude)
        default: break
        }
        if isNegative != nil {
            range.to -= 1
            range = range.trimmed(in: bytes)
        }
        var at = range.from
        let found = range.isEmpty ? nil : try? scanNumber(bytes, &at, end: range.to)
        // A place in other words costs none of the other values.
        guard var number = found, at == range.to, !number.isNegative || isNegative == nil,
            axis == .either || axis != other
        else {
            work.outcome.outOfRange += 1
            return
        }
        if isNegative == true { number.isNegative = true }
        try decodeNumber(rule, number, slot: slot, bytes, range.start, &work, &readings)
    }
}
