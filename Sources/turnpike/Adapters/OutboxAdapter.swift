import CustomerStore
import Customers
package import TriggerDelivery
package import VehicleSignals

/// The customer store as delivery wants its outbox. The store's calls wait on threads of their own.
package struct OutboxAdapter: DeliveryOutbox {
    let store: StoreCustomers
    let threads: StoreThreads
    let events: LeadEventBuilder
    let now: @Sendable () -> Timestamp

    package init(
        store: StoreCustomers, threads: StoreThreads, events: LeadEventBuilder,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.store = store
        self.threads = threads
        self.events = events
        self.now = now
    }

    package func due(_ query: DueQuery) async throws -> DueBatch {
        let store = store
        return try await threads.reading.run {
            let excluded = Set(query.excludedEndpoints.compactMap { Int64($0) })
            let waiting = try store.dueDeliveries(
                now: query.now, limit: query.limit + query.excludedEvents.count,
                perEndpoint: query.perEndpointLimit + query.excludedEvents.count,
                excluding: excluded)
            let rows = waiting.filter { !query.excludedEvents.contains($0.event) }
                .prefix(query.limit)
                .map { row in
                    PendingDelivery(
                        eventID: row.event, endpointID: String(row.endpoint), dealer: row.dealer,
                        orderKey: row.lead, attempt: row.scheduledAttempts + 1)
                }
            return DueBatch(rows: Array(rows), nextDue: try store.nextDeliveryTime())
        }
    }

    package func decide(
        eventID: String, attempt: Int, now: Timestamp
    ) async throws -> SendDecision {
        let store = store
        // Permission is asked at the moment at which the store decides, not at which it was asked.
        let clock = self.now
        let decision = try await threads.delivering.run {
            try store.beginAttempt(event: eventID, now: max(now, clock()))
        }
        switch decision {
        case .withdrawn(let reason): return .withdrawn(reason: reason.rawValue)
        case .gone: return .endpointDisabled
        case .send(let order):
            let body = try events.event(
                id: order.event, kind: LeadEventType(rawValue: order.kind.rawValue) ?? .updated,
                lead: order.lead, at: order.eventTime, legalBasis: order.legalBasis,
                endedReason: order.endedReason)
            return .send(DeliveryRequest(url: order.url, secrets: [order.secret], body: body))
        }
    }

    package func record(_ record: AttemptRecord) async throws {
        let result: AttemptResult =
            switch record.result {
            case .delivered: .delivered
            case .retry(let time, let failure): .retry(at: time, error: Self.words(failure))
            case .dead(let failure): .dead(error: Self.words(failure))
            case .endpointGone: .endpointGone(error: "the endpoint answered 410")
            }
        let store = store
        try await threads.delivering.run {
            try store.finishAttempt(event: record.eventID, result: result, now: record.at)
        }
    }

    private static func words(_ failure: DeliveryFailure) -> String {
        let status = failure.status.map { " \($0)" } ?? ""
        return failure.code.rawValue + status + ": " + failure.detail
    }
}
