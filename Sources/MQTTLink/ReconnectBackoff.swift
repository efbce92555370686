/// How long to wait before the next attempt: doubling from the shortest to the longest delay,
/// each drawn evenly from its upper half so that many gateways do not come back at once.
struct ReconnectBackoff {
    private let shortest: Duration
    private let longest: Duration
    private var failures = 0

    /// Held for so long, a connection counts as good and the delays begin anew. A broker that
    /// accepts and throws out at once is not asked in a tight loop.
    static let stableAfter: Duration = .seconds(10)

    init(shortest: Duration, longest: Duration) {
        self.shortest = shortest
        self.longest = longest
    }

    mutating func connectionEnded(after held: Duration) {
        if held >= Self.stableAfter { failures = 0 }
    }

    /// The next wait.
    /// - Parameter fraction: 0..<1, drawn by the caller.
    mutating func next(fraction: Double) -> Duration {
        var delay = shortest
        for _ in 0..<failures where delay < longest { delay = delay * 2 }
        if delay < longest { failures += 1 }
        return min(delay, longest) * (0.5 + fraction / 2)
    }
}
