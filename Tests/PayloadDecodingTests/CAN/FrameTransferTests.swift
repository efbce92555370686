import PayloadDecoding
import Testing
import VehicleSignals

/// Messages of several frames, over several payloads, with frames missing, twice and in between.
@Suite struct `messages of several frames` {
    private static let number = "Vehicle.VehicleIdentification.VIN WBAPH130000000001"
    private static let frames = [
        "7E8#1014490201574241", "7E8#2150483133303030", "7E8#2230303030303031",
    ]
    private static let topic = "can/CAR1/can0"

    private func decoder() throws -> MessageDecoder { MessageDecoder(try CANSources.make()) }

    /// Lines and dropped transfers of payloads, one after the other.
    private func feed(_ payloads: [String]) throws -> (lines: [String], dropped: UInt32) {
        var decoder = try decoder()
        var lines: [String] = []
        var dropped: UInt32 = 0
        for payload in payloads {
            let decoded = try #require(try decoder.decode(Self.topic, payload))
            lines += decoded.readings.map {
                decoder.line($0, decoded.texts).split(separator: " ").prefix(2).joined(
                    separator: " ")
            }
            dropped += decoded.outcome.droppedTransfers
        }
        return (lines, dropped)
    }

    @Test func `are put together over payloads`() throws {
        let (lines, dropped) = try feed(Self.frames)
        #expect(lines == [Self.number])
        #expect(dropped == 0)
    }

    @Test func `are given up where a frame is missing, and counted`() throws {
        for missing in 0..<3 {
            var frames = Self.frames
            frames.remove(at: missing)
            let (lines, dropped) = try feed(frames)
            #expect(lines.isEmpty)
            // Without its last frame it is still waited for.
            #expect(dropped == (missing == 2 ? 0 : 1), "without frame \(missing)")
        }
        let exchanged = try feed([Self.frames[0], Self.frames[2], Self.frames[1]])
        #expect(exchanged.lines.isEmpty)
        #expect(exchanged.dropped >= 1)
    }

    @Test func `bear frames that come twice`() throws {
        let twice = Self.frames.flatMap { [$0, $0] }
        let (lines, _) = try feed(twice)
        #expect(lines == [Self.number])
        // The whole once more gives the same once more.
        #expect(try feed(Self.frames + Self.frames).lines == [Self.number, Self.number])
    }

    @Test func `are given up after a long pause, and begin anew with their first frame`() throws {
        let late = try feed([
            "(1700000000) c \(Self.frames[0])", "(1700000060) c \(Self.frames[1])",
        ])
        #expect(late.dropped == 1)
        let again = try feed([Self.frames[0], Self.frames[1], Self.frames[0]] + Self.frames[1...])
        #expect(again.lines == [Self.number])
        #expect(again.dropped == 1)
    }

    @Test func `of the longest kind are taken, and of senseless lengths are not`() throws {
        // 4095 bytes: a list of 1023 codes, of which the last 255 would not fit a list.
        var frames = ["18DAF110#1FFF5902FF010011"]
        var rest = [UInt8](repeating: 0, count: 4089)
        rest[0] = 8
        var sequence = 1
        while !rest.isEmpty {
            let part = rest.prefix(7)
            rest.removeFirst(part.count)
            let bytes = part.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            frames.append("18DAF110#2\(String(sequence & 15, radix: 16))\(bytes)")
            sequence += 1
        }
        let (lines, dropped) = try feed([frames.joined(separator: "\n")])
        #expect(lines.contains("Vehicle.Diagnostics.DTCList P0100-11"))
        #expect(dropped == 0)
        #expect(try feed(["7E8#1005490201574241"]).dropped == 1)
        #expect(try feed(["7E8#00"]).dropped == 1)
        #expect(try feed(["7E8#0441"]).dropped == 1)
        #expect(try feed(["1CECFF00#20FF0F00FFCAFE00"]).dropped == 1)
        // More than are held open: the oldest goes.
        let many = (0..<36).map { index in
            let unit = (index < 16 ? "0" : "") + String(index, radix: 16)
            return "18DAF1\(unit)#1014490201574241"
        }
        #expect(try feed([many.joined(separator: "\n")]).dropped == 4)
    }

    @Test func `with more codes than are kept say so`() throws {
        // Three units with 255 codes each: 512 places, two for each code of UDS.
        var decoder = try decoder()
        decoder.readingRoom = 4096
        var beyond: UInt32 = 0
        for unit in 0..<3 {
            var bytes: [UInt8] = [0x59, 0x02, 0xFF]
            for code in 1...255 { bytes += [1, UInt8(code), UInt8(unit), 8] }
            let payload = Self.carried(bytes, unit: unit)
            let decoded = try #require(try decoder.decode(Self.topic, payload))
            beyond += decoded.outcome.outOfRange
        }
        #expect(beyond == 3 * 510 - 512)
    }

    /// A message in the frames that carry it.
    private static func carried(_ bytes: [UInt8], unit: Int) -> String {
        func hex(_ bytes: ArraySlice<UInt8>) -> String {
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        let head = [UInt8(0x10 | bytes.count >> 8), UInt8(bytes.count & 0xFF)] + bytes.prefix(6)
        var lines = ["18DAF11\(unit)#" + hex(head[...])]
        var rest = bytes.dropFirst(6)
        while !rest.isEmpty {
            let number = String(lines.count & 15, radix: 16)
            lines.append("18DAF11\(unit)#2\(number)" + hex(rest.prefix(7)))
            rest = rest.dropFirst(7)
        }
        return lines.joined(separator: "\n")
    }

    @Test func `of J1939 are given up where one is missing or the sender ends it`() throws {
        let begin = "1CECFF00#200E0002FFCAFE00"
        let first = "1CEBFF00#0111CD6102130021"
        let second = "1CEBFF00#02061F00EE100400"
        #expect(try feed([begin, first, first, second]).lines.count == 2)
        #expect(try feed([begin, second]) == (lines: [], dropped: 1))
        #expect(try feed([first, second]) == (lines: [], dropped: 1))
        #expect(
            try feed([begin, "1CECFF00#FF01FFFFFFCAFE00", first, second])
                == (lines: [], dropped: 2))
    }

    @Test func `of two buses are never put together, on whatever bus the same ids are`() throws {
        let mixed = [
            "can0 7E8#1014490201414141", "can1 7E8#2142424242424242", "can1 7E8#2242424242424242",
        ]
        #expect(try feed(mixed).lines.isEmpty)
        let both = try feed(
            zip(Self.frames, Self.frames).flatMap { ["can0 \($0)", "can1 \($1)", "\($0)"] })
        #expect(both == (lines: [Self.number, Self.number, Self.number], dropped: 0))
        let begin = "1CECFF00#200E0002FFCAFE00"
        let first = "1CEBFF00#0111CD6102130021"
        let second = "1CEBFF00#02061F00EE100400"
        #expect(
            try feed(["a \(begin)", "b \(begin)", "a \(first)", "b \(first)", "a \(second)"]).lines
                .count == 2)
        #expect(try feed(["a \(begin)", "b \(first)", "b \(second)"]).lines.isEmpty)
    }

    @Test func `of two buses answer each for its own units`() throws {
        var decoder = try decoder()
        let list = "Vehicle.Diagnostics.DTCList"
        _ = try decoder.decode(Self.topic, "can0 7E8#044301014300AAAA")
        let lines = try decoder.lines(Self.topic, "can1 7E8#024300AAAAAAAAAA")
        #expect(
            lines.map { $0.split(separator: " ")[0...1].joined(separator: " ") }.suffix(2) == [
                "\(list) list", "\(list) P0143",
            ])
        // Over a restart too.
        let stored = decoder.sources.changedSessions(in: &decoder.workspace)
        var after = MessageDecoder(decoder.sources)
        #expect(after.sources.restore(stored, into: &after.workspace) == 0)
        #expect(try after.lines(Self.topic, "can1 7E8#0443014321").count == 6)
        #expect(try after.lines(Self.topic, "can0 7E8#024300").count == 4)
    }

    @Test func `of ever new buses stay within bounds`() throws {
        var decoder = try decoder()
        for bus in 0..<200 {
            _ = try decoder.decode(Self.topic, "bus\(bus) 7E8#0443010143")
            let held = decoder.sources.allSessions(in: decoder.workspace)
            #expect(held.count == 1 && held[0].bytes.count < 512)
        }
        // Sixteen of them are remembered.
        _ = try decoder.decode(Self.topic, "bus199 7E8#0443014321")
        #expect(try decoder.lines(Self.topic, "bus184 7E8#024300").count == 6)
        let long = String(repeating: "x", count: 65)
        let decoded = try decoder.decode(Self.topic, "\(long) 7E8#0443010143")
        #expect(decoded?.readings.isEmpty == true && decoded?.outcome.droppedTransfers == 1)
    }

    @Test func `go on after a restart`() throws {
        var before = try decoder()
        for frame in Self.frames.prefix(2) { _ = try before.decode(Self.topic, frame) }
        _ = try before.decode(Self.topic, "7E9#0443014321")
        let stored = before.sources.changedSessions(in: &before.workspace)
        #expect(stored.count == 1)
        var after = try decoder()
        #expect(after.sources.restore(stored, into: &after.workspace) == 0)
        #expect(try after.lines(Self.topic, Self.frames[2])[0].hasPrefix(Self.number))
        // What the other unit had said still holds.
        #expect(try after.lines(Self.topic, "7E8#0443010143").count == 6)
        // Other vehicles have memories of their own.
        #expect(try after.lines("can/CAR2/can0", "7E8#0443010143").count == 4)
    }

    @Test(arguments: [51, 52])
    func `of broken bytes are not taken back`(seed: UInt64) throws {
        var before = try decoder()
        for frame in Self.frames.prefix(2) { _ = try before.decode(Self.topic, frame) }
        _ = try before.decode(Self.topic, "7E9#0443014321")
        let stored = before.sources.changedSessions(in: &before.workspace)
        var numbers = SeededNumbers(seed: seed)
        var dropped = 0
        for _ in 0..<2_000 {
            var broken = stored
            broken[0].bytes.removeLast(
                Int.random(in: 0..<stored[0].bytes.count, using: &numbers) / 4)
            let place = Int.random(in: 0..<broken[0].bytes.count, using: &numbers)
            broken[0].bytes[place] = UInt8.random(in: 0...255, using: &numbers)
            var after = MessageDecoder(before.sources)
            let isDropped = after.sources.restore(broken, into: &after.workspace) == 1
            dropped += isDropped ? 1 : 0
            // What is taken back is taken back whole, what is not leaves nothing behind.
            #expect(
                after.sources.allSessions(in: after.workspace) == (isDropped ? [] : broken))
            let lines = try after.lines(Self.topic, Self.frames[2] + "\n7E8#0443010143")
            // The other unit's code is one of the lists only where its memory was taken back.
            if isDropped { #expect(lines.count == 4) }
        }
        #expect(dropped > 500, "\(dropped) of 2000")
    }

    @Test func `remembered by an earlier version are dropped, and the store is told`() throws {
        var decoder = try decoder()
        let older = SessionExport(
            source: "can", sender: Array(Self.topic.utf8), format: 4 << 16 | 1,
            bytes: [0, 0, 0, 0], order: 9)
        var newer = older
        newer.format = 4 << 16 | 3
        #expect(decoder.sources.restore([older, newer], into: &decoder.workspace) == 2)
        let changes = decoder.sources.changedSessions(in: &decoder.workspace)
        // What a later version wrote is not ours to delete.
        #expect(changes.map(\.format) == [4 << 16 | 1])
        #expect(changes[0].bytes.isEmpty && changes[0].source == "can")
        #expect(try decoder.lines(Self.topic, "7E8#0443010143").count == 4)
    }

    @Test func `that are refused change nothing`() throws {
        var decoder = try decoder()
        _ = try decoder.decode(Self.topic, Self.frames[0] + "\n" + Self.frames[1])
        #expect(decoder.error(Self.topic, Self.frames[0] + "\nrubbish") != nil)
        decoder.textRoom = 4
        #expect(decoder.error(Self.topic, Self.frames[2])?.reason == .tooMuchText)
        decoder.textRoom = 64
        #expect(try decoder.lines(Self.topic, Self.frames[2])[0].hasPrefix(Self.number))
    }
}
