import ArgumentParser
import Foundation
import PayloadDecoding
import VehicleSignals

/// Shows what a payload becomes.
struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Decodes one payload and prints one JSON object a reading.",
        discussion: """
            turnpike decode --source native --topic vss/CAR-1/telemetry --payload message.json

            A payload that cannot be decoded gives the reason and the byte where it lies, and exit \
            code 1.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(help: "Name of the source that must take the topic; default: whichever does.")
    var source: String?

    @Option(help: "The topic on which it came.")
    var topic: String

    @Option(help: "File with the payload; - for standard input.")
    var payload: String

    @Flag(help: "As if it had come with the retain flag.")
    var retained = false

    @Option(help: "Time of arrival, RFC 3339; default: now.")
    var arrival: String?

    func run() throws {
        let loaded = try options.everything()
        let topicBytes = Array(topic.utf8)
        guard let route = unsafe loaded.sources.route(topic: topicBytes.span.bytes) else {
            throw fail("no_source", "no source takes the topic \(topic)", nil)
        }
        let name = loaded.sources.name(of: route.source)
        if let source {
            guard loaded.sources.source(named: source) != nil else {
                throw ValidationError(
                    "there is no source \"\(source)\"; configured are "
                        + loaded.sources.definitions.map(\.name).joined(separator: ", "))
            }
            guard source == name else {
                throw fail("no_source", "the topic \(topic) belongs to \(name), not \(source)", nil)
            }
        }
        let bytes = try readPayload()
        var moment = systemNow()
        if let arrival {
            guard let given = Timestamp(rfc3339: arrival) else {
                throw ValidationError("\"\(arrival)\" is no RFC 3339 time, 2026-02-03T07:11:00Z")
            }
            moment = given
        }
        let trial = DecodingTrial(sources: loaded.sources)
        do {
            let decoded = try trial.decode(
                route, topic: topicBytes, payload: bytes, arrival: moment, isRetained: retained)
            for reading in decoded { try printJSON(reading) }
            if decoded.isEmpty {
                printError("no reading: the message is known and holds nothing that is mapped")
            }
        } catch let error as DecodeError {
            throw fail(error.reason.word, error.sentence, error.offset)
        }
    }

    private func readPayload() throws -> [UInt8] {
        if payload == "-" { return [UInt8](FileHandle.standardInput.readDataToEndOfFile()) }
        guard let data = FileManager.default.contents(atPath: payload) else {
            throw ValidationError("the file \(payload) cannot be read")
        }
        return [UInt8](data)
    }

    private func fail(_ code: String, _ sentence: String, _ offset: Int?) -> ExitCode {
        struct Failure: Encodable {
            var error, detail: String
            var byte: Int?
        }
        if options.json {
            try? printJSON(Failure(error: code, detail: sentence, byte: offset))
        } else {
            printError("\(code): \(sentence)")
        }
        return ExitCode(1)
    }
}
