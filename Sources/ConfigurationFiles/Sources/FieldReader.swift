import PayloadDecoding
import VehicleSignals

/// Reads the mapping of a document, or of fields that come one a message. The language is told for
/// people in `docs/sources/README.md`.
///
/// ## Keys of a mapping
/// - `time`: where the values' time stands: `path`, `kind` (one of ``TimeKind``'s words; default
///   `rfc3339`), `quality` (`event` or `backend`; default `event`). Without it the time of arrival
///   stands in. A path that begins with a dot begins where the fields' paths do.
/// - `vehicle` (path): where the document names its vehicle.
/// - `below` (paths): every field's path begins below one of these.
/// - `reading` (word): the shape of the objects at which the fields' paths end; see
///   ``ShapeReader``.
/// - `fields` (list, required), each with
///   - `path` (required): keys from the outside in, with dots; see `PathStep`.
///   - `signal` (required): path in the catalogue. Or `signals: all`: every signal of the
///     catalogue, whose path stands in place of `{signal}` in `path` or in `when`.
///   - `unit`: what the source writes, if it is not the catalogue's unit.
///   - `scale`, `offset` (numbers): factor, and then sum, before the unit.
///   - `invalid` (list): numbers and texts that mean "no value", besides the source's own list.
///   - `values`: word → value, where texts stand for values.
///   - `spellings` (list): other ways in which the source writes the path's last key.
///   - `missing`: the value where the object around is there and this key is not; with `spellings`
///     beside it, and every key of the object is known.
///   - `numbers_as_text` (true or false): overrides the source's.
///   - `time`, `reading`: as above, for this field alone; `reading: bare` for none.
///   - `when`, `unless`, `format`, `bits`, `signed`, `until`, `part`: see ``ShapeReader``.
struct FieldReader {
    let catalogue: SignalCatalogue
    /// Edition by which `signals: all` writes the paths.
    let edition: Int
    let numbersAsText: Bool
    let invalid: [String]
    let booleans: [String: FieldMapping.Constant]
    let shapes: ShapeReader

    /// What a mapping says for all its fields.
    private struct Inherited {
        var time: TimeMapping?
        var below: [PathStep]
        var shape: ReadingShape?
    }

    func document(_ entry: YAMLMapping) -> DocumentMapping {
        let vehicle = entry.text("vehicle").flatMap { shapes.path($0, entry, key: "vehicle") }
        let bases = entry.strings("below", default: ["."])
            .compactMap { shapes.path($0, entry, key: "below") }
        let shape = shapes.named(entry)
        let times = entry.has("time") ? shapes.times(entry.mapping("time"), below: bases) : []
        let entries = entry.mappings("fields")
        var fields: [FieldMapping] = []
        for (index, base) in bases.enumerated() {
            let common = Inherited(
                time: index < times.count ? times[index] : nil, below: base, shape: shape)
            for entry in entries {
                let new = self.fields(entry, common)
                check(new, against: fields, entry)
                fields += new
            }
        }
        if !entry.has("fields") || entry.isEmptyList("fields") {
            entry.report(
                "fields", "the mapping has no fields",
                remedy: "write  fields:  and below it  - {path: speed, signal: Vehicle.Speed}")
        }
        entries.forEach { $0.finish() }
        entry.finish()
        return DocumentMapping(fields: fields, vehiclePath: vehicle)
    }

    /// Notes a path that leads nowhere, and a value that is taken for one signal twice.
    private func check(
        _ new: [FieldMapping], against fields: [FieldMapping], _ entry: YAMLMapping
    ) {
        guard let field = new.first else { return }
        // An object that is one reading may be the place itself.
        if !PathStep.isPossible(field.path), field.shape == nil || !field.path.isEmpty {
            entry.report(
                "path",
                "\(field.path.text): a path begins with a key and enters JSON in a text "
                    + "at most once",
                remedy: "begin with a key, and write (json) once")
        }
        let isThere = fields.contains {
            $0.path == field.path && $0.signal == field.signal && $0.shape == field.shape
                && $0.when == field.when && $0.unless == field.unless && $0.part == field.part
        }
        if new.count == 1, isThere {
            entry.report(
                "path", "\(field.path.text) is taken for \(field.signal) twice",
                remedy: "leave one of them out")
        }
        checkSpellings(field, against: fields, entry)
    }

    /// Notes a spelling that is no key, or the path of another field.
    private func checkSpellings(
        _ field: FieldMapping, against fields: [FieldMapping], _ entry: YAMLMapping
    ) {
        var isKey = false
        if case .key? = field.path.last { isKey = true }
        if !field.spellings.isEmpty, !isKey || field.spellings.contains("") {
            entry.report(
                "spellings", "only the key at the end of a path has spellings",
                remedy: "let the path end with a key, and write keys without dots before them")
        }
        let clash = fields.first {
            $0.spelledPaths.contains(field.path) || field.spelledPaths.contains($0.path)
                || $0.path != field.path
                    && field.spelledPaths.contains(where: $0.spelledPaths.contains)
        }
        if let clash {
            entry.report(
                entry.has("spellings") ? "spellings" : "path",
                "\(field.path.text) and \(clash.path.text) are one by their spellings",
                remedy: "leave the spelling out, or the field that has it as its path")
        }
    }

    /// One field, or one for each signal of the catalogue.
    private func fields(_ entry: YAMLMapping, _ common: Inherited) -> [FieldMapping] {
        guard entry.has("signals") else { return field(entry, common).map { [$0] } ?? [] }
        _ = entry.word("signals", of: ["all"], default: "all")
        let text = entry.requiredString("path", example: "signals.{signal}") ?? ""
        let condition = shapes.condition(entry, "when")
        let isInPath = text.contains("{signal}")
        let isInCondition = condition?.words.contains { $0.contains("{signal}") } == true
        if isInPath == isInCondition {
            entry.report(
                "signals", "nothing says where the signal's path stands",
                remedy: "write {signal} once: in  path:  or in  when:")
            return []
        }
        let path = shapes.path(text, entry, key: "path") ?? []
        let shape = shapes.named(entry) ?? common.shape
        let asText = entry.bool("numbers_as_text", default: numbersAsText)
        let markers = invalid + entry.strings("invalid", default: [])
        return catalogue.definitions.flatMap { definition in
            definition.spellings(in: edition).map { spelling in
                FieldMapping(
                    path: common.below + path.map { $0.filled(with: spelling.path) },
                    signal: definition.path, unit: spelling.unit,
                    invalidNumbers: markers.compactMap(Self.number),
                    invalidTexts: Self.texts(markers, definition),
                    words: definition.datatype == .boolean ? booleans : [:],
                    takesNumbersAsText: asText, time: common.time, shape: shape,
                    when: condition?.filled(with: spelling.path, namesSignal: isInCondition))
            }
        }
    }

    private func field(_ entry: YAMLMapping, _ common: Inherited) -> FieldMapping? {
        let path = entry.requiredString("path", example: "report.mileage")
            .flatMap { shapes.path($0, entry, key: "path") }
        let definition = signal(entry)
        let unit = unit(entry, definition)
        let reach = -1e12...1e12
        let scale = entry.double("scale", in: reach, default: 1)
        if scale == 0 {
            entry.report("scale", "a scale of 0 makes every value 0", remedy: "leave it out")
        }
        let offset = entry.double("offset", in: reach, default: 0)
        let markers = invalid + entry.strings("invalid", default: [])
        let words = self.words(entry, definition)
        let missing = entry.text("missing").flatMap {
            constant($0, definition, entry, key: "missing")
        }
        let asText = entry.bool("numbers_as_text", default: numbersAsText)
        let own =
            entry.has("time")
            ? shapes.times(entry.mapping("time"), below: [common.below]).first : nil
        let isBare = entry.text("reading") == "bare"
        let shape = shapes.named(entry) ?? (isBare ? nil : common.shape)
        let when = shapes.condition(entry, "when")
        let unless = shapes.condition(entry, "unless")
        let format = shapes.format(entry, definition)
        let part = entry.optionalInt("part", in: 0...99)
        if part != nil, let definition { checkPart(entry, format, definition) }
        let spellings = entry.strings("spellings", default: [])
        guard let path, let definition else { return nil }
        if shape == nil, when != nil || unless != nil {
            entry.report(
                when != nil ? "when" : "unless", "the field does not say where its value stands",
                remedy: "name one of the source's readings:  reading: name")
            return nil
        }
        // Of a date no number is compared but the text as it is written.
        var isDate = false
        if case .until = format { isDate = true }
        let texts = isDate ? markers : Self.texts(markers, definition)
        return FieldMapping(
            path: common.below + path, signal: definition.path, unit: unit, scale: scale,
            offset: offset, invalidNumbers: isDate ? [] : markers.compactMap(Self.number),
            invalidTexts: texts,
            words: words, missing: missing,
            takesNumbersAsText: asText, time: own ?? common.time, format: format, part: part,
            shape: shape, when: when, unless: unless, spellings: spellings)
    }

    /// Notes a part of what is read as a whole.
    private func checkPart(
        _ entry: YAMLMapping, _ format: ValueFormat, _ definition: SignalDefinition
    ) {
        var whole: String?
        switch format {
        case .plain, .quantity, .hemisphere: break
        case .hexadecimal: whole = "a text of hexadecimal digits"
        case .topic: whole = "a level of the topic"
        case .until: whole = "a date"
        }
        if definition.datatype == .troubleCodes { whole = "a list of trouble codes" }
        if let whole {
            entry.report("part", "\(whole) has no parts", remedy: "leave it out")
        }
    }

    /// `nan` is a text like others, and so is `0x10`.
    private static func number(_ text: String) -> Double? {
        guard !text.lowercased().contains("x") else { return nil }
        return Double(text).flatMap { $0.isFinite ? $0 : nil }
    }

    /// The markers that are compared as texts: for a number those that are none, else all.
    private static func texts(_ markers: [String], _ definition: SignalDefinition) -> [String] {
        definition.datatype.isNumber ? markers.filter { number($0) == nil } : markers
    }

    private func signal(_ entry: YAMLMapping) -> SignalDefinition? {
        guard let name = entry.requiredString("signal", example: "Vehicle.Speed") else {
            return nil
        }
        if let signal = catalogue.id(of: name) { return catalogue[signal] }
        let near = closest(to: name, in: catalogue.definitions.map(\.path))
        entry.report(
            "signal", "the catalogue has no signal \(name)",
            remedy: near.map { "did you mean \($0)?" } ?? "add it to signals.yaml first")
        return nil
    }

    private func unit(_ entry: YAMLMapping, _ definition: SignalDefinition?) -> Unit? {
        let unit = entry.unit("unit")
        if let unit, let definition, unit.conversion(to: definition.unit) == nil {
            let target = definition.unit.symbol
            entry.report(
                "unit",
                target.isEmpty
                    ? "\(definition.path) has no unit that \(unit.symbol) could become"
                    : "\(unit.symbol) does not convert into \(target) of \(definition.path)",
                remedy: target.isEmpty
                    ? "leave the unit out, or name another signal"
                    : "write the unit that the source sends, or another signal")
        }
        return unit
    }

    private func words(
        _ entry: YAMLMapping, _ definition: SignalDefinition?
    ) -> [String: FieldMapping.Constant] {
        guard entry.has("values") else {
            return definition?.datatype == .boolean ? booleans : [:]
        }
        let values = entry.mapping("values")
        var words: [String: FieldMapping.Constant] = [:]
        for word in values.keys {
            guard let text = values.text(word) else { continue }
            words[word] = constant(text, definition, values, key: word)
        }
        return words
    }

    private func constant(
        _ text: String, _ definition: SignalDefinition?, _ entry: YAMLMapping, key: String
    ) -> FieldMapping.Constant? {
        guard let definition else { return nil }
        var found: FieldMapping.Constant?
        switch definition.datatype {
        case .boolean:
            if text == "true" || text == "false" { found = .boolean(text == "true") }
        case .string: found = .word(text)
        case .troubleCodes: break
        default: found = Double(text).map { .number($0) }
        }
        if let found, found.fits(definition) { return found }
        let remedy =
            switch definition.datatype {
            case .boolean: "write true or false"
            case .string: "write one of " + definition.allowed.joined(separator: ", ")
            case .troubleCodes: "lists of trouble codes take no fixed values"
            default: "write a number within the signal's range"
            }
        entry.report(key, "\(definition.path) cannot be \"\(text)\"", remedy: remedy)
        return nil
    }
}

extension FieldMapping {
    /// Paths that lead to the field by other spellings of its last key.
    fileprivate var spelledPaths: [[PathStep]] {
        spellings.map { path.dropLast() + [.key($0)] }.filter { $0 != path }
    }
}

extension SignalDefinition {
    /// How an edition writes the signal, with dots and with slashes, each with its unit.
    fileprivate func spellings(in edition: Int) -> [Spelling] {
        var all: [String: Unit] = [path: unit]
        for spelling in spellings where spelling.editions.contains(edition) {
            all[spelling.path] = spelling.unit
        }
        for (path, unit) in all { all[path.replacing(".", with: "/")] = unit }
        return all.sorted { $0.key < $1.key }.map {
            Spelling(path: $0.key, editions: edition...edition, unit: $0.value)
        }
    }
}

extension PathStep {
    fileprivate func filled(with signal: String) -> PathStep {
        guard case .key(let key) = self else { return self }
        return .key(key.replacing("{signal}", with: signal))
    }
}

extension MemberCondition {
    fileprivate func filled(with signal: String, namesSignal: Bool) -> MemberCondition {
        MemberCondition(
            path: path, words: Set(words.map { $0.replacing("{signal}", with: signal) }),
            namesSignal: namesSignal)
    }
}
