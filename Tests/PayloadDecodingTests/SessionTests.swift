import PayloadDecoding
import Testing
import VehicleSignals

/// What is remembered of senders, as snapshots see it.
@Suite struct `sessions` {
    private func sources() throws -> CompiledSources { try Shipped.sources() }

    /// A session of a format whose bytes may be anything.
    private static func session(_ number: Int, size: Int = 8) -> SessionExport {
        SessionExport(
            source: "native", sender: Array("sender \(number)".utf8), format: 2 << 16 | 1,
            bytes: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: size),
            order: UInt64(number))
    }

    @Test func `what was restored comes back as it was, in the order of use`() throws {
        let sources = try sources()
        var workspace = sources.makeWorkspace()
        let stored = (1...1000).map { Self.session($0) }
        #expect(sources.restore(stored.shuffled(), into: &workspace) == 0)
        #expect(sources.allSessions(in: workspace) == stored)
        #expect(sources.changedSessions(in: &workspace).isEmpty)
        #expect(workspace.sessionCounters.held == 1000)
        let bytes = stored.reduce(0) { $0 + $1.sender.count + $1.bytes.count }
        #expect(workspace.sessionCounters.bytes == UInt64(bytes))
    }

    @Test func `sessions of senders on certain topics are forgotten, the store is told`() throws {
        let sources = try sources()
        var workspace = sources.makeWorkspace()
        var born = [UInt8](repeating: 0, count: 24)
        born[0] = 1
        // A Sparkplug node, its device, and the topic of a CAN bus.
        let kept = [
            ("g/CAR1", UInt32(1 << 16 | 1)), ("g/CAR1/ecu", 1 << 16 | 1), ("g/CAR2", 1 << 16 | 1),
            ("can/CAR1/0", 2 << 16 | 1),
        ].enumerated().map { index, session in
            SessionExport(
                source: "native", sender: Array(session.0.utf8), format: session.1, bytes: born,
                order: UInt64(index + 1))
        }
        #expect(
            kept.map { String(decoding: $0.topic, as: UTF8.self) } == [
                "spBv1.0/g/NDATA/CAR1", "spBv1.0/g/DDATA/CAR1/ecu", "spBv1.0/g/NDATA/CAR2",
                "can/CAR1/0",
            ])
        #expect(sources.restore(kept, into: &workspace) == 0)
        sources.forgetSessions(in: &workspace) {
            String(decoding: $0, as: UTF8.self).contains("CAR1")
        }
        #expect(sources.allSessions(in: workspace) == [kept[2]])
        let changes = sources.changedSessions(in: &workspace)
        #expect(
            changes.map(\.sender) == [kept[0], kept[1], kept[3]].map(\.sender)
                && changes.allSatisfy { $0.bytes.isEmpty })
        #expect(workspace.sessionCounters.held == 1)
    }

    @Test func `a session restored twice is one session with the later bytes`() throws {
        let sources = try sources()
        var workspace = sources.makeWorkspace()
        var later = Self.session(1, size: 20)
        later.order = 5
        sources.restore([later, Self.session(1)], into: &workspace)
        #expect(sources.allSessions(in: workspace) == [later])
    }

    @Test func `the same sender at another source, or in another format, is another`() throws {
        let sources = try sources()
        var workspace = sources.makeWorkspace()
        var others = [Self.session(1), Self.session(1), Self.session(1)]
        others[1].source = "tesla"
        others[2].format = 3 << 16 | 1
        for index in 0..<3 { others[index].order = UInt64(index + 1) }
        sources.restore(others, into: &workspace)
        #expect(sources.allSessions(in: workspace) == others)
    }

    @Test func `beyond the number of sessions the least recently used goes, and is counted`() throws
    {
        let sources = try sources()
        var workspace = sources.makeWorkspace()
        let stored = (1...20_000).map { Self.session($0) }
        #expect(sources.restore(stored, into: &workspace) == 0)
        let left = sources.allSessions(in: workspace)
        #expect(left == Array(stored.suffix(16_384)))
        #expect(workspace.sessionCounters.held == 16_384)
        #expect(workspace.sessionCounters.evicted == 20_000 - 16_384)
        // The store is told of those that went: they were its own.
        let gone = sources.changedSessions(in: &workspace)
        #expect(gone.map(\.sender) == stored.prefix(20_000 - 16_384).map(\.sender))
        #expect(gone.allSatisfy { $0.bytes.isEmpty && $0.source == "native" })
        #expect(sources.changedSessions(in: &workspace).isEmpty)
    }

    @Test func `beyond the sum of bytes the least recently used goes, and is counted`() throws {
        let sources = try sources()
        var workspace = sources.makeWorkspace()
        let stored = (1...300).map { Self.session($0, size: 262_144) }
        #expect(sources.restore(stored, into: &workspace) == 0)
        #expect(workspace.sessionCounters.bytes <= 67_108_864)
        #expect(workspace.sessionCounters.evicted == 300 - workspace.sessionCounters.held)
        #expect(workspace.sessionCounters.held == 255)
        #expect(sources.allSessions(in: workspace).map(\.order) == Array(46...300))
    }

    @Test func `what nobody can read any more is dropped and counted`() throws {
        let sources = try sources()
        var workspace = sources.makeWorkspace()
        var unknownSource = Self.session(1)
        unknownSource.source = "sold"
        var unknownFormat = Self.session(2)
        unknownFormat.format = 999 << 16 | 1
        var unknownVersion = Self.session(3)
        unknownVersion.format = 2 << 16 | 9
        let tooLarge = Self.session(4, size: 262_145)
        let empty = Self.session(5, size: 0)
        var longName = Self.session(6)
        longName.sender = [UInt8](repeating: 65, count: 513)
        let bad = [unknownSource, unknownFormat, unknownVersion, tooLarge, empty, longName]
        #expect(sources.restore(bad + [Self.session(7)], into: &workspace) == 6)
        #expect(workspace.sessionCounters.dropped == 6)
        #expect(sources.allSessions(in: workspace) == [Self.session(7)])
    }
}
