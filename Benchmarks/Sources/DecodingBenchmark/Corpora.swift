import ConfigurationFiles
import Foundation
import PayloadDecoding
import VehicleSignals

/// The corpora by name, and the sources that read them.
enum Corpora {
    static let all: [(name: String, lines: @Sendable () -> [String])] = [
        ("native", NativeCorpus.lines), ("tesla", TeslaCorpus.lines),
        ("bmw", BMWCorpus.lines), ("teltonika", TeltonikaCorpus.lines),
        ("highmobility", HighMobilityCorpus.lines), ("onstar", OnStarCorpus.lines),
        ("ovms", OVMSCorpus.lines),
    ]

    /// The text of a file of the project; the working folder is the project's root.
    private static func text(_ path: String) throws -> String {
        try String(contentsOf: URL(filePath: path), encoding: .utf8)
    }

    static func catalogue() throws -> SignalCatalogue {
        try SignalFile.load(text: text("config/signals.yaml"), file: "config/signals.yaml")
    }

    /// Every source that ships.
    static func sources() throws -> CompiledSources {
        let catalogue = try catalogue()
        let definitions = try FileManager.default.contentsOfDirectory(atPath: "config/sources")
            .filter { $0.hasSuffix(".yaml") }.sorted()
            .map { name in
                let path = "config/sources/\(name)"
                return try SourceFile.load(text: text(path), file: path, catalogue: catalogue)
            }
        return try CompiledSources(definitions: definitions, catalogue: catalogue)
    }

    static func write(to folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        for corpus in all {
            try (corpus.lines().joined(separator: "\n") + "\n").write(
                toFile: "\(folder)/\(corpus.name).tsv", atomically: true, encoding: .utf8)
        }
        try table(catalogue()).write(
            toFile: "\(folder)/signals.tsv", atomically: true, encoding: .utf8)
    }

    /// One signal a line: path, number, whether it is whole, lowest and highest value.
    private static func table(_ catalogue: SignalCatalogue) -> String {
        var lines = ""
        for (number, definition) in catalogue.definitions.enumerated() {
            let isWhole = definition.datatype.isInteger
            let range = definition.datatype.integerRange
            let reach = Double(Float.greatestFiniteMagnitude)
            let lowest = definition.minimum ?? range.map { Double($0.lowerBound) } ?? -reach
            let highest = definition.maximum ?? range.map { Double($0.upperBound) } ?? reach
            let kind =
                definition.datatype == .boolean
                ? "boolean" : isWhole ? "integer" : definition.allowed.isEmpty ? "double" : "word"
            lines += "\(definition.path)\t\(number)\t\(kind)\t\(lowest)\t\(highest)\n"
        }
        return lines
    }
}
