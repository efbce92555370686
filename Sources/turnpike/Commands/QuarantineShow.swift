import ArgumentParser
import ConfigurationFiles
import Foundation
package import PayloadDecoding
package import StateStore
import VehicleSignals

extension QuarantineCommand {
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One message whole, with the reason and where it lies.",
            discussion: """
                turnpike quarantine show 17
                turnpike quarantine show 17 --output message.bin

                A payload that is no text is printed as hexadecimal digits (payload_hex). With \
                --output its bytes are written to a file, as  turnpike decode --payload  takes it. \
                Of an unknown_manifest the detail names the one that the sources' files lack now.
                """)
        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The message's number, as `turnpike quarantine list` shows it.")
        var id: Int64
        @Option(help: "Also write the payload's bytes to this file.")
        var output: String?

        func run() throws {
            guard let entry = try openState(options).quarantined(id: id) else {
                throw notThere(
                    "no message has the number \(id); `turnpike quarantine list` shows them")
            }
            var line = QuarantineLine(entry, withPayload: true)
            line.tellManifest(of: entry) { try? options.everything().sources }
            try printJSON(line, pretty: !options.json)
            if entry.isTruncated {
                printError(
                    "only the first \(entry.message.payload.count) of \(entry.payloadLength) bytes "
                        + "of the payload are kept here")
            }
            if let output {
                do {
                    try Data(entry.message.payload).write(to: URL(filePath: output))
                } catch {
                    printError("Error: \(output) cannot be written: \(error.localizedDescription)")
                    throw ExitCode(1)
                }
            }
        }
    }
}

/// A quarantined message in words.
package struct QuarantineLine: Encodable {
    var id: Int64
    var position: Int64
    var index: Int
    var source, mapping_version, reason: String
    package var detail: String
    var arrival, topic, standing: String
    var byte: Int?
    var payload_bytes: Int
    /// Where it is text.
    package var payload: String?
    /// Where it is none.
    package var payload_hex: String?

    package init(_ entry: QuarantineEntry, withPayload: Bool = false) {
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
        guard withPayload else { return }
        payload = Self.text(message.payload, isCut: entry.isTruncated)
        if payload == nil { payload_hex = HexadecimalText.text(message.payload) }
    }

    /// Adds to the detail which manifest the message needs, if it lay in quarantine for one. Files
    /// that cannot be read add nothing; they are read for this alone.
    package mutating func tellManifest(
        of entry: QuarantineEntry, by sources: () -> CompiledSources?
    ) {
        let message = entry.message
        guard message.reason == DecodeError.Reason.unknownManifest.word,
            let words = sources()?.missingManifest(
                topic: message.topic, payload: message.payload)
        else { return }
        detail += words
    }

    /// A text that was cut to the store's limit may end within a character: that one is left out.
    private static func text(_ bytes: [UInt8], isCut: Bool) -> String? {
        for missing in 0...(isCut ? min(3, bytes.count) : 0) {
            let text = String(validating: bytes.dropLast(missing), as: UTF8.self)
            if let text { return text.unicodeScalars.contains("\0") ? nil : text }
        }
        return nil
    }
}
