public import VehicleSignals

extension SourceCompiler {
    /// The rule that makes readings of `signal` out of what `field` describes.
    mutating func makeRule(
        _ field: FieldMapping, signal: SignalID
    ) throws(MappingFlaw) -> ValueRule {
        let definition = catalogue[signal]
        let path = field.path.text
        var rule = ValueRule(signal: signal, kind: kind(of: definition))
        rule.takesNumbersAsText = field.takesNumbersAsText
        rule.hasWords = !field.words.isEmpty
        let words = field.words.keys + field.invalidTexts + definition.allowed
        rule.hasNumberWords = words.contains { Self.mayBeNumber($0) }
        rule.hasCommaWords = words.contains { $0.contains(",") }
        let isNumber = rule.kind == .integer || rule.kind == .double
        if isNumber {
            try setConversion(&rule, field, definition)
        } else if field.scale != 1 || field.offset != 0
            || (field.unit ?? definition.unit) != definition.unit
        {
            throw flaw(.notANumber(path: path))
        }
        if rule.kind == .text || rule.kind == .troubleCodes, rule.hasWords {
            throw flaw(.notANumber(path: path))
        }
        rule.sentinelStart = Int32(sentinels.count)
        rule.sentinelCount = Int32(field.invalidNumbers.count)
        sentinels.append(contentsOf: field.invalidNumbers)
        rule.wordScope = try makeWords(field, definition, signal, path: path)
        for text in field.invalidTexts {
            guard let count = Self.beginning(of: text)?.utf8.count else { continue }
            guard rule.beginning == 0 || Int(rule.beginning) == count, count <= 255 else {
                throw flaw(.beginnings(path: path))
            }
            rule.beginning = UInt8(count)
        }
        return rule
    }

    /// What `viss-inline:*` stands for: every text that begins so. `nil` for a text of its own.
    private static func beginning(of text: String) -> String? {
        text.hasSuffix("*") && text != "*" ? String(text.dropLast()) : nil
    }

    /// Whether a word looks like a number on its first look.
    private static func mayBeNumber(_ word: String) -> Bool {
        let text = beginning(of: word) ?? word
        // A lone minus is the beginning of many.
        if text == "-" { return true }
        let first = text.utf8.first { $0 != UInt8(ascii: "-") } ?? 0
        return first >= 0x30 && first <= 0x39
    }

    private func kind(of definition: SignalDefinition) -> ValueRule.Kind {
        switch definition.datatype {
        case .boolean: .boolean
        case .float, .double: .double
        case .string: definition.allowed.isEmpty ? .text : .allowed
        case .troubleCodes: .troubleCodes
        case .int8, .uint8, .int16, .uint16, .int32, .uint32, .int64, .uint64: .integer
        }
    }

    private func setConversion(
        _ rule: inout ValueRule, _ field: FieldMapping, _ definition: SignalDefinition
    ) throws(MappingFlaw) {
        let unit = field.unit ?? definition.unit
        guard let conversion = unit.conversion(to: definition.unit) else {
            throw flaw(.unitMismatch(signal: definition.path, unit: unit.symbol))
        }
        rule.conversion = conversion.preceded(byScale: field.scale, offset: field.offset)
        let minimum = definition.minimum ?? -.greatestFiniteMagnitude
        let maximum = definition.maximum ?? .greatestFiniteMagnitude
        if let range = definition.datatype.integerRange {
            rule.lowest = max(range.lowerBound, Self.bound(minimum.rounded(.up)))
            rule.highest = min(range.upperBound, Self.bound(maximum.rounded(.down)))
        }
        let reach =
            definition.datatype == .float
            ? Double(Float.greatestFiniteMagnitude) : Double.greatestFiniteMagnitude
        rule.minimum = max(minimum, -reach)
        rule.maximum = min(maximum, reach)
    }

    private static func bound(_ value: Double) -> Int64 {
        Int64(exactly: value) ?? (value < 0 ? .min : .max)
    }

    /// Words of the mapping, the catalogue's allowed words, and texts that mean "absent".
    private mutating func makeWords(
        _ field: FieldMapping, _ definition: SignalDefinition, _ signal: SignalID, path: String
    ) throws(MappingFlaw) -> UInt32 {
        if field.words.isEmpty, field.invalidTexts.isEmpty {
            if definition.allowed.isEmpty { return 0 }
            if let scope = allowedScopes[signal] { return scope }
        }
        let scope = names.newScope()
        for beginning in Set(field.invalidTexts.compactMap(Self.beginning)).sorted() {
            _ = try addName(scope: scope, beginning, WordValue.absentBeginning)
        }
        for text in Set(field.invalidTexts).sorted() where Self.beginning(of: text) == nil {
            _ = try addName(scope: scope, text, WordValue.absent)
        }
        for (word, constant) in field.words.sorted(by: { $0.key < $1.key }) {
            let value = try wordIndex(constant, definition, path: path)
            guard try addName(scope: scope, word, value) else { throw flaw(.pathTwice(path)) }
        }
        for (index, word) in definition.allowed.enumerated() {
            // A word of the mapping, or one that means "absent", goes before the catalogue's.
            if try addName(scope: scope, word, Int32(words.count)) {
                words.append(WordValue(kind: .allowed, bits: UInt64(index)))
            }
        }
        if field.words.isEmpty, field.invalidTexts.isEmpty { allowedScopes[signal] = scope }
        return scope
    }

    /// Adds a constant to the words; its index.
    mutating func wordIndex(
        _ constant: FieldMapping.Constant, _ definition: SignalDefinition, path: String
    ) throws(MappingFlaw) -> Int32 {
        guard let value = Self.value(of: constant, definition) else {
            throw flaw(.wrongConstant(path: path))
        }
        words.append(value)
        return Int32(words.count - 1)
    }

    /// A constant as a value of the signal; `nil` if the signal cannot have it.
    static func value(
        of constant: FieldMapping.Constant, _ definition: SignalDefinition
    ) -> WordValue? {
        switch constant {
        case .boolean(let value):
            return definition.datatype == .boolean
                ? WordValue(kind: .boolean, bits: value ? 1 : 0) : nil
        case .word(let word):
            return definition.allowed.firstIndex(of: word).map {
                WordValue(kind: .allowed, bits: UInt64($0))
            }
        case .number(let number):
            guard number.isFinite, number >= definition.minimum ?? -.infinity,
                number <= definition.maximum ?? .infinity
            else { return nil }
            if let range = definition.datatype.integerRange {
                guard let whole = Int64(exactly: number), range.contains(whole) else { return nil }
                return WordValue(kind: .integer, bits: UInt64(bitPattern: whole))
            }
            guard definition.datatype == .float || definition.datatype == .double else {
                return nil
            }
            return WordValue(kind: .double, bits: number == 0 ? 0 : number.bitPattern)
        }
    }
}

extension FieldMapping.Constant {
    /// Whether a signal can have this value: type, range and allowed words.
    public func fits(_ definition: SignalDefinition) -> Bool {
        SourceCompiler.value(of: self, definition) != nil
    }
}
