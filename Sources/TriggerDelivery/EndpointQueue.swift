package import VehicleSignals

/// One endpoint's rows in memory, its places, and how it fares.
struct EndpointQueue: Sendable {
    var dealer: String
    private(set) var waiting: [PendingDelivery] = []
    private(set) var inFlight = 0
    private(set) var breaker = CircuitBreaker()
    private(set) var isGone = false
    private(set) var delivered: UInt64 = 0
    private(set) var failed: UInt64 = 0
    private(set) var lastSuccess: Timestamp?
    private(set) var lastFailure: DeliveryFailure?
    var lastUse = 0
    /// Places at this endpoint: grows with quick successes, back to one with trouble.
    private var places = 1
    private var isSlow = false
    /// Vehicles with an attempt under way: the next event of each waits.
    private var orderKeysInFlight: Set<String> = []

    init(dealer: String) { self.dealer = dealer }

    /// Failing or slow: it may use only a part of the gateway's places.
    var isTroubled: Bool { isSlow || breaker.failuresInRow > 0 }

    var isIdle: Bool { waiting.isEmpty && inFlight == 0 }

    /// Rows it may hold in memory now.
    func room(_ limits: DeliveryLimits) -> Int {
        let most = isTroubled ? limits.perEndpoint : limits.rowsPerEndpoint
        return max(0, most - waiting.count)
    }

    /// Whether the outbox need not be asked for its rows.
    func isExcluded(now: Timestamp, _ limits: DeliveryLimits) -> Bool {
        !breaker.admits(now: now) || room(limits) == 0
    }

    mutating func add(_ row: PendingDelivery) { waiting.append(row) }

    /// Takes the first row that may begin now, if any.
    mutating func begin(now: Timestamp) -> PendingDelivery? {
        guard inFlight < places, breaker.admits(now: now),
            let index = waiting.firstIndex(where: { !orderKeysInFlight.contains($0.orderKey) })
        else { return nil }
        let row = waiting.remove(at: index)
        inFlight += 1
        orderKeysInFlight.insert(row.orderKey)
        breaker.begin(now: now)
        return row
    }

    /// Gives the place back and books the end. Returns the rows that go back to the outbox.
    mutating func finish(
        _ row: PendingDelivery, _ end: AttemptEnd, now: Timestamp, limits: DeliveryLimits
    ) -> [PendingDelivery] {
        inFlight -= 1
        orderKeysInFlight.remove(row.orderKey)
        switch end {
        case .delivered(let took):
            delivered += 1
            lastSuccess = now
            isGone = false
            breaker.succeeded()
            isSlow = took > limits.slowAfter
            places = isSlow ? 1 : min(places * 2, limits.perEndpoint)
            return []
        case .failed(let failure, let blame, let hold, let isDead):
            failed += 1
            lastFailure = failure
            // An answer about this one event: the endpoint itself is well.
            if !blame { breaker.succeeded() }
            if blame || hold != nil {
                breaker.failed(now: now, asked: hold, settings: limits.breaker)
                places = 1
            }
            return giveUp { !isDead && $0.orderKey == row.orderKey }
                + (breaker.admits(now: now) ? trim(limits.perEndpoint) : giveUp { _ in true })
        case .gone:
            failed += 1
            isGone = true
            breaker.released(now: now)
            return giveUp { _ in true }
        case .disabled:
            breaker.released(now: now)
            return giveUp { _ in true }
        case .withdrawn:
            breaker.released(now: now)
            return []
        case .released:
            breaker.released(now: now)
            return giveUp { $0.orderKey == row.orderKey }
        }
    }

    func status(now: Timestamp) -> EndpointStatus {
        var until: Timestamp?
        if case .open(let end) = breaker.state, end > now { until = end }
        let health: EndpointStatus.Health =
            isGone ? .gone : until != nil ? .held : isTroubled ? .troubled : .healthy
        return EndpointStatus(
            dealer: dealer, health: health, heldUntil: until, delivered: delivered, failed: failed,
            lastSuccess: lastSuccess, lastFailure: lastFailure, inFlight: inFlight,
            waiting: waiting.count)
    }

    private mutating func giveUp(_ isGivenUp: (PendingDelivery) -> Bool) -> [PendingDelivery] {
        let rows = waiting.filter(isGivenUp)
        waiting.removeAll(where: isGivenUp)
        return rows
    }

    private mutating func trim(_ most: Int) -> [PendingDelivery] {
        let rest = Array(waiting.dropFirst(most))
        waiting.removeLast(rest.count)
        return rest
    }
}

/// How an attempt ended, for the places and breakers.
package enum AttemptEnd: Sendable {
    case delivered(took: TimeSpan)
    /// - blame: The endpoint failed, not only this event.
    /// - hold: How long the endpoint asked to be left alone.
    case failed(DeliveryFailure, blame: Bool, hold: TimeSpan?, isDead: Bool)
    case gone
    case disabled
    case withdrawn
    /// Nothing is known: stopped, or the outbox could not be asked.
    case released
}
