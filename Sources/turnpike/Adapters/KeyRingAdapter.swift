import CustomerStore
import GatewayAPI
import VehicleSignals

/// The customer store's keys for the HTTP door.
struct KeyRingAdapter: KeyRing {
    let store: StoreCustomers
    let now: @Sendable () -> Timestamp

    func caller(presenting key: String) async throws -> Caller? {
        guard let identity = try store.verify(key: key, now: now()) else { return nil }
        return Caller(
            keyID: "key-\(identity.id)", party: identity.party, role: identity.role)
    }
}
