import ArgumentParser
import ConfigurationFiles
import Foundation
import StateStore
import VehicleSignals

/// Messages that could not be decoded or believed.
struct QuarantineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "Lists and shows messages that could not be decoded or believed.",
        subcommands: [List.self, Show.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "A line a message.")
        @OptionGroup var options: ConfigurationOptions
        @Option(help: "At most so many.")
        var limit = 100

        func run() throws {
            let store = try openState(options)
            let entries = try store.quarantined(after: 0, standing: .open, limit: limit)
            for entry in entries {
                let line = Line(entry)
                if options.json {
                    try printJSON(line)
                } else {
                    let place = line.byte.map { " at byte \($0)" } ?? ""
                    print("\(line.id)\t\(line.arrival)\t\(line.topic)\t\(line.reason)\(place)")
                }
            }
            if entries.isEmpty, !options.json { print("the quarantine is empty") }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One message whole, with the reason and where it lies.")
        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The message's number, as `turnpike quarantine list` shows it.")
        var id: Int64

        func run() throws {
            guard let entry = try openState(options).quarantined(id: id) else {
                throw ValidationError(
                    "no message has the number \(id); `turnpike quarantine list` shows them")
            }
            try printJSON(Line(entry, withPayload: true), pretty: !options.json)
        }
    }

    /// A quarantined message in words.
    struct Line: Encodable {
        var id: Int64
        var position: Int64
        var index: Int
        var source, mapping_version, reason, detail, arrival, topic, standing: String
        var byte: Int?
        var payload_bytes: Int
        var payload: String?

        init(_ entry: QuarantineEntry, withPayload: Bool = false) {
            let message = entry.message
            id = entry.id
            position = message.position.number
            index = message.messageIndex
            source = message.source
            mapping_version = message.mappingVersion
            reason = message.reason
            detail = message.detail
            arrival = message.arrival.rfc3339
            topic = String(decoding: message.topic, as: UTF8.self)
            standing = entry.standing.rawValue
            byte = message.byteOffset
            payload_bytes = entry.payloadLength
            payload = withPayload ? String(decoding: message.payload, as: UTF8.self) : nil
        }
    }
}

/// Opens `state.db` of the configured data folder.
func openState(_ options: ConfigurationOptions) throws -> SQLiteStateStore {
    let configuration = try options.gatewayConfiguration()
    try makeDataFolder(configuration)
    return try SQLiteStateStore(path: configuration.dataFolder + "/state.db")
}
