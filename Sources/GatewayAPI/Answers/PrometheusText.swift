/// Writes the Prometheus text exposition format, version 0.0.4.
///
/// A family is announced once (`HELP`, `TYPE`) and its samples follow; label values are escaped,
/// names come from the code and are not checked.
package struct PrometheusText: Sendable {
    package enum Kind: String, Sendable { case counter, gauge }

    package static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    private var text = ""

    package init() {}

    package var bytes: [UInt8] { Array(text.utf8) }

    /// Announces the family `name`; its samples must follow at once.
    package mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        let words = help.flatMap { $0 == "\\" ? "\\\\" : $0 == "\n" ? "\\n" : String($0) }
        text += "# HELP \(name) \(String(words))\n# TYPE \(name) \(kind.rawValue)\n"
    }

    package mutating func sample(_ name: String, _ value: Double) { sample(name, [:], value) }

    package mutating func sample(
        _ name: String, _ labels: KeyValuePairs<String, String>, _ value: Double
    ) {
        text += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.key)=\"\(Self.escaped($0.value))\"" }
            text += "{" + pairs.joined(separator: ",") + "}"
        }
        text += " " + Self.number(value) + "\n"
    }

    private static func escaped(_ text: String) -> String {
        var out = ""
        for character in text {
            switch character {
            case "\\": out += "\\\\"
            case "\"": out += "\\\""
            case "\n": out += "\\n"
            default: out.append(character)
            }
        }
        return out
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value) { return String(whole) }
        return "\(value)"
    }
}
