import Foundation
import PayloadDecoding
import Synchronization
import TriggerRules
import VehicleSignals

/// A thread that owns a share of the vehicles and applies rounds to them: steps 4 to 6.
///
/// What it owns is a value on its own stack, so nothing in the way of a message takes a lock,
/// counts a reference or is checked for exclusivity.
final class Worker: @unchecked Sendable {
    private let index: Int
    private let firingsStored: JournalPosition
    private let mailbox: Mailbox<WorkItem>
    private let collector: FiringCollector
    private let ended = HandOver<Bool>()
    private let published = Mutex<Published>(Published())
    /// Until `start`, when the thread takes it.
    private var share: VehicleShare

    private struct Published {
        var counters = PipelineCounters()
        var heard = 0
    }

    init(
        index: Int, share: VehicleShare, mailbox: Mailbox<WorkItem>, collector: FiringCollector,
        firingsStored: JournalPosition
    ) {
        self.index = index
        self.share = share
        self.mailbox = mailbox
        self.collector = collector
        self.firingsStored = firingsStored
    }

    /// Takes a stored vehicle; before `start` only.
    func restore(_ vehicle: RestoredVehicle, lookingAgain: Bool) {
        share.restore(vehicle, lookingAgain: lookingAgain)
    }

    /// Takes what stateful formats remembered; before `start` only.
    func restore(_ sessions: [SessionExport]) { share.restore(sessions) }

    func start() {
        let thread = Thread { [self] in
            run()
            ended.put(true)
        }
        thread.name = "worker \(index)"
        thread.stackSize = 4 << 20
        thread.start()
    }

    func waitForEnd() { _ = ended.take() }

    private func run() {
        var own = share
        share = own.emptied()
        var items: [WorkItem] = []
        var number: Int64 = 0
        while true {
            items.removeAll(keepingCapacity: true)
            mailbox.receiveAll(into: &items)
            if items.isEmpty { return own.finishSnapshot() }
            for item in items {
                number += 1
                var report = RoundReport(item: number)
                handle(item, &own, &report)
                report.firings = own.takeFirings()
                let counters = own.counters
                published.withLock { $0.counters = counters }
                collector.take(report)
                own.continueSnapshot()
            }
            // With nothing else to do, the snapshot goes on until something comes.
            while own.isTakingSnapshot, mailbox.isEmpty { own.continueSnapshot() }
        }
    }

    private func handle(_ item: WorkItem, _ own: inout VehicleShare, _ report: inout RoundReport) {
        switch item {
        case .round(let round):
            own.isWatching = round.position <= firingsStored
            own.apply(round)
            report.position = round.position
        case .tick(let fleetNow, let silentBefore):
            if let silentBefore {
                let heard = own.vehicles.heard(since: silentBefore)
                published.withLock { $0.heard = heard }
            }
            own.evaluateDue(at: fleetNow)
        case .snapshot(let request):
            own.beginSnapshot(for: request.shares[index])
            report.barrier = request.firingsStored
        case .saved(let quarantined):
            own.forgetUnsaved(quarantined: quarantined[index])
        case .adopt(let adoption):
            own.adopt(adoption)
            report.barrier = adoption.firingsStored
        case .caughtUp(let answers):
            own.catchUp()
            answers[index].put(true)
        }
    }

    /// The counters as of the last finished round; from any thread.
    var publishedCounters: PipelineCounters { published.withLock { $0.counters } }
    /// Registered vehicles heard lately, as of the last count.
    var heardCount: Int { published.withLock { $0.heard } }
}
