import ArgumentParser
import ConfigurationFiles
import Foundation
import PayloadDecoding
import TriggerRules
import VehicleSignals

/// Where the configuration is; the same option at every command.
struct ConfigurationOptions: ParsableArguments {
    @Option(name: .long, help: "The gateway's configuration file.")
    var config = "config/gateway.yaml"

    @Flag(name: .long, help: "Answer in JSON, for machines.")
    var json = false

    /// The file alone, without the signals, sources and rules that it names.
    func gatewayConfiguration() throws -> GatewayConfiguration {
        try GatewayConfiguration.read(
            text: readText(config), file: config,
            environment: ProcessInfo.processInfo.environment)
    }

    /// Everything that is configured, checked.
    func everything() throws -> LoadedConfiguration {
        try LoadedConfiguration(gateway: gatewayConfiguration())
    }
}

/// The text of a file; a missing one is an error that names it.
func readText(_ path: String) throws -> String {
    guard let data = FileManager.default.contents(atPath: path) else {
        throw ConfigurationMistakes([
            ConfigurationMistake(
                file: path, line: 0, column: 0, message: "the file cannot be read",
                remedy: "check the path and its permissions; --config names the gateway's file")
        ])
    }
    guard let text = String(validating: data, as: UTF8.self) else {
        throw ConfigurationMistakes([
            ConfigurationMistake(
                file: path, line: 0, column: 0, message: "the file is not UTF-8",
                remedy: "save it as UTF-8")
        ])
    }
    return text
}
