import VehicleSignals

/// Reads the JSON tree that COVESA's tools export (`vspec export json`), so that every signal of an
/// edition, with or without overlays, can be taken in. JSON is YAML, so it is read like the rest.
///
/// ## What is read of a node
/// - `children`: the branch below.
/// - `datatype`, `unit`, `min`, `max`, `allowed`: as of a signal. Arrays are left out, since no
///   rule and no usage takes them. A unit that the gateway does not convert is kept as the export
///   counts it.
enum VSSExport {
    /// The signals of the export that `known` lacks, in the order of the file.
    static func load(
        text: String, file: String, known: Set<String>, mistakes: MistakeList
    ) -> [SignalDefinition] {
        let root = YAMLMapping.root(of: text, file: file, mistakes: mistakes)
        var found: [SignalDefinition] = []
        for name in root.keys {
            let node = root.mapping(name)
            guard node.has("children") || node.has("datatype") else {
                node.report(
                    "children", "\(name) is neither a branch nor a signal",
                    remedy: "write the file with  vspec export json")
                continue
            }
            add(node, path: name, known: known, to: &found)
        }
        if found.isEmpty, mistakes.all.isEmpty {
            mistakes.add(
                ConfigurationMistake(
                    file: file, line: 1, column: 1, message: "the export brings no signal",
                    remedy: "write the file with  vspec export json"))
        }
        return found
    }

    private static func add(
        _ node: YAMLMapping, path: String, known: Set<String>, to found: inout [SignalDefinition]
    ) {
        if node.has("children") {
            let children = node.mapping("children")
            for name in children.keys {
                add(children.mapping(name), path: path + "." + name, known: known, to: &found)
            }
            return
        }
        guard !known.contains(path), let word = node.text("datatype") else { return }
        guard let datatype = SignalDefinition.Datatype(rawValue: word) else {
            // Arrays, and structures, whose names have a dot, are VSS's as well.
            if !word.hasSuffix("[]"), !word.contains(".") {
                node.report(
                    "datatype", "\(path) has the datatype \(word), which VSS does not know",
                    remedy: "mend the file that the export was made of")
            }
            return
        }
        let reach = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
        let minimum = node.optionalDouble("min", in: reach)
        let maximum = node.optionalDouble("max", in: reach)
        let allowed = datatype == .string ? node.strings("allowed", default: []) : []
        found.append(
            SignalDefinition(
                path: path, datatype: datatype,
                unit: node.text("unit").flatMap { Unit(named: $0) } ?? .none, minimum: minimum,
                maximum: maximum, allowed: allowed,
                // Nobody has said yet that service needs it.
                isForService: false,
                dataClass: path.hasPrefix("Vehicle.CurrentLocation") ? "D4" : "D5"))
    }
}
