import PayloadDecoding
import VehicleSignals

/// Reads the mapping of a document, or of fields that come one a message.
///
/// ## Keys of a mapping
/// - `time`: where the values' time stands: `path`, `kind` (`rfc3339`, `epoch_ms`, `epoch_s`,
///   `rfc3339_or_ms`; default `rfc3339`), `quality` (`event` or `backend`; default `event`).
///   Without it the time of arrival stands in.
/// - `vehicle` (path): where the document names its vehicle.
/// - `fields` (list, required), each with
///   - `path` (required): keys from the outside in, with dots; `\.` is a dot within a key.
///   - `signal` (required): path in the catalogue.
///   - `unit`: what the source writes, if it is not the catalogue's unit.
///   - `scale` (number): factor before the unit.
///   - `invalid` (list): numbers and texts that mean "no value", besides the source's own list.
///   - `values`: word → value, where texts stand for values.
///   - `missing`: the value where the object around is there and this key is not.
///   - `numbers_as_text` (true or false): overrides the source's.
///   - `time`: as above, for this field alone.
struct FieldReader {
    let catalogue: SignalCatalogue
    let numbersAsText: Bool
    let invalid: [String]

    func document(_ entry: YAMLMapping) -> DocumentMapping {
        let time = entry.has("time") ? self.time(entry.mapping("time")) : nil
        let vehicle = entry.text("vehicle").flatMap { path($0, entry, key: "vehicle") }
        let fields = entry.mappings("fields").compactMap { field($0, time: time) }
        if !entry.has("fields") {
            entry.report(
                "fields", "the mapping has no fields",
                remedy: "write  fields:  and below it  - {path: speed, signal: Vehicle.Speed}")
        }
        entry.finish()
        return DocumentMapping(fields: fields, vehiclePath: vehicle)
    }

    private func field(_ entry: YAMLMapping, time: TimeMapping?) -> FieldMapping? {
        let path = entry.requiredString("path", example: "report.mileage")
            .flatMap { self.path($0, entry, key: "path") }
        let name = entry.requiredString("signal", example: "Vehicle.Speed")
        let signal = name.flatMap { catalogue.id(of: $0) }
        if let name, signal == nil {
            let near = closest(to: name, in: catalogue.definitions.map(\.path))
            entry.report(
                "signal", "the catalogue has no signal \(name)",
                remedy: near.map { "did you mean \($0)?" } ?? "add it to signals.yaml first")
        }
        let definition = signal.map { catalogue[$0] }
        let unit = entry.unit("unit")
        if let unit, let definition, unit.conversion(to: definition.unit) == nil {
            let target = definition.unit.symbol.isEmpty ? "no unit" : definition.unit.symbol
            entry.report(
                "unit", "\(unit.symbol) does not convert into \(target) of \(definition.path)",
                remedy: "write the unit that the source sends, or another signal")
        }
        let reach = -1e12...1e12
        let scale = entry.double("scale", in: reach, default: 1)
        if scale == 0 {
            entry.report("scale", "a scale of 0 makes every value 0", remedy: "leave it out")
        }
        let markers = invalid + entry.strings("invalid", default: [])
        let words = self.words(entry, definition)
        let missing = entry.text("missing").flatMap {
            constant($0, definition, entry, key: "missing")
        }
        let asText = entry.bool("numbers_as_text", default: numbersAsText)
        let own = entry.has("time") ? self.time(entry.mapping("time")) : nil
        entry.finish()
        guard let path, let definition else { return nil }
        return FieldMapping(
            path: path, signal: definition.path, unit: unit, scale: scale,
            invalidNumbers: markers.compactMap { Double($0) },
            invalidTexts: markers.filter { Double($0) == nil }, words: words, missing: missing,
            takesNumbersAsText: asText, time: own ?? time)
    }

    private func words(
        _ entry: YAMLMapping, _ definition: SignalDefinition?
    ) -> [String: FieldMapping.Constant] {
        guard entry.has("values") else { return [:] }
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

    private func time(_ entry: YAMLMapping) -> TimeMapping? {
        let path = entry.requiredString("path", example: "capturedAt")
            .flatMap { self.path($0, entry, key: "path") }
        let kind = entry.word(
            "kind", of: TimeKind.allCases.map(\.word), default: TimeKind.rfc3339.word)
        let quality = entry.word(
            "quality", of: [TimeQuality.event.word, TimeQuality.backend.word],
            default: TimeQuality.event.word)
        entry.finish()
        guard let path else { return nil }
        return TimeMapping(
            path: path, kind: TimeKind(word: kind) ?? .rfc3339,
            quality: quality == TimeQuality.backend.word ? .backend : .event)
    }

    /// Splits at dots; `\.` stands for a dot within a key.
    private func path(_ text: String, _ entry: YAMLMapping, key: String) -> [String]? {
        var keys = [""]
        var isEscaped = false
        for character in text {
            if isEscaped {
                keys[keys.count - 1].append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "." {
                keys.append("")
            } else {
                keys[keys.count - 1].append(character)
            }
        }
        guard !isEscaped, !keys.contains(""), keys.count < DecodingLimits.nestingMax else {
            entry.report(
                key, "\"\(text)\" is no path",
                remedy: "write keys with dots between them, as in report.mileage")
            return nil
        }
        return keys
    }
}
