import ArgumentParser
import ConfigurationFiles
import PayloadDecoding
import VehicleSignals

/// What is configured to be understood.
struct SourcesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sources",
        abstract: "Lists the configured sources, with a sample each.",
        discussion: """
            turnpike sources
            turnpike sources ovms

            With a name, also its topics and the readings that its sample becomes. To see what \
            another payload becomes:  turnpike decode.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "Only this source.")
    var name: String?

    private struct Line: Encodable {
        struct Sample: Encodable { var topic, payload: String }
        var source, version: String
        var topics, subscriptions: [String]
        var sample: Sample?
        var readings: Int?
    }

    func run() throws {
        let sources = try options.everything().sources
        var definitions = sources.definitions
        if let name {
            definitions = definitions.filter { $0.name == name }
            if definitions.isEmpty {
                throw ValidationError(
                    "there is no source \"\(name)\"; configured are "
                        + sources.definitions.map(\.name).joined(separator: ", "))
            }
        }
        for definition in definitions {
            let readings = try definition.sample.flatMap { try decoded($0, sources) }
            if options.json {
                try printJSON(line(definition, readings))
            } else {
                show(definition, readings ?? [])
            }
        }
    }

    private func decoded(
        _ sample: SourceSample, _ sources: CompiledSources
    ) throws -> [ReadingInWords]? {
        let topic = Array(sample.topic.utf8)
        var trial = DecodingTrial(sources: sources)
        guard let route = trial.route(topic) else { return nil }
        return try trial.decode(
            route, topic: topic, payload: sample.payload, arrival: systemNow(), isRetained: false
        ).readings
    }

    private func line(_ definition: SourceDefinition, _ readings: [ReadingInWords]?) -> Line {
        Line(
            source: definition.name, version: definition.version,
            topics: definition.topics.map(\.template.text),
            subscriptions: definition.subscriptions,
            sample: definition.sample.map { Line.Sample(topic: $0.topic, payload: text($0)) },
            readings: readings?.count)
    }

    private func show(_ definition: SourceDefinition, _ readings: [ReadingInWords]) {
        print("\(definition.name) (mapping \(definition.version))")
        if name != nil {
            for topic in definition.topics { print("  topic    \(topic.template.text)") }
            for filter in definition.subscriptions { print("  listens  \(filter)") }
        }
        guard let sample = definition.sample else { return }
        print("  sample   \(sample.topic)  \(text(sample))")
        guard name != nil else { return }
        for reading in readings {
            let unit = reading.unit.map { " " + $0 } ?? ""
            print("  becomes  \(reading.signal) \(reading.value.words)\(unit)")
        }
    }

    /// A payload as text, or as hexadecimal digits where it is none.
    private func text(_ sample: SourceSample) -> String {
        if let text = String(validating: sample.payload, as: UTF8.self),
            !text.unicodeScalars.contains(where: { $0.value < 32 })
        {
            return text
        }
        return "hex " + HexadecimalText.text(sample.payload)
    }
}
