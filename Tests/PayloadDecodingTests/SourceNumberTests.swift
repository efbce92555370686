import PayloadDecoding
import Testing
import VehicleSignals

/// Sets of sources that take each other's place while everything runs.
@Suite struct SourceNumberTests {
    private static func source(_ name: String, _ topic: String) throws -> SourceDefinition {
        SourceDefinition(
            name: name, version: "1", subscriptions: [topic],
            topics: [TopicDefinition(template: try TopicTemplate(topic), content: .native)])
    }

    private static func set(
        _ names: [String], numberedAs older: CompiledSources? = nil
    ) throws -> CompiledSources {
        try CompiledSources(
            definitions: names.map { try source($0, "\($0)/{vehicle}") },
            catalogue: try Shipped.catalogue(), numberedAs: older)
    }

    private static func route(_ sources: CompiledSources, _ topic: String) -> String? {
        let bytes = Array(topic.utf8)
        return unsafe sources.route(topic: bytes.span.bytes).map { sources.name(of: $0.source) }
    }

    @Test func `a source keeps its number whatever comes before it or goes`() throws {
        let first = try Self.set(["b", "d"])
        let second = try Self.set(["a", "d", "c", "b"], numberedAs: first)
        #expect(second.definitions.map(\.name) == ["b", "d", "a", "c"])
        for name in ["a", "b", "c", "d"] { #expect(Self.route(second, "\(name)/X") == name) }
        let third = try Self.set(["c"], numberedAs: second)
        #expect(third.definitions.map(\.name) == ["b", "d", "a", "c"])
        #expect(Self.route(third, "b/X") == nil && Self.route(third, "c/X") == "c")
        #expect(third.subscriptions == ["c/{vehicle}"])
        #expect(third.source(named: "b") == SourceID(0) && !third.mayEnrol(SourceID(0)))
        let fourth = try Self.set(["b"], numberedAs: third)
        #expect(Self.route(fourth, "b/X") == "b" && Self.route(fourth, "c/X") == nil)
        #expect(fourth.source(named: "b") == SourceID(0))
        #expect(second.mayReplace(first) && fourth.mayReplace(first))
        #expect(!first.mayReplace(second))
    }

    @Test func `of two templates alike the one of the earlier file holds, as after a restart`()
        throws
    {
        let first = try CompiledSources(
            definitions: [Self.source("late", "x/{vehicle}/{+}")],
            catalogue: try Shipped.catalogue())
        let given = [
            try Self.source("early", "x/{+}/{vehicle}"), try Self.source("late", "x/{vehicle}/{+}"),
        ]
        let after = try CompiledSources(
            definitions: given, catalogue: try Shipped.catalogue(), numberedAs: first)
        let restarted = try CompiledSources(definitions: given, catalogue: try Shipped.catalogue())
        #expect(Self.route(after, "x/1/2") == "early")
        #expect(Self.route(restarted, "x/1/2") == "early")
        #expect(after.source(named: "late") == SourceID(0))
    }
}
