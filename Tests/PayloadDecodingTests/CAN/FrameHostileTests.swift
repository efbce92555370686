import AllocationCounter
import PayloadDecoding
import Testing
import VehicleSignals

@Suite(.serialized) struct `hostile frames` {
    @Test(arguments: [61, 62])
    func `of any content never crash, and errors lie within the payload`(seed: UInt64) throws {
        var decoder = MessageDecoder(try CANSources.make())
        decoder.readingRoom = 2048
        var numbers = SeededNumbers(seed: seed)
        let ids = [
            "7E8", "7E9", "18DAF110", "1CECFF00", "1CEBFF00", "18FECA00", "100", "101", "18FEECFE",
        ]
        for _ in 0..<4_000 {
            var payload = ""
            for _ in 0..<Int.random(in: 0...12, using: &numbers) {
                let count = Int.random(in: 0...8, using: &numbers)
                var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &numbers) }
                if count > 1, numbers.chance(3, of: 4) {
                    bytes[0] = numbers.pick([2, 4, 6, 7, 0x10, 0x21, 0x22, 0x20, 1, 32, 16, 255])
                    bytes[1] = numbers.pick([0x41, 0x43, 0x47, 0x49, 0x59, 0x14, 20, 9])
                }
                let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                payload += "can1 \(numbers.pick(ids))#\(hex)\n"
            }
            var raw = Array(payload.utf8)
            if numbers.chance(1, of: 4), !raw.isEmpty {
                raw[Int.random(in: 0..<raw.count, using: &numbers)] = UInt8.random(
                    in: 0...255, using: &numbers)
            }
            let topic = numbers.pick(["can/CAR1/can0", "log/CAR1", "plain/CAR1", "wican/a/can/rx"])
            do throws(DecodeError) { _ = try decoder.decode(topic, raw) } catch {
                #expect(error.offset >= 0 && error.offset <= raw.count)
            }
        }
    }

    @Test func `cut anywhere are truncated`() throws {
        var decoder = MessageDecoder(try CANSources.make())
        let whole = Array(
            #"{"bus":"0","frame":[{"id":2024,"dlc":8,"extd":false,"data":[3,65,13,23]}]}"#.utf8)
        #expect(try decoder.decode("wican/a/can/rx", whole)?.readings.count == 1)
        for count in 0..<whole.count {
            do throws(DecodeError) {
                _ = try decoder.decode("wican/a/can/rx", Array(whole.prefix(count)))
                Issue.record("\(count) bytes are no document")
            } catch { #expect(error == DecodeError(.truncated, at: count)) }
        }
    }

    @Test func `in too great a number are refused`() throws {
        var decoder = MessageDecoder(try CANSources.make())
        decoder.readingRoom = 100_000
        let line = "can1 100#00\n"
        let many = String(repeating: line, count: DecodingLimits.framesMax)
        #expect(try decoder.decode("log/CAR1", many) != nil)
        #expect(
            decoder.error("log/CAR1", many + line)
                == DecodeError(.tooManyFrames, at: many.utf8.count + 5))
        // Too many readings: refused at the frame that brings them.
        decoder.readingRoom = 2
        let speed = "(1700000000) can0 7E8#03410D17\n"
        #expect(
            decoder.error("can/CAR1/0", speed + speed + speed)
                == DecodeError(.tooManyReadings, at: 2 * speed.utf8.count + 18))
    }

    @Test func `of which nothing is made are read over, however many`() throws {
        var decoder = MessageDecoder(try CANSources.make())
        let rest = String(repeating: "can0 123#00112233\ncan0 18FF1234#00\n", count: 17_000)
        #expect(try decoder.lines("can/CAR1/0", rest + "7E8#03410D17").count == 1)
        #expect(decoder.sources.allSessions(in: decoder.workspace).isEmpty)
        let raw = String(repeating: #"{"id":7,"data":[1,2]},"#, count: 17_000)
        let speed = #"{"id":2024,"data":[3,65,13,23]}"#
        #expect(
            try decoder.lines("wican/a/can/rx", #"{"frame":[\#(raw)\#(speed)]}"#)[0]
                .hasPrefix("Vehicle.Speed 23.0"))
    }

    @Test func `of the documented number are not refused by the gateway's room`() throws {
        var decoder = MessageDecoder(try CANSources.make())
        decoder.readingRoom = DecodingLimits.readingsMax
        decoder.textRoom = DecodingLimits.textBytesMax
        let many = String(repeating: "7E8#03410D17\n", count: DecodingLimits.framesMax)
        #expect(try decoder.decode("can/CAR1/0", many)?.readings.count == DecodingLimits.framesMax)
    }

    static let messages: [(String, String)] = [
        (
            "wican/a/can/rx",
            #"{"bus":"0","ts":1,"frame":[{"id":256,"dlc":8,"data":[64,226,1,0,0,0,0,0]},"#
                + #"{"id":2024,"dlc":8,"data":[3,65,13,23,0,0,0,0]}]}"#
        ),
        ("wican/a/can/rx", #"{"SOC":67.5}"#),
        ("log/CAR1", "(1700000000.5) can1 100#40E2011E5A0A0000\n(1700000000.6) can1 101#01E803"),
        ("plain/CAR1", "101#0900002041"),
        ("can/CAR1/0", "7E8#1014490201574241\n7E8#2150483133303030\n7E8#2230303030303031"),
        ("can/CAR1/0", "7E8#1014490201574241"),
        ("can/CAR1/0", "7E8#2150483133303030"),
        ("can/CAR1/0", "7E8#2230303030303031"),
        ("can/CAR1/0", "7E8#0643020143D12300\n7E9#0447014321"),
        ("can/CAR1/0", "18DAF110#0759020F01431108\n7E8#06410182076500"),
        (
            "can/CAR1/0",
            "1CECFF00#200E0002FFCAFE00\n1CEBFF00#0111CD6102130021\n1CEBFF00#02061F00EE100400"
        ),
        ("can/CAR1/0", "18FEE500#20110000FFFFFFFF\n18FEC1EE#40420F0064000000"),
    ]

    @Test func `of good will allocate nothing`() throws {
        let sources = try CANSources.make()
        var workspace = sources.makeWorkspace()
        var readings: [Reading] = []
        var texts: [UInt8] = []
        readings.reserveCapacity(256)
        texts.reserveCapacity(1024)
        for round in 0..<4 {
            for (topic, payload) in Self.messages {
                let (name, bytes) = (Array(topic.utf8), Array(payload.utf8))
                let before = allocations_of_this_thread()
                let found = Self.run(sources, name, bytes, &workspace, &readings, &texts)
                let allocated = allocations_of_this_thread() - before
                #expect(found >= 0, "\(topic) \(payload)")
                if round > 1 { #expect(allocated == 0, "\(topic) \(payload)") }
            }
        }
    }

    @inline(never)
    private static func run(
        _ sources: CompiledSources, _ topic: [UInt8], _ payload: [UInt8],
        _ workspace: inout DecodingWorkspace, _ readings: inout [Reading], _ texts: inout [UInt8]
    ) -> Int {
        readings.removeAll(keepingCapacity: true)
        texts.removeAll(keepingCapacity: true)
        guard let route = unsafe sources.route(topic: topic.span.bytes) else { return -1 }
        var count = -1
        readings.append(addingCapacity: 256) { out in
            texts.append(addingCapacity: 1024) { text in
                do throws(DecodeError) {
                    _ = try unsafe sources.decode(
                        route, topic: topic.span.bytes, payload: payload.span.bytes,
                        arrival: Timestamp(milliseconds: 1_770_000_000_000), isRetained: false,
                        workspace: &workspace, into: &out, texts: &text)
                    count = out.count
                } catch { count = -1 }
            }
        }
        return count
    }
}
