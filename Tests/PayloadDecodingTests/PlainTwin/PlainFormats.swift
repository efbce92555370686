import PayloadDecoding
import VehicleSignals

// Ways of writing a value, said plainly.

extension PlainDecoder {
    mutating func formatted(
        _ node: PlainNode, _ field: FieldMapping, _ signal: SignalID, time: Int64?,
        quality: TimeQuality, own: (Int64, TimeQuality)?, gathers: Bool
    ) throws(DecodeError) {
        if field.format == .plain, field.part == nil, !gathers {
            return try scalar(node, field, signal, time: time, quality: quality)
        }
        if field.format == .topic {
            var isEmpty = node.isNull
            if case .text("", _) = node.value { isEmpty = true }
            if isEmpty {
                out.outcome.absent += 1
            } else {
                out.topicValues.append(
                    PlainTopicValue(
                        field: field, signal: signal, start: node.start, time: time,
                        quality: quality))
            }
            return
        }
        if case .text(let text, let hasEscapes) = node.value {
            if let found = word(text, field, catalogue[signal]) {
                return use(found, signal, time: time, quality: quality)
            }
            if hasEscapes {
                guard isOfCodes(field) else { throw DecodeError(.wrongType, at: node.start) }
                try refuseLong(node)
            }
            return try range(
                Array(text.utf8), node.start, field, signal, time: time, quality: quality,
                own: own, gathers: gathers)
        }
        if case .until(let kind) = field.format {
            if case .number(let text) = node.value, field.invalidTexts.contains(text) {
                out.outcome.absent += 1
                return
            }
            guard let target = try self.time(node, kind) else {
                out.outcome.absent += 1
                return
            }
            return add(until: target, field, signal, time: time, quality: quality, own: own)
        }
        if case .hexadecimal = field.format, !gathers, case .number = node.value {
            out.outcome.outOfRange += 1
            return
        }
        if field.format == .hemisphere, !node.isNull {
            throw DecodeError(.wrongType, at: node.start)
        }
        if gathers, case .list(let items) = node.value {
            if items.isEmpty {
                out.emptyArrays += 1
                out.lists[field.signal, default: PlainCodes()].codes += []
            }
            for item in items {
                guard case .text(let text, false) = item.value else {
                    throw DecodeError(.wrongType, at: item.start)
                }
                gather(Array(text.utf8), field, own, (time, quality))
            }
            return
        }
        if gathers {
            guard node.isNull else { throw DecodeError(.wrongType, at: node.start) }
            out.outcome.absent += 1
            return
        }
        try scalar(node, field, signal, time: time, quality: quality)
    }

    /// A text with escapes is taken out of the payload, and has an end.
    func refuseLong(_ node: PlainNode) throws(DecodeError) {
        guard node.end - node.start - 2 <= DecodingLimits.embeddedBytesMax else {
            throw DecodeError(.payloadTooLarge, at: node.start)
        }
    }

    private mutating func add(
        until target: Int64, _ field: FieldMapping, _ signal: SignalID, time: Int64?,
        quality: TimeQuality, own: (Int64, TimeQuality)?
    ) {
        let span = PlainSpan(
            field: field, signal: signal, target: target, time: time, quality: quality)
        if let own {
            addSpan(span, from: own.0, quality: own.1)
        } else {
            out.spans.append(span)
        }
    }

    /// Bare text, or the text of a value that is written in some other way than JSON's.
    mutating func range(
        _ whole: [UInt8], _ start: Int, _ field: FieldMapping, _ signal: SignalID, time: Int64?,
        quality: TimeQuality, own: (Int64, TimeQuality)?, gathers: Bool = false
    ) throws(DecodeError) {
        var bytes = whole
        if let part = field.part {
            let parts = whole.split(separator: 0x2C, omittingEmptySubsequences: false)
            guard part < parts.count else {
                out.outcome.absent += 1
                return
            }
            bytes = Array(parts[part])
        }
        while let first = bytes.first, first <= 0x20 { bytes.removeFirst() }
        while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
        if bytes.isEmpty {
            out.outcome.absent += 1
            return
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let isText = Array(text.utf8) == bytes
        if let found = word(text, field, catalogue[signal]) {
            return use(found, signal, time: time, quality: quality)
        }
        let node = PlainNode(start: start, end: start, value: .null)
        switch field.format {
        case .until(let kind):
            let found = try? self.time(
                PlainNode(start: start, end: start, value: .text(text, hasEscapes: false)), kind)
            guard let found else { throw DecodeError(.badTime, at: start) }
            return add(until: found, field, signal, time: time, quality: quality, own: own)
        case .hexadecimal(let bits, let isSigned) where catalogue[signal].isNumber:
            return try hexadecimal(
                bytes, bits, isSigned, node, field, signal, time: time, quality: quality)
        case .quantity:
            return try quantity(bytes, node, field, signal, time: time, quality: quality)
        case .hemisphere:
            return try hemisphere(bytes, node, field, signal, time: time, quality: quality)
        case .hexadecimal where catalogue[signal].datatype == .string:
            return add([Self.characters(bytes)], signal, time: time, quality: quality)
        case .hexadecimal, .plain, .topic: break
        }
        switch catalogue[signal].datatype {
        case .troubleCodes:
            if gathers { return gather(bytes, field, own, (time, quality)) }
            let outOfRange = out.outcome.outOfRange
            let codes = codes(bytes, field)
            if codes.isEmpty, out.outcome.outOfRange > outOfRange { return }
            out.add(signal, .listCount, UInt64(codes.count), time: time, quality: quality)
            for code in codes {
                out.add(signal, .troubleCode, UInt64(code.packed), time: time, quality: quality)
            }
        case .string where catalogue[signal].allowed.isEmpty:
            guard isText else { throw DecodeError(.invalidUTF8, at: start) }
            let place = UInt64(out.texts.count) << 32 | UInt64(bytes.count)
            out.texts += bytes
            out.add(signal, .text, place, time: time, quality: quality)
        case .string: out.outcome.outOfRange += 1
        case .boolean where text == "true" || text == "false":
            out.add(signal, .boolean, text == "true" ? 1 : 0, time: time, quality: quality)
        default:
            if catalogue[signal].isNumber, Self.isNumber(text) {
                return try number(text, node, field, signal, time: time, quality: quality)
            }
            if field.words.isEmpty { throw DecodeError(.wrongType, at: start) }
            out.outcome.outOfRange += 1
        }
    }

    private mutating func gather(
        _ text: [UInt8], _ field: FieldMapping, _ own: (Int64, TimeQuality)?,
        _ outer: (Int64?, TimeQuality)
    ) {
        let outOfRange = out.outcome.outOfRange
        let codes = codes(text, field)
        if out.outcome.outOfRange > outOfRange {
            out.unread.insert(field.signal)
        } else if text.first == 0x5B {
            out.emptyArrays += 1
            out.lists[field.signal, default: PlainCodes()].codes += []
        }
        guard !codes.isEmpty else { return }
        var list = out.lists[field.signal] ?? PlainCodes()
        list.codes += codes
        list.outer = outer
        if let own, own.0 > list.time ?? .min {
            list.time = own.0
            list.quality = own.1
        }
        out.lists[field.signal] = list
    }

    private mutating func hexadecimal(
        _ bytes: [UInt8], _ bits: Int, _ isSigned: Bool, _ node: PlainNode, _ field: FieldMapping,
        _ signal: SignalID, time: Int64?, quality: TimeQuality
    ) throws(DecodeError) {
        guard let value = Self.digits(bytes) else {
            if field.words.isEmpty { throw DecodeError(.wrongType, at: node.start) }
            out.outcome.outOfRange += 1
            return
        }
        let ones = bits == 64 ? UInt64.max : (UInt64(1) << bits) - 1
        if value == ones {
            out.outcome.absent += 1
        } else if value > ones {
            out.outcome.outOfRange += 1
        } else {
            let isNegative = isSigned && value >> (bits - 1) == 1
            let text = isNegative ? "-\(ones - value + 1)" : "\(value)"
            // The words of the mapping were asked for the digits themselves.
            var numeric = field
            numeric.words = [:]
            try number(text, node, numeric, signal, time: time, quality: quality)
        }
    }

    private static func digits(_ bytes: [UInt8]) -> UInt64? {
        var text = String(decoding: bytes, as: UTF8.self)
        if text.lowercased().hasPrefix("0x"), bytes.count > 2 { text.removeFirst(2) }
        guard text.utf8.count <= 16, text.first != "+", text.first != "-" else { return nil }
        return UInt64(text, radix: 16)
    }

    private mutating func quantity(
        _ bytes: [UInt8], _ node: PlainNode, _ field: FieldMapping, _ signal: SignalID,
        time: Int64?, quality: TimeQuality
    ) throws(DecodeError) {
        let text = String(decoding: bytes, as: UTF8.self)
        let pattern = /(-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?)(.*)/.dotMatchesNewlines()
        let match = try? pattern.wholeMatch(in: text)
        let rest = match?.5 ?? ""
        // What follows must not look like more of the number.
        let next = rest.utf8.first ?? 0
        let isLate = match?.4 != nil
        let goesOn =
            !isLate && (next | 0x20 == 0x65 || match?.3 == nil && next == 0x2E)
            || match?.2 == "0" && match?.3 == nil && !isLate && (0x30...0x39).contains(next)
        guard let match, !goesOn else {
            if field.words.isEmpty { throw DecodeError(.wrongType, at: node.start) }
            out.outcome.outOfRange += 1
            return
        }
        var converted = field
        var word = Array(rest.utf8)
        while let first = word.first, first <= 0x20 { word.removeFirst() }
        if !word.isEmpty {
            let name = String(decoding: word, as: UTF8.self)
            guard let unit = Self.unit(name, field, catalogue[signal]) else {
                out.outcome.outOfRange += 1
                return
            }
            converted.unit = unit
        }
        try number(String(match.1), node, converted, signal, time: time, quality: quality)
    }

    /// The codes in a text; what is none is counted.
    mutating func codes(_ bytes: [UInt8], _ field: FieldMapping) -> [TroubleCode] {
        var codes: [TroubleCode] = []
        let between = Set(",;[]\"".utf8)
        for word in bytes.split(whereSeparator: { between.contains($0) || $0 <= 0x20 }) {
            let text = String(decoding: word, as: UTF8.self)
            var code = TroubleCode(text)
            if case .hexadecimal(let bits, _) = field.format {
                code = nil
                if let value = Self.digits(Array(word)), value != 0, value >> bits == 0 {
                    code =
                        bits > 16
                        ? TroubleCode(
                            code: UInt16(truncatingIfNeeded: value >> 8),
                            failureType: UInt8(truncatingIfNeeded: value))
                        : TroubleCode(code: UInt16(truncatingIfNeeded: value))
                }
            }
            if let code { codes.append(code) } else { out.outcome.outOfRange += 1 }
        }
        return codes
    }

    /// A calendar's date by what a pattern finds in it.
    static func calendar(_ text: String, _ kind: TimeKind) -> Int64? {
        let clock =
            #"(?:[Tt ](?<h>[0-9]{2}):(?<m>[0-9]{2})(?::(?<s>[0-9]{2})(?:\.(?<f>[0-9]{1,9}))?)?"#
            + #" ?(?<z>[+-][0-9]{2}(?::?[0-9]{2})?|[A-Za-z]*))?"#
        let date: String
        switch kind {
        case .iso, .epochSecondsOrISO: date = #"(?<y>[0-9]{4})-(?<o>[0-9]{2})-(?<d>[0-9]{2})"#
        case .dayMonthOrMonthDay where text.dropFirst(2).first == ".":
            date = #"(?<d>[0-9]{2})\.(?<o>[0-9]{2})\.(?<y>[0-9]{4})"#
        case .dayMonthOrMonthDay: date = #"(?<o>[0-9]{2})\/(?<d>[0-9]{2})\/(?<y>[0-9]{4})"#
        default: return nil
        }
        guard let match = try? Regex(date + clock).wholeMatch(in: text) else { return nil }
        func part(_ name: String) -> Substring? { match[name]?.substring }
        func number(_ name: String) -> Int { part(name).flatMap { Int($0) } ?? 0 }
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        var zone = String(part("z") ?? "")
        if zone.first != "+", zone.first != "-" { zone = "Z" }
        if zone.count == 3 { zone += ":00" }
        if zone.count == 5 { zone.insert(":", at: zone.index(zone.startIndex, offsetBy: 3)) }
        let fraction = part("f").map { ".\($0)" } ?? ""
        return Timestamp(
            rfc3339: "\(part("y") ?? "")-\(two(number("o")))-\(two(number("d")))"
                + "T\(two(number("h"))):\(two(number("m"))):\(two(number("s")))\(fraction)\(zone)")?
            .milliseconds
    }
}

extension TimeKind {
    /// Whether a number is a time.
    var isCounted: Bool {
        [.epochMilliseconds, .epochSeconds, .rfc3339OrMilliseconds, .epochSecondsOrISO]
            .contains(self)
    }
}
