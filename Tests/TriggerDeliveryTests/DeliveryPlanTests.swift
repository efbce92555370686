import Testing
import TriggerDelivery
import VehicleSignals

struct DeliveryPlanTests {
    private let now = Timestamp(seconds: 1_790_000_000)
    private let plan = DeliveryPlan()

    @Test func `the standard schedule makes ten attempts within three days and a bit`() {
        let schedule = RetrySchedule.standard
        #expect(schedule.attempts == 10)
        let total = (1..<10).compactMap { schedule.delay(afterAttempt: $0, jitter: 0) }
            .reduce(0) { $0 + $1.milliseconds }
        #expect(total == TimeSpan.hours(75).milliseconds + TimeSpan.seconds(2105).milliseconds)
        #expect(schedule.delay(afterAttempt: 1, jitter: 0) == .seconds(5))
        #expect(schedule.delay(afterAttempt: 9, jitter: 0) == .hours(24))
        #expect(schedule.delay(afterAttempt: 10, jitter: 0) == nil)
        #expect(schedule.delay(afterAttempt: 0, jitter: 0) == nil)
    }

    @Test func `jitter only ever lengthens a delay and by a fifth at most`() {
        for step in 0..<100 {
            let jitter = Double(step) / 100
            for attempt in 1..<10 {
                let base = RetrySchedule.standard.delays[attempt].milliseconds
                let delay = RetrySchedule.standard.delay(afterAttempt: attempt, jitter: jitter)
                #expect(delay.map { base...(base * 6 / 5) ~= $0.milliseconds } == true)
            }
        }
    }

    @Test func `a time scale shortens every delay`() {
        var schedule = RetrySchedule.standard
        schedule.timeScale = 60
        #expect(schedule.delay(afterAttempt: 2, jitter: 0) == .seconds(5))
        #expect(schedule.scaled(.minutes(1)) == .seconds(1))
    }

    @Test(arguments: [200, 201, 202, 204, 299])
    func `any 2xx is delivered`(status: Int) {
        let result = plan.next(
            after: .answered(status: status, retryAfter: nil), attempt: 1, now: now, jitter: 0)
        #expect(result == .delivered(status: status))
    }

    @Test(arguments: [301, 302, 307, 308, 400, 401, 404, 408, 429, 500, 503])
    func `any other answer is tried again after the schedule's delay`(status: Int) {
        for attempt in 1..<10 {
            let result = plan.next(
                after: .answered(status: status, retryAfter: nil), attempt: attempt, now: now,
                jitter: 0)
            guard case .retry(let time, let failure) = result else {
                Issue.record("\(status) gave \(result)")
                continue
            }
            #expect(time.since(now) == RetrySchedule.standard.delays[attempt])
            #expect(failure.status == status)
            #expect(failure.code == (status < 400 ? .redirect : .status))
        }
        let last = plan.next(
            after: .answered(status: status, retryAfter: nil), attempt: 10, now: now, jitter: 0)
        guard case .dead = last else {
            Issue.record("the tenth failure gave \(last)")
            return
        }
    }

    @Test func `410 says that the endpoint is gone whatever the attempt`() {
        for attempt in [1, 10, 11] {
            let outcome = AttemptOutcome.answered(status: 410, retryAfter: .seconds(5))
            #expect(
                plan.next(after: outcome, attempt: attempt, now: now, jitter: 0) == .endpointGone)
        }
    }

    @Test(
        arguments: [
            (429, 60, 60), (503, 60, 60), (502, 60, 60), (504, 60, 60),
            // Shorter than the schedule, no throttle, or beyond a day.
            (429, 1, 5), (500, 60, 5), (400, 60, 5), (429, 1_000_000, 86_400), (503, 0, 5),
        ] as [(Int, Int64, Int64)])
    func `a throttle's Retry-After is honoured within a day`(
        status: Int, asked: Int64, waits: Int64
    ) {
        let result = plan.next(
            after: .answered(status: status, retryAfter: .seconds(asked)), attempt: 1, now: now,
            jitter: 0)
        guard case .retry(let time, _) = result else {
            Issue.record("gave \(result)")
            return
        }
        #expect(time.since(now) == .seconds(waits))
    }

    @Test(
        arguments: [
            ("120", 120_000), (" 0 ", 0), ("Thu, 01 Jan 2026 00:00:10 GMT", 10_000),
            ("Wed, 31 Dec 2025 23:59:59 GMT", 0), ("soon", nil), ("-5", nil), ("1.5", nil),
            ("", nil),
            ("Thu, 01 Jan 2026 00:00:10 CET", nil), ("Thu, 32 Jan 2026 00:00:10 GMT", nil),
            ("Thu 01 Jan 2026 00:00:10 GMT", nil), ("2026-01-01T00:00:10Z", nil),
            ("99999999999999999999", 365 * 86_400_000),
        ] as [(String, Int64?)])
    func `Retry-After is read in both of its forms`(text: String, milliseconds: Int64?) {
        let newYear = Timestamp(milliseconds: 1_767_225_600_000)
        let span = TimeSpan(retryAfter: text, now: newYear)
        #expect(span?.milliseconds == milliseconds)
    }

    @Test func `no answer is tried again and the last time dead`() {
        let failure = DeliveryFailure(code: .timeout, detail: "no answer in time")
        #expect(
            plan.next(after: .failed(failure), attempt: 3, now: now, jitter: 0.5)
                == .retry(
                    at: now.advanced(by: TimeSpan(milliseconds: 1_980_000)), failure: failure))
        #expect(
            plan.next(after: .failed(failure), attempt: 10, now: now, jitter: 0.5)
                == .dead(failure: failure))
    }

    @Test func `a failure's detail is bounded`() {
        let failure = DeliveryFailure(
            code: .connection, detail: String(repeating: "x", count: 5000))
        #expect(failure.detail.count == 200)
    }
}
