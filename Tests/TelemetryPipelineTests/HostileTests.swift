import Foundation
import TelemetryPipeline
import Testing
import VehicleSignals

/// Whatever somebody publishes is parked with a reason, and the rest goes on.
@Suite struct HostileTests {
    @Test(arguments: [1, 2]) func `bad payloads of every kind are quarantined`(
        workers: Int
    ) throws {
        let site = try Site()
        let running = try site.start(site.registry(3), workers: workers)
        let huge = [UInt8](repeating: UInt8(ascii: "["), count: 10 << 20)
        let depth = String(repeating: "{\"signals\":", count: 5000)
        let bad: [Message] = [
            Message("vss/CAR1/telemetry", huge),
            Message("vss/CAR1/telemetry", depth),
            Message("vss/CAR1/telemetry", [0x7B, 0x22, 0xFF, 0xFE, 0x22, 0x3A, 0x31, 0x7D]),
            Message("vss/CAR1/telemetry", ""),
            Message("vss/CAR1/telemetry", "\u{0}\u{1}\u{2}"),
            Message("vss/CAR1/telemetry", #"{"signals":{"Vehicle.Speed":1e999}}"#),
            Message("vss/CAR1/telemetry", #"{"signals":{"Vehicle.Speed":"fast"}}"#),
            Message("vss/CAR1/telemetry", #"{"ts":"soon","signals":{}}"#),
            Message("", "{}"), Message("/", "{}"), Message("vss//telemetry", "{}"),
            Message(String(repeating: "a/", count: 32_000), "{}"),
            Message("vss/" + String(repeating: "x", count: 5_000) + "/telemetry", "{}"),
        ]
        let good = (1...3).map { Message(car: $0, at: hour(-1), km: 7) }
        try running.send(bad + good, round: 4)
        try running.end()
        let counters = running.pipeline.counters
        #expect(counters.balances)
        #expect(counters.quarantined == UInt64(bad.count))
        #expect(counters.applied == 3)
        let parked = site.keeper.now.quarantine.values
        #expect(parked.count == bad.count)
        #expect(parked.allSatisfy { !$0.reason.isEmpty && !$0.sentence.isEmpty })
        let kept = try #require(parked.first { $0.payload.count == 10 << 20 })
        #expect(kept.reason == "payload_too_large")
    }

    @Test func `random bytes never crash and always balance`() throws {
        let site = try Site()
        let running = try site.start(site.registry(3), workers: 2)
        var numbers = SeededNumbers(seed: 99)
        let topics = [
            "vss/CAR1/telemetry", "vss/CAR2/telemetry", "telemetry/CAR3/v/Odometer",
            "telemetry/X/v/Location", "telemetry/a/b/c/v/Soc", "else",
        ]
        let sample = Message(car: 1, at: hour(-1), km: 500).payload
        let messages = (0..<20_000).map { step in
            let topic = topics[Int.random(in: 0..<topics.count, using: &numbers)]
            var payload = sample
            if step % 3 == 0 {
                payload = (0..<Int.random(in: 0...80, using: &numbers)).map { _ in
                    UInt8.random(in: 0...255, using: &numbers)
                }
            } else {
                for _ in 0...Int.random(in: 0...4, using: &numbers) {
                    let place = Int.random(in: 0..<payload.count, using: &numbers)
                    payload[place] = UInt8.random(in: 0...255, using: &numbers)
                }
            }
            var message = Message(topic, payload)
            if step % 11 == 0 { message = message.retained }
            return message
        }
        try running.send(messages, round: 500)
        try running.end()
        #expect(running.pipeline.counters.balances)
        #expect(running.pipeline.counters.received == 20_000)
        #expect(running.pipeline.counters.quarantined > 10_000)
    }

    @Test func `what is parked is bounded, what is counted is not`() throws {
        let site = try Site()
        let running = try site.start(site.registry(1)) {
            $0.quarantinePendingMax = 10
            $0.quarantinePendingBytesMax = 2_000
        }
        try running.send((0..<50).map { _ in Message("nobody/knows", "x") })
        try running.pipeline.saveState()
        #expect(site.keeper.now.quarantine.count == 10)
        try running.send([Message("a", [UInt8](repeating: 0, count: 3_000)), Message("b", "c")])
        try running.end()
        #expect(site.keeper.now.quarantine.count == 11)
        #expect(running.pipeline.counters.quarantined == 52)
    }
}
