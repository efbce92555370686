public import VehicleSignals

/// Reads `config/signals.yaml`: the catalogue of signals.
///
/// ## Keys
/// - `signals` (list, required), each with
///   - `path` (text, required): path as of VSS 6.0, or of the overlay.
///   - `type` (word, required): a datatype of VSS, or `trouble_codes`.
///   - `unit` (unit, default none): the unit in which the gateway keeps it.
///   - `min`, `max` (numbers): values outside are absent.
///   - `allowed` (list of words): for texts that are one of a list.
///   - `service` (true or false, default true): may a vehicle with the gate `service_only` send it?
///   - `class` (`D1`…`D15`, default `D2`): its class in the sharing matrix.
///   - `spellings` (list): how other editions write it: `path`, `editions` (`4-5` or `4`), `unit`.
/// - `exports` (list of files beside this one): trees that COVESA's tools export as JSON; their
///   signals join those above, which hold where both have one. See ``VSSExport``.
public enum SignalFile {
    /// Reads the text of the file; every mistake found is in the error.
    ///
    /// - Parameter export: the text of a file named in `exports`; `nil` if there is none.
    public static func load(
        text: String, file: String, export: (String) -> String? = { _ in nil }
    ) throws(ConfigurationMistakes) -> SignalCatalogue {
        let mistakes = MistakeList()
        let root = YAMLMapping.root(of: text, file: file, mistakes: mistakes)
        let entries = root.mappings("signals")
        if entries.isEmpty, mistakes.all.isEmpty {
            root.report(
                "signals", "the catalogue has no signals",
                remedy: "write  signals:  and below it  - path: Vehicle.Speed")
        }
        let exports = root.strings("exports", default: [])
        root.finish()
        var definitions: [SignalDefinition] = []
        var seen: Set<String> = []
        for entry in entries {
            guard let definition = signal(entry) else { continue }
            if seen.insert(definition.path).inserted {
                definitions.append(definition)
            } else {
                entry.report(
                    "path", "\(definition.path) stands twice", remedy: "keep one of the two")
            }
        }
        for name in exports {
            guard let tree = export(name) else {
                root.report(
                    "exports", "the file \(name) cannot be read",
                    remedy: "write its name as it stands beside this file")
                continue
            }
            // What is another edition's way of writing a signal above is no second signal.
            let known = seen.union(definitions.flatMap { $0.spellings.map(\.path) })
            let found = VSSExport.load(text: tree, file: name, known: known, mistakes: mistakes)
            seen.formUnion(found.map(\.path))
            definitions += found
        }
        try mistakes.throwIfAny()
        do throws(SignalCatalogue.Flaw) {
            return try SignalCatalogue(definitions)
        } catch {
            root.report(
                "signals", "the list is no catalogue: \(error)",
                remedy: "at most \(SignalCatalogue.countMax) signals, each once")
            throw ConfigurationMistakes(mistakes.all)
        }
    }

    private static func signal(_ entry: YAMLMapping) -> SignalDefinition? {
        let path = entry.requiredString("path", example: "Vehicle.Speed")
        let words = SignalDefinition.Datatype.allCases.map(\.rawValue)
        let typeWord = entry.requiredString("type", example: "float")
        let datatype = typeWord.flatMap { SignalDefinition.Datatype(rawValue: $0) }
        if let typeWord, datatype == nil {
            let near = closest(to: typeWord, in: words).map { "did you mean \($0)? " } ?? ""
            entry.report(
                "type", "\(typeWord) is no datatype",
                remedy: near + "write one of " + words.joined(separator: ", "))
        }
        let unit = entry.unit("unit") ?? .none
        let reach = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
        let minimum = entry.optionalDouble("min", in: reach)
        let maximum = entry.optionalDouble("max", in: reach)
        if let minimum, let maximum, minimum > maximum {
            entry.report("min", "min lies above max", remedy: "exchange the two")
        }
        let allowed = entry.strings("allowed", default: [])
        if !allowed.isEmpty, datatype != nil, datatype != .string {
            entry.report(
                "allowed", "only a string has allowed words",
                remedy: "write  type: string  or leave allowed out")
        }
        let classes = (1...15).map { "D\($0)" }
        let isForService = entry.bool("service", default: true)
        let dataClass = entry.word("class", of: classes, default: "D2")
        let spellings = entry.mappings("spellings").compactMap { spelling($0, unit: unit) }
        entry.finish()
        guard let path, let datatype else { return nil }
        return SignalDefinition(
            path: path, datatype: datatype, unit: unit, minimum: minimum, maximum: maximum,
            allowed: allowed, isForService: isForService, dataClass: dataClass,
            spellings: spellings)
    }

    private static func spelling(
        _ entry: YAMLMapping, unit signalUnit: Unit
    ) -> SignalDefinition.Spelling? {
        let path = entry.requiredString("path", example: "Vehicle.OBD.Status.IsMILOn")
        let text = entry.requiredString("editions", example: "4-5")
        let unit = entry.unit("unit") ?? signalUnit
        if unit.conversion(to: signalUnit) == nil {
            entry.report(
                "unit", "\(unit.symbol) does not measure what \(signalUnit.symbol) measures",
                remedy: "write a unit that converts into the signal's")
        }
        entry.finish()
        guard let path, let text else { return nil }
        let ends = text.split(separator: "-").map { Int($0) }
        guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
            first <= last, first >= 4, last <= 6
        else {
            entry.report(
                "editions", "\"\(text)\" names no editions of VSS",
                remedy: "write one main number or two: 4-5, or 6")
            return nil
        }
        return SignalDefinition.Spelling(path: path, editions: first...last, unit: unit)
    }
}

extension YAMLMapping {
    /// A unit by name; `nil` where the key is missing or the unit unknown (which is noted).
    func unit(_ key: String) -> Unit? {
        guard let name = text(key) else { return nil }
        if let unit = Unit(named: name) { return unit }
        let near = closest(to: name, in: Unit.symbols).map { "did you mean \($0)? " } ?? ""
        report(
            key, "\(name) is no unit known here",
            remedy: near + "write one of " + Unit.symbols.joined(separator: ", "))
        return nil
    }
}
