import VehicleSignals

// Values that are not written as JSON would: bare text, parts of a text, hexadecimal digits,
// numbers with their unit, dates.

/// Where a value's text lies, and where its error would be told.
struct TextRange: BitwiseCopyable {
    var from: Int
    var to: Int
    var start: Int

    @inline(always) var isEmpty: Bool { from >= to }

    /// Without the white space round it.
    func trimmed(in bytes: RawSpan) -> TextRange {
        var range = self
        while range.from < range.to, bytes.byte(at: range.from) <= 0x20 { range.from += 1 }
        while range.from < range.to, bytes.byte(at: range.to - 1) <= 0x20 { range.to -= 1 }
        return range
    }

    /// The part between commas of that number, from 0; `nil` if there are not so many.
    func part(_ number: Int, in bytes: RawSpan) -> TextRange? {
        var range = self
        var left = number
        while left > 0 {
            while range.from < range.to, bytes.byte(at: range.from) != UInt8(ascii: ",") {
                range.from += 1
            }
            guard range.from < range.to else { return nil }
            range.from += 1
            left -= 1
        }
        var end = range.from
        while end < range.to, bytes.byte(at: end) != UInt8(ascii: ",") { end += 1 }
        range.to = end
        return range
    }
}

extension CompiledSources {
    /// Decodes one JSON value by a rule that is not plain. `rule` is the document rule's own, with
    /// the unit that the payload named.
    func decodeFormatted(
        _ document: DocumentRule, _ rule: ValueRule, time: OwnTime?, depth: Int, _ bytes: RawSpan,
        _ at: inout Int, _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let start = at
        let byte = bytes.byte(at: at)
        if document.format.kind == .topic {
            return try takeTopicValue(document, time: time, depth: depth, bytes, &at, &work)
        }
        if byte == UInt8(ascii: "\"") {
            let text = try scanText(bytes, &at)
            if rule.wordScope != 0 {
                let word = try meaning(of: rule, bytes, text)
                if word != NameTable.missing {
                    return try appendWord(
                        rule, word, slot: Int(document.timeSlot), at: start, &work, &readings)
                }
            }
            if text.hasEscapes, rule.kind == .troubleCodes {
                return try decodeEscapedCodes(
                    document, rule, text, time: time, bytes, start, &work, &readings, &texts)
            }
            guard !text.hasEscapes else { throw DecodeError(.wrongType, at: start) }
            return try decodeRange(
                document, rule, time: time, bytes,
                TextRange(from: text.start, to: text.end, start: start), &work, &readings, &texts)
        }
        if document.format.kind == .until {
            return try decodeDate(
                document, rule, time: time, depth: depth, bytes, &at, &work, &readings)
        }
        if document.format.kind == .hexadecimal, document.format.list < 0,
            byte == UInt8(ascii: "-") || byte >= 0x30 && byte <= 0x39
        {
            // Nobody knows whether the digits of a number were meant as hexadecimal ones.
            try skipValue(bytes, &at, depth: depth)
            work.outcome.outOfRange += 1
            return
        }
        if document.format.kind == .hemisphere, byte != UInt8(ascii: "n") {
            // One number cannot be both parts of a position.
            try skipValue(bytes, &at, depth: depth)
            throw DecodeError(.wrongType, at: start)
        }
        guard document.format.list >= 0 else {
            return try decodeScalar(
                rule, slot: Int(document.timeSlot), depth: depth, bytes, &at, &work, &readings,
                &texts)
        }
        if byte == UInt8(ascii: "[") {
            return try gatherCodes(
                document, rule, time: time, depth: depth, bytes, &at, &work, &readings)
        }
        try skipValue(bytes, &at, depth: depth)
        guard byte == UInt8(ascii: "n") else { throw DecodeError(.wrongType, at: start) }
        work.outcome.absent += 1
    }

    /// A date that does not come as a text.
    private func decodeDate(
        _ document: DocumentRule, _ rule: ValueRule, time: OwnTime?, depth: Int, _ bytes: RawSpan,
        _ at: inout Int, _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        let start = at
        if rule.wordScope != 0, bytes.byte(at: at) <= 0x39 {
            // A number that means "no value".
            var end = at
            _ = try scanNumber(bytes, &end)
            let word = names.value(
                scope: rule.wordScope, of: bytes, from: at, count: end - at)
            if word == WordValue.absent {
                at = end
                work.outcome.absent += 1
                return
            }
        }
        guard let target = try scanTime(document.format.timeKind, depth: depth, bytes, &at)
        else {
            work.outcome.absent += 1
            return
        }
        try addSpan(document, until: target, time, at: start, &work, &readings)
    }

    /// Trouble codes of an array of texts, for a list that other places add to as well.
    private func gatherCodes(
        _ document: DocumentRule, _ rule: ValueRule, time: OwnTime?, depth: Int,
        _ bytes: RawSpan, _ at: inout Int, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        guard try open(closing: UInt8(ascii: "]"), depth: depth, bytes, &at) else {
            work.codes.emptyArrays &+= 1
            work.codes.open(1 << UInt8(document.format.list))
            return
        }
        repeat {
            let byte = try nextByte(bytes, &at)
            let start = at
            guard byte == UInt8(ascii: "\"") else {
                try skipValue(bytes, &at, depth: depth + 1)
                throw DecodeError(.wrongType, at: start)
            }
            let text = try scanText(bytes, &at)
            guard !text.hasEscapes else { throw DecodeError(.wrongType, at: start) }
            try decodeCodes(
                rule, document.format, time, slot: Int(document.timeSlot), bytes,
                TextRange(from: text.start, to: text.end, start: start), &work, &readings)
        } while try another(closing: UInt8(ascii: "]"), bytes, &at)
    }

    /// Decodes the payload of a topic whose values are bare text.
    func decodeBareField(
        _ index: Int, _ bytes: RawSpan, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let edge = edges[index]
        for place in edge.ruleStart..<(edge.ruleStart + edge.ruleCount) {
            let document = documentRules[Int(place)]
            try decodeRange(
                document, document.rule, time: nil, bytes,
                TextRange(from: 0, to: bytes.byteCount, start: 0), &work, &readings, &texts)
        }
    }

    /// The value in a piece of text, by a rule that is not plain or of bare text.
    func decodeRange(
        _ document: DocumentRule, _ rule: ValueRule, time: OwnTime?, _ bytes: RawSpan,
        _ whole: TextRange, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let format = document.format
        let slot = Int(document.timeSlot)
        var range = whole
        if format.part >= 0 {
            guard let part = range.part(Int(format.part), in: bytes) else {
                work.outcome.absent += 1
                return
            }
            range = part
        }
        range = range.trimmed(in: bytes)
        guard !range.isEmpty else {
            work.outcome.absent += 1
            return
        }
        if rule.wordScope != 0 {
            let word = meaning(
                of: rule, bytes, from: range.from, count: range.to - range.from)
            if word != NameTable.missing {
                return try appendWord(rule, word, slot: slot, at: range.start, &work, &readings)
            }
        }
        switch format.kind {
        case .until:
            let target = timeInText(format.timeKind, bytes, from: range.from, to: range.to)
            guard let target, target >= DecodingLimits.earliestTime,
                target <= DecodingLimits.latestTime
            else { throw DecodeError(.badTime, at: range.start) }
            return try addSpan(document, until: target, time, at: range.start, &work, &readings)
        case .hexadecimal where rule.kind == .text:
            let offset = texts.count
            let isText = try appendCharacters(bytes, range, &texts)
            try finishText(
                rule, isText: isText, from: offset, slot: slot, at: range.start, &work, &readings,
                &texts)
        case .hexadecimal where rule.kind != .troubleCodes:
            try decodeHexadecimal(format, rule, slot: slot, bytes, range, &work, &readings)
        case .hemisphere:
            try decodeHemisphere(format.axis, rule, slot: slot, bytes, range, &work, &readings)
        case .quantity:
            try decodeQuantity(format, rule, slot: slot, bytes, range, &work, &readings)
        case .hexadecimal, .plain, .topic:
            if rule.kind == .troubleCodes {
                return try decodeCodes(
                    rule, format, time, slot: slot, bytes, range, &work, &readings)
            }
            try decodeBare(rule, slot: slot, bytes, range, &work, &readings, &texts)
        }
    }

    /// A number, a word or a text without quotes. Words of the mapping were looked up before.
    private func decodeBare(
        _ rule: ValueRule, slot: Int, _ bytes: RawSpan, _ range: TextRange,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        switch rule.kind {
        case .integer, .double:
            var at = range.from
            if let number = try? scanNumber(bytes, &at, end: range.to), at == range.to {
                return try decodeNumber(
                    rule, number, slot: slot, bytes, range.start, &work, &readings)
            }
        case .boolean:
            if let value = truth(bytes, range) {
                return try append(
                    rule.signal, .boolean, value ? 1 : 0, slot: slot, at: range.start, &work,
                    &readings)
            }
        case .text:
            return try appendBare(rule, slot: slot, bytes, range, &work, &readings, &texts)
        case .allowed:
            work.outcome.outOfRange += 1
            return
        case .troubleCodes: break
        }
        guard rule.hasWords else { throw DecodeError(.wrongType, at: range.start) }
        work.outcome.outOfRange += 1
    }

    private func truth(_ bytes: RawSpan, _ range: TextRange) -> Bool? {
        let count = range.to - range.from
        guard count == 4 || count == 5 else { return nil }
        let head = bytes.word32(at: range.from)
        if count == 4 { return head == 0x65_75_72_74 ? true : nil }
        return head == 0x73_6C_61_66 && bytes.byte(at: range.from + 4) == 0x65 ? false : nil
    }

    private func appendBare(
        _ rule: ValueRule, slot: Int, _ bytes: RawSpan, _ range: TextRange,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let offset = texts.count
        try copyText(bytes, range, &texts)
        let bits = UInt64(offset) << 32 | UInt64(texts.count - offset)
        try append(rule.signal, .text, bits, slot: slot, at: range.start, &work, &readings)
    }

    /// Copies bytes that must be UTF-8.
    func copyText(
        _ bytes: RawSpan, _ range: TextRange, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        var index = range.from
        while index < range.to {
            var end = index
            if bytes.byte(at: index) < 0x80 {
                end += 1
            } else if (try? skipMultibyteCharacter(bytes, &end)) == nil {
                throw DecodeError(.invalidUTF8, at: range.start)
            }
            guard texts.freeCapacity >= end - index else {
                throw DecodeError(.tooMuchText, at: range.start)
            }
            while index < end {
                texts.append(bytes.byte(at: index))
                index += 1
            }
        }
    }
}
