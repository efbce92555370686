public import Logging
import Synchronization
public import VehicleSignals

/// Insists on every event of the outbox until it is delivered, withdrawn or dead.
///
/// ```
/// outbox ── due ──▶ scheduler ── begin ──▶ decide (permission, now) ──▶ sign, post ──▶ record
///    ▲                  ▲ places, breakers, turns                            │
///    └── poke, timer ───┴────────────────────── finish ◀─────────────────────┘
/// ```
/// At least once: an event whose record was lost is sent again under the same `webhook-id`.
public final class DeliveryRunner: Sendable {
    private let outbox: any DeliveryOutbox
    private let configuration: DeliveryConfiguration
    private let plan: DeliveryPlan
    private let sender: WebhookSender
    private let logger: Logger
    private let now: @Sendable () -> Timestamp
    private let jitter: @Sendable () -> Double
    private let scheduler: Mutex<DeliveryScheduler>
    private let wake = WakeSignal()
    private let attempts = AttemptTasks()

    /// Longest pause between two tries to write a result that the outbox did not take.
    private static let recordPauseMax = Duration.seconds(10)

    /// - Parameters:
    ///   - now: The wall clock.
    ///   - jitter: Random numbers of 0..<1.
    public init(
        outbox: any DeliveryOutbox, configuration: DeliveryConfiguration,
        resolver: any HostResolver = SystemResolver(), logger: Logger,
        now: @escaping @Sendable () -> Timestamp,
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.outbox = outbox
        self.configuration = configuration
        self.plan = DeliveryPlan(schedule: configuration.schedule)
        self.sender = WebhookSender(
            configuration: configuration, resolver: resolver,
            clients: EndpointClients(configuration: configuration))
        self.logger = logger
        self.now = now
        self.jitter = jitter
        var limits = configuration.limits
        limits.breaker.hold = configuration.schedule.scaled(limits.breaker.hold)
        limits.breaker.holdMax = configuration.schedule.scaled(limits.breaker.holdMax)
        self.scheduler = Mutex(DeliveryScheduler(limits: limits))
    }

    /// Says that the outbox has new rows, or that an endpoint was enabled. Cheap; any number of
    /// calls before the runner wakes count as one.
    public func poke() {
        scheduler.withLock { $0.markStale() }
        wake.ring()
    }

    /// Counters since the start and how each endpoint stands.
    public func snapshot() -> DeliverySnapshot {
        let time = now()
        return scheduler.withLock { $0.snapshot(now: time) }
    }

    /// Delivers until the task is cancelled; then begins nothing more, gives the attempts under way
    /// the time of `drainDeadline`, and returns. To be called once.
    public func run() async throws {
        while !Task.isCancelled {
            await refill()
            beginReady()
            let time = now()
            let until = scheduler.withLock {
                $0.nextWake(now: time, interval: configuration.reconcileInterval)
            }
            // A wake in the past or present is a row that a place is missing for; ends wake us
            // then.
            let pause = max(until.since(time).milliseconds, 5)
            if await wake.wait(atMost: .milliseconds(pause)) {
                scheduler.withLock { $0.markStale() }
            }
        }
        await drain()
    }

    private func refill() async {
        let time = now()
        guard let query = scheduler.withLock({ $0.query(now: time) }) else { return }
        do {
            let batch = try await outbox.due(query)
            scheduler.withLock { $0.add(batch, to: query) }
        } catch {
            if Task.isCancelled { return }
            scheduler.withLock { $0.outboxFailed(now: time) }
            log(error, "say what is due")
        }
    }

    private func beginReady() {
        while !Task.isCancelled {
            let time = now()
            guard let row = scheduler.withLock({ $0.begin(now: time) }) else { return }
            attempts.start { await self.attempt(row) }
        }
    }

    private func attempt(_ row: PendingDelivery) async {
        let begun = now()
        let decision: SendDecision
        do {
            decision = try await outbox.decide(
                eventID: row.eventID, attempt: row.attempt, now: begun)
        } catch {
            if !Task.isCancelled { noteOutboxError("decide about an event", row, error) }
            return finish(row, .released)
        }
        switch decision {
        case .withdrawn: finish(row, .withdrawn)
        case .endpointDisabled: finish(row, .disabled)
        case .send(let request):
            guard let outcome = await sender.send(request, row: row, now: now) else {
                return finish(row, .released)
            }
            let end = now()
            let result = plan.next(
                after: outcome, attempt: row.attempt, now: end, jitter: jitter())
            let isWritten = await record(
                row,
                AttemptRecord(
                    eventID: row.eventID, endpointID: row.endpointID, attempt: row.attempt,
                    at: end, result: result))
            guard isWritten else { return finish(row, .released) }
            finish(row, Self.end(of: result, outcome, took: end.since(begun)))
            note(row, result)
        }
    }

    private static func end(
        of result: DeliveryResult, _ outcome: AttemptOutcome, took: TimeSpan
    ) -> AttemptEnd {
        let blame = DeliveryPlan.blamesEndpoint(outcome)
        let hold = DeliveryPlan.endpointHold(outcome)
        return switch result {
        case .delivered: .delivered(took: took)
        case .retry(_, let failure): .failed(failure, blame: blame, hold: hold, isDead: false)
        case .dead(let failure): .failed(failure, blame: blame, hold: hold, isDead: true)
        case .endpointGone: .gone
        }
    }

    private func record(_ row: PendingDelivery, _ record: AttemptRecord) async -> Bool {
        // Unwritten, the event would be sent once more. So the place is kept until the outbox takes
        // the result; only stopping ends that, and then the receiver knows the event by its id.
        for attempt in 0... {
            do {
                try await outbox.record(record)
                return true
            } catch {
                noteOutboxError("record a result", row, error)
                let pause = min(Self.recordPauseMax, .milliseconds(100 << min(attempt, 10)))
                guard (try? await Task.sleep(for: pause)) != nil else { return false }
            }
        }
        return false
    }

    private func finish(_ row: PendingDelivery, _ end: AttemptEnd) {
        let time = now()
        let (before, after) = scheduler.withLock { scheduler in
            let before = scheduler.health(of: row.endpointID, now: time)
            scheduler.finish(row, end, now: time)
            return (before, scheduler.health(of: row.endpointID, now: time))
        }
        if before != after, let after {
            logger.info(
                "an endpoint changed",
                metadata: [
                    "endpoint": "\(row.endpointID)", "dealer": "\(row.dealer)",
                    "health": "\(after.rawValue)",
                ])
        }
        wake.ring()
    }

    private func note(_ row: PendingDelivery, _ result: DeliveryResult) {
        switch result {
        case .delivered: break
        case .retry(let time, _):
            scheduler.withLock { $0.noteDue(time) }
            wake.ring()
        case .dead(let failure):
            logger.error(
                "an event is dead; replay it by hand once the endpoint works",
                metadata: [
                    "event": "\(row.eventID)", "endpoint": "\(row.endpointID)",
                    "dealer": "\(row.dealer)", "reason": "\(failure.code.rawValue)",
                    "detail": "\(failure.detail)",
                ])
        case .endpointGone:
            logger.warning(
                "an endpoint answered 410 and is disabled; ask the dealer for a new one",
                metadata: ["endpoint": "\(row.endpointID)", "dealer": "\(row.dealer)"])
        }
    }

    private func noteOutboxError(_ deed: String, _ row: PendingDelivery, _ error: any Error) {
        let time = now()
        scheduler.withLock { $0.outboxFailed(for: row, now: time) }
        log(error, deed)
    }

    private func log(_ error: any Error, _ deed: String) {
        logger.error(
            "the outbox could not \(deed); trying again", metadata: ["error": "\(error)"])
    }

    /// Waits for the attempts under way, though the task that waits is cancelled itself.
    private func drain() async {
        let limit = Duration.milliseconds(configuration.drainDeadline.milliseconds)
        await attempts.endAll(within: limit)
        await sender.clients.endAll()
    }
}
