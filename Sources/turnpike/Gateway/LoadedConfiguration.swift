import ConfigurationFiles
import Foundation
import PayloadDecoding
import TriggerRules
import VehicleSignals

/// Every configuration file, read, checked and frozen.
struct LoadedConfiguration {
    let gateway: GatewayConfiguration
    let catalogue: SignalCatalogue
    let sources: CompiledSources
    let rules: RuleSet
    /// Files that were read, for `turnpike check`.
    let files: [String]

    /// Reads what `gateway` names. All mistakes of all files come in one error.
    init(gateway: GatewayConfiguration) throws {
        self.gateway = gateway
        var mistakes: [ConfigurationMistake] = []
        func collecting<Value>(_ work: () throws -> Value) throws -> Value? {
            do {
                return try work()
            } catch let found as ConfigurationMistakes {
                mistakes += found.all
                return nil
            }
        }
        let signals = gateway.signalsFile
        let folder = URL(filePath: signals).deletingLastPathComponent()
        let catalogue = try collecting {
            try SignalFile.load(text: readText(signals), file: signals) { name in
                try? readText(folder.appending(path: name).path(percentEncoded: false))
            }
        }
        var files = [gateway.signalsFile]
        var definitions: [SourceDefinition] = []
        if let catalogue {
            for file in try yamlFiles(gateway.sourcePaths, &mistakes) {
                files.append(file)
                let read = try collecting {
                    try SourceFile.load(text: readText(file), file: file, catalogue: catalogue)
                }
                if let read { definitions.append(read) }
            }
        }
        var ruleFiles: [(text: String, file: String)] = []
        for file in try yamlFiles(gateway.rulePaths, &mistakes) {
            files.append(file)
            if let text = try collecting({ try readText(file) }) { ruleFiles.append((text, file)) }
        }
        let rules = try collecting { try RuleFile.load(ruleFiles) }
        guard mistakes.isEmpty, let catalogue, let rules else {
            throw ConfigurationMistakes(mistakes)
        }
        self.catalogue = catalogue
        self.rules = rules
        self.files = files
        do {
            sources = try CompiledSources(definitions: definitions, catalogue: catalogue)
        } catch {
            throw ConfigurationMistakes([
                ConfigurationMistake(
                    file: "source \(error.source)", line: 0, column: 0, message: error.sentence,
                    remedy: "mend the source's file")
            ])
        }
    }
}

/// The YAML files among `paths`, folders read whole, in the order of their names.
private func yamlFiles(
    _ paths: [String], _ mistakes: inout [ConfigurationMistake]
) throws -> [String] {
    var found: [String] = []
    for path in paths {
        var isFolder: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            mistakes.append(
                ConfigurationMistake(
                    file: path, line: 0, column: 0, message: "there is no such file or folder",
                    remedy: "mend the path in the gateway's configuration"))
            continue
        }
        guard isFolder.boolValue else {
            found.append(path)
            continue
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        found += names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }
            .map { path + "/" + $0 }
    }
    return found
}
