import Synchronization
import VehicleSignals

/// How often each route answered how, and how long it took; for `/metrics`.
///
/// Routes and statuses come from the code, not from callers, so the table stays small.
final class RequestCounters: Sendable {
    struct Name: Hashable, Comparable, Sendable {
        let operation: String
        let status: Int

        static func < (left: Name, right: Name) -> Bool {
            (left.operation, left.status) < (right.operation, right.status)
        }
    }

    struct Count: Sendable {
        var requests: UInt64 = 0
        var milliseconds: Int64 = 0
    }

    private let counts = Mutex<[Name: Count]>([:])

    func count(operation: String, status: Int, took span: TimeSpan) {
        counts.withLock { counts in
            var count = counts[Name(operation: operation, status: status)] ?? Count()
            count.requests += 1
            count.milliseconds += max(span.milliseconds, 0)
            counts[Name(operation: operation, status: status)] = count
        }
    }

    /// All counts, in a stated order.
    var all: [(name: Name, count: Count)] {
        counts.withLock { counts in
            counts.sorted { $0.key < $1.key }.map { (name: $0.key, count: $0.value) }
        }
    }
}
