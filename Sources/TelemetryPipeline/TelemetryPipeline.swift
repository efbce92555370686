import Foundation
public import PayloadDecoding
import Synchronization
public import TriggerRules
public import VehicleSignals

/// The way of a message from the link to the customer store: gate, journal, decoding, state,
/// rules; and its way back after a restart.
///
/// ```swift
/// let pipeline = TelemetryPipeline(configuration, sources: …, journal: …, ledger: …, …)
/// try pipeline.restore(snapshots)      // what the state store kept
/// try pipeline.start()                 // replays the journal behind it
/// let lane = pipeline.makeLane()       // one for each connection
/// …
/// try pipeline.saveState()             // every 30 s
/// pipeline.stop()                      // after the connections are closed
/// ```
public final class TelemetryPipeline: Sendable {
    public let configuration: PipelineConfiguration
    public let sources: CompiledSources
    public let clock: GatewayClock
    let journal: any BatchJournal
    let router: MessageRouter
    let sequencer: Sequencer
    private let keeper: any StateKeeper
    private let collector: FiringCollector
    private let workers: [Worker]
    private let mailboxes: [Mailbox<WorkItem>]
    private let currentRegistry: Mutex<VehicleRegistry>
    private let startingPoint: JournalPosition
    private let firingsStored: JournalPosition
    private let restoredCounters: PipelineCounters
    /// Names linked or forgotten since the last snapshot.
    private let pendingChanges = Mutex<PendingChanges>(PendingChanges())

    private struct PendingChanges {
        var links: [VehicleLink] = []
        var forgotten: [VehicleKey] = []
    }

    /// - Parameters:
    ///   - restored: what the last snapshot said; see ``RestoredState``.
    ///   - firingsStored: position up to which the customer store has the firings.
    ///   - onTrouble: told in words what keeps the pipeline from going on.
    ///   - onFirings: told how many firings were stored, so that delivery may look.
    public init(
        _ configuration: PipelineConfiguration, sources: CompiledSources,
        registry: VehicleRegistry, clock: GatewayClock, journal: any BatchJournal,
        ledger: any FiringLedger, keeper: any StateKeeper, restored: RestoredState,
        firingsStored: JournalPosition, onTrouble: @escaping @Sendable (String) -> Void,
        onFirings: @escaping @Sendable (Int) -> Void
    ) {
        self.configuration = configuration
        self.sources = sources
        self.clock = clock
        self.journal = journal
        self.keeper = keeper
        self.firingsStored = firingsStored
        startingPoint = restored.position
        restoredCounters = restored.counters
        currentRegistry = Mutex(registry)
        let unlinked = UnlinkedNames(
            limit: configuration.unlinkedNamesMax, known: restored.unlinked)
        router = MessageRouter(sources: sources, unlinked: unlinked)
        mailboxes = (0..<configuration.workers).map { _ in
            Mailbox(
                countMax: configuration.queuedRoundsMax, weightMax: configuration.queuedBytesMax)
        }
        collector = FiringCollector(
            ledger: ledger, workerCount: configuration.workers, after: restored.position,
            onStored: onFirings, onTrouble: onTrouble)
        sequencer = Sequencer(after: restored.position, workers: mailboxes)
        let collector = collector
        let router = router
        let mailboxes = mailboxes
        workers = (0..<configuration.workers).map { index in
            Worker(
                index: index, configuration: configuration, router: router, registry: registry,
                clock: clock, mailbox: mailboxes[index], collector: collector,
                firingsStored: firingsStored)
        }
        for vehicle in restored.vehicles {
            workers[Self.share(of: vehicle.key, workers: workers.count)].restore(vehicle)
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
        collector.start()
        for worker in workers { worker.start() }
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
        sequencer.command { _ in .caughtUp }
    }

    private func replay(_ position: JournalPosition, _ batch: MessageBatch) {
        let registry = registry
        var routed: [RoutedMessage] = []
        routed.reserveCapacity(batch.count)
        batch.withBytes { bytes in
            for index in 0..<batch.count {
                let view = batch.message(index)
                let topic = bytes.extracting(
                    view.topicOffset..<(view.topicOffset + view.topicLength))
                let payload = bytes.extracting(
                    view.payloadOffset..<(view.payloadOffset + view.payloadLength))
                routed.append(
                    router.route(
                        topic: topic, payload: payload, arrival: view.arrival, registry: registry))
            }
        }
        sequencer.take(Round(position: position, batch: batch, routed: routed))
    }

    /// A way in for one connection.
    public func makeLane() -> IngestLane { IngestLane(pipeline: self) }

    /// The registry in force.
    public var registry: VehicleRegistry { currentRegistry.withLock { $0 } }

    /// Puts a new registry in force. State of names that it links moves to their vehicles.
    public func adopt(_ registry: VehicleRegistry) {
        var links: [VehicleLink] = []
        var linkedNames: [UnlinkedNames.Name] = []
        for entry in router.unlinked.entries {
            let name = entry.name
            let key = unsafe registry.vehicle(
                source: name.source, name.externalID.span.bytes, from: 0,
                count: name.externalID.count)
            guard key != .unknown else { continue }
            links.append(VehicleLink(from: entry.key, to: key))
            linkedNames.append(name)
        }
        currentRegistry.withLock { $0 = registry }
        router.unlinked.remove(linkedNames)
        let adoption = Adoption(
            registry: registry, links: links, forgotten: [],
            states: links.map { _ in HandOver<VehicleSlot?>() })
        sequencer.command { _ in .adopt(adoption) }
        let moved = links
        pendingChanges.withLock { $0.links += moved }
    }

    /// Forgets names that nobody linked in time, with their state.
    public func forgetOldNames(now: Timestamp) {
        let limit = now.advanced(
            by: TimeSpan(milliseconds: -configuration.unlinkedKept.milliseconds))
        let old = router.unlinked.entries.filter { $0.lastSeen < limit }
        guard !old.isEmpty else { return }
        router.unlinked.remove(old.map(\.name))
        let keys = old.map(\.key)
        let adoption = Adoption(registry: registry, links: [], forgotten: keys, states: [])
        sequencer.command { _ in .adopt(adoption) }
        pendingChanges.withLock { $0.forgotten += keys }
    }

    /// Lets the rules look at the time; to be called about once a second.
    /// - Parameter silentBefore: also count the vehicles that were heard since then.
    public func tick(silentBefore: Timestamp? = nil) {
        let now = clock.fleetNow()
        sequencer.command { _ in .tick(fleetNow: now, silentBefore: silentBefore) }
    }

    /// Stores everything that changed since the last time, and the position up to which it is
    /// true. On an error the same changes come again with the next call.
    @discardableResult
    public func saveState() throws -> JournalPosition {
        let shares = (0..<workers.count).map { _ in HandOver<SnapshotShare>() }
        let position = sequencer.command { position in
            .snapshot(SnapshotRequest(position: position, shares: shares))
        }
        var export = StateExport(position: position)
        export.counters = restoredCounters
        var quarantined: [Int] = []
        for share in shares {
            let part = share.take()
            quarantined.append(part.quarantined.count)
            export.counters += part.counters
            export.vehicles += part.vehicles
            export.days += part.days
            export.quarantined += part.quarantined
        }
        export.unlinked = router.unlinked.entries
        let changes = pendingChanges.withLock { $0 }
        export.links = changes.links
        export.forgotten = changes.forgotten
        // The firings of these rounds first: a snapshot must never be ahead of them, or a crash
        // would lose them for good.
        guard collector.wait(for: position) else { throw PipelineStopped() }
        try keeper.save(export)
        pendingChanges.withLock { pending in
            pending.links.removeFirst(changes.links.count)
            pending.forgotten.removeFirst(changes.forgotten.count)
        }
        let counts = quarantined
        sequencer.command { _ in .saved(quarantined: counts) }
        return position
    }

    /// Ends the workers after everything that came is applied and stored. The connections must
    /// be closed before.
    public func stop() {
        for mailbox in mailboxes { mailbox.close() }
        for worker in workers { worker.waitForEnd() }
        collector.stop()
    }

    /// The counters as of the last finished round of each worker.
    public var counters: PipelineCounters {
        var sum = restoredCounters
        for worker in workers { sum += worker.publishedCounters }
        return sum
    }

    /// Registered vehicles that were heard lately, as of the last count; see ``tick(silentBefore:)``.
    public var vehiclesHeard: Int { workers.reduce(0) { $0 + $1.heardCount } }
    public var unlinkedCount: Int { router.unlinked.count }
    /// Where the workers' queues end, and up to where firings are stored.
    public var positions: (queued: JournalPosition, stored: JournalPosition) {
        (sequencer.position, collector.storedPosition)
    }
}

/// The pipeline was stopped while something waited for it.
public struct PipelineStopped: Error, Sendable {}

/// What the state store kept of an earlier run.
public struct RestoredState: Sendable {
    public var position = JournalPosition.start
    public var counters = PipelineCounters()
    public var unlinked: [UnlinkedNames.Entry] = []
    public var vehicles: [RestoredVehicle] = []

    public init() {}
}

/// A vehicle's state read back.
public struct RestoredVehicle: Sendable {
    public var key: VehicleKey
    public var slot: VehicleSlot

    public init(key: VehicleKey, slot: VehicleSlot) {
        self.key = key
        self.slot = slot
    }
}
