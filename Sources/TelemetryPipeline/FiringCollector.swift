import Foundation
import TriggerRules
import VehicleSignals

/// Step 7's near end: gathers what all workers say of a round and stores it in the order of
/// positions, so that the stored position is true.
final class FiringCollector: @unchecked Sendable {
    /// Waits between attempts while the ledger cannot be written.
    static let retrySeconds = [0.05, 0.2, 1, 2, 5]

    private let ledger: any FiringLedger
    private let workerCount: Int
    private let reports: Mailbox<RoundReport>
    private let onStored: @Sendable (Int) -> Void
    private let onTrouble: @Sendable (String) -> Void
    // Below: touched by the collector's own thread only.
    private var open: [Int64: (count: Int, firings: [Firing])] = [:]
    // Touched under the lock.
    private let condition = NSCondition()
    private var stored = JournalPosition.start
    private var isStopping = false
    private var isDone = false

    init(
        ledger: any FiringLedger, workerCount: Int, after position: JournalPosition,
        onStored: @escaping @Sendable (Int) -> Void,
        onTrouble: @escaping @Sendable (String) -> Void
    ) {
        self.ledger = ledger
        self.workerCount = workerCount
        self.onStored = onStored
        self.onTrouble = onTrouble
        reports = Mailbox(countMax: 4096, weightMax: .max)
        stored = position
    }

    func start() {
        let thread = Thread { [self] in run() }
        thread.name = "firings"
        thread.start()
    }

    /// Takes one worker's report; waits while the ledger is far behind.
    func take(_ report: RoundReport) { reports.send(report) }

    /// Ends after everything that was handed in is stored, or tried once more.
    func stop() {
        condition.lock()
        isStopping = true
        condition.unlock()
        reports.close()
        condition.lock()
        while !isDone { condition.wait() }
        condition.unlock()
    }

    /// The position up to which every firing is stored.
    var storedPosition: JournalPosition {
        condition.lock()
        defer { condition.unlock() }
        return stored
    }

    /// Waits until everything up to `position` is stored; `false` when stopped before.
    func wait(for position: JournalPosition) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        while stored < position, !isDone { condition.wait() }
        return stored >= position
    }

    private func run() {
        var taken: [RoundReport] = []
        while true {
            taken.removeAll(keepingCapacity: true)
            reports.receiveAll(into: &taken)
            if taken.isEmpty { break }
            var firings: [Firing] = []
            var through: JournalPosition?
            for report in taken {
                guard let position = report.position else {
                    // Rounds before it are stored first, so that the order stays.
                    if let position = through { store(firings, through: position) }
                    firings = []
                    through = nil
                    store(report.firings, through: nil)
                    continue
                }
                guard let whole = complete(report.firings, of: position) else { continue }
                firings += whole
                through = position
            }
            if let through { store(firings, through: through) }
        }
        condition.lock()
        isDone = true
        condition.broadcast()
        condition.unlock()
    }

    /// The firings of a round once every worker has reported it.
    private func complete(_ firings: [Firing], of position: JournalPosition) -> [Firing]? {
        if workerCount == 1 { return firings }
        var entry = open[position.number] ?? (0, [])
        entry.count += 1
        entry.firings += firings
        if entry.count == workerCount {
            open[position.number] = nil
            return entry.firings
        }
        open[position.number] = entry
        return nil
    }

    private func store(_ firings: [Firing], through position: JournalPosition?) {
        var attempt = 0
        while !firings.isEmpty {
            do {
                try ledger.store(firings, through: position)
                onStored(firings.count)
                break
            } catch {
                onTrouble("firings cannot be stored: \(error)")
                condition.lock()
                let stopping = isStopping
                condition.unlock()
                // What is not stored is raised again from the journal at the next start.
                if stopping, attempt > 0 { return }
                let wait = Self.retrySeconds[min(attempt, Self.retrySeconds.count - 1)]
                Thread.sleep(forTimeInterval: wait)
                attempt += 1
            }
        }
        guard let position else { return }
        condition.lock()
        stored = max(stored, position)
        condition.broadcast()
        condition.unlock()
    }
}
