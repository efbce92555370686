import PayloadDecoding
import Testing
import VehicleSignals

/// What is remembered of senders, as snapshots see it.
@Suite struct `sessions` {
    private func sources() throws -> CompiledSources { try Shipped.sources() }

    // The words of the two formats: births of Sparkplug, buses of CAN.
    private static let sparkplug: UInt32 = 1 << 16 | 1
    private static let canBus: UInt32 = 4 << 16 | 2

    /// What is remembered of a bus on which one unit has said a code.
    private static let bus: [UInt8] = {
        guard let sources = try? CANSources.make() else { return [] }
        var decoder = MessageDecoder(sources)
        _ = try? decoder.decode("can/CAR1/0", "can0 7E8#0443010143")
        return sources.allSessions(in: decoder.workspace).first?.bytes ?? []
    }()

    /// A born node of which nothing but names is known, up to `size` bytes of it.
    private static func born(_ number: Int, size: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: min(24, size))
        if size > 0 { bytes[0] = 1 }
        while bytes.count < size { bytes.append(UInt8(truncatingIfNeeded: number)) }
        return bytes
    }

    /// A session as the two formats write it, in turn; of a given size a node's.
    private static func session(_ number: Int, size: Int? = nil) -> SessionExport {
        let isBus = size == nil && number % 2 == 0
        return SessionExport(
            source: "native", sender: Array("sender \(number)".utf8),
            format: isBus ? canBus : sparkplug,
            bytes: isBus ? bus : born(number, size: size ?? 32), order: UInt64(number))
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
        // A Sparkplug node, its device, and the topic of a CAN bus.
        let kept = [
            ("g/CAR1", Self.sparkplug), ("g/CAR1/ecu", Self.sparkplug), ("g/CAR2", Self.sparkplug),
            ("can/CAR1/0", Self.canBus),
        ].enumerated().map { index, session in
            SessionExport(
                source: "native", sender: Array(session.0.utf8), format: session.1,
                bytes: session.1 == Self.canBus ? Self.bus : Self.born(1, size: 24),
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
        var later = Self.session(1, size: 40)
        later.order = 5
        sources.restore([later, Self.session(1)], into: &workspace)
        #expect(sources.allSessions(in: workspace) == [later])
    }

    @Test func `the same sender at another source, or in another format, is another`() throws {
        let sources = try sources()
        var workspace = sources.makeWorkspace()
        var others = [Self.session(1), Self.session(1), Self.session(1)]
        others[1].source = "tesla"
        others[2].format = Self.canBus
        others[2].bytes = Self.bus
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

    @Test func `a sender with nothing new to remember is in use all the same`() throws {
        var decoder = MessageDecoder(try CANSources.make())
        let answer = "can0 7E8#0443010143"
        for vehicle in 0...DecodingLimits.sessionsMax {
            _ = try decoder.decode("can/CAR\(vehicle)/0", answer)
            if vehicle % 64 == 0 { _ = try decoder.decode("can/CAR0/0", answer) }
        }
        #expect(decoder.workspace.sessionCounters.evicted == 1)
        // Of the first one both units are known; the second one went in its place.
        let other = "can0 7E9#0443014321"
        #expect(try decoder.lines("can/CAR0/0", other).count == 6)
        #expect(try decoder.lines("can/CAR1/0", other).count == 4)
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
        unknownVersion.format = 4 << 16 | 9
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
