/// One step of a path into a payload: a key of an object, an element of an array, or into the JSON
/// that stands in a text.
///
/// As text, steps are written `data.tyres[].pressure`, `dp[0]`, `dp[last]`, `value(json).codes[]`;
/// a backslash makes the character behind it part of a key: `vehicle\.speed`.
public enum PathStep: Sendable, Hashable, ExpressibleByStringLiteral {
    case key(String)
    /// Every element of an array; a value that is no array counts as the only element.
    case each
    /// The element of that place, from 0.
    case index(Int)
    /// The last element.
    case last
    /// The value within a text that is JSON itself.
    case json

    public init(stringLiteral key: String) { self = .key(key) }

    /// Whether a document can have the path: it begins with a key and enters JSON in a text once at
    /// most.
    public static func isPossible(_ path: [PathStep]) -> Bool {
        guard case .key? = path.first else { return false }
        return path.filter { $0 == .json }.count <= 1
    }

    var isElement: Bool {
        switch self {
        case .each, .index, .last: true
        case .key, .json: false
        }
    }
}

extension [PathStep] {
    /// Reads a path as it stands in a file; `nil` if it is none. `.` alone is the empty path: the
    /// place itself.
    public init?(path text: String) {
        if text == "." {
            self = []
            return
        }
        var steps: [PathStep] = []
        var key: String?
        var rest = Substring(text)
        // After a dot, and at the beginning, a key must follow.
        var needsKey = true
        while let character = rest.first {
            rest = rest.dropFirst()
            switch character {
            case "\\":
                guard let escaped = rest.first, needsKey || key != nil else { return nil }
                rest = rest.dropFirst()
                key = (key ?? "") + String(escaped)
                needsKey = false
            case ".":
                guard !needsKey else { return nil }
                if let key { steps.append(.key(key)) }
                key = nil
                needsKey = true
            case "[", "(":
                if let key { steps.append(.key(key)) }
                key = nil
                guard !steps.isEmpty || character == "[",
                    let end = rest.firstIndex(of: character == "[" ? "]" : ")"),
                    let step = PathStep(suffix: rest[..<end], isElement: character == "[")
                else { return nil }
                steps.append(step)
                rest = rest[end...].dropFirst()
                needsKey = false
            default:
                guard needsKey || key != nil else { return nil }
                key = (key ?? "") + String(character)
                needsKey = false
            }
        }
        guard !needsKey else { return nil }
        if let key { steps.append(.key(key)) }
        self = steps
    }

    /// The path as it would stand in a file.
    public var text: String {
        var text = ""
        for step in self {
            switch step {
            case .key(let key):
                var escaped = ""
                for character in key {
                    if "\\.[(".contains(character) { escaped += "\\" }
                    escaped.append(character)
                }
                text += (text.isEmpty ? "" : ".") + escaped
            case .each: text += "[]"
            case .index(let place): text += "[\(place)]"
            case .last: text += "[last]"
            case .json: text += "(json)"
            }
        }
        return text.isEmpty ? "." : text
    }
}

extension PathStep {
    /// What stands between the brackets, or between the parentheses.
    fileprivate init?(suffix: Substring, isElement: Bool) {
        guard isElement else {
            guard suffix == "json" else { return nil }
            self = .json
            return
        }
        switch suffix {
        case "": self = .each
        case "last": self = .last
        default:
            guard let place = Int(suffix), place >= 0, place < DecodingLimits.elementIndexMax,
                suffix.allSatisfy(\.isNumber)
            else { return nil }
            self = .index(place)
        }
    }
}
