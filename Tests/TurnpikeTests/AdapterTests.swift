import CustomerStore
import Customers
import GRDB
import GatewayAPI
import Synchronization
import Testing
import TriggerDelivery
import UsageAggregates
import VehicleSignals
import turnpike

/// Another program that holds the customer store, as a long import does.
private final class Holder {
    private let file: DatabaseQueue

    init(_ path: String) throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        // The use of a key may just be noted: the holder waits for its turn like anybody.
        configuration.busyMode = .timeout(10)
        file = try DatabaseQueue(path: path, configuration: configuration)
        try file.inDatabase { try $0.beginTransaction(.immediate) }
    }

    func letGo() throws {
        try file.inDatabase { try $0.rollback() }
        try file.close()
    }
}

/// Counted by many tasks.
private final class Tally: Sendable {
    private let value = Mutex(0)

    var count: Int { value.withLock { $0 } }
    func add() { value.withLock { $0 += 1 } }
}

@Suite(.serialized, .timeLimit(.minutes(2)))
struct AdapterTests {
    private static let now: @Sendable () -> Timestamp = { StoreFolder.now }

    /// Writes of both doors, more of them than there are processors, end only when the file is
    /// free again. Everything else must go on meanwhile.
    @Test func `a file that another program holds does not hold up those who only read`()
        async throws
    {
        let world = try StoreFolder()
        let store = world.store
        let key = try store.createKey(party: "NL-1", role: .dealer, now: StoreFolder.now)
        let threads = StoreThreads()
        let ring = KeyRingAdapter(store: store, threads: threads, now: Self.now)
        let book = LeadBookAdapter(store: store, threads: threads, now: Self.now)
        let outbox = OutboxAdapter(
            store: store, threads: threads, events: LeadEventBuilder(source: "urn:test"),
            now: Self.now)
        let caller = try #require(try await ring.caller(presenting: key))
        let holder = try Holder(world.path)
        let begun = Tally()
        let ended = Tally()
        try await withThrowingTaskGroup { group in
            for number in 0..<12 {
                group.addTask {
                    begun.add()
                    if number % 2 == 0 {
                        _ = try await book.lead("none", of: "NL-1", for: caller)
                    } else {
                        try await outbox.record(
                            AttemptRecord(
                                eventID: "evt_none", endpointID: "1", attempt: 1,
                                at: StoreFolder.now, result: .delivered(status: 202)))
                    }
                    ended.add()
                }
            }
            while begun.count < 12 { try await Task.sleep(for: .milliseconds(5)) }
            // The writers wait now, all of them; the readers get their answers.
            #expect(try await ring.caller(presenting: key) == caller)
            #expect(try await book.newestSequence(of: "NL-1") == 0)
            let page = try await book.leads(of: "NL-1", after: 0, limit: 10, for: caller)
            #expect(page.leads.isEmpty && page.readThrough == 0)
            let due = try await outbox.due(
                DueQuery(now: StoreFolder.now, limit: 10, perEndpointLimit: 2))
            #expect(due.rows.isEmpty)
            #expect(ended.count == 0)
            try holder.letGo()
            try await group.waitForAll()
        }
        #expect(ended.count == 12)
    }

    @Test func `works are done in their order, each once, and errors come back`() async throws {
        struct Refusal: Error {}
        let threads = WaitingThreads(name: "test", count: 1)
        let (news, told) = AsyncStream.makeStream(of: Int.self)
        for number in 0..<1000 { threads.later { told.yield(number) } }
        #expect(try await threads.run { 7 } == 7)
        told.finish()
        var done: [Int] = []
        for await number in news { done.append(number) }
        #expect(done == Array(0..<1000))
        await #expect(throws: Refusal.self) { try await threads.run { throw Refusal() } }
    }

    @Test func `what a work held is let go of when it is done`() async throws {
        final class Held: Sendable {}
        struct Sight { weak var held: Held? }
        let threads = WaitingThreads(name: "test", count: 1)
        var held: Held? = Held()
        let sight = Sight(held: held)
        threads.later { [held] in withExtendedLifetime(held) {} }
        held = nil
        // The thread may still be on its way out of the work.
        for _ in 0..<200 where sight.held != nil { try await Task.sleep(for: .milliseconds(10)) }
        #expect(sight.held == nil)
        #expect(try await threads.run { 7 } == 7)
    }

    @Test func `an erased vehicle stands in no release on disk`() throws {
        let world = try StoreFolder()
        let victim = VehicleKey(11_259_375)
        let month = try #require(UsageMonth(year: 2026, month: 1))
        var told = UsageReleases(hash: CellHash(key: (1, 2)))
        try told.take(
            (0..<40).map {
                UsageContribution(
                    vehicle: victim.number + $0, holder: Int64($0), model: "A", powertrain: "BEV",
                    month: month, distanceMetres: 1_000_000, daysDriven: 20)
            }, of: month)
        try world.store.keep(
            StoredUsageRelease(month: month.index, cells: told.encoded(month)),
            now: StoreFolder.now)
        let number: [UInt8] = [0xEF, 0xCD, 0xAB, 0]
        #expect(try world.holds(number))
        let erasures = UsageErasures()
        try erasures.erase(victim, from: world.store, now: StoreFolder.now)
        _ = try world.store.eraseNeeds(of: victim, now: StoreFolder.now)
        #expect(try !world.holds(number))
        #expect(erasures.after(0) == [victim.number] && erasures.after(1).isEmpty)
        var kept = UsageReleases(hash: CellHash(key: (1, 2)))
        try kept.restore(month, from: try #require(try world.store.usageReleases().first).cells)
        let span = month...month
        #expect(kept.rows(.distance, by: [], in: span) == told.rows(.distance, by: [], in: span))
    }

    @Test func `threads end with their owner, after what was asked of them`() async throws {
        let (news, told) = AsyncStream.makeStream(of: Int.self)
        do {
            let threads = WaitingThreads(name: "test", count: 3)
            for number in 0..<10 { threads.later { told.yield(number) } }
        }
        var heard = 0
        for await _ in news {
            heard += 1
            if heard == 10 { break }
        }
        #expect(heard == 10)
    }

    @Test func `an event that is replayed by hand is told its own number of attempts`() async throws
    {
        let world = try StoreFolder()
        let store = world.store
        try world.load(.persons, "person,name\nann,Ann\n")
        try world.load(.vehicles, "vehicle,brand,model\ncar-1,ACME,Wander\n")
        try world.load(.dealers, "dealer,name,brands\nNL-1,Garage,ACME\n")
        try world.load(.holdings, "vehicle,person,from\ncar-1,ann,2024-01-01\n")
        try world.load(.choices, "vehicle,dealer,chosen_at\ncar-1,NL-1,2024-01-02\n")
        try world.load(
            .permissions,
            "person,controller,purpose,state,at,basis\nann,M,P3,Given,2024-01-02,contract\n")
        try world.load(
            .agreements,
            """
            manufacturer,dealer,version,purposes,data_classes,valid_from
            M,NL-1,1,P3,D1 D2 D10,2024-01-01
            """)
        try world.load(.endpoints, "dealer,url\nNL-1,https://one.example/hook\n")
        _ = try store.store(
            firings: [
                FiringRecord(
                    vehicle: VehicleKey(1), code: "SV-01", cycle: 1, deed: .open, tier: .t3,
                    ruleVersion: 1, eventTime: StoreFolder.now, dueEarly: nil, dueExpected: nil,
                    dueLate: nil, dueBasis: "VEHICLE", odometerKilometres: nil,
                    odometerTime: nil, reason: "due", suggestedAction: "BOOK", facts: "{}",
                    inputsHash: "1")
            ], position: nil, now: StoreFolder.now)
        let outbox = OutboxAdapter(
            store: store, threads: StoreThreads(), events: LeadEventBuilder(source: "urn:test"),
            now: Self.now)
        let query = DueQuery(now: StoreFolder.now, limit: 10, perEndpointLimit: 2)
        var rows = try await outbox.due(query).rows
        let event = try #require(rows.first?.eventID)
        #expect(rows.first?.attempt == 1)
        for attempt in 1...3 {
            let decision = try await outbox.decide(
                eventID: event, attempt: attempt, now: StoreFolder.now)
            guard case .send(let request) = decision else {
                Issue.record("\(decision)")
                return
            }
            #expect(
                String(decoding: request.body, as: UTF8.self)
                    .contains(#""legalbasis":"contract""#))
            let failure = DeliveryFailure(code: .status, status: 503, detail: "")
            try await outbox.record(
                AttemptRecord(
                    eventID: event, endpointID: "1", attempt: attempt, at: StoreFolder.now,
                    result: attempt < 3
                        ? .retry(at: StoreFolder.now, failure: failure) : .dead(failure: failure)))
        }
        #expect(try await outbox.due(query).rows.isEmpty)
        #expect(try store.replay(event: event, now: StoreFolder.now))
        rows = try await outbox.due(query).rows
        #expect(rows.map(\.attempt) == [1])
    }
}
