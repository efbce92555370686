public import VehicleSignals

/// The delays of a delivery: how long to wait before each attempt.
public struct RetrySchedule: Sendable, Hashable {
    /// `delays[n]` lies between attempt `n` and attempt `n + 1`; the first is before the first one.
    public var delays: [TimeSpan]
    /// Up to this share of a delay is added to it, so that a dealer who comes back does not meet
    /// everything at once.
    public var jitterShare: Double
    /// How many times faster the schedule runs: 1 for the real thing, 60 lets a minute take a
    /// second in demonstrations and tests.
    public var timeScale: Double

    /// - Precondition: at least one delay, none negative; `timeScale` above 0.
    public init(delays: [TimeSpan], jitterShare: Double = 0.2, timeScale: Double = 1) {
        precondition(!delays.isEmpty, "a retry schedule has at least one attempt")
        precondition(delays.allSatisfy { $0.milliseconds >= 0 }, "a delay is never negative")
        precondition(timeScale > 0 && jitterShare >= 0, "time runs forward")
        self.delays = delays
        self.jitterShare = jitterShare
        self.timeScale = timeScale
    }

    /// The example schedule of Standard Webhooks 1.0: ten attempts within 75.6 hours.
    public static let standard = RetrySchedule(delays: [
        .seconds(0), .seconds(5), .minutes(5), .minutes(30), .hours(2), .hours(5), .hours(10),
        .hours(14), .hours(20), .hours(24),
    ])

    /// How often an event is tried before it is dead.
    public var attempts: Int { delays.count }

    /// The wait after attempt `attempt` (from 1) failed; `nil` if it was the last one.
    /// `jitter` is a random number of 0..<1.
    public func delay(afterAttempt attempt: Int, jitter: Double) -> TimeSpan? {
        guard attempt >= 1, attempt < delays.count else { return nil }
        let base = Double(delays[attempt].milliseconds)
        return TimeSpan(milliseconds: Int64(base * (1 + jitterShare * jitter) / timeScale))
    }

    /// A span of the schedule's time as wall clock time.
    public func scaled(_ span: TimeSpan) -> TimeSpan {
        TimeSpan(milliseconds: Int64(Double(span.milliseconds) / timeScale))
    }
}

/// What came of one attempt, before anything is decided about it.
public enum AttemptOutcome: Sendable, Hashable {
    /// The receiver answered; `retryAfter` is what it asked for, from the moment of the answer.
    case answered(status: Int, retryAfter: TimeSpan?)
    /// No answer.
    case failed(DeliveryFailure)
}

/// Decides what becomes of a delivery after an attempt: a pure function, without clock and dice.
public struct DeliveryPlan: Sendable, Hashable {
    public var schedule: RetrySchedule

    /// A receiver may ask for a longer wait than the schedule's, but not beyond this.
    public static let retryAfterMax = TimeSpan.hours(24)

    public init(schedule: RetrySchedule = .standard) { self.schedule = schedule }

    /// - 2xx: delivered. 3xx: a failure, never followed. 410: the endpoint is gone.
    /// - 429, 502, 503, 504: as a failure, but not before the receiver's `Retry-After`.
    /// - Everything else, and no answer: the next delay of the schedule, or dead after the last
    /// one.
    ///
    /// - Parameters:
    ///   - attempt: Number of the attempt that was made, from 1.
    ///   - jitter: A random number of 0..<1.
    public func next(
        after outcome: AttemptOutcome, attempt: Int, now: Timestamp, jitter: Double
    ) -> DeliveryResult {
        let failure: DeliveryFailure
        var asked = TimeSpan(milliseconds: 0)
        switch outcome {
        case .answered(let status, _) where 200..<300 ~= status:
            return .delivered(status: status)
        case .answered(status: 410, _):
            return .endpointGone
        case .answered(let status, _) where 300..<400 ~= status:
            failure = DeliveryFailure(
                code: .redirect, status: status,
                detail: "answered \(status); redirects are not followed, set the final URL")
        case .answered(let status, let retryAfter):
            failure = DeliveryFailure(code: .status, status: status, detail: "answered \(status)")
            if Self.isThrottle(status), let retryAfter {
                asked = min(max(retryAfter, asked), Self.retryAfterMax)
            }
        case .failed(let reason):
            failure = reason
        }
        guard let delay = schedule.delay(afterAttempt: attempt, jitter: jitter) else {
            return .dead(failure: failure)
        }
        return .retry(at: now.advanced(by: max(delay, asked)), failure: failure)
    }

    /// How long the whole endpoint is to be left alone, where the receiver asked for it.
    static func endpointHold(_ outcome: AttemptOutcome) -> TimeSpan? {
        guard case .answered(let status, let retryAfter?) = outcome, isThrottle(status) else {
            return nil
        }
        return min(retryAfter, retryAfterMax)
    }

    /// Whether the outcome speaks of the endpoint rather than of this one event. A body that the
    /// receiver finds wrong (400, 409, 413, 415, 422) must not stop the events behind it.
    static func blamesEndpoint(_ outcome: AttemptOutcome) -> Bool {
        switch outcome {
        case .answered(let status, _):
            switch status {
            case 200..<300, 400, 409, 413, 415, 422: false
            default: true
            }
        case .failed: true
        }
    }

    private static func isThrottle(_ status: Int) -> Bool {
        switch status {
        case 429, 502, 503, 504: true
        default: false
        }
    }
}
