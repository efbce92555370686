import TriggerDelivery
import VehicleSignals

/// An outbox in memory that keeps the promises of the protocol, and tells when something happens.
actor MemoryOutbox: DeliveryOutbox {
    enum State: Equatable {
        case pending
        case delivered
        case withdrawn
        case dead
    }

    struct Row {
        var delivery: PendingDelivery
        var due: Timestamp
        var state = State.pending
    }

    struct Endpoint {
        var url: String
        var secrets: [String]
        var isEnabled = true
        /// Ids of events that are not finished, oldest first.
        var pending: [String] = []
    }

    struct Broken: Error {}

    private(set) var rows: [String: Row] = [:]
    private(set) var endpoints: [String: Endpoint] = [:]
    private(set) var records: [AttemptRecord] = []
    private(set) var decisions: [String] = []
    private(set) var finished = 0
    private var refused: Set<String> = []
    private var brokenDecisions: [String: Int] = [:]
    private var brokenRecords = 0
    private var waiters: [Waiter] = []

    private struct Waiter {
        let isTrue: @Sendable (isolated MemoryOutbox) -> Bool
        let continuation: CheckedContinuation<Void, Never>
    }

    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    /// The present of this outbox: rows are due at once.
    static let longAgo = Timestamp(seconds: 1)

    func addEndpoint(_ id: String, url: String, secrets: [String] = [MemoryOutbox.secret]) {
        endpoints[id] = Endpoint(url: url, secrets: secrets)
    }

    func add(_ event: String, endpoint: String, vehicle: String? = nil) {
        rows[event] = Row(
            delivery: PendingDelivery(
                eventID: event, endpointID: endpoint, dealer: "dealer-\(endpoint)",
                orderKey: vehicle ?? event, attempt: 1), due: Self.longAgo)
        endpoints[endpoint]?.pending.append(event)
    }

    /// Sends an event again, as somebody's hand would.
    func replay(_ event: String) {
        guard let endpoint = rows[event]?.delivery.endpointID else { return }
        rows[event]?.state = .pending
        rows[event]?.due = Self.longAgo
        rows[event]?.delivery.attempt = 1
        if endpoints[endpoint]?.pending.contains(event) == false {
            endpoints[endpoint]?.pending.append(event)
        }
    }

    func refuse(_ event: String) { refused.insert(event) }
    func breakDecision(of event: String, times: Int) { brokenDecisions[event] = times }
    func breakRecords(times: Int) { brokenRecords = times }
    func state(of event: String) -> State? { rows[event]?.state }
    func records(of event: String) -> [AttemptRecord] { records.filter { $0.eventID == event } }

    /// Returns when `isTrue` holds; looked at after every change.
    func wait(until isTrue: @escaping @Sendable (isolated MemoryOutbox) -> Bool) async {
        if isTrue(self) { return }
        await withCheckedContinuation { waiters.append(Waiter(isTrue: isTrue, continuation: $0)) }
    }

    func due(_ query: DueQuery) -> DueBatch {
        var found: [PendingDelivery] = []
        var next: Timestamp?
        for (id, endpoint) in endpoints where endpoint.isEnabled {
            guard !query.excludedEndpoints.contains(id) else { continue }
            var vehicles: Set<String> = []
            var count = 0
            for event in endpoint.pending {
                guard count < query.perEndpointLimit, found.count < query.limit else { break }
                guard let row = rows[event], vehicles.insert(row.delivery.orderKey).inserted
                else { continue }
                if query.excludedEvents.contains(event) { continue }
                if row.due > query.now {
                    next = min(next ?? row.due, row.due)
                    continue
                }
                found.append(row.delivery)
                count += 1
            }
        }
        return DueBatch(rows: found, nextDue: next)
    }

    func decide(eventID: String, attempt: Int, now: Timestamp) throws -> SendDecision {
        defer { changed() }
        decisions.append(eventID)
        if let times = brokenDecisions[eventID], times > 0 {
            brokenDecisions[eventID] = times - 1
            throw Broken()
        }
        guard let row = rows[eventID], let endpoint = endpoints[row.delivery.endpointID] else {
            throw Broken()
        }
        guard endpoint.isEnabled else { return .endpointDisabled }
        guard !refused.contains(eventID) else {
            finish(eventID, .withdrawn)
            return .withdrawn(reason: "PERMISSION")
        }
        return .send(
            DeliveryRequest(
                url: endpoint.url, secrets: endpoint.secrets,
                body: Array(#"{"id":"\#(eventID)"}"#.utf8)))
    }

    func record(_ record: AttemptRecord) throws {
        defer { changed() }
        if brokenRecords > 0 {
            brokenRecords -= 1
            throw Broken()
        }
        records.append(record)
        switch record.result {
        case .delivered: finish(record.eventID, .delivered)
        case .dead: finish(record.eventID, .dead)
        case .retry(let time, _):
            rows[record.eventID]?.due = time
            rows[record.eventID]?.delivery.attempt = record.attempt + 1
        case .endpointGone: endpoints[record.endpointID]?.isEnabled = false
        }
    }

    private func finish(_ event: String, _ state: State) {
        guard let endpoint = rows[event]?.delivery.endpointID else { return }
        rows[event]?.state = state
        endpoints[endpoint]?.pending.removeAll { $0 == event }
        finished += 1
    }

    private func changed() {
        guard !waiters.isEmpty else { return }
        let all = waiters
        waiters = []
        for waiter in all {
            if waiter.isTrue(self) { waiter.continuation.resume() } else { waiters.append(waiter) }
        }
    }
}
