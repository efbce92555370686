import Yams

/// A mapping of a YAML file whose values are read by key and type, with every mistake noted at
/// its line, and every key that nobody asked for noted at the end.
///
/// ```swift
/// let broker = root.mapping("broker")
/// let port = broker.int("port", in: 1...65_535, default: 1883)
/// broker.finish()
/// ```
public final class YAMLMapping {
    /// Path of keys from the root, for messages: `broker.port`.
    public let path: String
    public let file: String
    public let mistakes: MistakeList
    /// `nil`: the mapping is not there; every key then has its default.
    private let node: Node?
    private let overrides: Overrides
    private var asked: Set<String> = []

    /// Values from outside the file, by path, that come before what the file says.
    public struct Overrides: Sendable {
        /// Path of keys → (name of where it came from, text).
        public var byPath: [String: (name: String, text: String)]

        public init(byPath: [String: (name: String, text: String)] = [:]) {
            self.byPath = byPath
        }
    }

    init(node: Node?, path: String, file: String, mistakes: MistakeList, overrides: Overrides) {
        self.node = node
        self.path = path
        self.file = file
        self.mistakes = mistakes
        self.overrides = overrides
    }

    /// Reads the text of a file as one mapping; a text that is none is a noted mistake.
    public static func root(
        of text: String, file: String, mistakes: MistakeList, overrides: Overrides = Overrides()
    ) -> YAMLMapping {
        var node: Node?
        do {
            node = try Yams.compose(yaml: text)
            if let node, node.mapping == nil {
                mistakes.add(
                    ConfigurationMistake(
                        file: file, line: 1, column: 1, message: "the file is not a mapping",
                        remedy: "write lines of the form  key: value"))
            }
        } catch let error as YamlError {
            mistakes.add(Self.mistake(of: error, file: file))
        } catch {
            mistakes.add(
                ConfigurationMistake(
                    file: file, line: 0, column: 0, message: "\(error)", remedy: ""))
        }
        return YAMLMapping(
            node: node?.mapping == nil ? nil : node, path: "", file: file, mistakes: mistakes,
            overrides: overrides)
    }

    private static func mistake(of error: YamlError, file: String) -> ConfigurationMistake {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            ConfigurationMistake(
                file: file, line: mark.line, column: mark.column,
                message: "this is not YAML: \(problem)",
                remedy: "look at the indentation and at quotes in this line and the one above")
        case .duplicatedKeysInMapping(let keys, let context):
            ConfigurationMistake(
                file: file, line: context.mark.line, column: context.mark.column,
                message: "this mapping has a key twice: " + keys.sorted().joined(separator: ", "),
                remedy: "leave one of them out, or give it another name")
        default:
            ConfigurationMistake(
                file: file, line: 0, column: 0, message: "this is not YAML: \(error)",
                remedy: "save the file as UTF-8 with one document in it")
        }
    }

    /// Whether the mapping stands in the file at all.
    public var isPresent: Bool { node != nil }

    /// Keys in the order of the file.
    public var keys: [String] { node?.mapping?.keys.compactMap(\.string) ?? [] }

    public func has(_ key: String) -> Bool { child(key) != nil }

    private func fullPath(_ key: String) -> String { path.isEmpty ? key : path + "." + key }

    /// By its characters: a key that YAML could take for a number or a truth value (`"0"`, `"yes"`)
    /// is the same with quotes and without.
    private func value(_ key: String) -> Node? {
        node?.mapping?.first { $0.key.string == key }?.value
    }

    private func child(_ key: String) -> Node? {
        asked.insert(key)
        guard let found = value(key) else { return nil }
        if case .scalar(let scalar) = found, scalar.string.isEmpty, scalar.style == .any {
            return nil
        }
        return found
    }

    /// Whether a list stands there, and nothing in it.
    func isEmptyList(_ key: String) -> Bool { value(key)?.sequence?.isEmpty == true }

    /// Notes a mistake at the element of a list below `key`; at the one value where it is no list.
    public func report(_ key: String, at index: Int, _ message: String, remedy: String) {
        guard overrides.byPath[fullPath(key)] == nil,
            let sequence = value(key)?.sequence, index < sequence.count
        else { return report(key, message, remedy: remedy) }
        let mark = sequence[index].mark
        mistakes.add(
            ConfigurationMistake(
                file: file, line: mark?.line ?? 0, column: mark?.column ?? 0, message: message,
                remedy: remedy))
    }

    /// Notes a mistake at the value of `key`, or at the mapping where the key is missing.
    public func report(_ key: String, _ message: String, remedy: String) {
        if let override = overrides.byPath[fullPath(key)] {
            mistakes.add(
                ConfigurationMistake(
                    file: "environment \(override.name)", line: 0, column: 0, message: message,
                    remedy: remedy))
            return
        }
        let mark = value(key)?.mark ?? node?.mark
        mistakes.add(
            ConfigurationMistake(
                file: file, line: mark?.line ?? 0, column: mark?.column ?? 0, message: message,
                remedy: remedy))
    }

    /// The text of a scalar; `nil` where the key is missing.
    public func text(_ key: String) -> String? {
        asked.insert(key)
        if let override = overrides.byPath[fullPath(key)] { return override.text }
        guard let found = child(key) else { return nil }
        guard case .scalar(let scalar) = found else {
            report(
                key, "\(fullPath(key)) is a list or a mapping where one value is meant",
                remedy: "write  \(key): value")
            return nil
        }
        return scalar.string
    }

    public func string(_ key: String, default fallback: String) -> String {
        text(key) ?? fallback
    }

    /// A text that must be there.
    public func requiredString(_ key: String, example: String) -> String? {
        if let found = text(key), !found.isEmpty { return found }
        report(key, "\(fullPath(key)) is missing", remedy: "write  \(key): \(example)")
        return nil
    }

    public func int(_ key: String, in range: ClosedRange<Int>, default fallback: Int) -> Int {
        optionalInt(key, in: range) ?? fallback
    }

    public func optionalInt(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let found = text(key) else { return nil }
        guard let value = Int(found.replacing("_", with: "")) else {
            report(
                key, "\(fullPath(key)) is \"\(found)\", not a whole number",
                remedy: "write a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        guard range.contains(value) else {
            report(
                key, "\(fullPath(key)) is \(value), which is out of range",
                remedy: "write a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return value
    }

    public func double(
        _ key: String, in range: ClosedRange<Double>, default fallback: Double
    ) -> Double {
        optionalDouble(key, in: range) ?? fallback
    }

    public func optionalDouble(_ key: String, in range: ClosedRange<Double>) -> Double? {
        guard let found = text(key) else { return nil }
        guard let value = Double(found), value.isFinite, range.contains(value) else {
            report(
                key, "\(fullPath(key)) is \"\(found)\", not a number in range",
                remedy: "write a number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return value
    }

    public func bool(_ key: String, default fallback: Bool) -> Bool {
        guard let found = text(key) else { return fallback }
        switch found.lowercased() {
        case "true", "yes", "on": return true
        case "false", "no", "off": return false
        default:
            report(
                key, "\(fullPath(key)) is \"\(found)\", neither true nor false",
                remedy: "write true or false")
            return fallback
        }
    }

    /// One word out of a closed list.
    public func word(_ key: String, of allowed: [String], default fallback: String) -> String {
        guard let found = text(key) else { return fallback }
        if allowed.contains(found) { return found }
        let near = closest(to: found, in: allowed).map { "did you mean \($0)? " } ?? ""
        report(
            key, "\(fullPath(key)) is \"\(found)\"",
            remedy: near + "write one of " + allowed.joined(separator: ", "))
        return fallback
    }

    /// A list of texts; a single text counts as a list of one. An override is split at commas.
    public func strings(_ key: String, default fallback: [String]) -> [String] {
        asked.insert(key)
        if let override = overrides.byPath[fullPath(key)] {
            return override.text.split(separator: ",").map { $0.trimmingSpaces }
        }
        guard let found = child(key) else { return fallback }
        if case .scalar(let scalar) = found { return [scalar.string] }
        guard case .sequence(let sequence) = found else {
            report(
                key, "\(fullPath(key)) is a mapping where a list is meant",
                remedy: "write  \(key): [one, two]")
            return fallback
        }
        return sequence.compactMap { item in
            if case .scalar(let scalar) = item { return scalar.string }
            report(
                key, "\(fullPath(key)) holds something that is no text",
                remedy: "write  \(key): [one, two]")
            return nil
        }
    }

    /// The mapping below `key`; an absent one gives every default.
    public func mapping(_ key: String) -> YAMLMapping {
        let found = child(key)
        if let found, found.mapping == nil {
            report(
                key, "\(fullPath(key)) is a value or a list where a mapping is meant",
                remedy: "write  \(key):  and its keys below, indented")
        }
        return YAMLMapping(
            node: found?.mapping == nil ? nil : found, path: fullPath(key), file: file,
            mistakes: mistakes, overrides: overrides)
    }

    /// The mappings of a list below `key`.
    public func mappings(_ key: String) -> [YAMLMapping] {
        guard let found = child(key) else { return [] }
        guard case .sequence(let sequence) = found else {
            report(
                key, "\(fullPath(key)) is not a list",
                remedy: "write  \(key):  and below it lines that begin with a dash")
            return []
        }
        return sequence.enumerated().compactMap { index, item in
            let itemPath = "\(fullPath(key))[\(index)]"
            guard item.mapping != nil else {
                let mark = item.mark
                mistakes.add(
                    ConfigurationMistake(
                        file: file, line: mark?.line ?? 0, column: mark?.column ?? 0,
                        message: "\(itemPath) is not a mapping",
                        remedy: "write  - key: value"))
                return nil
            }
            return YAMLMapping(
                node: item, path: itemPath, file: file, mistakes: mistakes, overrides: overrides)
        }
    }

    /// Notes every key that was in the file and that nobody asked for.
    public func finish() {
        guard let mapping = node?.mapping else { return }
        for (keyNode, _) in mapping {
            guard let key = keyNode.string, !asked.contains(key) else { continue }
            let near = closest(to: key, in: Array(asked))
            mistakes.add(
                ConfigurationMistake(
                    file: file, line: keyNode.mark?.line ?? 0, column: keyNode.mark?.column ?? 0,
                    message: "nobody knows the key \(fullPath(key))",
                    remedy: near.map { "did you mean \($0)?" }
                        ?? "known here: " + asked.sorted().joined(separator: ", ")))
        }
    }
}

extension StringProtocol {
    var trimmingSpaces: String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
        while rest.last?.isWhitespace == true { rest = rest.dropLast() }
        return String(rest)
    }
}
