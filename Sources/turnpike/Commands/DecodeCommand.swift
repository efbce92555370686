import ArgumentParser
import ConfigurationFiles
import Foundation
import PayloadDecoding
import VehicleSignals

/// Shows what payloads become.
struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Decodes payloads and prints one JSON object a reading.",
        discussion: """
            turnpike decode --source native --topic vss/CAR-1/telemetry --payload message.json

            Several payloads are decoded in their order in one session, so that what an earlier \
            one said holds for the later ones: births of Sparkplug, messages in several frames. \
            One topic holds for all of them, or there is one for each.

            turnpike decode --topic spBv1.0/fleet/NBIRTH/CAR1 --payload birth.bin \
              --topic spBv1.0/fleet/NDATA/CAR1 --payload data.bin

            What is counted besides readings (absent, out of range, unknown names, metrics that \
            no birth explains) is told on standard error; with --json in one object a payload, \
            behind its readings.

            A payload that cannot be decoded gives the reason and the byte where it lies, and exit \
            code 1; the ones behind it are decoded nevertheless.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(help: "Name of the source that must take the topic; default: whichever does.")
    var source: String?

    @Option(help: "The topic on which it came; once, or once for each payload.")
    var topic: [String]

    @Option(help: "File with a payload; - for standard input. May be given again.")
    var payload: [String]

    @Flag(help: "The files hold hexadecimal digits, as `turnpike quarantine show` prints bytes.")
    var hex = false

    @Flag(help: "As if it had come with the retain flag.")
    var retained = false

    @Option(help: "Time of arrival, RFC 3339; default: now.")
    var arrival: String?

    func validate() throws {
        guard topic.count == 1 || topic.count == payload.count else {
            throw ValidationError(
                "there are \(topic.count) topics and \(payload.count) payloads; give one topic for "
                    + "all, or one for each")
        }
        guard payload.filter({ $0 == "-" }).count <= 1 else {
            throw ValidationError("standard input holds one payload; give files for the others")
        }
    }

    func run() throws {
        let loaded = try options.everything()
        if let source, loaded.sources.source(named: source) == nil {
            throw ValidationError(
                "there is no source \"\(source)\"; configured are "
                    + loaded.sources.definitions.map(\.name).joined(separator: ", "))
        }
        var moment = systemNow()
        if let arrival {
            guard let given = Timestamp(rfc3339: arrival) else {
                throw ValidationError("\"\(arrival)\" is no RFC 3339 time, 2026-02-03T07:11:00Z")
            }
            moment = given
        }
        var trial = DecodingTrial(sources: loaded.sources)
        var hasFailed = false
        for (place, file) in payload.enumerated() {
            let topic = topic.count == 1 ? topic[0] : topic[place]
            do throws(Refusal) {
                try show(file, topic, arrival: moment, &trial, loaded.sources)
            } catch {
                tell(error, of: file)
                hasFailed = true
            }
        }
        if hasFailed { throw ExitCode(1) }
    }

    /// Why a payload gives no readings.
    private struct Refusal: Error {
        var word, sentence: String
        var offset: Int?
    }

    private func show(
        _ file: String, _ topic: String, arrival: Timestamp, _ trial: inout DecodingTrial,
        _ sources: CompiledSources
    ) throws(Refusal) {
        let topicBytes = Array(topic.utf8)
        guard let route = trial.route(topicBytes) else {
            throw Refusal(word: "no_source", sentence: "no source takes the topic \(topic)")
        }
        let name = sources.name(of: route.source)
        if let source, source != name {
            throw Refusal(
                word: "no_source", sentence: "the topic \(topic) belongs to \(name), not \(source)")
        }
        let bytes = try read(file)
        do throws(DecodeError) {
            let (readings, outcome) = try trial.decode(
                route, topic: topicBytes, payload: bytes, arrival: arrival, isRetained: retained)
            let words = OutcomeInWords(outcome, readings: readings.count, topic: topic)
            for reading in readings { printed(reading) }
            if options.json {
                printed(["outcome": words])
            } else if let sentence = words.sentence {
                printError(prefix(file) + sentence)
            }
        } catch {
            throw Refusal(
                word: error.reason.word,
                sentence: sources.sentence(of: error, topic: topicBytes, payload: bytes),
                offset: error.offset)
        }
    }

    /// A decoder makes no number that JSON cannot write.
    private func printed(_ value: some Encodable) { try? printJSON(value) }

    private func read(_ file: String) throws(Refusal) -> [UInt8] {
        var bytes: [UInt8]
        if file == "-" {
            bytes = [UInt8](FileHandle.standardInput.readDataToEndOfFile())
        } else if let handle = FileHandle(forReadingAtPath: file),
            let data = try? handle.readToEnd() ?? Data()
        {
            // A pipe as well as a file.
            bytes = [UInt8](data)
        } else {
            throw Refusal(word: "no_file", sentence: "the file \(file) cannot be read")
        }
        if hex {
            guard let named = HexadecimalText.bytes(String(decoding: bytes, as: UTF8.self)) else {
                throw Refusal(
                    word: "no_digits", sentence: "\(file) holds no hexadecimal digits, two a byte")
            }
            bytes = named
        }
        return bytes
    }

    /// Which of several payloads is spoken of.
    private func prefix(_ file: String) -> String { payload.count > 1 ? "\(file): " : "" }

    private func tell(_ refusal: Refusal, of file: String) {
        struct Failure: Encodable {
            var error, detail: String
            var byte: Int?
            var payload: String?
        }
        if options.json {
            printed(
                Failure(
                    error: refusal.word, detail: refusal.sentence, byte: refusal.offset,
                    payload: payload.count > 1 ? file : nil))
        } else {
            printError("\(prefix(file))\(refusal.word): \(refusal.sentence)")
        }
    }
}
