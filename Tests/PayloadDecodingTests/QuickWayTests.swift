import ConfigurationFiles
import Foundation
import PayloadDecoding
import Testing
import VehicleSignals

/// What comes again and again goes a quick way: by a remembered shape, or at once where a topic
/// brings one value. Both give what the general way gives, so nothing but figures can tell.
@Suite struct `the quick way` {
    private static func sources() throws -> CompiledSources {
        let catalogue = try Shipped.catalogue()
        let folder = Shipped.root.appending(path: "config/sources")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".yaml") }.sorted()
        return try CompiledSources(
            definitions: files.map { file in
                try SourceFile.load(
                    text: Shipped.text("config/sources/\(file)"), file: file, catalogue: catalogue)
            }, catalogue: catalogue)
    }

    private static func isQuick(
        _ decoder: inout MessageDecoder, _ topic: String, _ payload: [UInt8]
    ) throws -> Bool {
        for _ in 0..<3 { _ = try decoder.decode(topic, payload) }
        let before = decoder.workspace.shapeFigures
        _ = try decoder.decode(topic, payload)
        let after = decoder.workspace.shapeFigures
        return after.fitted + after.fieldsInOneGo == before.fitted + before.fieldsInOneGo + 1
    }

    @Test func `is taken by the samples of all shipped sources but those named here`() throws {
        let sources = try Self.sources()
        var decoder = MessageDecoder(sources)
        var general: [String] = []
        for definition in sources.definitions {
            let sample = try #require(definition.sample)
            if try !Self.isQuick(&decoder, sample.topic, sample.payload) {
                general.append(definition.name)
            }
        }
        // Bytes that are no JSON at all; fields that are objects or texts; a number of 17 digits; a
        // number that means "absent" and is too large to be kept beside the others.
        #expect(
            general == [
                "can", "carconnectivity", "evcc", "fleetwise", "sparkplug", "tesla", "volvo2mqtt",
                "weconnect", "wican",
            ])
    }

    @Test(arguments: [
        ("ovms/owner/CAR1/metric/v/p/odometer", "123456.7", true),
        ("ovms/owner/CAR1/metric/v/p/odometer", "", false),
        ("telemetry/5YJ3E1EA7KF000001/v/Odometer", "32123.456", true),
        ("telemetry/5YJ3E1EA7KF000001/v/VehicleSpeed", "\"62.5\"", true),
        ("telemetry/5YJ3E1EA7KF000001/v/Odometer", "null", false),
        ("teslamate/cars/1/odometer", "51234.88", true),
    ])
    func `is taken by fields that are numbers`(
        topic: String, payload: String, isQuick: Bool
    ) throws {
        var decoder = MessageDecoder(try Self.sources())
        #expect(try decoder.decode(topic, Array(payload.utf8)) != nil, "no source takes \(topic)")
        #expect(try Self.isQuick(&decoder, topic, Array(payload.utf8)) == isQuick)
    }
}
