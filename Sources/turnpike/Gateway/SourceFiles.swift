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
    }

    /// Freezes definitions; a flaw that no file shows by itself is a mistake of the source.
    static func compile(
        _ definitions: [SourceDefinition], catalogue: SignalCatalogue,
        numberedAs older: CompiledSources?
    ) throws(ConfigurationMistakes) -> CompiledSources {
        do {
            return try CompiledSources(
                definitions: definitions, catalogue: catalogue, numberedAs: older)
        } catch {
            throw ConfigurationMistakes([
                ConfigurationMistake(
                    file: "source \(error.source)", line: 0, column: 0, message: error.sentence,
                    remedy: "mend the source's file")
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
            let line = file.text.split(separator: "\n", omittingEmptySubsequences: false)
                .firstIndex { $0.hasPrefix("version:") }
            mistakes.append(
                ConfigurationMistake(
                    file: file.path, line: line.map { $0 + 1 } ?? 0, column: 1,
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
