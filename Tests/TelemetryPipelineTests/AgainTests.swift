import PayloadDecoding
import TelemetryPipeline
import Testing
import TriggerRules
import VehicleSignals
import VehicleState

/// What an operator asks of a running pipeline: messages once more, vehicles forgotten, two
/// vehicles that turn out to be one.
@Suite struct AgainTests {
    private func again(_ message: Message, arrival: Timestamp) -> MessageAgain {
        MessageAgain(
            topic: message.topic, payload: message.payload, flags: message.flags, arrival: arrival)
    }

    private func report(_ car: Int, _ step: Int) -> Message {
        Message(car: car, at: hour(-48 + Double(step)), km: 20_000 + Double(step) * 10)
    }

    @Test(arguments: [1, 2]) func `messages taken again count again and are applied once`(
        workers: Int
    ) throws {
        let site = try Site()
        let running = try site.start(site.registry(3, gates: [3: .off]), workers: workers)
        try running.send((0..<5).map { report(1, $0) })
        let messages =
            [again(report(1, 2), arrival: hour(-46)), again(report(2, 1), arrival: hour(-47))]
            + [again(report(3, 1), arrival: hour(-47))]
        try running.pipeline.takeAgain(messages)
        try running.pipeline.takeAgain([])
        try running.end()
        let counters = running.pipeline.counters
        #expect(counters.balances && counters.received == 8)
        #expect(counters.applied == 6 && counters.duplicate == 1 && counters.gated == 1)
        #expect(try site.keeper.slots().count == 2)
        // They are durable like any other: a start from nothing but the journal finds them.
        let batches = try site.journal.read(after: .start, byteCount: 1 << 20)
        #expect(batches.map(\.batch.count) == [5, 2] && batches[1].batch.gatedCount == 1)
        #expect(batches[1].batch.message(0).arrival == hour(-47))
        #expect(batches[1].batch.message(1).arrival == hour(-46))
    }

    @Test func `arrivals that lie far apart keep their own times`() throws {
        let site = try Site()
        let running = try site.start(site.registry(1))
        let arrivals = [hour(0), hour(-24 * 120), hour(-24 * 60)]
        try running.pipeline.takeAgain(arrivals.map { again(report(1, 1), arrival: $0) })
        try running.end()
        let batches = try site.journal.read(after: .start, byteCount: 1 << 20)
        let found = batches.flatMap { entry in
            (0..<entry.batch.count).map { entry.batch.message($0).arrival }
        }
        #expect(found == arrivals.sorted())
    }

    @Test(arguments: [1, 2]) func `a forgotten vehicle leaves nothing and begins anew`(
        workers: Int
    ) throws {
        let site = try Site()
        let running = try site.start(site.registry(2), workers: workers)
        try running.send((0..<6).flatMap { [report(1, $0), report(2, $0), report(9, $0)] })
        let entry = try #require(running.pipeline.unlinkedEntries.first)
        try running.pipeline.saveState()
        try running.pipeline.forget([VehicleKey(1), entry.key], names: [entry.name])
        #expect(running.pipeline.unlinkedCount == 0)
        try running.send([report(1, 20)])
        try running.end()
        let slots = try site.keeper.slots()
        #expect(slots[VehicleKey(2)]?.record.newestEventTime == hour(-43))
        // What was heard after the forgetting stands alone.
        let fresh = try Site()
        let other = try fresh.start(fresh.registry(2))
        try other.send([report(1, 20)])
        try other.end()
        #expect(slots[VehicleKey(1)]?.record == (try fresh.keeper.slots()[VehicleKey(1)]?.record))
        #expect(running.pipeline.counters.balances)
    }

    /// No state stands under a number that no name leads to.
    private func expectNamed(_ kept: MemoryKeeper.Contents, _ count: Int) {
        #expect(Set(kept.vehicles.keys.filter(\.isUnlinked)) == Set(kept.names.keys))
        #expect(kept.names.count == count)
    }

    @Test(arguments: [1, 2, 3])
    func `a message that was read before its name was forgotten counts under a new number`(
        workers: Int
    ) throws {
        let site = try Site()
        let running = try site.start(site.registry(1), workers: workers)
        try running.send([report(8, 1), report(9, 1)])
        let entries = running.pipeline.unlinkedEntries
        let name = try #require(entries.first { $0.name.externalID == Array("CAR9".utf8) })
        try running.pipeline.saveState()
        // The connection has looked its name up, and is not done with the round.
        let lane = running.pipeline.makeLane()
        running.receive(report(9, 2), lane)
        running.receive(report(8, 2), lane)
        #expect(try running.pipeline.forget([], names: [name.name]).map(\.key) == [name.key])
        running.receive(report(9, 3), lane)
        try lane.commit()
        try running.pipeline.takeAgain([again(report(9, 4), arrival: hour(-1))])
        try running.end()
        expectNamed(site.keeper.now, 2)
        #expect(site.keeper.now.vehicles[name.key] == nil)
        let counters = running.pipeline.counters
        #expect(counters.balances && counters.unlinked == 6)
        // What came afterwards begins anew, whole: as if it were all that ever came.
        let fresh = try Site()
        let other = try fresh.start(fresh.registry(1))
        try other.send([report(9, 2), report(9, 3), report(9, 4)])
        try other.end()
        let record = try site.keeper.slots().first {
            $0.key.isUnlinked && $0.key > name.key
        }?.value.record
        #expect(try record == fresh.keeper.slots().first?.value.record)
    }

    @Test func `a name that was forgotten and heard again goes with its number of now`() throws {
        let site = try Site()
        let running = try site.start(site.registry(1))
        try running.send([report(9, 1)])
        let entries = running.pipeline.unlinkedEntries
        try running.pipeline.forget([], names: entries.map(\.name))
        try running.send([report(9, 2)])
        // Whoever looked before asks with what he saw then.
        let gone = try running.pipeline.forget(entries.map(\.key), names: entries.map(\.name))
        #expect(gone.count == 1 && gone[0].key != entries[0].key)
        try running.end()
        expectNamed(site.keeper.now, 0)
        #expect(running.pipeline.counters.unlinked == 2)
    }

    @Test func `forgetting waits until what was said before is stored`() throws {
        let site = try Site()
        let due = Message(car: 1, at: hour(-1), km: 20_000, serviceKm: 100)
        let running = try site.start(site.registry(1))
        running.front.refuse(times: 2)
        try running.send([due])
        try running.pipeline.forget([VehicleKey(1)], names: [])
        #expect(site.ledger.now.stored.count == 1)
        try running.end()
        // While it cannot be stored, nobody may take it for forgotten.
        let held = try site.start(site.registry(1)) { $0.heldUpWait = .seconds(1) }
        held.front.cut()
        try held.send([due])
        #expect(throws: PipelineHeldUp.self) {
            try held.pipeline.forget([VehicleKey(1)], names: [])
        }
        held.crash()
        #expect(throws: PipelineStopped.self) { try held.pipeline.forget([], names: []) }
    }

    @Test(arguments: [1, 2]) func `what formats remember of a forgotten sender goes with it`(
        workers: Int
    ) throws {
        let site = try Site()
        // As if stored by an earlier run: two edge nodes, one with a device.
        for (number, sender) in ["g/CAR1", "g/CAR1/engine", "g/CAR2"].enumerated() {
            var bytes = [UInt8](repeating: 0, count: 24)
            bytes[0] = 1
            site.keeper.remember(
                SessionExport(
                    source: "native", sender: Array(sender.utf8), format: 1 << 16 | 1,
                    bytes: bytes, order: UInt64(number + 1)))
        }
        let running = try site.start(site.registry(2), workers: workers)
        try running.pipeline.forget([VehicleKey(1)], names: []) { topic in
            String(decoding: topic, as: UTF8.self).split(separator: "/")[3] == "CAR1"
        }
        try running.end()
        #expect(site.keeper.now.sessions.map(\.sender) == [Array("g/CAR2".utf8)])
    }

    /// Car 1 and car 2 as two vehicles, or as one under number 1.
    private func registry(areOne: Bool) -> VehicleRegistry {
        VehicleRegistry(
            vehicles: (areOne ? [1] : [1, 2]).map {
                RegisteredVehicle(
                    key: VehicleKey($0), gate: .all, zone: 0, facts: VehicleFacts())
            },
            names: [1, 2].map {
                RegisteredName(
                    source: SourceID(0), externalID: Array("CAR\($0)".utf8),
                    vehicle: VehicleKey(areOne ? 1 : $0))
            },
            zones: [.utc],
            merged: areOne ? [VehicleLink(from: VehicleKey(2), to: VehicleKey(1))] : [])
    }

    @Test(arguments: [1, 2]) func `two vehicles that turn out to be one keep what both said`(
        workers: Int
    ) throws {
        let site = try Site()
        let running = try site.start(registry(areOne: false), workers: workers)
        try running.send((0..<4).map { report(1, $0) } + (4..<8).map { report(2, $0) })
        let lane = running.pipeline.makeLane()
        running.receive(report(2, 8), lane)
        running.pipeline.adopt(registry(areOne: true))
        // This round began when they were two.
        running.receive(report(2, 9), lane)
        try lane.commit()
        try running.end()

        let plain = try Site()
        let straight = try plain.start(registry(areOne: true))
        try straight.send((0..<4).map { report(1, $0) } + (4..<10).map { report(2, $0) })
        try straight.end()
        #expect(try site.keeper.slots().keys.map(\.number) == [1])
        #expect(
            try site.keeper.slots().mapValues(\.record)
                == plain.keeper.slots().mapValues(\.record))
        #expect(site.keeper.now.links == [VehicleLink(from: VehicleKey(2), to: VehicleKey(1))])
        #expect(running.pipeline.counters.applied == 10)
    }

    @Test func `a merging that happened while the gateway was down is caught up at its start`()
        throws
    {
        let site = try Site()
        let before = try site.start(registry(areOne: false))
        try before.send((0..<4).map { report(1, $0) })
        try before.pipeline.saveState()
        try before.send((4..<8).map { report(2, $0) })
        before.crash()
        let after = try site.start(registry(areOne: true))
        try after.end()
        #expect(try site.keeper.slots().keys.map(\.number) == [1])
        let record = try site.keeper.slots()[VehicleKey(1)]?.record
        #expect(record?.newestEventTime == hour(-41))
        #expect(after.pipeline.counters.balances && after.pipeline.counters.received == 8)
    }
}
