import ConfigurationFiles
import Foundation
import PayloadDecoding
import Testing
import VehicleSignals

/// Every source shows how its messages look, and a sample that the mapping does not read is a
/// mistake of the file.
@Suite struct `samples of sources` {
    private static func shipped() throws -> [String] {
        let folder = Shipped.root.appending(path: "config/sources")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".yaml") }.sorted()
    }

    @Test func `become readings, with every source that is shipped`() throws {
        let catalogue = try Shipped.catalogue()
        let files = try Self.shipped()
        #expect(files.count >= 25)
        var definitions: [SourceDefinition] = []
        for file in files {
            let path = "config/sources/\(file)"
            definitions.append(
                try SourceFile.load(
                    text: Shipped.text(path), file: Shipped.root.appending(path: path).path,
                    catalogue: catalogue))
        }
        // All together: a sample leads to its own source, not to another one's templates.
        let sources = try CompiledSources(definitions: definitions, catalogue: catalogue)
        for definition in definitions {
            let sample = try #require(definition.sample, "\(definition.name) has no sample")
            let decoded = try #require(try sources.decode(sample), "\(definition.name)")
            #expect(sources.name(of: decoded.source) == definition.name)
            // evcc's values belong to whatever car stands there; a site has to ask for them.
            #expect(!decoded.readings.isEmpty || definition.name == "evcc", "\(definition.name)")
        }
    }

    @Test(arguments: [
        ("{topic: a/b, payload: \"{}\"}", "no template of this source takes a/b"),
        ("{topic: x/CAR1, payload: \"{\"}", "the sample cannot be decoded: at byte 1"),
        ("{topic: x/CAR1, hex: 7b7}", "no hexadecimal digits"),
        ("{topic: x/CAR1}", "payload"),
    ])
    func `that do not fit are mistakes of the file`(sample: String, sentence: String) throws {
        let text = """
            source: x
            version: "1"
            sample: \(sample)
            topics:
              - {topic: "x/{vehicle}", form: native}
            """
        let catalogue = try Shipped.catalogue()
        let error = #expect(throws: ConfigurationMistakes.self) {
            try SourceFile.load(text: text, file: "x.yaml", catalogue: catalogue)
        }
        let mistake = try #require(error?.all.first)
        #expect(mistake.line == 3)
        #expect("\(mistake)".contains(sentence), "\(mistake)")
    }
}
