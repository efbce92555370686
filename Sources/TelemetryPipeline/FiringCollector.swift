import Foundation
import TriggerRules
import VehicleSignals

/// Step 7's near end: gathers what all workers say of an item and stores it in the order of the
/// items, so that the stored position is true and a vehicle's firings never change places.
final class FiringCollector: @unchecked Sendable {
    /// Waits between attempts while the ledger cannot be written.
    static let retrySeconds = [0.05, 0.2, 1, 2, 5]
    /// Reports that may wait while the ledger is far behind; then the workers wait.
    static let reportsMax = 4096

    private let ledger: any FiringLedger
    private let workerCount: Int
    private let reports: Mailbox<RoundReport>
    private let onStored: @Sendable (Int) -> Void
    private let onTrouble: @Sendable (String) -> Void
    // Below: touched by the collector's own thread only.
    private var open: [Int64: (count: Int, firings: [Firing])] = [:]
    /// Of rounds that are complete and not stored yet.
    private var gathered: [Firing] = []
    private var gatheredThrough: JournalPosition?
    /// Something could not be stored before the end: nothing behind it may be stored either,
    /// since the stored position would then promise what is not there.
    private var hasGivenUp = false
    // Touched under the lock.
    private let condition = NSCondition()
    private var stored: JournalPosition
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
        reports = Mailbox(countMax: Self.reportsMax, weightMax: .max)
        stored = position
    }

    func start() {
        let thread = Thread { [self] in run() }
        thread.name = "firings"
        thread.start()
    }

    /// Takes one worker's report; waits while the ledger is far behind.
    func take(_ report: RoundReport) { reports.send(report) }

    /// From now on a ledger that cannot be written is tried once more, not for ever, so that
    /// nobody who waits for it keeps the pipeline from stopping.
    func beginStopping() {
        condition.lock()
        isStopping = true
        condition.broadcast()
        condition.unlock()
    }

    /// Ends after everything that was handed in is stored, or tried once more.
    func stop() {
        beginStopping()
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

    private func run() {
        var taken: [RoundReport] = []
        while true {
            taken.removeAll(keepingCapacity: true)
            reports.receiveAll(into: &taken)
            if taken.isEmpty { break }
            for report in taken {
                if let firings = complete(report) { gather(firings, report) }
            }
            storeGathered()
        }
        condition.lock()
        isDone = true
        condition.broadcast()
        condition.unlock()
    }

    /// The firings of an item once every worker has reported it. Items are completed in their
    /// order, since each worker reports in it.
    private func complete(_ report: RoundReport) -> [Firing]? {
        if workerCount == 1 { return report.firings }
        var entry = open.removeValue(forKey: report.item) ?? (0, [])
        entry.count += 1
        entry.firings += report.firings
        if entry.count == workerCount { return entry.firings }
        open[report.item] = entry
        return nil
    }

    private func gather(_ firings: [Firing], _ report: RoundReport) {
        if let position = report.position {
            gathered += firings
            gatheredThrough = position
            return
        }
        guard !firings.isEmpty || report.barrier != nil else { return }
        // Rounds before it are stored first, so that the order stays.
        storeGathered()
        store(firings, through: nil)
        report.barrier?.put(!hasGivenUp)
    }

    private func storeGathered() {
        guard let position = gatheredThrough else { return }
        store(gathered, through: position)
        gathered.removeAll(keepingCapacity: true)
        gatheredThrough = nil
    }

    private func store(_ firings: [Firing], through position: JournalPosition?) {
        var attempt = 0
        while !firings.isEmpty, !hasGivenUp {
            do {
                try ledger.store(firings, through: position)
                onStored(firings.count)
                break
            } catch {
                onTrouble("firings cannot be stored: \(error)")
                // What is not stored is raised again from the journal at the next start.
                hasGivenUp = !waitToRetry(attempt)
                attempt += 1
            }
        }
        guard let position, !hasGivenUp else { return }
        condition.lock()
        stored = max(stored, position)
        condition.unlock()
    }

    /// `false` when there is no time for a further attempt.
    private func waitToRetry(_ attempt: Int) -> Bool {
        let seconds = Self.retrySeconds[min(attempt, Self.retrySeconds.count - 1)]
        let limit = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        if isStopping { return attempt == 0 }
        while !isStopping, condition.wait(until: limit) {}
        return true
    }
}
