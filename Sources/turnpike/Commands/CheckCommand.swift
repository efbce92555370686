import ArgumentParser
import ConfigurationFiles
import PayloadDecoding
import VehicleSignals

/// Looks for mistakes in the configuration, without starting anything.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Reads every configuration file; names file, line and remedy of each mistake.")

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        struct Mistake: Encodable {
            var file: String
            var line, column: Int
            var message, remedy: String
        }
        struct Answer: Encodable {
            var ok: Bool
            var files: [String]
            var signals, sources: Int
            var mistakes: [Mistake]
        }
        do {
            let loaded = try options.everything()
            let answer = Answer(
                ok: true, files: [options.config] + loaded.files, signals: loaded.catalogue.count,
                sources: loaded.sources.definitions.count, mistakes: [])
            if options.json { return try printJSON(answer) }
            for file in answer.files { print("read  \(file)") }
            print(
                "\(answer.signals) signals, \(answer.sources) sources ("
                    + loaded.sources.definitions.map { "\($0.name) \($0.version)" }
                    .joined(separator: ", ") + "); no mistake found")
        } catch let mistakes as ConfigurationMistakes {
            if options.json {
                try printJSON(
                    Answer(
                        ok: false, files: [], signals: 0, sources: 0,
                        mistakes: mistakes.all.map {
                            Mistake(
                                file: $0.file, line: $0.line, column: $0.column,
                                message: $0.message, remedy: $0.remedy)
                        }))
            } else {
                for mistake in mistakes.all { printError("\(mistake)") }
                printError(
                    mistakes.all.count == 1 ? "1 mistake" : "\(mistakes.all.count) mistakes")
            }
            throw ExitCode(1)
        }
    }
}
