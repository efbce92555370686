import CustomerStore
import GatewayAPI
import TriggerDelivery
import VehicleSignals

/// Sending an event again by hand.
struct DeliveryDeskAdapter: DeliveryDesk {
    let store: StoreCustomers
    let threads: StoreThreads
    let runner: DeliveryRunner

    func replay(event: String, by caller: Caller, now: Timestamp) async throws -> ReplayAnswer {
        let store = store
        let isQueued = try await threads.writing.run { try store.replay(event: event, now: now) }
        guard isQueued else { return .unknownEvent }
        runner.poke()
        return .queued(deliveries: 1)
    }
}

/// The disclosure ledger for the HTTP door.
struct DisclosureBookAdapter: DisclosureBook {
    let store: StoreCustomers
    let threads: StoreThreads

    func disclosures(
        _ scope: DisclosureScope, after sequence: Int64, limit: Int
    ) async throws -> [DisclosureLine] {
        let store = store
        let lines = try await threads.reading.run {
            switch scope {
            case .everything: try store.disclosures(after: sequence, limit: limit)
            case .to(let recipient):
                try store.disclosures(after: sequence, recipient: recipient, limit: limit)
            case .about(let person):
                try store.disclosures(about: person, after: sequence, limit: limit)
            }
        }
        return lines.map { line in
            DisclosureLine(
                sequence: line.id, time: line.at, recipient: line.recipient,
                dataClasses: line.dataClasses, reference: line.reference, purpose: line.purpose,
                basis: line.basis, door: line.door.rawValue)
        }
    }
}
