import Foundation
import Synchronization
import TelemetryPipeline
import Testing
import TriggerRules
import VehicleSignals
import VehicleState

/// The same messages give the same state and the same triggers, however they come.
@Suite struct OrderTests {
    static let cars = 9

    /// Four days of nine cars; every third comes near its service, car 30 is nobody's.
    static let messages: [Message] = {
        var messages: [Message] = []
        for step in 0..<60 {
            for car in Array(1...cars) + [30] {
                let driven = Double(step) * 8
                messages.append(
                    Message(
                        car: car, at: hour(-96 + Double(step) * 1.5 + Double(car) / 60),
                        km: 30_000 + Double(car) * 100 + driven,
                        serviceKm: car % 3 == 0 ? 1_300 - driven : 12_000 - driven,
                        volts: step % 4 == 0 ? 12.1 : 12.7))
            }
        }
        return messages
    }()

    struct Result {
        var bytes: [VehicleKey: [UInt8]] = [:]
        var records: [VehicleKey: VehicleRecord] = [:]
        var days: [MemoryKeeper.DayKey: VehicleDayChange] = [:]
        var triggers: [MemoryLedger.Trigger: MemoryLedger.Phase] = [:]
    }

    private func result(_ site: Site) throws -> Result {
        let kept = site.keeper.now
        return Result(
            bytes: kept.vehicles, records: try site.keeper.slots().mapValues(\.record),
            days: kept.days, triggers: site.ledger.standing)
    }

    private func run(
        _ messages: [Message], round: Int, workers: Int, lanes: Int = 1
    ) throws -> Result {
        let site = try Site()
        let running = try site.start(site.registry(Self.cars), workers: workers)
        if lanes == 1 {
            try running.send(messages, round: round)
        } else {
            // Each connection on a thread of its own, as the link does it.
            let failures = Mutex(0)
            DispatchQueue.concurrentPerform(iterations: lanes) { lane in
                let share = messages.indices.filter { $0 % lanes == lane }.map { messages[$0] }
                do { try running.send(share, round: round) } catch {
                    failures.withLock { $0 += 1 }
                }
            }
            #expect(failures.withLock { $0 } == 0)
        }
        running.pipeline.tick()
        try running.end()
        #expect(running.pipeline.counters.balances)
        #expect(running.pipeline.counters.received == UInt64(messages.count))
        return try result(site)
    }

    @Test func `rounds and workers change nothing at all`() throws {
        let plain = try run(Self.messages, round: 1000, workers: 1)
        #expect(plain.triggers.count >= 3)
        #expect(plain.days.count > Self.cars * 3)
        for (round, workers) in [(1, 1), (17, 2), (100, 3), (600, 2)] {
            let other = try run(Self.messages, round: round, workers: workers)
            #expect(other.bytes == plain.bytes, "rounds of \(round), \(workers) workers")
            #expect(other.days == plain.days)
            #expect(other.triggers == plain.triggers)
        }
    }

    @Test(arguments: [1, 2, 3]) func `nor does the order, nor repetition, nor a second connection`(
        workers: Int
    ) throws {
        let plain = try run(Self.messages, round: 1000, workers: 1)
        for seed in 1...3 {
            var numbers = SeededNumbers(seed: UInt64(seed * 10 + workers))
            var messages = Self.messages + Self.messages.shuffled(using: &numbers).prefix(150)
            messages.shuffle(using: &numbers)
            let other = try run(messages, round: 50, workers: workers, lanes: seed % 2 + 1)
            #expect(other.records == plain.records, "seed \(seed)")
            #expect(other.days == plain.days, "seed \(seed)")
            #expect(other.triggers == plain.triggers, "seed \(seed)")
        }
    }
}
