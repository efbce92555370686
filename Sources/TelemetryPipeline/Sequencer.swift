import Foundation
import VehicleSignals

/// Brings the durable rounds of all connections into the order of their journal positions and
/// hands each to every worker, so that "applied up to position P" means the same to all.
///
/// Commands that must fall between two rounds at all workers alike (a snapshot, a new registry)
/// go through the same gate.
final class Sequencer: @unchecked Sendable {
    // Everything below is touched only while `lock` is held.
    private let lock = NSLock()
    private var waiting: [Int64: Round] = [:]
    private var last: JournalPosition
    private let workers: [Mailbox<WorkItem>]

    /// - Parameter last: position of the newest round that the workers have already seen.
    init(after last: JournalPosition, workers: [Mailbox<WorkItem>]) {
        self.last = last
        self.workers = workers
    }

    /// Takes a round that is durable. Positions ascend without gaps, as the journal promises, so
    /// a round that comes early waits for its predecessor.
    func take(_ round: Round) {
        lock.lock()
        defer { lock.unlock() }
        guard round.position > last else { return }
        waiting[round.position.number] = round
        while let next = waiting.removeValue(forKey: last.number + 1) {
            last = next.position
            for worker in workers { worker.send(.round(next), weight: next.batch.byteCount) }
        }
    }

    /// Puts a command between the rounds and says after which position it stands.
    @discardableResult
    func command(_ make: (JournalPosition) -> WorkItem) -> JournalPosition {
        lock.lock()
        defer { lock.unlock() }
        let item = make(last)
        for worker in workers { worker.send(item) }
        return last
    }

    /// Says that everything up to `position` has been handed over or is not there any more.
    func skip(to position: JournalPosition) {
        lock.lock()
        defer { lock.unlock() }
        last = max(last, position)
    }

    /// Where the workers' queues end.
    var position: JournalPosition {
        lock.lock()
        defer { lock.unlock() }
        return last
    }
}
