import CustomerStore
import GatewayAPI
import TriggerDelivery
import VehicleSignals

/// Sending an event again by hand.
struct DeliveryDeskAdapter: DeliveryDesk {
    let store: StoreCustomers
    let runner: DeliveryRunner

    func replay(event: String, by caller: Caller, now: Timestamp) async throws -> ReplayAnswer {
        guard try store.replay(event: event, now: now) else { return .unknownEvent }
        runner.poke()
        return .queued(deliveries: 1)
    }
}

/// The disclosure ledger for the HTTP door.
struct DisclosureBookAdapter: DisclosureBook {
    let store: StoreCustomers

    func disclosures(
        to recipient: String?, after sequence: Int64, limit: Int
    ) async throws -> [DisclosureLine] {
        try store.disclosures(after: sequence, recipient: recipient, limit: limit).map { line in
            DisclosureLine(
                sequence: line.id, time: line.at, recipient: line.recipient,
                dataClasses: line.dataClasses, reference: line.reference, purpose: line.purpose,
                basis: line.basis, door: line.door.rawValue)
        }
    }
}
