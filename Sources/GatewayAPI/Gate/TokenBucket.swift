package import VehicleSignals

/// Lets `burst` things happen at once and `aMinute` of them a minute, evenly.
///
/// Counted in thousandths of a token, so that whole milliseconds refill it without rounding away.
package struct TokenBucket: Sendable {
    private let capacity: Int64
    private let aMinute: Int64
    private var millitokens: Int64
    private var filledAt: Timestamp

    package init(aMinute: Int, burst: Int, now: Timestamp) {
        self.capacity = Int64(max(burst, 1)) * 1000
        self.aMinute = Int64(max(aMinute, 1))
        self.millitokens = capacity
        self.filledAt = now
    }

    /// Takes one token. `nil` if there was one, else after how many whole seconds there will be.
    package mutating func take(now: Timestamp) -> Int? {
        fill(now: now)
        if millitokens >= 1000 {
            millitokens -= 1000
            return nil
        }
        let milliseconds = (1000 - millitokens) * 60 / aMinute
        return Int(milliseconds / 1000) + 1
    }

    /// Whether nothing was taken lately: then forgetting the bucket changes nothing.
    package mutating func isFull(now: Timestamp) -> Bool {
        fill(now: now)
        return millitokens == capacity
    }

    private mutating func fill(now: Timestamp) {
        // A clock that was set back gives nothing and takes nothing.
        let elapsed = min(max(now.since(filledAt).milliseconds, 0), 3_600_000)
        let gained = elapsed * aMinute / 60
        guard gained > 0 || now < filledAt else { return }
        millitokens = min(capacity, millitokens + gained)
        filledAt = now
    }
}
