import PayloadDecoding
import VehicleSignals

/// Reads what a mapping says about paths, times, objects that are one reading, and ways of writing
/// a value.
///
/// ## Keys of `readings`, by name
/// - `value` (path, or a list of paths of which the first that is there holds; required)
/// - `join` (true or false, default false): the paths of `value` lead to parts of one text, which
///   is there if all of them are.
/// - `unit` (path): the member with the word of the unit; without it, or where the payload leaves
///   it out, the field's own unit holds.
/// - `time`: as in a mapping, below the object.
/// - `each` (path): a member that holds several readings of this shape, in an array or alone; the
///   paths above begin in each of them.
///
/// ## Keys of a field
/// - `when`, `unless`: `{member: word}` or `{member: [words]}`, below the object.
/// - `format`: `plain`, `hex` (of numbers with `bits`, default 32, and `signed`), `quantity`
///   (`12 months`), `hemisphere` (`122.1 W`) or `topic` (the value is the topic's field).
/// - `until` (kind of time): the value is a date; the reading is how long it is until then, from
///   the reading's own time.
struct ShapeReader {
    let names: [String: ReadingShape]

    init(_ root: YAMLMapping) {
        var names: [String: ReadingShape] = [:]
        let entries = root.mapping("readings")
        for name in entries.keys {
            let entry = entries.mapping(name)
            let values = entry.strings("value", default: [])
                .compactMap { Self.path($0, entry, key: "value") }
            if values.isEmpty, !entry.has("value") {
                entry.report(
                    "value", "the reading \(name) does not say where its value stands",
                    remedy: "write  value: path")
            }
            let unit = entry.text("unit").flatMap { Self.path($0, entry, key: "unit") }
            let time = entry.has("time") ? Self.time(entry.mapping("time"), below: []) : nil
            let each = entry.text("each").flatMap { Self.path($0, entry, key: "each") }
            let joins = entry.bool("join", default: false)
            if joins, values.count < 2 {
                entry.report(
                    "join", "there is nothing to join",
                    remedy: "write  value: [first, second], the parts of the text in their order")
            }
            entry.finish()
            names[name] = ReadingShape(
                values: values, unit: unit, time: time, each: each, joinsValues: joins)
        }
        self.names = names
    }

    /// The shape that the entry's `reading` names.
    func named(_ entry: YAMLMapping) -> ReadingShape? {
        guard let name = entry.text("reading"), name != "bare" else { return nil }
        if let shape = names[name] { return shape }
        let known = names.keys.sorted() + ["bare"]
        let near = closest(to: name, in: known).map { "did you mean \($0)? " } ?? ""
        entry.report(
            "reading", "there is no reading \(name)",
            remedy: near + "write one of " + known.joined(separator: ", "))
        return nil
    }

    /// The one member that a condition looks at, and the words that it looks for.
    func condition(_ entry: YAMLMapping, _ key: String) -> MemberCondition? {
        guard entry.has(key) else { return nil }
        let members = entry.mapping(key)
        guard members.keys.count == 1, let member = members.keys.first else {
            entry.report(
                key, "a condition looks at one member", remedy: "write  \(key): {member: word}")
            return nil
        }
        let words = members.strings(member, default: [])
        guard let path = Self.path(member, members, key: member), !words.isEmpty else { return nil }
        return MemberCondition(path: path, words: Set(words))
    }

    func format(_ entry: YAMLMapping, _ definition: SignalDefinition?) -> ValueFormat {
        let word = entry.word(
            "format", of: ["plain", "hex", "quantity", "hemisphere", "topic"], default: "plain")
        let bits = entry.int("bits", in: 1...64, default: 32)
        let isSigned = entry.bool("signed", default: false)
        let isText = definition?.datatype == .string
        if word != "hex" || isText, entry.has("bits") || entry.has("signed") {
            entry.report(
                entry.has("bits") ? "bits" : "signed", "only hexadecimal numbers have a width",
                remedy: isText ? "leave it out" : "write  format: hex  or leave it out")
        }
        if let definition { checkKind(word, definition, entry) }
        let kinds = TimeKind.allCases.map(\.word)
        if entry.has("until") {
            let kind = TimeKind(word: entry.word("until", of: kinds, default: "iso")) ?? .iso
            if let definition, definition.unit.dimension != .time {
                entry.report(
                    "until", "\(definition.path) is no span of time",
                    remedy: "name a signal that counts seconds, or leave it out")
            }
            return .until(kind)
        }
        switch word {
        case "hex": return .hexadecimal(bits: bits, isSigned: isSigned)
        case "quantity": return .quantity
        case "hemisphere": return .hemisphere
        case "topic": return .topic
        default: return .plain
        }
    }

    /// Tells where a format does not fit the signal.
    private func checkKind(
        _ word: String, _ definition: SignalDefinition, _ entry: YAMLMapping
    ) {
        let isNumber = definition.datatype.isNumber
        let isText = definition.datatype == .string
        let fits =
            switch word {
            case "hex": definition.datatype != .boolean && (!isText || definition.allowed.isEmpty)
            case "quantity", "hemisphere": isNumber
            case "topic": isText
            default: true
            }
        guard !fits else { return }
        entry.report(
            "format", "\(definition.path) cannot be written as \(word)",
            remedy: word == "topic"
                ? "name a signal that is a text" : "name a signal that is a number")
    }

    /// The time below each of the bases: one for all where its path begins outermost.
    func times(_ entry: YAMLMapping, below bases: [[PathStep]]) -> [TimeMapping] {
        bases.compactMap { Self.time(entry, below: $0) }
    }

    func path(_ text: String, _ entry: YAMLMapping, key: String) -> [PathStep]? {
        Self.path(text, entry, key: key)
    }

    private static func time(_ entry: YAMLMapping, below base: [PathStep]) -> TimeMapping? {
        let text = entry.requiredString("path", example: "capturedAt")
        let isBelow = text?.hasPrefix(".") == true
        let path = text.flatMap {
            Self.path(String($0.dropFirst(isBelow ? 1 : 0)), entry, key: "path")
        }
        let kind = entry.word(
            "kind", of: TimeKind.allCases.map(\.word), default: TimeKind.rfc3339.word)
        let quality = entry.word(
            "quality", of: [TimeQuality.event.word, TimeQuality.backend.word],
            default: TimeQuality.event.word)
        entry.finish()
        guard let path else { return nil }
        return TimeMapping(
            path: isBelow ? base + path : path, kind: TimeKind(word: kind) ?? .rfc3339,
            quality: quality == TimeQuality.backend.word ? .backend : .event)
    }

    private static func path(_ text: String, _ entry: YAMLMapping, key: String) -> [PathStep]? {
        guard let steps = [PathStep](path: text), steps.count < DecodingLimits.nestingMax else {
            entry.report(
                key, "\"\(text)\" is no path",
                remedy: "write keys with dots between them, as in report.mileage or "
                    + "tyres[].pressure; \\. is a dot within a key")
            return nil
        }
        return steps
    }
}
