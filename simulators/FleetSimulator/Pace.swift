import Foundation

/// Says when the next message may leave: by the simulated clock, and by a rate.
struct Pace {
    private let clock = ContinuousClock()
    private let began: ContinuousClock.Instant
    /// Simulated seconds a second; 0: as fast as possible.
    private let speed: Double
    /// Messages a second at most; 0: any.
    private let rate: Double

    init(speed: Double, rate: Double) {
        began = clock.now
        self.speed = speed
        self.rate = rate
    }

    var elapsed: Duration { clock.now - began }

    /// How long to wait before a message that is due `simulated` seconds after the first, and
    /// before which `sent` others have left.
    func wait(simulated: Double, sent: Int) -> Duration {
        var due = 0.0
        if speed > 0 { due = max(due, simulated / speed) }
        if rate > 0 { due = max(due, Double(sent) / rate) }
        guard due > 0 else { return .zero }
        return max(.zero, .seconds(due) - elapsed)
    }
}

extension Duration {
    /// Seconds as a fraction.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
