import CustomerStore
package import GatewayAPI
import Synchronization
package import VehicleSignals

/// The customer store's keys for the HTTP door.
package struct KeyRingAdapter: KeyRing {
    let store: StoreCustomers
    let threads: StoreThreads
    let now: @Sendable () -> Timestamp
    private let notes = NotesUnderWay()

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
            let id = found.identity.id
            let notes = notes
            if notes.begin(id) {
                threads.writing.later {
                    try? store.noteUse(of: id, now: moment)
                    notes.end(id)
                }
            }
        }
        return Caller(
            keyID: "key-\(found.identity.id)", party: found.identity.party,
            role: found.identity.role)
    }
}

/// Keys whose use is about to be noted: one note a key at a time, however many requests come.
private final class NotesUnderWay: Sendable {
    private let keys = Mutex<Set<Int64>>([])

    func begin(_ key: Int64) -> Bool { keys.withLock { $0.insert(key).inserted } }
    func end(_ key: Int64) { keys.withLock { _ = $0.remove(key) } }
}
