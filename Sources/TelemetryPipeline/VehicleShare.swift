import PayloadDecoding
import TriggerRules
import VehicleSignals
import VehicleState

/// What one worker owns: its share of the vehicles, and everything that it reuses from message
/// to message. A value, changed in place by one thread.
struct VehicleShare {
    /// Replaced whole where the sources change.
    private(set) var fixed: Fixed

    var registry: VehicleRegistry
    var vehicles = VehicleTable()
    var workspace: DecodingWorkspace
    var readings: [Reading] = []
    var texts: [UInt8] = []
    /// Of the gated message that came last; kept for its memory.
    var note = SequenceNote()
    /// What was noted last of vehicles that tell a VIN.
    var toldVINs = ToldVINs()
    /// Where rules put their firings; emptied after each item.
    var desk = FiringDesk()
    var counters = PipelineCounters()
    /// Of the workspace's evictions those that `counters` hold.
    var countedEvictions: UInt64 = 0
    var quarantine: [QuarantinedMessage] = []
    var quarantineBytes = 0
    /// Sum of what was looked at ahead; means nothing.
    var warmth: UInt64 = 0
    /// The snapshot that is being written down.
    var snapshot: SnapshotInTheMaking?
    /// What the last snapshot held, until it is stored.
    var unsavedDays: [VehicleDayChange] = []
    var unsavedKeys: [VehicleKey] = []
    var unsavedSessions: [SessionExport] = []
    /// Newest arrival so far: a message that is taken again is old, the rules' clock is not.
    var newestArrival = Timestamp.distantPast
    /// Whether rules only watch, because the customer store already has these firings.
    var isWatching = false
    /// Whether the journal is being replayed: until then nobody speaks about a vehicle by itself.
    var isReplaying = true

    init(
        index: Int, configuration: PipelineConfiguration, router: MessageRouter,
        registry: VehicleRegistry, clock: GatewayClock, rebirths: RebirthDesk,
        reports: ReportedVINs
    ) {
        fixed = Fixed(
            index: index, configuration: configuration, router: router, clock: clock,
            rebirths: rebirths, reports: reports)
        self.registry = registry
        workspace = router.sources.makeWorkspace()
        readings.reserveCapacity(configuration.readingsMax)
        texts.reserveCapacity(configuration.textBytesMax)
    }

    /// A share of nothing, to stand where this one stood while its thread has it.
    func emptied() -> VehicleShare {
        VehicleShare(
            index: fixed.index, configuration: fixed.configuration, router: fixed.router,
            registry: registry, clock: fixed.clock, rebirths: fixed.rebirths,
            reports: fixed.reports)
    }

    /// What does not change from message to message. An object of constants: large tables are lent
    /// from it by address, where a value inside a value that changes would be copied, table by
    /// table, for each call.
    final class Fixed: Sendable {
        let index: Int
        let configuration: PipelineConfiguration
        let router: MessageRouter
        let clock: GatewayClock
        let rebirths: RebirthDesk
        let reports: ReportedVINs

        init(
            index: Int, configuration: PipelineConfiguration, router: MessageRouter,
            clock: GatewayClock, rebirths: RebirthDesk, reports: ReportedVINs
        ) {
            self.index = index
            self.configuration = configuration
            self.router = router
            self.clock = clock
            self.rebirths = rebirths
            self.reports = reports
        }
    }

    /// - Parameter lookingAgain: facts or rules may have changed since the vehicle was stored.
    mutating func restore(_ vehicle: RestoredVehicle, lookingAgain: Bool) {
        var slot = vehicle.slot
        if lookingAgain { slot.noteFactsChanged() }
        vehicles.insert(vehicle.key, slot)
        if slot.awaitsEvaluation, let place = vehicles.place(of: vehicle.key) {
            vehicles.wake(place)
        }
        fixed.clock.observe(vehicle.slot.record.newestEventTime)
    }

    mutating func restore(_ sessions: [SessionExport]) {
        fixed.router.sources.restore(sessions, into: &workspace)
    }

    /// What the rules said since the last call.
    mutating func takeFirings() -> [Firing] {
        guard !desk.firings.isEmpty else { return [] }
        counters.firings += UInt64(desk.firings.count)
        let firings = desk.firings
        desk.firings = []
        return firings
    }

    /// Lets the rules speak about the vehicle at `place`.
    mutating func evaluate(_ place: Int, now: Timestamp) {
        evaluate(vehicles.keys[place], at: place, now: now)
    }

    mutating func evaluate(_ key: VehicleKey, at place: Int, now: Timestamp) {
        guard !key.isUnlinked, let registered = registry[key] else { return }
        writeDown(place)
        vehicles.slots[place].evaluate(
            vehicle: key, facts: registered.facts, rules: fixed.configuration.rules,
            zone: registry.zone(registered.zone), now: now,
            configuration: fixed.configuration.state,
            desk: &desk)
        vehicles.noteChange(place)
    }

    /// Lets the rules look at every vehicle whose time has come.
    mutating func evaluateDue(at now: Timestamp) {
        for place in 0..<vehicles.count where vehicles.isDue(place, at: now) {
            if registry[vehicles.keys[place]] == nil {
                // Nobody's vehicle any more: it wakes when the registry has it again.
                vehicles.rest(place)
            } else {
                evaluate(place, now: now)
            }
        }
    }

    /// The journal is replayed: the rules look at what they only watched.
    mutating func catchUp() {
        isWatching = false
        isReplaying = false
        let now = fixed.clock.fleetNow()
        for place in vehicles.takeWatched() { evaluate(place, now: now) }
    }

    // MARK: Registry

    /// Takes a new registry, and moves the state of names that it links; and another set of
    /// sources, where one came with it. The workspace stays, with the sessions of senders: their
    /// numbers of sources hold, and what belongs to one set alone it forgets by itself.
    mutating func adopt(_ adoption: Adoption) {
        finishSnapshot()
        if let sources = adoption.sources {
            fixed = Fixed(
                index: fixed.index, configuration: fixed.configuration,
                router: MessageRouter(sources: sources, unlinked: fixed.router.unlinked),
                clock: fixed.clock, rebirths: fixed.rebirths, reports: fixed.reports)
        }
        // First everybody lets go, then everybody takes: nobody waits for somebody who waits.
        for (link, state) in zip(adoption.links, adoption.states) where isMine(link.from) {
            state.put(vehicles.remove(link.from))
        }
        for key in adoption.forgotten where isMine(key) { _ = vehicles.remove(key) }
        if let isMeant = adoption.forgetsSender {
            // Whoever owns the vehicle: of shared senders everybody remembers what he heard.
            fixed.router.sources.forgetSessions(in: &workspace, where: isMeant)
            unsavedSessions.removeAll { isMeant($0.topic) }
        }
        let before = registry
        registry = adoption.registry
        let now = fixed.clock.fleetNow()
        for (link, state) in zip(adoption.links, adoption.states) where isMine(link.to) {
            guard var moved = state.take() else { continue }
            if registry.gate(of: link.to) == .serviceOnly {
                // What the holder does not let in is not let in by this way either.
                let sources = fixed.router.sources
                moved.removeValues { !sources.isForService($0) }
            }
            let place = vehicles.placeOrInsert(link.to)
            vehicles.slots[place].merge(moved, rules: fixed.configuration.rules)
            vehicles.noteChange(place)
            if isReplaying { vehicles.markWatched(place) } else { evaluate(place, now: now) }
        }
        if before !== registry { noteChangedFacts(before: before) }
        forgetGatedSenders()
    }

    /// Of a sender whose holder lets nothing in, births are not heard: what is remembered of the
    /// last one may not hold any more when the gate is opened again.
    private mutating func forgetGatedSenders() {
        guard registry.hasClosedGates else { return }
        let (router, registry) = (fixed.router, registry)
        let isGated = { (topic: [UInt8]) in
            registry.gate(of: router.vehicle(ofSenderOn: topic, registry: registry)) == .off
        }
        router.sources.forgetSessions(in: &workspace, where: isGated)
        unsavedSessions.removeAll { isGated($0.topic) }
    }

    /// Vehicles whose plan, battery or class changed are looked at with the next tick.
    private mutating func noteChangedFacts(before: VehicleRegistry) {
        for place in 0..<vehicles.count {
            let key = vehicles.keys[place]
            guard !key.isUnlinked, before[key]?.facts != registry[key]?.facts else { continue }
            vehicles.slots[place].noteFactsChanged()
            vehicles.noteChange(place)
            vehicles.wake(place)
        }
    }

    func isMine(_ key: VehicleKey) -> Bool {
        fixed.configuration.workers == 1
            || TelemetryPipeline.share(of: key, workers: fixed.configuration.workers) == fixed.index
    }
}
