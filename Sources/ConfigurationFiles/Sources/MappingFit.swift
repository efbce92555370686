import PayloadDecoding

/// Finds the keys of a mapping that have no meaning in the payloads that a topic reads by it, so
/// that each is told at its own line. ``SourceCompiler`` refuses the same, without a line.
///
/// A mapping is read before it is known which topics use it; so this looks at it again, and a
/// mapping of several topics is told of once.
struct MappingFit {
    /// What the payloads are that have no place for all that a document may have.
    enum Use {
        /// Bare text: neither objects nor times.
        case text
        /// Typed values by name: metrics of Sparkplug, or a cloud's last known states.
        case names(of: String)
        /// Typed values by number, as a FleetWise manifest says.
        case manifest
        /// A message that holds the same fields as other topics do one by one, and its vehicle.
        case record(of: String)

        /// For messages: where a key has no meaning.
        fileprivate var place: String {
            switch self {
            case .text: "in form text"
            case .names(let form): "in \(form)"
            case .manifest: "in the mapping of a manifest"
            case .record(let message): "in \(message)"
            }
        }

        fileprivate var isRecord: Bool {
            if case .record = self { return true }
            return false
        }

        fileprivate var isManifest: Bool {
            if case .manifest = self { return true }
            return false
        }

        fileprivate var isText: Bool {
            if case .text = self { return true }
            return false
        }
    }

    let root: YAMLMapping

    /// Notes what has no meaning in the mapping of that name.
    func check(_ name: String, for use: Use) {
        let mapping = root.mapping("mappings").mapping(name)
        if use.isRecord {
            if mapping.has("vehicle") { report(mapping, "vehicle", use) }
            return
        }
        for key in ["vehicle", "time", "below", "reading"] where mapping.has(key) {
            // Where paths begin anyhow.
            if key == "below", mapping.strings(key, default: []) == ["."] { continue }
            report(mapping, key, use)
        }
        if use.isManifest { checkNumbers(mapping.mappings("fields")) }
        for field in mapping.mappings("fields") {
            for key in ["time", "reading", "when", "unless", "missing", "spellings"]
            where field.has(key) {
                // Takes nothing that is not told of already.
                if key == "reading", field.text(key) == "bare" { continue }
                report(field, key, use)
            }
            let format = field.text("format") ?? "plain"
            if use.isText ? format == "topic" : format != "plain" { report(field, "format", use) }
            if !use.isText {
                for key in ["until", "part"] where field.has(key) { report(field, key, use) }
            }
            checkPath(field, use)
        }
    }

    private func report(_ entry: YAMLMapping, _ key: String, _ use: Use) {
        let reason =
            switch key {
            case "vehicle" where use.isRecord: ": the message itself says whose it is"
            case "vehicle":
                ", and write {vehicle} in the topic, which says whose it is; where the VIN comes "
                    + "in a value, links_by_vin: true gives the name to the vehicle that has it"
            case "time" where use.isText: ": a bare text has no time, and arrival stands in"
            case "time": ": the message brings its own times"
            case "below" where use.isText: ": a path is the topic's field"
            case "below": ", and write the whole name as each field's path"
            case "missing": ": there is no object from which a key could be missing"
            case "spellings": ", and write a field for each of them"
            case "reading", "when", "unless": ": there is no object around the value"
            case "format" where use.isText: ": the value is the text"
            default: ": the value comes typed"
            }
        entry.report(key, "\(key) has no meaning \(use.place)", remedy: "leave it out" + reason)
    }

    /// Notes a number that stands for two signals, and a second list of codes.
    private func checkNumbers(_ fields: [YAMLMapping]) {
        var signals: [String: Set<String>] = [:]
        for field in fields {
            guard let text = field.text("path"), let signal = field.text("signal") else { continue }
            let name = UInt32(text).map { String($0) } ?? text
            // The same signal twice is told of already.
            if let known = signals[name], !known.contains(signal) {
                field.report(
                    "path", "\(text) stands twice in a manifest",
                    remedy: "leave one of them out, or write another signal's number")
            }
            signals[name, default: []].insert(signal)
        }
    }

    private func checkPath(_ field: YAMLMapping, _ use: Use) {
        guard let text = field.text("path"), let path = [PathStep](path: text) else { return }
        if use.isManifest {
            guard path.text != "dtc", UInt32(path.text) == nil else { return }
            field.report(
                "path", "\(path.text) in a manifest is no signal's number",
                remedy: "write a signal's number, or dtc for trouble codes")
        } else if path.count != 1 {
            field.report(
                "path", "\(path.text): a path \(use.place) is one whole name",
                remedy: "write its dots as \\.")
        }
    }
}
