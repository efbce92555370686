import Testing
import TriggerDelivery
import VehicleSignals

/// The choice of what is tried next, without network and clock.
struct DeliverySchedulerTests {
    private let now = Timestamp(seconds: 1_790_000_000)
    private let failure = DeliveryFailure(code: .timeout, detail: "no answer in time")

    private func row(_ event: String, _ endpoint: String, vehicle: String? = nil) -> PendingDelivery
    {
        PendingDelivery(
            eventID: event, endpointID: endpoint, dealer: endpoint, orderKey: vehicle ?? event,
            attempt: 1)
    }

    private func filled(
        _ rows: [PendingDelivery], limits: DeliveryLimits = DeliveryLimits()
    ) throws -> DeliveryScheduler {
        var scheduler = DeliveryScheduler(limits: limits)
        let query = try required(scheduler.query(now: now))
        scheduler.add(DueBatch(rows: rows), to: query)
        return scheduler
    }

    private func fail(_ failure: DeliveryFailure) -> AttemptEnd {
        .failed(failure, blame: true, hold: nil, isDead: false)
    }

    /// The macro of this purpose cannot look at a call that changes the scheduler.
    private func required<Value>(_ value: Value?) throws -> Value { try #require(value) }

    @Test func `endpoints take turns and an unknown one gets one place`() throws {
        var scheduler = try filled(
            (0..<4).map { row("a\($0)", "a") } + (0..<4).map { row("b\($0)", "b") })
        #expect(scheduler.begin(now: now)?.eventID == "a0")
        #expect(scheduler.begin(now: now)?.eventID == "b0")
        #expect(scheduler.begin(now: now) == nil)
        scheduler.finish(
            row("a0", "a"), .delivered(took: TimeSpan(milliseconds: 5)), now: now)
        // Two places after a quick answer.
        #expect(scheduler.begin(now: now)?.eventID == "a1")
        #expect(scheduler.begin(now: now)?.eventID == "a2")
        #expect(scheduler.begin(now: now) == nil)
    }

    @Test func `a vehicle has one event under way and its later ones go back on failure`() throws {
        var scheduler = try filled([row("a1", "a", vehicle: "v"), row("a2", "a", vehicle: "v")])
        let first = try required(scheduler.begin(now: now))
        #expect(first.eventID == "a1")
        #expect(scheduler.begin(now: now) == nil)
        scheduler.finish(first, fail(failure), now: now)
        #expect(scheduler.begin(now: now) == nil)
        #expect(scheduler.snapshot(now: now).waiting == 0)
        // Both may be handed out again.
        #expect(scheduler.query(now: now)?.excludedEvents == [])
    }

    @Test func `endpoints in trouble share half of the places`() throws {
        let limits = DeliveryLimits(concurrency: 8, perEndpoint: 4)
        let ids = (0..<20).map { "bad\($0)" }
        var scheduler = try filled(ids.map { row("\($0)-1", $0) }, limits: limits)
        // Each fails once.
        var begun: [PendingDelivery] = []
        for _ in ids {
            while let next = scheduler.begin(now: now) { begun.append(next) }
            for one in begun { scheduler.finish(one, fail(failure), now: now) }
            begun = []
        }
        let query = try required(scheduler.query(now: now))
        scheduler.add(
            DueBatch(rows: ids.map { row("\($0)-2", $0) } + [row("good", "good")]), to: query)
        while let next = scheduler.begin(now: now) { begun.append(next) }
        #expect(begun.count { $0.endpointID != "good" } == 4)
        #expect(begun.contains { $0.endpointID == "good" })
    }

    @Test func `a held endpoint is not asked for and gives its rows back`() throws {
        var scheduler = try filled((0..<10).map { row("a\($0)", "a") })
        for _ in 0..<5 {
            let next = try required(scheduler.begin(now: now))
            scheduler.finish(next, fail(failure), now: now)
            if let query = scheduler.query(now: now) {
                scheduler.add(DueBatch(rows: (0..<10).map { row("a\($0)", "a") }), to: query)
            }
        }
        #expect(scheduler.begin(now: now) == nil)
        let status = try required(scheduler.snapshot(now: now).endpoints["a"])
        #expect(status.health == .held && status.waiting == 0)
        scheduler.markStale()
        #expect(scheduler.query(now: now)?.excludedEndpoints == ["a"])
        #expect(scheduler.nextWake(now: now, interval: .hours(1)) == status.heldUntil)
        // After the hold one row probes, the others wait.
        let later = try required(status.heldUntil)
        scheduler.markStale()
        let query = try required(scheduler.query(now: later))
        #expect(query.excludedEndpoints.isEmpty)
        scheduler.add(DueBatch(rows: [row("a1", "a"), row("a2", "a")]), to: query)
        #expect(scheduler.begin(now: later) != nil)
        #expect(scheduler.begin(now: later) == nil)
    }

    @Test func `a row that can never be decided rests and the others go on`() throws {
        var scheduler = try filled([row("bad", "a"), row("good", "b")])
        let bad = try required(scheduler.begin(now: now))
        scheduler.outboxFailed(for: bad, now: now)
        scheduler.finish(bad, .released, now: now)
        #expect(scheduler.begin(now: now)?.eventID == "good")
        #expect(scheduler.query(now: now)?.excludedEvents == ["bad", "good"])
        let later = now.advanced(by: .seconds(11))
        scheduler.markStale()
        #expect(scheduler.query(now: later)?.excludedEvents == ["good"])
    }

    @Test func `an outbox that fails is asked again after growing pauses`() {
        var scheduler = DeliveryScheduler(limits: DeliveryLimits())
        var time = now
        for seconds in [1, 2, 4, 8, 16, 30, 30] as [Int64] {
            #expect(scheduler.query(now: time) != nil)
            scheduler.outboxFailed(now: time)
            #expect(scheduler.query(now: time) == nil)
            let wake = scheduler.nextWake(now: time, interval: .hours(1))
            #expect(wake == time.advanced(by: .seconds(seconds)))
            time = wake
        }
    }

    @Test func `the next due time wakes it, and one that has passed does not`() throws {
        var scheduler = DeliveryScheduler(limits: DeliveryLimits())
        let query = try required(scheduler.query(now: now))
        scheduler.noteDue(now.advanced(by: .seconds(7)))
        scheduler.add(DueBatch(rows: [], nextDue: now), to: query)
        #expect(scheduler.nextWake(now: now, interval: .hours(1)).since(now) == .seconds(7))
        scheduler.noteDue(now.advanced(by: .seconds(3)))
        #expect(scheduler.nextWake(now: now, interval: .hours(1)).since(now) == .seconds(3))
        #expect(scheduler.nextWake(now: now, interval: .seconds(1)).since(now) == .seconds(1))
    }

    @Test func `no more rows are held than the limits say`() throws {
        let limits = DeliveryLimits(
            concurrency: 4, perEndpoint: 2, heldRows: 40, rowsPerEndpoint: 8,
            rememberedEndpoints: 40)
        let rows = (0..<1000).map { row("e\($0)", "ep\($0 % 30)") }
        var scheduler = try filled(rows, limits: limits)
        #expect(scheduler.snapshot(now: now).waiting == 40)
        #expect(scheduler.query(now: now) == nil)
        var seen: Set<String> = []
        // Worked off to the end, every row is begun once.
        while true {
            while let next = scheduler.begin(now: now) {
                #expect(seen.insert(next.eventID).inserted)
                scheduler.finish(next, .delivered(took: .seconds(0)), now: now)
            }
            scheduler.markStale()
            guard let query = scheduler.query(now: now) else { break }
            let rest = rows.filter {
                !seen.contains($0.eventID) && !query.excludedEvents.contains($0.eventID)
            }
            guard !rest.isEmpty else { break }
            scheduler.add(DueBatch(rows: Array(rest.prefix(query.limit))), to: query)
        }
        #expect(seen.count == 1000)
        #expect(scheduler.snapshot(now: now).endpoints.count <= 40)
    }
}
