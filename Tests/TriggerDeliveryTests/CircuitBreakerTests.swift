import Testing
import TriggerDelivery
import VehicleSignals

struct CircuitBreakerTests {
    private let settings = CircuitBreaker.Settings(
        threshold: 3, hold: .seconds(10), holdMax: .seconds(60))
    private let start = Timestamp(seconds: 1_790_000_000)

    private func after(_ seconds: Int64) -> Timestamp { start.advanced(by: .seconds(seconds)) }

    @Test func `it opens at the threshold, probes once and closes with a success`() {
        var breaker = CircuitBreaker()
        for _ in 0..<2 {
            breaker.begin(now: start)
            breaker.failed(now: start, asked: nil, settings: settings)
            #expect(breaker.admits(now: start))
        }
        breaker.failed(now: start, asked: nil, settings: settings)
        #expect(breaker.state == .open(until: after(10)))
        #expect(!breaker.admits(now: after(9)))
        #expect(breaker.admits(now: after(10)))
        breaker.begin(now: after(10))
        #expect(breaker.state == .probing)
        #expect(!breaker.admits(now: after(11)))
        breaker.succeeded()
        #expect(breaker.state == .closed)
        #expect(breaker.failuresInRow == 0)
    }

    @Test func `each failed probe doubles the hold up to the limit`() {
        var breaker = CircuitBreaker()
        var now = start
        for _ in 0..<3 { breaker.failed(now: now, asked: nil, settings: settings) }
        for hold in [20, 40, 60, 60, 60] as [Int64] {
            guard case .open(let until) = breaker.state else {
                Issue.record("not open but \(breaker.state)")
                return
            }
            now = until
            breaker.begin(now: now)
            breaker.failed(now: now, asked: nil, settings: settings)
            #expect(breaker.state == .open(until: now.advanced(by: .seconds(hold))))
        }
    }

    @Test func `an endpoint that asks to be left alone is, at once`() {
        var breaker = CircuitBreaker()
        breaker.failed(now: start, asked: .seconds(90), settings: settings)
        #expect(breaker.state == .open(until: after(90)))
        // A shorter wish that comes later does not shorten it.
        breaker.failed(now: start, asked: .seconds(5), settings: settings)
        #expect(breaker.state == .open(until: after(90)))
    }

    @Test func `a probe that says nothing lets the next attempt probe`() {
        var breaker = CircuitBreaker()
        for _ in 0..<3 { breaker.failed(now: start, asked: nil, settings: settings) }
        breaker.begin(now: after(10))
        breaker.released(now: after(10))
        #expect(breaker.admits(now: after(10)))
    }
}
