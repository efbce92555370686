import Synchronization

/// What keeps the gateway from doing its work just now, in words; for readiness.
final class Troubles: Sendable {
    private let open = Mutex<[String: String]>([:])

    func note(_ what: String, _ why: String) { open.withLock { $0[what] = why } }
    func clear(_ what: String) { open.withLock { $0[what] = nil } }

    var sentences: [String] {
        open.withLock { open in open.keys.sorted().map { "cannot \($0): \(open[$0] ?? "")" } }
    }
}
