import ConfigurationFiles
import PayloadDecoding
import Testing
import VehicleSignals

/// The examples in the pages of sources: a block of hexadecimal digits or of JSON that names file
/// and topic, and behind it the readings. They are decoded as they stand, in order.
@Suite struct `documented examples` {
    private struct Example {
        var source: String
        var topic: String
        var payload: [UInt8]
        var readings: [String] = []
    }

    private static func examples(in page: String) -> [Example] {
        var examples: [Example] = []
        for part in page.split(separator: "```", omittingEmptySubsequences: false) {
            let lines = part.split(separator: "\n").map(String.init)
            guard let head = lines.first else { continue }
            let words = head.split(separator: " ").map(String.init)
            if words.first == "hex", words.count == 3 {
                examples.append(
                    Example(
                        source: words[1], topic: words[2],
                        payload: [UInt8](hex: lines.dropFirst().joined())))
            } else if words.first == "json", words.count == 3 {
                examples.append(
                    Example(
                        source: words[1], topic: words[2],
                        payload: Array(lines.dropFirst().joined(separator: "\n").utf8)))
            } else if words == ["readings"], !examples.isEmpty {
                examples[examples.count - 1].readings = Array(lines.dropFirst())
            }
        }
        return examples
    }

    @Test(arguments: [
        ("sparkplug", 2), ("fleetwise", 4), ("fleetwise_cloud", 1), ("tesla", 2),
        ("onstar2mqtt", 1),
    ])
    func `decode to what the page says`(page: String, count: Int) throws {
        let examples = Self.examples(in: try Shipped.text("docs/sources/\(page).md"))
        #expect(examples.count == count)
        let source = try ProtobufSources.definition(page)
        var decoder = MessageDecoder(
            try CompiledSources(definitions: [source], catalogue: Shipped.catalogue()))
        for example in examples {
            #expect(example.source == page)
            let decoded = try #require(try decoder.decode(example.topic, example.payload))
            #expect(decoded.readings.map { decoder.line($0, decoded.texts) } == example.readings)
            #expect(!example.readings.isEmpty)
        }
    }
}
