/// The settings of a source: words that a site may change at the head of the file, and that stand
/// in its body as `${name}`.
///
/// ## Keys of `settings`, by name
/// - the value, as it is put in the place of `${name}`
enum SettingReader {
    /// The text with every `${name}` replaced. What no setting is named for is noted with its line.
    static func fill(_ text: String, file: String, mistakes: MistakeList) -> String {
        guard text.contains("${") else { return text }
        // Mistakes of the grammar are noted when the filled text is read.
        let root = YAMLMapping.root(of: text, file: file, mistakes: MistakeList())
        let entries = root.mapping("settings")
        var settings: [String: String] = [:]
        for name in entries.keys { settings[name] = entries.text(name) }
        var lines: [String] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            guard line.contains("${"), line.trimmingSpaces.first != "#" else {
                lines.append(String(line))
                continue
            }
            lines.append(
                fill(Substring(line), settings) { name, column in
                    let near = closest(to: name, in: settings.keys.sorted())
                    mistakes.add(
                        ConfigurationMistake(
                            file: file, line: index + 1, column: column,
                            message: "the source has no setting \(name)",
                            remedy: near.map { "did you mean \($0)?" }
                                ?? "write it below  settings:  at the head of the file"))
                })
        }
        return lines.joined(separator: "\n")
    }

    private static func fill(
        _ line: Substring, _ settings: [String: String], unknown: (String, Int) -> Void
    ) -> String {
        var filled = ""
        var rest = line
        while let start = rest.firstRange(of: "${") {
            filled += rest[..<start.lowerBound]
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else { break }
            let name = String(rest[start.upperBound..<end])
            if let value = settings[name] {
                filled += value
            } else {
                let column = line.distance(from: line.startIndex, to: start.lowerBound) + 1
                unknown(name, column)
            }
            rest = rest[end...].dropFirst()
        }
        return filled + rest
    }
}
