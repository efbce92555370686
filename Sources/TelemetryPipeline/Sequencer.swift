import Foundation
import VehicleSignals

/// Brings the durable rounds of all connections into the order of their journal positions and
/// hands each to every worker, so that "applied up to position P" means the same to all.
///
/// Commands that must fall between two rounds at all workers alike (a snapshot, a new registry)
/// go through the same gate, so every worker sees the same items in the same order.
///
/// Lock order: `lock` here, then a mailbox or the unlinked names; never the other way round.
final class Sequencer: @unchecked Sendable {
    // Everything below is touched only while `lock` is held.
    private let lock = NSLock()
    private var waiting: [Int64: Round] = [:]
    private var last: JournalPosition
    private var isClosed = false
    /// What the workers have at `last`.
    private var basis: RoutingBasis
    private let workers: [Mailbox<WorkItem>]

    /// - Parameter last: position of the newest round that the workers have already seen.
    init(after last: JournalPosition, workers: [Mailbox<WorkItem>], basis: RoutingBasis) {
        self.last = last
        self.basis = basis
        self.workers = workers
    }

    /// Takes a round that is durable, waiting while the workers are behind. Positions ascend
    /// without gaps, as the journal promises, so a round that comes early waits for its
    /// predecessor. After ``close()`` rounds are left to the journal, which has them.
    ///
    /// A round that was routed before the sources changed, and comes after it, is routed anew:
    /// once, here, so that all workers see the same.
    func take(_ round: Round) {
        lock.lock()
        defer { lock.unlock() }
        guard round.position > last, !isClosed else { return }
        waiting[round.position.number] = round
        while let next = waiting.removeValue(forKey: last.number + 1) {
            last = next.position
            let next = basis.present(next)
            for worker in workers { worker.send(.round(next), weight: next.batch.byteCount) }
        }
    }

    /// Puts a command between the rounds and says after which position it stands; `nil`, and
    /// nothing was done, if there was no room for it by `limit` or the sequencer is closed.
    /// Without a limit it
    /// waits as long as it takes.
    ///
    /// - Parameter make: called once there is room, between two rounds.
    @discardableResult
    func command(until limit: Date?, _ make: (JournalPosition) -> WorkItem) -> JournalPosition? {
        if let limit {
            guard lock.lock(before: limit) else { return nil }
        } else {
            lock.lock()
        }
        defer { lock.unlock() }
        guard !isClosed else { return nil }
        // Nobody else sends, so room that is there stays: all workers get it, or none.
        for worker in workers where !worker.waitForRoom(until: limit) { return nil }
        let item = make(last)
        if case .adopt(let adoption) = item { basis.take(adoption) }
        for worker in workers { worker.send(item) }
        return last
    }

    /// Says that everything up to `position` has been handed over or is not there any more.
    func skip(to position: JournalPosition) {
        lock.lock()
        defer { lock.unlock() }
        last = max(last, position)
    }

    /// Nothing goes to the workers any more; they end once they have done what they have.
    func close() {
        lock.lock()
        defer { lock.unlock() }
        isClosed = true
        waiting = [:]
        for worker in workers { worker.close() }
    }

    /// Whether ``close()`` was called.
    var isEnded: Bool {
        lock.lock()
        defer { lock.unlock() }
        return isClosed
    }

    /// Where the workers' queues end.
    var position: JournalPosition {
        lock.lock()
        defer { lock.unlock() }
        return last
    }
}
