import PayloadDecoding
import VehicleSignals

// Values, times and numbers said plainly.

extension PlainDecoder {
    mutating func scalar(
        _ node: PlainNode, _ field: FieldMapping, _ signal: SignalID, time: Int64?,
        quality: TimeQuality
    ) throws(DecodeError) {
        let definition = catalogue[signal]
        let mismatch = DecodeError(.wrongType, at: node.start)
        switch node.value {
        case .null: out.outcome.absent += 1
        case .object: throw mismatch
        case .list(let items):
            guard definition.datatype == .troubleCodes else { throw mismatch }
            out.add(signal, .listCount, UInt64(items.count), time: time, quality: quality)
            for item in items {
                guard case .text(let text, false) = item.value, let code = TroubleCode(text) else {
                    throw DecodeError(.badTroubleCode, at: item.start)
                }
                out.add(signal, .troubleCode, UInt64(code.packed), time: time, quality: quality)
            }
        case .boolean(let value):
            if definition.datatype == .boolean {
                out.add(signal, .boolean, value ? 1 : 0, time: time, quality: quality)
            } else {
                guard !field.words.isEmpty, let found = word("\(value)", field, definition) else {
                    throw mismatch
                }
                use(found, signal, time: time, quality: quality)
            }
        case .number(let text):
            if !field.words.isEmpty, let found = word(text, field, definition) {
                return use(found, signal, time: time, quality: quality)
            }
            try number(text, node, field, signal, time: time, quality: quality)
        case .text(let text, let hasEscapes):
            if let found = word(text, field, definition) {
                return use(found, signal, time: time, quality: quality)
            }
            try self.text(
                text, hasEscapes, node, field, signal, time: time, quality: quality)
        }
    }

    /// What a word stands for: `.some(nil)` for "no value", `nil` for no such word.
    func word(
        _ text: String, _ field: FieldMapping, _ definition: SignalDefinition
    ) -> FieldMapping.Constant?? {
        let beginnings = field.invalidTexts.filter { $0.count > 1 && $0.hasSuffix("*") }
        let whole = field.invalidTexts.filter { !beginnings.contains($0) }
        if whole.contains(text) || beginnings.contains(text + "*") { return .some(nil) }
        if let constant = field.words[text] { return constant }
        if definition.allowed.contains(text) { return .word(text) }
        let begins = beginnings.contains { text.hasPrefix($0.dropLast()) }
        return begins ? .some(nil) : nil
    }

    mutating func use(
        _ constant: FieldMapping.Constant?, _ signal: SignalID, time: Int64?, quality: TimeQuality
    ) {
        if let constant {
            add(constant, signal, time: time, quality: quality)
        } else {
            out.outcome.absent += 1
        }
    }

    mutating func add(
        _ constant: FieldMapping.Constant, _ signal: SignalID, time: Int64?, quality: TimeQuality
    ) {
        let definition = catalogue[signal]
        switch constant {
        case .boolean(let value):
            out.add(signal, .boolean, value ? 1 : 0, time: time, quality: quality)
        case .word(let word):
            let index = definition.allowed.firstIndex(of: word) ?? 0
            out.add(signal, .allowed, UInt64(index), time: time, quality: quality)
        case .number(let number):
            if definition.datatype.isInteger {
                out.add(
                    signal, .integer, UInt64(bitPattern: Int64(number)), time: time,
                    quality: quality)
            } else {
                out.add(signal, .double, number.bitPattern, time: time, quality: quality)
            }
        }
    }

    private mutating func text(
        _ text: String, _ hasEscapes: Bool, _ node: PlainNode, _ field: FieldMapping,
        _ signal: SignalID, time: Int64?, quality: TimeQuality
    ) throws(DecodeError) {
        let definition = catalogue[signal]
        if definition.datatype == .string {
            if !definition.allowed.isEmpty {
                out.outcome.outOfRange += 1
                return
            }
            let bits = UInt64(out.texts.count) << 32 | UInt64(text.utf8.count)
            out.texts.append(contentsOf: text.utf8)
            return out.add(signal, .text, bits, time: time, quality: quality)
        }
        let isNumber =
            definition.datatype.isInteger || definition.unit.dimension != .none
            || definition.datatype == .float || definition.datatype == .double
        if isNumber, field.takesNumbersAsText, !hasEscapes, Self.isNumber(text) {
            return try number(text, node, field, signal, time: time, quality: quality)
        }
        if definition.datatype == .troubleCodes, isDescribed {
            if hasEscapes { try refuseLong(node) }
            let outOfRange = out.outcome.outOfRange
            let codes = self.codes(Array(text.utf8), field)
            if codes.isEmpty, out.outcome.outOfRange > outOfRange { return }
            out.add(signal, .listCount, UInt64(codes.count), time: time, quality: quality)
            for code in codes {
                out.add(signal, .troubleCode, UInt64(code.packed), time: time, quality: quality)
            }
            return
        }
        if field.words.isEmpty { throw DecodeError(.wrongType, at: node.start) }
        out.outcome.outOfRange += 1
    }

    static func isNumber(_ text: String) -> Bool {
        guard let node = try? PlainParser.parse(Array(text.utf8)),
            case .number(let all) = node.value
        else { return false }
        return all == text
    }

    mutating func number(
        _ text: String, _ node: PlainNode, _ field: FieldMapping, _ signal: SignalID, time: Int64?,
        quality: TimeQuality
    ) throws(DecodeError) {
        let definition = catalogue[signal]
        switch definition.datatype {
        case .boolean, .string:
            let isFree = definition.datatype == .string && definition.allowed.isEmpty
            if field.words.isEmpty || isFree { throw DecodeError(.wrongType, at: node.start) }
            out.outcome.outOfRange += 1
            return
        case .troubleCodes: throw DecodeError(.wrongType, at: node.start)
        default: break
        }
        let value = Double(text) ?? .infinity
        if field.invalidNumbers.contains(value) {
            out.outcome.absent += 1
            return
        }
        let unit = field.unit ?? definition.unit
        let conversion = (unit.conversion(to: definition.unit) ?? .identity)
            .preceded(byScale: field.scale, offset: field.offset)
        if definition.datatype.isInteger, conversion.wholeFactor != 0,
            let whole = Self.wholeNumber(text)
        {
            let (product, overflow) = whole.multipliedReportingOverflow(by: conversion.wholeFactor)
            if overflow || !Self.fits(Double(product), whole: product, definition) {
                out.outcome.outOfRange += 1
            } else {
                out.add(
                    signal, .integer, UInt64(bitPattern: product), time: time, quality: quality)
            }
            return
        }
        guard value.isFinite else { throw DecodeError(.numberOutOfRange, at: node.start) }
        let converted = conversion.apply(value)
        if definition.datatype.isInteger {
            guard abs(converted) <= 9_007_199_254_740_992,
                let whole = Int64(exactly: converted.rounded()),
                Self.fits(converted.rounded(), whole: whole, definition)
            else {
                out.outcome.outOfRange += 1
                return
            }
            out.add(signal, .integer, UInt64(bitPattern: whole), time: time, quality: quality)
        } else if Self.fits(converted, whole: nil, definition) {
            out.add(
                signal, .double, (converted == 0 ? 0 : converted).bitPattern, time: time,
                quality: quality)
        } else {
            out.outcome.outOfRange += 1
        }
    }

    static func fits(_ value: Double, whole: Int64?, _ definition: SignalDefinition) -> Bool {
        if let minimum = definition.minimum, value < minimum { return false }
        if let maximum = definition.maximum, value > maximum { return false }
        if let whole { return definition.datatype.integerRange?.contains(whole) == true }
        if definition.datatype == .float {
            return abs(value) <= Double(Float.greatestFiniteMagnitude)
        }
        return value.isFinite
    }

    /// A decimal as a whole number, by moving the point through its digits.
    static func wholeNumber(_ text: String) -> Int64? {
        var rest = Substring(text.lowercased())
        let isNegative = rest.hasPrefix("-")
        if isNegative { rest = rest.dropFirst() }
        let parts = rest.split(separator: "e")
        let exponent = parts.count > 1 ? Double(parts[1]) ?? 0 : 0
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        var digits = String(mantissa[0]) + (mantissa.count > 1 ? mantissa[1] : "")
        if digits.allSatisfy({ $0 == "0" }) { return 0 }
        guard abs(exponent) < 5_000 else { return nil }
        let point = mantissa[0].count + Int(exponent)
        if point >= digits.count {
            digits += String(repeating: "0", count: point - digits.count)
        } else {
            guard digits.dropFirst(max(0, point)).allSatisfy({ $0 == "0" }), point > 0 else {
                return nil
            }
            digits = String(digits.prefix(point))
        }
        return Int64((isNegative ? "-" : "") + digits)
    }

    func time(_ node: PlainNode, _ kind: TimeKind) throws(DecodeError) -> Int64? {
        var found: Int64?
        switch node.value {
        case .null, .text("", _): return nil
        case .text(let text, _):
            if kind == .rfc3339 || kind == .rfc3339OrMilliseconds {
                found = Timestamp(rfc3339: text)?.milliseconds
            } else if let calendar = Self.calendar(text, kind) {
                found = calendar
            } else if kind.isCounted, Self.isNumber(text) {
                found = Self.milliseconds(text, kind)
            }
        case .number(let text): if kind.isCounted { found = Self.milliseconds(text, kind) }
        default: break
        }
        guard let found, found >= DecodingLimits.earliestTime, found <= DecodingLimits.latestTime
        else { throw DecodeError(.badTime, at: node.start) }
        return found
    }

    static func milliseconds(_ text: String, _ kind: TimeKind) -> Int64? {
        var scaled = text
        if kind == .epochSeconds || kind == .epochSecondsOrISO {
            let parts = text.lowercased().split(separator: "e")
            let exponent = parts.count > 1 ? Int(parts[1]) ?? 100_000 : 0
            scaled = "\(parts[0])e\(exponent + 3)"
        }
        if let whole = wholeNumber(scaled) { return whole }
        guard let value = Double(scaled), abs(value) < 9e15 else { return nil }
        return Int64(value.rounded(.down))
    }
}
