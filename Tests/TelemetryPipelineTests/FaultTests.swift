import Foundation
import IngestJournal
import Synchronization
import TelemetryPipeline
import Testing
import TriggerRules
import VehicleSignals

/// What refuses for a while loses nothing and holds nobody for ever.
@Suite struct FaultTests {
    private func reports(_ steps: Range<Int>, cars: Int = 5) -> [Message] {
        steps.flatMap { step in
            (1...cars).map { car in
                Message(
                    car: car, at: hour(-80 + Double(step) * 0.5), km: 20_000 + Double(step),
                    serviceKm: 400 - Double(step) * 0.1)
            }
        }
    }

    @Test func `a round that a full disk refuses is kept and tried again`() throws {
        let journal = try DiskJournal()
        let site = try Site(journal: journal)
        let running = try site.start(site.registry(5))
        let lane = running.pipeline.makeLane()
        for message in reports(0..<4) { running.receive(message, lane) }
        journal.refuse(times: 3)
        for _ in 0..<3 { #expect(throws: JournalError.self) { try lane.commit() } }
        #expect(running.pipeline.counters.received == 0)
        try lane.commit()
        try lane.commit()
        try running.send(reports(4..<6), round: 3, through: lane)
        try running.end()
        #expect(site.keeper.now.counters.received == 30)
        #expect(site.keeper.now.counters.applied == 30)
    }

    @Test func `a round whose connection is gone is left to the broker`() throws {
        let journal = try DiskJournal()
        let site = try Site(journal: journal)
        let running = try site.start(site.registry(5, gates: [5: .off]))
        let lane = running.pipeline.makeLane()
        for message in reports(0..<4) { running.receive(message, lane) }
        journal.refuse(times: 1)
        #expect(throws: JournalError.self) { try lane.commit() }
        // The connection came again and brings everything once more.
        for message in reports(0..<4) { running.receive(message, lane) }
        try lane.commit()
        for message in reports(4..<5) { running.receive(message, lane) }
        lane.discard()
        try lane.commit()
        try running.end()
        let counters = site.keeper.now.counters
        #expect(counters.received == 20 && counters.applied == 16 && counters.gated == 4)
    }

    @Test func `a ledger that refuses for a while gets every firing, in order`() throws {
        let site = try Site()
        let running = try site.start(site.registry(5), workers: 2)
        running.front.refuse(times: 3)
        try running.send(reports(0..<10), round: 4)
        try running.end()
        let ledger = site.ledger.now
        #expect(Set(ledger.triggers.keys.map(\.vehicle)) == [1, 2, 3, 4, 5])
        #expect(site.troubles.withLock { $0.count } == 3)
        let positions = ledger.stored.compactMap(\.position)
        #expect(positions == positions.sorted())
    }

    @Test func `a ledger that never answers does not keep the pipeline from stopping`() throws {
        let site = try Site()
        let registry = site.registry(5)
        let running = try site.start(registry, workers: 2) {
            $0.queuedRoundsMax = 4
            $0.heldUpWait = .seconds(1)
        }
        running.front.cut()
        try running.send(reports(0..<40), round: 2)
        #expect(throws: PipelineHeldUp.self) { try running.pipeline.saveState() }
        running.pipeline.tick()
        running.pipeline.stop()
        #expect(throws: PipelineStopped.self) { try running.pipeline.saveState() }
        running.pipeline.tick()
        running.pipeline.stop()
        // It answers again, but not to this run: what it missed comes with the next.
        #expect(site.ledger.now.stored.isEmpty)
        let next = try site.start(registry)
        try next.end()
        #expect(site.ledger.now.openings.count == 5)
        #expect(site.keeper.now.counters.received == 200)
    }

    @Test func `once a firing is given up nothing behind it is stored`() throws {
        let site = try Site()
        let registry = site.registry(5)
        let running = try site.start(registry)
        running.front.cut()
        try running.send(reports(0..<1, cars: 1))
        // The collector is at its first attempts now; more rounds gather behind it.
        while running.front.calls == 0 {}
        try running.send(reports(1..<4))
        running.pipeline.stop()
        #expect(site.ledger.now.position == .start)
        #expect(running.pipeline.positions.stored == .start)
        let next = try site.start(registry)
        try next.end()
        #expect(site.ledger.now.openings.count == 5)
    }

    @Test func `a full mailbox makes the connection wait, and lets it go on`() throws {
        let site = try Site()
        let running = try site.start(site.registry(5)) {
            $0.queuedRoundsMax = 2
            $0.queuedBytesMax = 2_000
        }
        running.front.cut()
        // Reports fill the collector, then the worker waits, then the mailbox fills.
        let sent = Atomic<Int>(0)
        let all = reports(0..<1500, cars: 4)
        DispatchQueue.concurrentPerform(iterations: 2) { side in
            if side == 0 {
                let lane = running.pipeline.makeLane()
                for message in all {
                    running.receive(message, lane)
                    try? lane.commit()
                    sent.add(1, ordering: .relaxed)
                }
            } else {
                // Waits until nothing moves any more, then mends the ledger.
                var last = -1
                while last != sent.load(ordering: .relaxed) || last < 4_000 {
                    last = sent.load(ordering: .relaxed)
                    Thread.sleep(forTimeInterval: 0.05)
                }
                #expect(last < all.count)
                running.front.mend()
            }
        }
        try running.end()
        #expect(site.keeper.now.counters.received == UInt64(all.count))
        #expect(site.keeper.now.counters.balances)
    }

    @Test func `a snapshot that cannot be stored comes again, once`() throws {
        let site = try Site()
        let running = try site.start(site.registry(5), workers: 2)
        site.keeper.refuse(times: 4)
        for step in 0..<4 {
            try running.send(reports((step * 10)..<(step * 10 + 10)))
            try running.send([Message("no/where", "\(step)")])
            #expect(throws: Refusal.self) { try running.pipeline.saveState() }
        }
        try running.pipeline.saveState()
        let kept = site.keeper.now
        // Nothing piles up: each vehicle once, each of its days once.
        #expect(kept.exports.map(\.vehicles) == [5, 5, 5, 5, 5])
        #expect(kept.exports[4].days == kept.days.count)
        #expect(kept.exports.map(\.quarantined) == [1, 2, 3, 4, 4])
        #expect(kept.vehicles.count == 5 && kept.quarantine.count == 4)
        try running.pipeline.saveState()
        let after = try #require(site.keeper.now.exports.last)
        #expect(after == (0, 0, 0))
        try running.send([Message(car: 2, at: hour(-1), km: 21_000), Message("no/where", "9")])
        try running.end()
        let last = try #require(site.keeper.now.exports.last)
        #expect(last.vehicles == 1 && last.quarantined == 1)
    }

    @Test func `ticks and snapshots while it stops end, with or without an answer`() throws {
        for _ in 0..<30 {
            let site = try Site(journal: NumberingJournal())
            let running = try site.start(site.registry(5), workers: 3)
            DispatchQueue.concurrentPerform(iterations: 4) { side in
                switch side {
                case 0: try? running.send(reports(0..<20), round: 3)
                case 1: for _ in 0..<20 { running.pipeline.tick(silentBefore: hour(-100)) }
                case 2: for _ in 0..<5 { _ = try? running.pipeline.saveState() }
                default:
                    running.pipeline.adopt(site.registry(4))
                    running.pipeline.stop()
                }
            }
            #expect(running.pipeline.counters.balances)
        }
    }

    @Test func `a pipeline that was never started can be stopped`() throws {
        let site = try Site(journal: NumberingJournal())
        try site.open(site.registry(1), workers: 2).pipeline.stop()
    }
}
