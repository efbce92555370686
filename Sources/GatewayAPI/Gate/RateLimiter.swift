import Synchronization
package import VehicleSignals

/// A bucket for each name (a key's public name, or an address), at most
/// `GatewayLimit.rateEntries` of them.
package final class RateLimiter: Sendable {
    private let buckets = Mutex<[String: TokenBucket]>([:])
    private let aMinute: Int
    private let burst: Int
    private let limit: Int

    package init(aMinute: Int, burst: Int, limit: Int = GatewayLimit.rateEntries) {
        self.aMinute = aMinute
        self.burst = burst
        self.limit = limit
    }

    /// Counts one request of `name`. `nil` if it may go on, else after how many seconds it may
    /// come again.
    package func take(_ name: String, now: Timestamp) -> Int? {
        buckets.withLock { buckets in
            if buckets[name] == nil, buckets.count >= limit {
                buckets = buckets.filter { entry in
                    var bucket = entry.value
                    return !bucket.isFull(now: now)
                }
                // Still full of busy names: a newcomer waits rather than pushing one out, or an
                // attacker with many addresses could empty the memory of his own.
                if buckets.count >= limit { return 1 }
            }
            var bucket =
                buckets[name] ?? TokenBucket(aMinute: aMinute, burst: burst, now: now)
            let wait = bucket.take(now: now)
            buckets[name] = bucket
            return wait
        }
    }
}
