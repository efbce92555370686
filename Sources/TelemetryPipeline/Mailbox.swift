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
    /// Most items, and most of their weight in bytes, before senders wait. A single item that
    /// weighs more is taken when it is alone.
    let countMax: Int
    let weightMax: Int

    init(countMax: Int, weightMax: Int) {
        self.countMax = countMax
        self.weightMax = weightMax
    }

    private func hasRoom(_ itemWeight: Int) -> Bool {
        items.count < countMax && (weight == 0 || itemWeight <= weightMax - weight)
    }

    /// Puts an item in, waiting for room. `false` if the mailbox is closed.
    @discardableResult
    func send(_ item: Element, weight itemWeight: Int = 0) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        while !isClosed, !hasRoom(itemWeight) { condition.wait() }
        guard !isClosed else { return false }
        items.append(item)
        weight += itemWeight
        condition.broadcast()
        return true
    }

    /// Waits until an item without weight has room; `false` if it has none by then, or never.
    /// Without a limit it waits as long as it takes.
    func waitForRoom(until limit: Date?) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        while !isClosed, !hasRoom(0) {
            guard let limit else {
                condition.wait()
                continue
            }
            if !condition.wait(until: limit) { return !isClosed && hasRoom(0) }
        }
        return !isClosed
    }

    /// Whether nothing is there now and more may come.
    var isEmpty: Bool {
        condition.lock()
        defer { condition.unlock() }
        return items.isEmpty && !isClosed
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
}
