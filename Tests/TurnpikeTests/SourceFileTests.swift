import ConfigurationFiles
import Foundation
import Testing
import turnpike

/// What `turnpike check`, a start and a reload say about the files of sources: which file, which
/// line, what to write.
@Suite struct SourceFileTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// The mistakes of sources whose files are called a.yaml, b.yaml…, without their folder.
    private func mistakes(_ texts: String..., gateway: String = "") throws -> [String] {
        let folder = NSTemporaryDirectory() + "turnpike-sources-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (name, text) in zip("abc", texts) {
            try text.write(toFile: "\(folder)/\(name).yaml", atomically: true, encoding: .utf8)
        }
        do {
            let settings = try GatewayConfiguration.read(
                text: """
                    signals: \(Self.root)/config/signals.yaml
                    rules: [\(Self.root)/config/rules]
                    sources: [\(folder)]
                    \(gateway)
                    """, file: "gateway.yaml", environment: [:])
            _ = try LoadedConfiguration(gateway: settings)
            return []
        } catch let found as ConfigurationMistakes {
            #expect(found.all.allSatisfy { !$0.remedy.isEmpty })
            return found.all.map { "\($0)".replacing(folder + "/", with: "") }
        }
    }

    private func source(
        _ name: String = "x", topic: String = "x/{vehicle}/state", form: String = "document",
        more: String = "", fields: String = "[{path: a, signal: Vehicle.Speed}]"
    ) -> String {
        """
        source: \(name)
        version: "1"
        topics:
          - {topic: "\(topic)", form: \(form), mapping: m}
        mappings:
          m:
            fields: \(fields)
        \(more)
        """
    }

    private func expect(
        _ found: [String], _ beginnings: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(found.count == beginnings.count, "\(found)", sourceLocation: sourceLocation)
        for (mistake, beginning) in zip(found, beginnings) {
            #expect(mistake.hasPrefix(beginning), "\(mistake)", sourceLocation: sourceLocation)
        }
    }

    @Test func `right files have no mistakes`() throws {
        expect(try mistakes(source(), source("y", topic: "y/{vehicle}")))
    }

    @Test(arguments: [
        ("ovms/#/x", "\"ovms/#/x\" is no topic filter: # stands in the last level alone"),
        ("ovms/a#", "\"ovms/a#\" is no topic filter: # stands alone in its level"),
        ("x/+a/state", "\"x/+a/state\" is no topic filter: + stands alone in its level"),
        ("$share/g/x/#", "\"$share/g/x/#\" names a shared group"),
    ])
    func `a filter that no broker takes is told with its line`(
        filter: String, words: String
    ) throws {
        let list = "subscribe:\n  - x/+/state\n  - \"\(filter)\""
        expect(try mistakes(source(more: list)), "a.yaml:10:5: " + words)
        let gateway = "broker:\n  subscriptions: [\"\(filter)\"]"
        expect(try mistakes(source(), gateway: gateway), "gateway.yaml:5:19: " + words)
    }

    @Test func `a filter that brings none of the topics is told`() throws {
        expect(
            try mistakes(source(more: "subscribe: [\"x/+/state\", \"y/#\"]")),
            "a.yaml:8:26: y/# brings none of the source's topics")
        for filter in ["x/#", "#", "+/CAR1/+", "x/+/state/#"] {
            expect(try mistakes(source(more: "subscribe: [\"\(filter)\"]")))
        }
        let run = source(topic: "{prefix...}/{vehicle}/state", more: "subscribe: [a/b/c/+/state]")
        expect(try mistakes(run))
    }

    @Test func `what two files claim both is told with both places`() throws {
        expect(
            try mistakes(source(), source(topic: "y/{vehicle}")),
            "b.yaml:1:1: the name x is that of the source in a.yaml:1 too")
        expect(
            try mistakes(source(), source("y")),
            "b.yaml:4:1: the topic x/{vehicle}/state is taken by the source x in a.yaml:4 too")
    }

    @Test func `a topic, a key and a field that stand twice are told with their line`() throws {
        let topics = source().replacing(
            "mappings:", with: "  - {topic: \"x/{vehicle}/state\", form: ignore}\nmappings:")
        expect(try mistakes(topics), "a.yaml:5:13: the topic x/{vehicle}/state stands twice")
        expect(
            try mistakes(source(more: "version: \"2\"")),
            "a.yaml:2:1: this mapping has a key twice: version")
        let fields = """

                  - {path: a.b, signal: Vehicle.Speed}
                  - {path: a.b, signal: Vehicle.Speed, unit: m/s}
            """
        expect(
            try mistakes(source(fields: fields)),
            "a.yaml:9:16: a.b is taken for Vehicle.Speed twice")
    }

    @Test func `a wrong form is one mistake`() throws {
        expect(try mistakes(source(form: "documnt")), "a.yaml:4:40: topics[0].form is \"documnt\"")
    }

    @Test func `a path that no document can have is told at its line`() throws {
        expect(
            try mistakes(source(fields: "[{path: a(json).b(json).c, signal: Vehicle.Speed}]")),
            "a.yaml:7:21: a(json).b(json).c: a path begins with a key")
    }

    @Test func `what brings nothing is told`() throws {
        expect(try mistakes(source(fields: "[]")), "a.yaml:7:13: the mapping has no fields")
        let sample = "sample: {topic: x/CAR1/state, payload: '{\"b\": 1}'}"
        expect(
            try mistakes(source(more: sample)), "a.yaml:8:17: the sample becomes no reading")
    }

    @Test func `a vehicle is one level, and a signal without unit has none`() throws {
        let found = try mistakes(source(topic: "x/{vehicle...}"))
        #expect(found.first?.contains("{vehicle...} is no place; write {vehicle}") == true)
        let unit = "[{path: a, signal: Vehicle.Diagnostics.Ext.IsMILOn, unit: km}]"
        expect(
            try mistakes(source(fields: unit)),
            "a.yaml:7:71: Vehicle.Diagnostics.Ext.IsMILOn has no unit that km could become")
    }
}
