import Foundation

/// A bounded queue between two threads. Batches go through it, never single messages.
///
/// A full mailbox makes the sender wait, which in the end leaves packets in the broker: nothing
/// is dropped here.
final class Mailbox<Element: Sendable>: @unchecked Sendable {
    // `items`, `isClosed` and `weight` are touched only while `condition` is locked.
    private let condition = NSCondition()
    private var items: [Element] = []
    private var isClosed = false
    private var weight = 0
    /// Most items, and most of their weight in bytes, before senders wait.
    let countMax: Int
    let weightMax: Int

    init(countMax: Int, weightMax: Int) {
        self.countMax = countMax
        self.weightMax = weightMax
    }

    /// Puts an item in, waiting for room. `false` if the mailbox is closed.
    @discardableResult
    func send(_ item: Element, weight itemWeight: Int = 0) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        while !isClosed, items.count >= countMax || (weight > 0 && weight + itemWeight > weightMax) {
            condition.wait()
        }
        guard !isClosed else { return false }
        items.append(item)
        weight += itemWeight
        condition.broadcast()
        return true
    }

    /// Takes everything that is there, waiting for the first item. Empty once closed and drained.
    func receiveAll(into taken: inout [Element]) {
        condition.lock()
        defer { condition.unlock() }
        while items.isEmpty, !isClosed { condition.wait() }
        swap(&taken, &items)
        items.removeAll(keepingCapacity: true)
        weight = 0
        condition.broadcast()
    }

    /// No further item goes in; what is there may still be taken.
    func close() {
        condition.lock()
        isClosed = true
        condition.broadcast()
        condition.unlock()
    }

    var count: Int {
        condition.lock()
        defer { condition.unlock() }
        return items.count
    }
}

/// A value that one thread hands to another exactly once.
final class HandOver<Value: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private var value: Value?

    func put(_ new: Value) {
        condition.lock()
        value = new
        condition.broadcast()
        condition.unlock()
    }

    func take() -> Value {
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let value { return value }
            condition.wait()
        }
    }
}
