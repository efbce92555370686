import CustomerStore
package import GatewayAPI
package import VehicleSignals

/// The customer store's keys for the HTTP door.
package struct KeyRingAdapter: KeyRing {
    let store: StoreCustomers
    let threads: StoreThreads
    let now: @Sendable () -> Timestamp

    package init(
        store: StoreCustomers, threads: StoreThreads, now: @escaping @Sendable () -> Timestamp
    ) {
        self.store = store
        self.threads = threads
        self.now = now
    }

    package func caller(presenting key: String) async throws -> Caller? {
        let store = store
        let moment = now()
        let found = try await threads.reading.run { try store.look(up: key, now: moment) }
        guard let found else { return nil }
        if found.isUseToBeNoted {
            // Nobody waits for that, least of all behind an import. What cannot be noted now is
            // noted with the next use.
            threads.writing.later { try? store.noteUse(of: found.identity.id, now: moment) }
        }
        return Caller(
            keyID: "key-\(found.identity.id)", party: found.identity.party,
            role: found.identity.role)
    }
}
