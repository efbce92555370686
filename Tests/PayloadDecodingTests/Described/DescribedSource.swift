import ConfigurationFiles
import Foundation
import PayloadDecoding
import Testing
import VehicleSignals

/// One source as it ships, decoded fast and plainly at once.
struct DescribedSource {
    private(set) var fast: MessageDecoder
    private var plain: PlainDecoder

    /// - Parameter settings: settings of the file that a site has changed.
    init(_ name: String, settings: [String: String] = [:]) throws {
        let path = "config/sources/\(name).yaml"
        var text = try Shipped.text(path)
        for (key, value) in settings {
            let line = try Regex(#"(?m)^  \#(key): .*$"#)
            text = text.replacing(line, with: "  \(key): \(value)", maxReplacements: 1)
        }
        let catalogue = try Shipped.catalogue()
        let source = try SourceFile.load(text: text, file: path, catalogue: catalogue)
        let sources = try CompiledSources(definitions: [source], catalogue: catalogue)
        fast = MessageDecoder(sources)
        plain = PlainDecoder(definitions: sources.definitions, catalogue: catalogue)
    }

    /// The readings as lines without `Vehicle.`; `["ignored"]` for a topic of no use.
    mutating func lines(
        _ topic: String, _ payload: String, isRetained: Bool = false
    ) throws -> [String] {
        let decoded = try decode(topic, payload, isRetained: isRetained)
        if let route = fast.route(topic), fast.sources.isIgnored(route) { return ["ignored"] }
        return decoded.readings.map {
            fast.line($0, decoded.texts).replacing("Vehicle.", with: "")
                .replacing("Chassis.Axle.", with: "").replacing("Powertrain.", with: "")
        }
    }

    mutating func decode(
        _ topic: String, _ payload: String, isRetained: Bool = false
    ) throws -> Decoded {
        let bytes = Array(payload.utf8)
        let difference = TwinComparison.difference(
            &fast, &plain, topic, bytes, isRetained: isRetained)
        #expect(difference == nil, "\(difference ?? "")")
        return try #require(try fast.decode(topic, bytes, isRetained: isRetained), "no route")
    }

    mutating func error(_ topic: String, _ payload: String) -> DecodeError? {
        fast.error(topic, payload)
    }

    mutating func error(_ topic: String, bytes: [UInt8]) -> DecodeError? {
        do throws(DecodeError) {
            _ = try fast.decode(topic, bytes)
            return nil
        } catch {
            return error
        }
    }

    /// What the twin makes of a payload otherwise than the fast decoder; `nil` where both agree.
    mutating func difference(_ topic: String, _ payload: [UInt8]) -> String? {
        TwinComparison.difference(&fast, &plain, topic, payload, isRetained: false)
    }

    /// The same where it does not matter why both refuse it.
    mutating func isTakenAlike(_ topic: String, _ payload: [UInt8]) -> String? {
        if error(topic, bytes: payload) != nil {
            let twin = Result { () throws(DecodeError) in
                try plain.decode(
                    topic: topic, payload: payload, arrival: fast.arrival, isRetained: false)
            }
            guard case .success = twin else { return nil }
        }
        return difference(topic, payload)
    }

    /// The published samples of a folder: topic and payload of each line of a file; `nil`, with a
    /// printed line, where they are absent. A payload that is an object is written as JSON.
    static func samples(_ path: String) throws -> [(topic: String, payload: String)]? {
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        guard let url = Shipped.folder("../shared/formats/samples/" + folder) else { return nil }
        let name = String(path.split(separator: "/").last ?? "")
        let text = try String(contentsOf: url.appending(path: name), encoding: .utf8)
        return try text.split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            let topic = try #require(object?["topic"] as? String)
            if let text = object?["payload"] as? String { return (topic, text) }
            let payload = try #require(object?["payload"])
            let bytes = try JSONSerialization.data(withJSONObject: payload)
            return (topic, String(decoding: bytes, as: UTF8.self))
        }
    }
}
