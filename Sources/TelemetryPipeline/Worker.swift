import Foundation
import PayloadDecoding
import Synchronization
import TriggerRules
import VehicleSignals
import VehicleState

/// A thread that owns a share of the vehicles and applies rounds to them: steps 4 to 6.
///
/// Everything but the published counters is touched by this thread alone, so nothing in the way
/// of a message takes a lock.
final class Worker: @unchecked Sendable {
    let index: Int
    let configuration: PipelineConfiguration
    let router: MessageRouter
    let clock: GatewayClock
    let firingsStored: JournalPosition
    private let mailbox: Mailbox<WorkItem>
    private let collector: FiringCollector
    private let ended = HandOver<Bool>()
    private let published = Mutex<Published>(Published())

    // The worker's own, from here on.
    var registry: VehicleRegistry
    var vehicles = VehicleTable()
    var workspace: DecodingWorkspace
    var readings: [Reading] = []
    var texts: [UInt8] = []
    /// Where rules put their firings; emptied after each round.
    var desk = FiringDesk()
    var counters = PipelineCounters()
    var quarantine: [QuarantinedMessage] = []
    var quarantineBytes = 0
    /// What the last snapshot held, until it is stored.
    var unsavedDays: [VehicleDayChange] = []
    var unsavedKeys: [VehicleKey] = []
    /// Whether rules only watch, because the customer store already has these firings.
    var isWatching = false

    private struct Published {
        var counters = PipelineCounters()
        var heard = 0
    }

    init(
        index: Int, configuration: PipelineConfiguration, router: MessageRouter,
        registry: VehicleRegistry, clock: GatewayClock, mailbox: Mailbox<WorkItem>,
        collector: FiringCollector, firingsStored: JournalPosition
    ) {
        self.index = index
        self.configuration = configuration
        self.router = router
        self.registry = registry
        self.clock = clock
        self.mailbox = mailbox
        self.collector = collector
        self.firingsStored = firingsStored
        workspace = router.sources.makeWorkspace()
        readings.reserveCapacity(configuration.readingsMax)
        texts.reserveCapacity(configuration.textBytesMax)
    }

    /// Takes a stored vehicle; before `start` only.
    func restore(_ vehicle: RestoredVehicle) {
        vehicles.insert(vehicle.key, vehicle.slot)
        clock.observe(vehicle.slot.record.newestEventTime)
    }

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
        var items: [WorkItem] = []
        while true {
            items.removeAll(keepingCapacity: true)
            mailbox.receiveAll(into: &items)
            if items.isEmpty { return }
            for item in items { handle(item) }
        }
    }

    private func handle(_ item: WorkItem) {
        switch item {
        case .round(let round):
            isWatching = round.position <= firingsStored
            apply(round)
            report(at: round.position)
        case .tick(let fleetNow, let silentBefore):
            isWatching = false
            if let silentBefore {
                let heard = vehicles.heard(since: silentBefore)
                published.withLock { $0.heard = heard }
            }
            vehicles.evaluateDue(at: fleetNow) { key, slot in evaluate(key, &slot, now: fleetNow) }
            report(at: nil)
        case .snapshot(let request):
            request.shares[index].put(makeSnapshot())
        case .saved(let quarantined):
            forgetUnsaved()
            quarantine.removeFirst(quarantined[index])
            quarantineBytes = quarantine.reduce(0) { $0 + $1.payload.count }
        case .adopt(let adoption):
            isWatching = false
            adopt(adoption)
            report(at: nil)
        case .caughtUp:
            isWatching = false
            let now = clock.fleetNow()
            vehicles.evaluateWatched { key, slot in evaluate(key, &slot, now: now) }
            report(at: nil)
        }
    }

    private func report(at position: JournalPosition?) {
        let firings = desk.firings
        counters.firings += UInt64(firings.count)
        let snapshot = counters
        published.withLock { $0.counters = snapshot }
        if position == nil, firings.isEmpty { return }
        collector.take(RoundReport(position: position, firings: firings))
        if !firings.isEmpty { desk.firings = [] }
    }

    /// The counters as of the last finished round; from any thread.
    var publishedCounters: PipelineCounters { published.withLock { $0.counters } }
    /// Registered vehicles heard lately, as of the last count.
    var heardCount: Int { published.withLock { $0.heard } }
}
