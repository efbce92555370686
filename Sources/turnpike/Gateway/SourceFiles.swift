import ConfigurationFiles
import PayloadDecoding
import VehicleSignals

/// The files that describe sources, as they are on disk now.
struct SourceFiles {
    struct File {
        var path: String
        var text: String
        /// `nil` where the file has mistakes.
        var definition: SourceDefinition?

        /// The first line that holds the words; 0 where none does, as where a setting stands in
        /// one.
        func line(_ words: String...) -> Int { line(words) }

        /// The same with the file before it.
        func place(_ words: String...) -> String {
            let line = line(words)
            return line > 0 ? "\(path):\(line)" : path
        }

        private func line(_ words: [String]) -> Int {
            let place = text.split(separator: "\n", omittingEmptySubsequences: false)
                .firstIndex { line in
                    !line.drop(while: \.isWhitespace).hasPrefix("#")
                        && words.allSatisfy { line.contains($0) }
                }
            return place.map { $0 + 1 } ?? 0
        }
    }

    var files: [File] = []

    /// Reads the files of `paths`; what is wrong with them is added to `mistakes`.
    init(
        _ paths: [String], catalogue: SignalCatalogue, _ mistakes: inout [ConfigurationMistake]
    ) throws {
        for path in try yamlFiles(paths, &mistakes) {
            var file = File(path: path, text: "")
            do {
                file.text = try readText(path)
                file.definition = try SourceFile.load(
                    text: file.text, file: path, catalogue: catalogue)
            } catch let found as ConfigurationMistakes {
                mistakes += found.all
            }
            files.append(file)
        }
        checkOverlaps(&mistakes)
    }

    /// Notes what two files claim both: a name, or a topic.
    private func checkOverlaps(_ mistakes: inout [ConfigurationMistake]) {
        for (place, file) in files.enumerated() {
            guard let definition = file.definition else { continue }
            for other in files[..<place] {
                guard let earlier = other.definition else { continue }
                if earlier.name == definition.name {
                    mistakes.append(
                        ConfigurationMistake(
                            file: file.path, line: file.line("source:"), column: 1,
                            message: "the name \(definition.name) is that of the source in "
                                + "\(other.place("source:")) too",
                            remedy: "give one of them another name"))
                }
                for topic in definition.topics
                where earlier.topics.contains(where: {
                    $0.template.segments == topic.template.segments
                }) {
                    let text = topic.template.text
                    mistakes.append(
                        ConfigurationMistake(
                            file: file.path, line: file.line("topic:", text), column: 1,
                            message: "the topic \(text) is taken by the source \(earlier.name) in "
                                + "\(other.place("topic:", text)) too",
                            remedy: "leave it to one of them"))
                }
            }
        }
    }

    /// Freezes definitions; a flaw that no file shows by itself is a mistake of the source.
    func compile(
        catalogue: SignalCatalogue, numberedAs older: CompiledSources?
    ) throws(ConfigurationMistakes) -> CompiledSources {
        do {
            return try CompiledSources(
                definitions: files.compactMap(\.definition), catalogue: catalogue,
                numberedAs: older)
        } catch {
            let file = files.first { $0.definition?.name == error.source }
            throw ConfigurationMistakes([
                ConfigurationMistake(
                    file: file?.path ?? "sources", line: file?.line("source:") ?? 0, column: 1,
                    message: error.words, remedy: "mend the source's file")
            ])
        }
    }

    /// A reading is traced by source and version, so a version that has been in force since the
    /// start comes back with the same content or not at all, be it from a source that had ended.
    func checkVersions(_ mappings: MappingHistory, _ mistakes: inout [ConfigurationMistake]) {
        for file in files {
            guard let definition = file.definition,
                let before = mappings.definition(definition.name, version: definition.version),
                !definition.readsLike(before)
            else { continue }
            mistakes.append(
                ConfigurationMistake(
                    file: file.path, line: file.line("version:"), column: 1,
                    message: "\(definition.name) has changed, and its version "
                        + "\"\(definition.version)\" has been in force with other content",
                    remedy: "write another version, so that readings tell which mapping made them"))
        }
    }
}

extension SourceDefinition {
    /// Whether both make the same of every message.
    func readsLike(_ other: SourceDefinition) -> Bool {
        var left = self
        var right = other
        left.sample = nil
        right.sample = nil
        return left == right
    }
}
