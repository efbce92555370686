import AllocationCounter
import Foundation
import TelemetryPipeline
import Testing
import VehicleSignals

/// What a message costs once everything has its size: nothing on the heap, and little time.
@Suite(.serialized) struct CostTests {
    /// A fleet that reports again and again, within one day.
    struct Fleet {
        let running: Running
        let lane: IngestLane
        let cars: Int
        private var step = 0
        private var sent: UInt64 = 0

        init(cars: Int) throws {
            self.cars = cars
            let site = try Site(journal: NumberingJournal())
            site.set(hour(3))
            running = try site.start(site.registry(cars))
            lane = running.pipeline.makeLane()
        }

        mutating func messages(_ count: Int) -> [Message] {
            (0..<count).map { place in
                step += 1
                return Message(
                    car: place % cars + 1,
                    at: hour(-8).advanced(by: TimeSpan(milliseconds: Int64(step) * 50)),
                    km: 30_000 + Double(step) / 1e5, serviceKm: 12_000 - Double(step) / 1e5)
            }
        }

        /// Hands a round over, and waits until its firings would be stored.
        mutating func commit(_ count: Int) throws {
            try lane.commit()
            sent += UInt64(count)
            let pipeline = running.pipeline
            while pipeline.counters.received < sent
                || pipeline.positions.stored < pipeline.positions.queued
            { Thread.sleep(forTimeInterval: 0.0005) }
        }

        /// Allocations of the whole process for one round.
        mutating func allocations(_ count: Int) throws -> Int {
            let messages = messages(count)
            let before = allocations_of_all_threads()
            for message in messages { running.receive(message, lane) }
            try commit(count)
            return Int(allocations_of_all_threads() - before)
        }
    }

    @Test func `taking a message in allocates nothing`() throws {
        var fleet = try Fleet(cars: 500)
        for _ in 0..<2 {
            for message in fleet.messages(3_000) { fleet.running.receive(message, fleet.lane) }
            try fleet.commit(3_000)
        }
        let messages = fleet.messages(3_000)
        let before = allocations_of_this_thread()
        for message in messages { fleet.running.receive(message, fleet.lane) }
        let count = allocations_of_this_thread() - before
        #expect(count == 0, "\(count) allocations in 3,000 messages")
        try fleet.commit(3_000)
        #expect(fleet.running.pipeline.counters.applied == 9_000)
        fleet.running.pipeline.stop()
    }

    /// In a process of its own, since all its threads are counted.
    @Test func `a round allocates the same, whether it has a thousand messages or ten`() async {
        await #expect(processExitsWith: .success) {
            var fleet = try Fleet(cars: 1_000)
            for _ in 0..<6 { _ = try fleet.allocations(10_000) }
            var small: [Int] = []
            var large: [Int] = []
            for _ in 0..<5 {
                large.append(try fleet.allocations(10_000))
                small.append(try fleet.allocations(1_000))
            }
            let counters = fleet.running.pipeline.counters
            print("allocations a round: \(small) of 1,000 messages, \(large) of 10,000")
            let isConstant = (large.max() ?? .max) <= (small.min() ?? 0) + 16
            let isSmall = (large.max() ?? .max) <= 64
            guard isConstant, isSmall, counters.applied == counters.received else {
                exit(1)
            }
        }
    }

    @Test func `nor does taking a note of a device that is switched off`() throws {
        let site = try Site(journal: NumberingJournal(), sources: GatedNodeTests.sources())
        let running = try site.start(site.registry(2, gates: [2: .off]))
        let lane = running.pipeline.makeLane()
        // Numbers of one byte, so that all can be read: an error that is thrown is boxed by the
        // testing library, and by nothing else.
        let messages = (0..<3_000).map { GatedNodeTests.data("CAR2", UInt8($0 % 128)) }
        var count: UInt64 = 0
        for _ in 0..<3 {
            let before = allocations_of_this_thread()
            for message in messages { running.receive(message, lane) }
            count = allocations_of_this_thread() - before
            try lane.commit()
        }
        try running.end()
        #expect(count == 0, "\(count) allocations in 3,000 messages")
        #expect(running.pipeline.counters.gated == 9_000)
    }

    /// A yard whose second vehicle is switched off between its messages and their commit.
    struct Yard {
        let running: Running
        let lane: IngestLane
        private let open: VehicleRegistry
        private let closed: VehicleRegistry
        private var sent: UInt64 = 0

        init() throws {
            let site = try Site(journal: NumberingJournal(), sources: GatedNodeTests.sources())
            open = site.registry(2)
            closed = site.registry(2, gates: [2: .off])
            running = try site.start(open)
            lane = running.pipeline.makeLane()
            try running.send([GatedNodeTests.nodeBirth, GatedNodeTests.birth("CAR2", 1)])
        }

        /// Allocations of the whole process while the workers follow so many messages.
        mutating func allocations(_ count: Int) throws -> Int {
            let messages = (2..<count + 2).map { GatedNodeTests.data("CAR2", UInt8($0 % 128)) }
            let pipeline = running.pipeline
            pipeline.adopt(open)
            for message in messages { running.receive(message, lane) }
            pipeline.adopt(closed)
            let before = allocations_of_all_threads()
            try lane.commit()
            sent += UInt64(count)
            while pipeline.counters.gated < sent { Thread.sleep(forTimeInterval: 0.0005) }
            return Int(allocations_of_all_threads() - before)
        }
    }

    /// In a process of its own, as above.
    @Test func `following a device that was switched off later allocates nothing`() async {
        await #expect(processExitsWith: .success) {
            var yard = try Yard()
            for _ in 0..<3 { _ = try yard.allocations(10_000) }
            let (small, large) = (try yard.allocations(1_000), try yard.allocations(10_000))
            print("allocations a round: \(small) of 1,000 messages, \(large) of 10,000")
            guard large <= small + 16 else { exit(1) }
        }
    }

    /// In a process of its own too: what is read is the processor time of all its threads.
    @Test func `the cost of a message is said`() async throws {
        let result = await #expect(
            processExitsWith: .success, observing: [\.standardOutputContent]
        ) {
            for cars in [1_000, 50_000] {
                var fleet = try Fleet(cars: cars)
                var receiving = Double.infinity
                var applying = Double.infinity
                let count = 10_000
                for round in 0..<(cars / count + 12) {
                    let messages = fleet.messages(count)
                    let begin = clock()
                    for message in messages { fleet.running.receive(message, fleet.lane) }
                    let middle = clock()
                    try fleet.commit(count)
                    let end = clock()
                    guard round > cars / count + 1 else { continue }
                    // Microseconds of processor time.
                    receiving = min(receiving, Double(middle - begin) / Double(count) * 1000)
                    applying = min(applying, Double(end - middle) / Double(count) * 1000)
                }
                print(
                    "\(cars) vehicles, 280 bytes with six signals: steps 2-3 \(Int(receiving)) ns, "
                        + "steps 4-6 \(Int(applying)) ns a message")
                guard fleet.running.pipeline.counters.quarantined == 0 else { exit(1) }
                fleet.running.pipeline.stop()
            }
        }
        print(String(decoding: result?.standardOutputContent ?? [], as: UTF8.self))
    }
}
