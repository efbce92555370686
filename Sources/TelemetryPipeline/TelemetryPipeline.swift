import Foundation
public import PayloadDecoding
import Synchronization
import TriggerRules
public import VehicleSignals

/// The way of a message from the link to the customer store: gate, journal, decoding, state,
/// rules; and its way back after a restart.
///
/// ```swift
/// let pipeline = TelemetryPipeline(configuration, sources: …, restored: …, journal: …, …)
/// try pipeline.start { … }             // replays the journal behind the last snapshot
/// let lane = pipeline.makeLane()       // one for each connection
/// …
/// try pipeline.saveState()             // every 30 s
/// pipeline.stop()                      // after the connections are closed
/// ```
public final class TelemetryPipeline: Sendable {
    public let configuration: PipelineConfiguration
    public let clock: GatewayClock
    let journal: any BatchJournal
    let unlinked: UnlinkedNames
    let sequencer: Sequencer
    let keeper: any StateKeeper
    let collector: FiringCollector
    let workers: [Worker]
    let restoredCounters: PipelineCounters
    let rulesFingerprint: UInt64
    /// Changed only between two rounds, while the sequencer lets none pass.
    let current: Mutex<RoutingBasis>
    /// Held by whoever takes a snapshot or changes registry or sources: one at a time, so that a
    /// snapshot never sees half of a link.
    let changes: Mutex<RegistryChanges>
    let reports = ReportedVINs()
    private let onReports: @Sendable ([ReportedVIN], CompiledSources) throws -> Void
    private let startingPoint: JournalPosition
    private let isStarted = Mutex(false)

    /// - Parameters:
    ///   - restored: what the last snapshot said; see ``RestoredState``.
    ///   - firingsStored: position up to which the customer store has the firings.
    ///   - onTrouble: told in words what keeps the pipeline from going on.
    ///   - onFirings: told how many firings were stored, so that delivery may look.
    ///   - onRebirth: given a request to publish, where a source's file allows one, at most once a
    ///     minute a node and never while the journal is replayed; on a worker's thread, so it must
    ///     return at once. Where it says that nobody took it, the next comes sooner.
    ///   - onReports: stores what vehicles say of their VINs, where a source's file lets them;
    ///     called before a snapshot is stored. Whatever it throws keeps the snapshot from being
    ///     stored, and the reports for the next time.
    public init(
        _ configuration: PipelineConfiguration, sources: CompiledSources,
        registry: VehicleRegistry, clock: GatewayClock, journal: any BatchJournal,
        ledger: any FiringLedger, keeper: any StateKeeper, restored: RestoredState,
        firingsStored: JournalPosition, onTrouble: @escaping @Sendable (String) -> Void,
        onFirings: @escaping @Sendable (Int) -> Void,
        onRebirth: @escaping @Sendable (RebirthRequest) -> Bool = { _ in false },
        onReports: @escaping @Sendable ([ReportedVIN], CompiledSources) throws -> Void = { _, _ in }
    ) {
        precondition(configuration.workers > 0, "a pipeline has at least one worker")
        self.configuration = configuration
        self.clock = clock
        self.journal = journal
        self.keeper = keeper
        self.onReports = onReports
        startingPoint = restored.position
        restoredCounters = restored.counters
        // Names may have been linked while the gateway was down: the registry counts as new.
        changes = Mutex(RegistryChanges(wanted: registry))
        let unlinked = UnlinkedNames(
            limit: configuration.unlinkedNamesMax, known: restored.unlinked,
            after: restored.highestUnlinked)
        let router = MessageRouter(sources: sources, unlinked: unlinked)
        self.unlinked = unlinked
        let routing = RoutingBasis(router: router, registry: registry)
        current = Mutex(routing)
        let mailboxes = (0..<configuration.workers).map { _ in
            Mailbox<WorkItem>(
                countMax: configuration.queuedRoundsMax, weightMax: configuration.queuedBytesMax)
        }
        let collector = FiringCollector(
            ledger: ledger, workerCount: configuration.workers, after: restored.position,
            onStored: onFirings, onTrouble: onTrouble)
        self.collector = collector
        sequencer = Sequencer(after: restored.position, workers: mailboxes, basis: routing)
        let desk = RebirthDesk(clock: clock, onRebirth: onRebirth)
        let reports = reports
        workers = (0..<configuration.workers).map { index in
            Worker(
                index: index,
                share: VehicleShare(
                    index: index, configuration: configuration, router: router,
                    registry: registry, clock: clock, rebirths: desk, reports: reports),
                mailbox: mailboxes[index], collector: collector, firingsStored: firingsStored)
        }
        // Each worker takes all of them: nobody knows who will hear a sender before it speaks.
        for worker in workers { worker.restore(restored.sessions) }
        rulesFingerprint = configuration.rules.fingerprint
        let isAsBefore = restored.basis == basis(of: registry)
        for vehicle in restored.vehicles {
            workers[Self.share(of: vehicle.key, workers: workers.count)]
                .restore(vehicle, lookingAgain: !isAsBefore)
        }
    }

    static func share(of key: VehicleKey, workers: Int) -> Int {
        Int(key.number) % workers
    }

    /// Starts the workers and replays the journal behind the last snapshot. Returns when every
    /// message that was acknowledged before is applied again.
    ///
    /// - Parameter onProgress: position reached and position to reach, at each step.
    public func start(onProgress: (JournalPosition, JournalPosition) -> Void) throws {
        isStarted.withLock { $0 = true }
        collector.start()
        for worker in workers { worker.start() }
        changes.withLock { bringRegistry(&$0, until: nil) }
        let newest = try journal.newestPosition()
        var position = startingPoint
        while position < newest {
            let batches = try journal.read(
                after: position, byteCount: configuration.replayBytes)
            guard let last = batches.last else { break }
            for entry in batches { replay(entry.position, entry.batch) }
            position = last.position
            onProgress(position, newest)
        }
        sequencer.skip(to: newest)
        let answers = workers.map { _ in HandOver<Bool>() }
        let end = sequencer.command(until: nil) { _ in .caughtUp(answers) }
        guard end != nil else { throw PipelineStopped() }
        for answer in answers { _ = answer.take() }
    }

    private func replay(_ position: JournalPosition, _ batch: MessageBatch) {
        let round = routing.round(position, batch)
        // The journal itself says so where numbers are left out.
        sequencer.skip(to: JournalPosition(position.number - 1))
        sequencer.take(round)
    }

    /// A way in for one connection.
    public func makeLane() -> IngestLane { IngestLane(pipeline: self) }

    /// Ends the workers after everything that came is applied and stored. The connections must
    /// be closed before; a snapshot that is still waited for throws ``PipelineStopped``.
    ///
    /// Firings that the ledger does not take now are raised again at the next start.
    public func stop() {
        // First nobody waits for the ledger any more, so everybody else comes to his end.
        collector.beginStopping()
        sequencer.close()
        guard isStarted.withLock({ $0 }) else { return }
        for worker in workers { worker.waitForEnd() }
        collector.stop()
    }

    /// Hands out which VINs vehicles reported since the last time, under names that lead to none.
    func handOverReports() throws {
        try reports.handOver { try onReports($0, sources) }
    }

    /// What the next message is routed by.
    var routing: RoutingBasis { current.withLock { $0 } }
    /// The registry in force.
    public var registry: VehicleRegistry { routing.registry }
    /// The sources in force; see ``adopt(_:registry:)``.
    public var sources: CompiledSources { routing.router.sources }

    /// The counters as of the last finished round of each worker.
    public var counters: PipelineCounters {
        var sum = restoredCounters
        for worker in workers { sum += worker.publishedCounters }
        return sum
    }

    /// Registered vehicles that were heard lately, as of the last count; see
    /// ``tick(silentBefore:)``.
    public var vehiclesHeard: Int { workers.reduce(0) { $0 + $1.heardCount } }
    public var unlinkedCount: Int { unlinked.count }
    /// Where the workers' queues end, and up to where firings are stored.
    public var positions: (queued: JournalPosition, stored: JournalPosition) {
        (sequencer.position, collector.storedPosition)
    }
}
