import Foundation

/// A value that one thread hands to another exactly once.
final class HandOver<Value: Sendable>: @unchecked Sendable {
    // `value` is touched only while `condition` is locked.
    private let condition = NSCondition()
    private var value: Value?

    func put(_ new: Value) {
        condition.lock()
        value = .some(new)
        condition.broadcast()
        condition.unlock()
    }

    /// Waits for the value.
    func take() -> Value {
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let value { return value }
            condition.wait()
        }
    }

    /// Waits for the value until `limit`; `nil` if it has not come by then.
    func take(until limit: Date) -> Value? {
        condition.lock()
        defer { condition.unlock() }
        while value == nil {
            if !condition.wait(until: limit) { break }
        }
        return value
    }
}
