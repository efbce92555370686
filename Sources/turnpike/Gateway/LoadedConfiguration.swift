package import ConfigurationFiles
import Foundation
package import PayloadDecoding
import TriggerRules
import VehicleSignals

/// Every configuration file, read, checked and frozen.
package struct LoadedConfiguration {
    let gateway: GatewayConfiguration
    let catalogue: SignalCatalogue
    package let sources: CompiledSources
    let rules: RuleSet
    /// Files that were read, for `turnpike check`.
    let files: [String]

    /// Reads what `gateway` names. All mistakes of all files come in one error.
    package init(gateway: GatewayConfiguration) throws {
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
        let catalogue = try collecting { try Self.catalogue(gateway) }
        var files = [gateway.signalsFile]
        let read = try catalogue.map {
            try SourceFiles(gateway.sourcePaths, catalogue: $0, &mistakes)
        }
        files += read?.files.map(\.path) ?? []
        var ruleFiles: [(text: String, file: String)] = []
        for file in try yamlFiles(gateway.rulePaths, &mistakes) {
            files.append(file)
            if let text = try collecting({ try readText(file) }) { ruleFiles.append((text, file)) }
        }
        let rules = try collecting { try RuleFile.load(ruleFiles) }
        guard mistakes.isEmpty, let catalogue, let read, let rules else {
            throw ConfigurationMistakes(mistakes)
        }
        self.catalogue = catalogue
        self.rules = rules
        self.files = files
        sources = try read.compile(catalogue: catalogue, numberedAs: nil)
        try Self.check(gateway.broker, sources)
    }

    /// The signals that `gateway` names, with the exports that their file takes in.
    static func catalogue(_ gateway: GatewayConfiguration) throws -> SignalCatalogue {
        let signals = gateway.signalsFile
        let folder = URL(filePath: signals).deletingLastPathComponent()
        return try SignalFile.load(text: readText(signals), file: signals) { name in
            try? readText(folder.appending(path: name).path(percentEncoded: false))
        }
    }

    /// The gateway never speaks where vehicles speak, not even by the broker's mouth.
    static func check(
        _ broker: GatewayConfiguration.Broker, _ sources: CompiledSources
    ) throws {
        let will = broker.lastWill.topic
        guard !will.isEmpty else { return }
        let topic = Array(will.utf8)
        let filters = broker.subscriptions.isEmpty ? sources.subscriptions : broker.subscriptions
        guard
            unsafe sources.route(topic: topic.span.bytes) != nil
                || filters.contains(where: { SubscriptionFilters.covers($0, will) })
        else { return }
        throw ConfigurationMistakes([
            ConfigurationMistake(
                file: "broker.last_will_topic", line: 0, column: 0,
                message: "\"\(will)\" is a topic on which vehicles speak",
                remedy: "write one that no source reads, as turnpike/status")
        ])
    }
}

/// The YAML files among `paths`, folders read whole, in the order of their names.
func yamlFiles(
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
