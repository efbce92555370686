import Foundation
import PayloadDecoding
import Testing
import VehicleSignals

/// Frames by the fast decoder and by its plain twin, over many messages with one memory each.
@Suite struct `fast and plain decoder agree on frames` {
    private struct Pair {
        var fast: MessageDecoder
        var plain: PlainDecoder
        var signals: Set<SignalID> = []
        var dropped: UInt32 = 0

        init() throws {
            let sources = try CANSources.make()
            fast = MessageDecoder(sources)
            fast.readingRoom = 20_000
            fast.textRoom = 200_000
            plain = PlainDecoder(definitions: sources.definitions, catalogue: sources.catalogue)
        }

        /// What differs on one payload.
        mutating func difference(
            _ topic: String, _ payload: [UInt8], isRetained: Bool = false
        ) -> String? {
            let found = TwinComparison.difference(
                &fast, &plain, topic, payload, isRetained: isRetained)
            for reading in plain.out.readings { signals.insert(reading.signal) }
            dropped += plain.out.outcome.droppedTransfers
            return found
        }

        /// The fast one ends and takes up what was stored; the plain one goes on.
        mutating func restart() -> Bool {
            let stored = fast.sources.allSessions(in: fast.workspace)
            fast.workspace = fast.sources.makeWorkspace()
            return fast.sources.restore(stored, into: &fast.workspace) == 0
        }
    }

    @Test(arguments: [1, 2, 3, 4])
    func `of generated traffic, whole and broken, over restarts`(seed: UInt64) throws {
        var pair = try Pair()
        var stream = FrameStream(seed: seed)
        for number in 0..<4_000 {
            let (topic, payload) = stream.next()
            let difference = pair.difference(topic, payload, isRetained: number % 11 == 10)
            #expect(difference == nil, "seed \(seed), message \(number): \(difference ?? "")")
            if difference != nil { return }
            guard number % 97 == 96 else { continue }
            let isTakenBack = pair.restart()
            #expect(isTakenBack)
        }
        // Nearly all that frames can become was there, and transfers that were given up.
        #expect(pair.signals.count >= 26, "\(pair.signals.count) signals")
        #expect(pair.dropped > 100)
    }

    @Test func `of the examples, and of all that a changed byte makes of them`() throws {
        var pair = try Pair()
        var numbers = SeededNumbers(seed: 77)
        for round in 0..<200 {
            for (topic, text) in `hostile frames`.messages {
                var payload = Array(text.utf8)
                if round > 0 {
                    payload[Int.random(in: 0..<payload.count, using: &numbers)] = UInt8.random(
                        in: numbers.chance(1, of: 4) ? 0...255 : 0x20...0x7E, using: &numbers)
                }
                let difference = pair.difference(topic, payload)
                #expect(difference == nil, "\(difference ?? "")")
                if difference != nil { return }
            }
        }
    }

    @Test(arguments: ["css-obd2-gps-leg-164", "css-j1939-vin-id"])
    func `of recorded buses`(name: String) throws {
        guard let folder = Shipped.folder("../shared/data/\(name)") else { return }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let file = try #require(names.first { $0.hasSuffix(".candump.gz") })
        let lines = try CANSources.lines(of: folder.appending(path: file))
        var pair = try Pair()
        // The plain one takes its time: the first part of a drive is enough.
        for start in stride(from: 0, to: min(lines.count, 20_000), by: 50) {
            let payload = lines[start..<min(start + 50, lines.count)].joined(separator: "\n")
            let difference = pair.difference("can/CAR1/any", Array(payload.utf8))
            #expect(difference == nil, "\(difference ?? "")")
            if difference != nil { return }
        }
        #expect(!pair.signals.isEmpty)
    }
}

/// Traffic of several vehicles with several buses, out of a seed: frames of messages that go on
/// over payloads, some lost, twice or out of turn.
struct FrameStream {
    private typealias Frame = (bus: String, id: String, data: [UInt8])
    private var numbers: SeededNumbers
    private var waiting: [String: [Frame]] = [:]
    private var seconds = 1_700_000_000.0
    private static let buses = ["can0", "can0", "can1", "can1", "", "vcan7", "can2"]

    init(seed: UInt64) { numbers = SeededNumbers(seed: seed) }

    mutating func next() -> (topic: String, payload: [UInt8]) {
        let topic = numbers.pick([
            "can/CAR1/0", "can/CAR2/0", "log/CAR1", "plain/CAR1", "wican/a/can/rx", "can/T/any",
        ])
        if numbers.chance(1, of: 150) {
            seconds += numbers.pick([3_000, 90_000, 4_000_000, -7_000])
        }
        var frames: [Frame] = []
        for _ in 0..<Int.random(in: 0...8, using: &numbers) {
            var queue = waiting[topic] ?? []
            if queue.isEmpty || numbers.chance(1, of: 8) { queue += message() }
            if numbers.chance(1, of: 25) { queue.removeFirst() }
            if let frame = queue.first {
                frames.append(frame)
                if numbers.chance(14, of: 15) { queue.removeFirst() }
            }
            if queue.count > 1, numbers.chance(1, of: 40) { queue.swapAt(0, 1) }
            waiting[topic] = queue
        }
        var payload = topic.hasPrefix("wican") ? adapter(frames) : lines(frames)
        if numbers.chance(1, of: 12), !payload.isEmpty {
            payload[Int.random(in: 0..<payload.count, using: &numbers)] = UInt8.random(
                in: 0...127, using: &numbers)
        }
        return (topic, payload)
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
    }

    private mutating func lines(_ frames: [Frame]) -> [UInt8] {
        var text = ""
        for frame in frames {
            seconds += numbers.chance(1, of: 60) ? 11 : 0.01
            if numbers.chance(4, of: 5) { text += "(\(seconds)) " }
            if !frame.bus.isEmpty { text += frame.bus + " " }
            text += frame.id + (frame.data.count > 8 ? "##0" : "#") + Self.hex(frame.data)
            text += numbers.pick(["\n", "\n", " R\n", "\r\n"])
        }
        return Array(text.utf8)
    }

    private mutating func adapter(_ frames: [Frame]) -> [UInt8] {
        if numbers.chance(1, of: 30) { return Array(#"{"SOC":\#(frames.count)}"#.utf8) }
        let items = frames.map { frame in
            let data = frame.data.map(String.init).joined(separator: ",")
            return #"{"id":\#(Int(frame.id, radix: 16) ?? 0),"dlc":\#(frame.data.count),"#
                + #""rtr":false,"extd":\#(frame.id.count == 8),"data":[\#(data)]}"#
        }
        let bus = numbers.pick(["0", "1", "can1"])
        let type = numbers.chance(1, of: 20) ? "tx" : "rx"
        let list = items.joined(separator: ",")
        return Array(
            #"{"bus":"\#(bus)","type":"\#(type)","ts":1,"frame":[\#(list)]}"#.utf8)
    }

    private mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in
            numbers.chance(1, of: 6) ? 0xFF : UInt8.random(in: 0...255, using: &numbers)
        }
    }

    /// The frames of one message.
    private mutating func message() -> [Frame] {
        var bus = numbers.pick(Self.buses)
        if numbers.chance(1, of: 60) {
            bus =
                "b\(Int.random(in: 0...40, using: &numbers))"
                + String(repeating: "x", count: numbers.pick([0, 0, 62, 63, 100]))
        }
        switch Int.random(in: 0...9, using: &numbers) {
        case 0, 1, 2: return answer(bus)
        case 3, 4: return faults(bus)
        case 5, 6: return [(bus, group(), groupBytes())]
        case 7: return [(bus, numbers.pick(["100", "101", "18FECA15", "0CA"]), bytes(8))]
        case 8: return [(bus, "100", [0x40, 0xE2, 1, 0x1E, 0x5A, 0x0A, 0, 0])]
        default:
            let id = numbers.pick(["123", "7E8", "18DAF110", "1CECFF00", "1CEBFF00", "1CEC0011"])
            return [(bus, id, bytes(Int.random(in: 0...8, using: &numbers)))]
        }
    }

    private mutating func group() -> String {
        let group = numbers.pick([
            "F004", "FE56", "FEC0", "FEC0", "FEC1", "FEC1", "FEE0", "FEE0", "FEE5", "FEEE", "FEF1",
            "FEF5", "FEF7", "FEFC", "FECA", "FED4", "FEEC",
        ])
        return "18" + group + numbers.pick(["00", "17", "EE"])
    }

    private mutating func groupBytes() -> [UInt8] {
        var data = bytes(8)
        if numbers.chance(1, of: 2) { (data[0], data[3]) = (numbers.pick([1, 2, 3]), 1) }
        return data
    }

    private mutating func codes(_ count: Int) -> [UInt8] {
        (0..<count * 2).map { _ in numbers.pick([0, 1, 1, 0x43, 0xC1]) }
    }

    private mutating func answer(_ bus: String) -> [Frame] {
        let id = numbers.pick(["7E8", "7E9", "18DAF110", "18DAF1FF"])
        var content: [UInt8]
        switch Int.random(in: 0...5, using: &numbers) {
        case 0:
            let count = Int.random(in: 0...6, using: &numbers)
            content = [numbers.pick([0x43, 0x47, 0x4A]), UInt8(count)] + codes(count)
        case 1: content = [0x49, 2, 1] + Array("WBAPH13000000000\(bus.isEmpty ? 1 : 2)".utf8)
        case 2:
            content = [0x59, 2, 0xFF]
            for _ in 0..<Int.random(in: 0...9, using: &numbers) {
                content += codes(1) + [numbers.pick([0x11, 0]), numbers.pick([0, 1, 8, 9, 0x40])]
            }
        default:
            content = [0x41]
            for _ in 0..<Int.random(in: 1...3, using: &numbers) {
                let (number, count): (UInt8, Int) = numbers.pick([
                    (1, 4), (5, 1), (0x0C, 2), (0x0D, 1), (0x0F, 1), (0x1F, 2), (0x21, 2),
                    (0x2F, 1), (0x31, 2), (0x42, 2), (0x46, 1), (0x5B, 1), (0x5C, 1), (0xA6, 4),
                    (0x77, 3),
                ])
                content += [number] + bytes(count)
            }
        }
        return carried(content, bus, id)
    }

    private mutating func carried(_ content: [UInt8], _ bus: String, _ id: String) -> [Frame] {
        let size = numbers.chance(1, of: 12) ? 64 : 8
        if content.count < 8 {
            return [(bus, id, [UInt8(content.count)] + content + bytes(7 - content.count))]
        }
        let head = [UInt8(0x10 | content.count >> 8), UInt8(content.count & 0xFF)]
        var frames: [Frame] = [(bus, id, head + content.prefix(size - 2))]
        if frames[0].data.count < 8 { frames[0].data += bytes(8 - frames[0].data.count) }
        var rest = content.dropFirst(size - 2)
        while !rest.isEmpty {
            let part = Array(rest.prefix(size - 1))
            frames.append((bus, id, [0x20 | UInt8(frames.count & 15)] + part))
            rest = rest.dropFirst(size - 1)
        }
        return frames
    }

    private mutating func faults(_ bus: String) -> [Frame] {
        var content = [numbers.pick([0, 0x40, 0xC0, 4]), UInt8(0xFF)]
        for _ in 0..<Int.random(in: 1...4, using: &numbers) {
            content += numbers.pick([
                [0, 0, 0, 0], [0x61, 2, 0x13, 1], [0x61, 2, 0x13, 0x81], [0xFF, 0xFF, 0xFF, 0xFF],
                [0x21, 6, 0x1F, 0], [0xFF, 0xFF, 0xE3, 1],
            ])
        }
        let source = numbers.pick(["00", "0B", "17"])
        let group = numbers.pick(["FECA", "FED4", "FEC1"])
        if content.count <= 8 {
            return [(bus, "18\(group)\(source)", content + bytes(8 - content.count))]
        }
        let to = numbers.chance(1, of: 4) ? "10" : "FF"
        let low = UInt8(group.suffix(2), radix: 16) ?? 0
        let packets = (content.count + 6) / 7
        var frames: [Frame] = [
            (
                bus, "1CEC\(to)\(source)",
                [to == "FF" ? 32 : 16, UInt8(content.count), 0, UInt8(packets), 0xFF, low, 0xFE, 0]
            )
        ]
        for packet in 0..<packets {
            let part = Array(content.dropFirst(packet * 7).prefix(7))
            frames.append(
                (bus, "1CEB\(to)\(source)", [UInt8(packet + 1)] + part + bytes(7 - part.count)))
        }
        if numbers.chance(1, of: 15) {
            frames.insert((bus, "1CEC\(to)\(source)", [255] + bytes(7)), at: 1)
        }
        return frames
    }
}
