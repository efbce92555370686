import PayloadDecoding
import VehicleSignals

// Texts in digits or in parts, and degrees with a letter, said plainly.

extension PlainDecoder {
    /// A text whose parts are several members.
    mutating func joined(
        _ parts: [PlainNode], _ field: FieldMapping, _ signal: SignalID, time: Int64?,
        quality: TimeQuality
    ) throws(DecodeError) {
        var found: [[UInt8]?] = []
        for part in parts {
            if part.isNull {
                out.outcome.absent += 1
                return
            }
            if case .hexadecimal = field.format, case .number = part.value {
                found.append(nil)
                continue
            }
            guard case .text(let text, false) = part.value else {
                throw DecodeError(.wrongType, at: part.start)
            }
            var bytes = Array(text.utf8)
            while let first = bytes.first, first <= 0x20 { bytes.removeFirst() }
            while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
            let content = String(decoding: bytes, as: UTF8.self)
            if bytes.isEmpty || word(content, field, catalogue[signal]) != nil {
                out.outcome.absent += 1
                return
            }
            if case .hexadecimal = field.format {
                found.append(Self.characters(bytes))
            } else {
                found.append(bytes)
            }
        }
        add(found, signal, time: time, quality: quality)
    }

    /// A reading of all parts together; `nil` among them: not a text.
    mutating func add(
        _ parts: [[UInt8]?], _ signal: SignalID, time: Int64?, quality: TimeQuality
    ) {
        let bytes = parts.compactMap { $0 }.flatMap { $0 }
        if parts.contains(nil) {
            out.outcome.outOfRange += 1
        } else if bytes.isEmpty {
            out.outcome.absent += 1
        } else {
            let place = UInt64(out.texts.count) << 32 | UInt64(bytes.count)
            out.texts += bytes
            out.add(signal, .text, place, time: time, quality: quality)
        }
    }

    /// What pairs of digits spell without padding; `nil` if that is no text.
    static func characters(_ written: [UInt8]) -> [UInt8]? {
        let text = String(decoding: written, as: UTF8.self)
        guard text.wholeMatch(of: /[0-9A-Fa-f]*/) != nil else { return nil }
        let digits = written.count.isMultiple(of: 2) ? written : [0x30] + written
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { place in
            UInt8(String(decoding: digits[place..<place + 2], as: UTF8.self), radix: 16)
        }
        let spelt = bytes.filter { $0 != 0 }
        return spelt.allSatisfy { (0x20..<0x7F).contains($0) } ? spelt : nil
    }

    mutating func hemisphere(
        _ bytes: [UInt8], _ node: PlainNode, _ field: FieldMapping, _ signal: SignalID,
        time: Int64?, quality: TimeQuality
    ) throws(DecodeError) {
        let text = String(decoding: bytes, as: UTF8.self)
        let number = #"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"#
        let blank = #"[\x00-\x20]*"#
        let pattern = try? Regex(
            #"\(?"# + blank + "(?<number>" + number + ")" + blank + "(?<letter>[NSEWnsew]?)" + blank
                + #"\)?"#)
        let match = try? pattern?.wholeMatch(in: text)
        let digits = match?["number"]?.substring.map(String.init)
        let letter = match?["letter"]?.substring?.uppercased() ?? ""
        let letters =
            field.signal.hasSuffix(".Latitude")
            ? ["", "N", "S"] : field.signal.hasSuffix(".Longitude") ? ["", "E", "W"] : [letter]
        guard let digits, letter.isEmpty || !digits.hasPrefix("-"), letters.contains(letter) else {
            out.outcome.outOfRange += 1
            return
        }
        let isNegative = letter == "S" || letter == "W"
        try self.number(
            isNegative ? "-" + digits : digits, node, field, signal, time: time, quality: quality)
    }
}
