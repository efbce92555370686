public import VehicleSignals

/// Leaves an endpoint alone that failed several times in a row, and tries it again with one event.
///
/// ```
/// closed ── failures in a row reach the threshold ──▶ open(until)
///    ▲                                                  │ until has passed
///    └──────────── success ──────── probing ◀───────────┘
///                                      └── failure ──▶ open, twice as long
/// ```
/// While it is open no attempt of any event is used up.
public struct CircuitBreaker: Sendable, Hashable {
    /// Where it stands.
    public enum State: Sendable, Hashable {
        case closed
        case open(until: Timestamp)
        case probing
    }

    /// When it opens and for how long.
    public struct Settings: Sendable, Hashable {
        /// Failures in a row that open it.
        public var threshold: Int
        /// How long it stays open at first; doubled with each probe that fails.
        public var hold: TimeSpan
        public var holdMax: TimeSpan

        public init(
            threshold: Int = 5, hold: TimeSpan = .seconds(30), holdMax: TimeSpan = .minutes(30)
        ) {
            self.threshold = threshold
            self.hold = hold
            self.holdMax = holdMax
        }
    }

    public private(set) var state = State.closed
    /// Failures since the last success.
    public private(set) var failuresInRow = 0
    private var openings = 0

    public init() {}

    /// Whether an attempt may begin at `now`.
    public func admits(now: Timestamp) -> Bool {
        switch state {
        case .closed: true
        case .open(let until): now >= until
        case .probing: false
        }
    }

    /// An attempt begins. After a hold this one is the probe.
    public mutating func begin(now: Timestamp) {
        if case .open(let until) = state, now >= until { state = .probing }
    }

    /// The endpoint answered as it should.
    public mutating func succeeded() {
        state = .closed
        failuresInRow = 0
        openings = 0
    }

    /// The endpoint failed. `asked` is how long it wants to be left alone, if it said so.
    public mutating func failed(now: Timestamp, asked: TimeSpan?, settings: Settings) {
        failuresInRow += 1
        var hold: TimeSpan?
        switch state {
        case .probing:
            openings += 1
            hold = settings.length(openings: openings)
        case .closed where failuresInRow >= settings.threshold:
            openings = 1
            hold = settings.length(openings: openings)
        case .closed, .open:
            // Open: an attempt that had begun before; it changes nothing.
            break
        }
        if let asked { hold = max(hold ?? asked, asked) }
        guard let hold else { return }
        let until = now.advanced(by: hold)
        if case .open(let earlier) = state, earlier > until { return }
        state = .open(until: until)
    }

    /// The probe came to nothing that says anything of the endpoint: the next attempt probes.
    public mutating func released(now: Timestamp) {
        if state == .probing { state = .open(until: now) }
    }
}

extension CircuitBreaker.Settings {
    /// The hold of the n-th opening without a success between: doubled, up to the limit.
    func length(openings: Int) -> TimeSpan {
        let doublings = min(max(openings - 1, 0), 20)
        let (product, overflow) = hold.milliseconds.multipliedReportingOverflow(by: 1 << doublings)
        return overflow ? holdMax : min(TimeSpan(milliseconds: product), holdMax)
    }
}
