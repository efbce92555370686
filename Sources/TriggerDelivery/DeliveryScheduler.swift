package import VehicleSignals

/// Decides which row is tried next, and when the outbox is to be asked: a value without clock,
/// network and store. ``DeliveryRunner`` does what it says.
///
/// Endpoints take turns. An endpoint's rows wait in its own short queue; those in trouble share
/// half of the places, so that no number of slow or dead dealers delays the others.
package struct DeliveryScheduler: Sendable {
    private let limits: DeliveryLimits
    private var endpoints: [String: EndpointQueue] = [:]
    /// Endpoints with waiting rows, in turn.
    private var turns: [String] = []
    private var turn = 0
    /// Ids of rows waiting or under way.
    private var held: Set<String> = []
    private var troubledInFlight = 0
    private var uses = 0
    /// The outbox may have rows that are not held.
    private var isStale = true
    private var nextDue: Timestamp?
    /// Rows that the outbox could not decide or record, until they are asked for again. A row that
    /// can never be decided thereby costs the others nothing.
    private var resting: [String: Timestamp] = [:]
    /// The outbox failed: it is left alone until then.
    private var outboxHold: Timestamp?
    private var outboxFailuresInRow = 0
    private(set) var counters = DeliverySnapshot()

    private static let rest = TimeSpan.seconds(10)

    package init(limits: DeliveryLimits) { self.limits = limits }

    /// The outbox has news.
    package mutating func markStale() { isStale = true }

    /// What to ask the outbox now, if anything; then it counts as asked.
    package mutating func query(now: Timestamp) -> DueQuery? {
        if let hold = outboxHold, now < hold { return nil }
        resting = resting.filter { $0.value > now }
        guard isStale, room > 0 else { return nil }
        isStale = false
        let excluded = endpoints.filter { $0.value.isExcluded(now: now, limits) }.keys
        return DueQuery(
            now: now, limit: room, perEndpointLimit: limits.rowsPerEndpoint,
            excludedEndpoints: Set(excluded),
            excludedEvents: held.union(resting.keys))
    }

    private var room: Int { limits.heldRows - held.count - resting.count }

    /// The outbox answered.
    package mutating func add(_ batch: DueBatch, to query: DueQuery) {
        outboxFailuresInRow = 0
        outboxHold = nil
        // A retry noted while the outbox was looking is not in its answer.
        let noted = nextDue.flatMap { $0 > query.now ? $0 : nil }
        let told = batch.nextDue.flatMap { $0 > query.now ? $0 : nil }
        nextDue = [noted, told].compactMap(\.self).min()
        if batch.rows.count >= query.limit { isStale = true }
        for row in batch.rows where room > 0 && !held.contains(row.eventID) {
            var endpoint = endpoints[row.endpointID] ?? EndpointQueue(dealer: row.dealer)
            guard !endpoint.isExcluded(now: query.now, limits) else { continue }
            if endpoint.waiting.isEmpty { turns.append(row.endpointID) }
            uses += 1
            endpoint.lastUse = uses
            endpoint.add(row)
            endpoints[row.endpointID] = endpoint
            held.insert(row.eventID)
        }
        forgetUnused()
    }

    /// A call about one row threw: it rests, the others go on.
    package mutating func outboxFailed(for row: PendingDelivery, now: Timestamp) {
        counters.outboxErrors += 1
        resting[row.eventID] = now.advanced(by: Self.rest)
    }

    /// Asking what is due threw: the outbox is asked again after 1, 2, 4 … 30 seconds.
    package mutating func outboxFailed(now: Timestamp) {
        counters.outboxErrors += 1
        outboxFailuresInRow += 1
        isStale = true
        let seconds = min(30, 1 << min(outboxFailuresInRow - 1, 5))
        outboxHold = now.advanced(by: .seconds(Int64(seconds)))
    }

    /// The next row to try, if there is one and a place for it.
    package mutating func begin(now: Timestamp) -> PendingDelivery? {
        guard counters.inFlight < limits.concurrency else { return nil }
        for _ in 0..<turns.count {
            turn = turn < turns.count ? turn : 0
            let id = turns[turn]
            guard var endpoint = endpoints[id] else {
                turns.remove(at: turn)
                continue
            }
            let troubled = endpoint.isTroubled
            if troubled, troubledInFlight >= limits.concurrency / 2 {
                turn += 1
                continue
            }
            let row = endpoint.begin(now: now)
            endpoints[id] = endpoint
            if endpoint.waiting.isEmpty { turns.remove(at: turn) } else { turn += 1 }
            guard let row else { continue }
            counters.inFlight += 1
            counters.attempts += 1
            if troubled { troubledInFlight += 1 }
            return row
        }
        return nil
    }

    /// An attempt ended.
    package mutating func finish(_ row: PendingDelivery, _ end: AttemptEnd, now: Timestamp) {
        count(end)
        counters.inFlight -= 1
        held.remove(row.eventID)
        if case .released = end {} else { resting[row.eventID] = nil }
        guard var endpoint = endpoints[row.endpointID] else { return }
        let hadWaiting = !endpoint.waiting.isEmpty
        for freed in endpoint.finish(row, end, now: now, limits: limits) {
            held.remove(freed.eventID)
        }
        if hadWaiting, endpoint.waiting.isEmpty { turns.removeAll { $0 == row.endpointID } }
        endpoints[row.endpointID] = endpoint
        // An endpoint becomes troubled, or well, with attempts under way: counted anew.
        troubledInFlight = endpoints.values.reduce(0) { $0 + ($1.isTroubled ? $1.inFlight : 0) }
        if endpoint.waiting.count <= limits.rowsPerEndpoint / 2 { isStale = true }
    }

    /// A retry was written that is due at `time`.
    package mutating func noteDue(_ time: Timestamp) {
        nextDue = min(nextDue ?? time, time)
    }

    /// When something may have to be done although nothing happens: a row is due, a breaker opens
    /// its gate, or the outbox may be asked again.
    package func nextWake(now: Timestamp, interval: TimeSpan) -> Timestamp {
        var wake = now.advanced(by: interval)
        if let hold = outboxHold, hold > now { return min(wake, hold) }
        if let due = nextDue, due > now || room > 0 { wake = min(wake, due) }
        if let rested = resting.values.min() { wake = min(wake, rested) }
        for endpoint in endpoints.values {
            if case .open(let until) = endpoint.breaker.state, until > now {
                wake = min(wake, until)
            }
        }
        return wake
    }

    package func snapshot(now: Timestamp) -> DeliverySnapshot {
        var snapshot = counters
        for (id, endpoint) in endpoints {
            snapshot.waiting += endpoint.waiting.count
            snapshot.endpoints[id] = endpoint.status(now: now)
        }
        return snapshot
    }

    package func health(of endpoint: String, now: Timestamp) -> EndpointStatus.Health? {
        endpoints[endpoint]?.status(now: now).health
    }

    private mutating func count(_ end: AttemptEnd) {
        switch end {
        case .delivered: counters.delivered += 1
        case .failed(let failure, _, _, let isDead):
            counters.failures[failure.code, default: 0] += 1
            if isDead { counters.dead += 1 } else { counters.retries += 1 }
        case .gone: counters.endpointsGone += 1
        case .withdrawn: counters.withdrawn += 1
        case .disabled, .released: counters.released += 1
        }
    }

    private mutating func forgetUnused() {
        while endpoints.count > limits.rememberedEndpoints {
            let idle = endpoints.filter { $0.value.isIdle }
            guard let oldest = idle.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
            endpoints[oldest.key] = nil
        }
    }
}
