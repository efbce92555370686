import ConfigurationFiles
import Foundation
import PayloadDecoding
import Testing
import VehicleSignals

/// What comes again and again goes a quick way: by a remembered shape, or at once where a topic
/// brings one value. Both give what the general way gives, so nothing but figures can tell.
@Suite struct `the quick way` {
    /// Read once, for all cases.
    private static let read = Result { try readSources() }

    private static func sources() throws -> CompiledSources { try read.get() }

    private static func readSources() throws -> CompiledSources {
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
        // A word with two meanings, one that means "no value", one that nobody knows.
        (
            "telemetry/5YJ3E1EA7KF000001/v/DetailedChargeState",
            "\"DetailedChargeStateCharging\"", true
        ),
        (
            "telemetry/5YJ3E1EA7KF000001/v/DetailedChargeState",
            "\"DetailedChargeStateUnknown\"", true
        ),
        ("telemetry/5YJ3E1EA7KF000001/v/DetailedChargeState", "\"Resting\"", false),
        ("telemetry/5YJ3E1EA7KF000001/v/DetailedChargeState", "\"Ch\\u0061rging\"", false),
        ("ovms/owner/CAR1/metric/v/c/charging", "yes", true),
        ("ovms/owner/CAR1/metric/v/c/charging", " yes", false),
        // One number for each of four wheels.
        ("ovms/owner/CAR1/metric/v/t/pressure", "277.498,278.717,268.733,227.625", true),
        ("ovms/owner/CAR1/metric/v/t/pressure", "277.498,278.717,268.733", false),
        ("ovms/owner/CAR1/metric/v/t/pressure", "277.5,278.7,268.7,227.6,1", false),
        ("ovms/owner/CAR1/metric/v/t/pressure", "277.5,0,268.7,227.6", false),
        ("ovms/owner/CAR1/metric/v/t/pressure", "277.5, 278.7,268.7,227.6", false),
        // A small object of numbers.
        (
            "telemetry/5YJ3E1EA7KF000001/v/Location", #"{"latitude":52.4,"longitude":-4.9}"#,
            true
        ),
        ("telemetry/5YJ3E1EA7KF000001/v/Location", #"{"latitude":152.4}"#, true),
        ("telemetry/5YJ3E1EA7KF000001/v/Location", #"{"latitude":52.4, "longitude":4}"#, false),
        ("telemetry/5YJ3E1EA7KF000001/v/Location", #"{"latitude":52.4,"height":4}"#, false),
        ("telemetry/5YJ3E1EA7KF000001/v/Location", #"{"latitude":null,"longitude":4}"#, false),
    ])
    func `is taken by fields of numbers and words`(
        topic: String, payload: String, isQuick: Bool
    ) throws {
        var decoder = MessageDecoder(try Self.sources())
        #expect(try decoder.decode(topic, Array(payload.utf8)) != nil, "no source takes \(topic)")
        #expect(try Self.isQuick(&decoder, topic, Array(payload.utf8)) == isQuick)
    }

    @Test(arguments: [
        #"{"latitude":52.4,"latitude":52.4}"#, #"{"latitude":52.4,"longitude":4}}"#,
        #"{"latitude":52.4"longitude":4}"#, #"{"latitude":52.4,}"#, #"{"latitude":52.4"#,
        #"{"latitude":52.4,"longitude":true}"#,
    ])
    func `is not taken by an object that the general way refuses`(payload: String) throws {
        var decoder = MessageDecoder(try Self.sources())
        let topic = "telemetry/5YJ3E1EA7KF000001/v/Location"
        _ = try decoder.decode(topic, Array(#"{"latitude":52.4,"longitude":4}"#.utf8))
        #expect(throws: DecodeError.self) { try decoder.decode(topic, Array(payload.utf8)) }
    }
}
