import ConfigurationFiles
import Foundation
import GatewayAPI
import PayloadDecoding
import StateStore
import TelemetryPipeline
import Testing
import VehicleSignals
import turnpike

/// What `turnpike decode` and `turnpike quarantine show` tell.
@Suite struct DecodingTrialTests {
    private static func shipped() throws -> CompiledSources {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let settings = try GatewayConfiguration.read(
            text: "", file: root.path + "/config/gateway.yaml", environment: [:])
        return try LoadedConfiguration(gateway: settings).sources
    }

    private func decode(
        _ trial: inout DecodingTrial, _ topic: String, _ payload: [UInt8]
    ) throws -> (readings: [ReadingInWords], outcome: OutcomeInWords) {
        let topicBytes = Array(topic.utf8)
        let route = try #require(trial.route(topicBytes))
        let (readings, outcome) = try trial.decode(
            route, topic: topicBytes, payload: payload,
            arrival: Timestamp(seconds: 1_770_102_660), isRetained: false)
        return (readings, OutcomeInWords(outcome, readings: readings.count, topic: topic))
    }

    @Test func `what a birth said holds for the data behind it`() throws {
        // The examples of docs/sources/sparkplug.md.
        let birth = try #require(
            HexadecimalText.bytes(
                """
                08a0b7dc92c233120b0a05626453657120085800121c0a0d56656869636c652e5370656564
                1001200a699a99999999994a4012140a0b4f646f6d65746572206b6d1002200750bb3f1800
                """))
        let data = try #require(
            HexadecimalText.bytes("08b085dd92c233120b100169cdcccccccc0c4b401801"))
        var alone = DecodingTrial(sources: try Self.shipped())
        let unexplained = try decode(&alone, "spBv1.0/fleet/NDATA/CAR1", data)
        #expect(unexplained.readings.isEmpty)
        #expect(
            unexplained.outcome.sentence
                == "no reading; 1 that no birth explains, the node should send its births again")
        var trial = DecodingTrial(sources: try Self.shipped())
        let first = try decode(&trial, "spBv1.0/fleet/NBIRTH/CAR1", birth)
        #expect(first.readings.map(\.value.words) == ["53.2", "8123000"])
        let second = try decode(&trial, "spBv1.0/fleet/NDATA/CAR1", data)
        #expect(second.readings.map(\.signal) == ["Vehicle.Speed"])
        #expect(second.readings.map(\.value) == [.number(54.1)])
        #expect(second.outcome.sentence == nil)
    }

    @Test(arguments: [
        (
            #"{"signals":{"Vehicle.Speed":-900,"Vehicle.TraveledDistance":null,"No.Such":1}}"#,
            "no reading; 1 marked as absent, 1 out of range, 1 under names that nobody maps"
        ),
        (
            #"{"signals":{"Vehicle.Speed":9,"Vehicle.TraveledDistance":null}}"#,
            "1 reading; 1 marked as absent"
        ),
        ("{}", "no reading: the message is known and holds nothing that is mapped"),
    ])
    func `what is counted besides readings is told`(payload: String, sentence: String) throws {
        var trial = DecodingTrial(sources: try Self.shipped())
        let decoded = try decode(&trial, "vss/CAR1/telemetry", Array(payload.utf8))
        #expect(decoded.outcome.sentence == sentence)
    }

    @Test func `the outcome has the words of the metrics`() throws {
        var outcome = DecodeOutcome(readings: 2, unknownSignals: 3, absent: 4, outOfRange: 5)
        outcome.unexplained = 6
        outcome.droppedTransfers = 7
        let json = try JSONEncoder().encode(OutcomeInWords(outcome, readings: 2, topic: "t"))
        let members = try #require(
            try JSONSerialization.jsonObject(with: json) as? [String: Any])
        let words = Set(PipelineCounters().readingCounts.dropped.map(\.reason))
        for (word, count) in [
            ("unknown_name", 3), ("absent", 4), ("out_of_range", 5), ("unexplained", 6),
            ("incomplete", 7),
        ] {
            #expect(members[word] as? Int == count)
            #expect(words.contains(word), "\(word) is no word of the metrics")
        }
    }

    private func line(_ payload: [UInt8], length: Int? = nil) -> QuarantineLine {
        QuarantineLine(
            QuarantineEntry(
                id: 1,
                message: StoredQuarantine(
                    position: JournalPosition(1), messageIndex: 0, source: "can",
                    mappingVersion: "1", reason: "truncated", byteOffset: 1, detail: "",
                    arrival: Timestamp(seconds: 0), topic: [], payload: payload),
                payloadLength: length ?? payload.count, standing: .open),
            withPayload: true)
    }

    @Test func `a payload that is no text is shown as hexadecimal digits`() {
        #expect(line([0xFE, 0x00, 0x7B]).payload_hex == "fe007b")
        #expect(line([0xFE, 0x00, 0x7B]).payload == nil)
        #expect(line([0x61, 0x00]).payload_hex == "6100")
        #expect(line(Array("{\"ä".utf8)).payload == "{\"ä")
        #expect(line(Array("{\"ä".utf8)).payload_hex == nil)
        // Cut within a character, the text is still one; cut anywhere, half a character is none.
        #expect(line(Array("aä".utf8.dropLast()), length: 9).payload == "a")
        #expect(line(Array("aä".utf8.dropLast())).payload_hex == "61c3")
    }

    @Test func `the manifest that a message waits for is named`() throws {
        let sources = try Self.shipped()
        func detail(_ reason: String, by sources: CompiledSources?) -> String {
            let message = StoredQuarantine(
                position: JournalPosition(1), messageIndex: 0, source: "fleetwise",
                mappingVersion: "2", reason: reason, byteOffset: 2, detail: "not held",
                arrival: Timestamp(seconds: 0),
                topic: Array("cms/fleetwise/vehicles/CAR1/signals".utf8),
                payload: [0x12, 0x01, 0x6D])
            let entry = QuarantineEntry(id: 1, message: message, payloadLength: 3, standing: .open)
            var line = QuarantineLine(entry, withPayload: true)
            line.tellManifest(of: entry) { sources }
            return line.detail
        }
        #expect(detail("unknown_manifest", by: sources) == #"not held: "m""#)
        // Files with a mistake, or another reason: as it is stored.
        #expect(detail("unknown_manifest", by: nil) == "not held")
        #expect(detail("truncated", by: sources) == "not held")
    }
}
