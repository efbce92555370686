import ConfigurationFiles
import CustomerStore
import Foundation
import IngestJournal
import Logging
import StateStore
import TelemetryPipeline
import TriggerDelivery
import VehicleSignals

/// What has to be done now and then, on a thread of its own: timers of rules, snapshots, news of
/// the registry, leads whose right has ended, retention.
final class Housekeeper: @unchecked Sendable {
    /// How often timers and the registry are looked at.
    static let beatSeconds = 1.0
    /// Rights also end by the clock alone; everything is asked again this often.
    static let reconcileEverything = TimeSpan.minutes(10)
    static let retentionInterval = TimeSpan.minutes(5)
    /// A vehicle that was not heard for so long counts as silent.
    static let silentAfter = TimeSpan.days(14)
    /// Vehicles are counted once in so many beats.
    static let beatsPerCount = 5

    private let gateway: Gateway
    private let logger: Logger
    private let requests: OperatorRequests
    private let condition = NSCondition()
    private var isStopping = false
    private var wantsReload = false
    private var isDone = false

    // The thread's own.
    private var registryVersion: Int64
    private var lastSave: Timestamp
    /// Of somebody who wants to read what is held here; tried once out of turn.
    private var lastSaveRequest: Int64 = 0
    private var lastReconcile: Timestamp
    private var beats = 0
    private var lastRetention = Timestamp.distantPast

    init(gateway: Gateway, logger: Logger) {
        self.gateway = gateway
        self.logger = logger
        registryVersion = gateway.pipeline.registry.version
        requests = OperatorRequests(gateway: gateway, logger: logger)
        lastSave = gateway.clock.wallNow()
        lastReconcile = lastSave
    }

    func start() {
        let thread = Thread { [self] in run() }
        thread.name = "housekeeping"
        thread.start()
    }

    /// Has the mappings read anew with the next beat.
    func askReload() {
        condition.lock()
        wantsReload = true
        condition.unlock()
    }

    private func takeReloadWish() -> Bool {
        condition.lock()
        defer { condition.unlock() }
        defer { wantsReload = false }
        return wantsReload
    }

    /// Ends after a last snapshot.
    func stop() {
        condition.lock()
        isStopping = true
        condition.broadcast()
        while !isDone { condition.wait() }
        condition.unlock()
    }

    private func run() {
        while !waitForBeat() { beat() }
        save()
        condition.lock()
        isDone = true
        condition.broadcast()
        condition.unlock()
    }

    /// `true` when it is time to end.
    private func waitForBeat() -> Bool {
        condition.lock()
        defer { condition.unlock() }
        if !isStopping {
            _ = condition.wait(until: Date(timeIntervalSinceNow: Self.beatSeconds))
        }
        return isStopping
    }

    private func beat() {
        let now = gateway.clock.wallNow()
        beats += 1
        let silence = TimeSpan(milliseconds: -Self.silentAfter.milliseconds)
        gateway.pipeline.tick(
            silentBefore: beats % Self.beatsPerCount == 1 ? now.advanced(by: silence) : nil)
        attempt("link names by their vehicles' VINs") { try gateway.nameLinking.settle() }
        if gateway.settings.ingest.autoEnrol {
            attempt("enrol new vehicles") { try gateway.enrolUnlinked() }
        }
        if takeReloadWish() { reload() }
        attempt("look at the registry") { try followRegistry(now) }
        attempt("decode quarantined messages again") { try requests.retry() }
        attempt("erase a vehicle") { try requests.erase() }
        let flush = TimeSpan.seconds(Int64(gateway.settings.state.flushSeconds))
        if now.since(lastSave) >= flush || isSaveAsked() {
            save()
            lastSave = now
        }
        if now.since(lastReconcile) >= Self.reconcileEverything {
            lastReconcile = now
            attempt("ask for every right again") { try reconcile(now, everything: true) }
        }
        if now.since(lastRetention) >= Self.retentionInterval {
            lastRetention = now
            attempt("remove what is too old") { try retain(now) }
        }
    }

    private func reload() {
        switch MappingReload(gateway: gateway, logger: logger).run() {
        case .taken:
            gateway.reloads.count(taken: 1)
            // Stored in this beat, so that a start after a crash reads nothing by the new mappings
            // that was applied by the older ones.
            lastSave = .distantPast
        case .refused: gateway.reloads.count(refused: 1)
        case .waits: askReload()
        }
    }

    private func followRegistry(_ now: Timestamp) throws {
        let version = try gateway.customers.registryVersion()
        guard version != registryVersion else {
            // Whatever else touched a right, a dealer's report or another program, left its mark.
            if try gateway.customers.hasMarks() { try reconcile(now, everything: false) }
            return
        }
        let snapshot = try gateway.customers.registrySnapshot()
        gateway.pipeline.adopt(gateway.loader(gateway.pipeline.sources).registry(of: snapshot))
        registryVersion = snapshot.version
        logger.info(
            "the registry has changed",
            metadata: [
                "version": "\(snapshot.version)", "vehicles": "\(snapshot.vehicles.count)",
                "names": "\(snapshot.names.count)",
            ])
        try reconcile(now, everything: false)
    }

    private func reconcile(_ now: Timestamp, everything: Bool) throws {
        let outcome = try gateway.customers.reconcile(now: now, everything: everything)
        if outcome.eventsQueued > 0 { gateway.delivery.poke() }
        let changed = outcome.leadsOpened + outcome.leadsWithdrawn + outcome.leadsReassigned
        if changed > 0 {
            logger.info(
                "leads follow the rights",
                metadata: [
                    "opened": "\(outcome.leadsOpened)", "withdrawn": "\(outcome.leadsWithdrawn)",
                    "reassigned": "\(outcome.leadsReassigned)",
                ])
        }
    }

    private func retain(_ now: Timestamp) throws {
        let settings = gateway.settings
        gateway.pipeline.forgetOldNames(now: now)
        // Names of sources that are not configured any more grow old in the store alone.
        let unlinkedDays = Int64(settings.ingest.unlinkedDays) + 1
        _ = try gateway.state.removeUnlinked(
            lastSeenBefore: now.advanced(by: .days(-unlinkedDays)))
        try gateway.customers.removeReportedNames(before: now.advanced(by: .days(-unlinkedDays)))
        let kept = TimeSpan.hours(Int64(settings.journal.retentionHours))
        let cutoff = now.advanced(by: TimeSpan(milliseconds: -kept.milliseconds))
        let safe = gateway.savedPosition
        let removed = try gateway.journal.remove(arrivedBefore: cutoff, through: safe)
        if removed > 0 { logger.info("batches removed", metadata: ["count": "\(removed)"]) }
        let today = Day(utc: gateway.clock.fleetNow())
        let years = Int32(settings.state.vehicleDaysYears)
        _ = try gateway.state.removeDays(
            before: Day(daysSinceEpoch: today.daysSinceEpoch - years * 366))
        try retainRecords(now)
    }

    /// Quarantine, outbox and idempotency keys.
    private func retainRecords(_ now: Timestamp) throws {
        func daysAgo(_ days: Int) -> Timestamp { now.advanced(by: .days(Int64(-days))) }
        let settings = gateway.settings
        if settings.state.quarantineDays > 0 {
            let removed = try gateway.state.removeQuarantined(
                arrivedBefore: daysAgo(settings.state.quarantineDays))
            if removed > 0 {
                logger.notice(
                    "quarantined messages were too old", metadata: ["removed": "\(removed)"])
            }
        }
        let old = try gateway.customers.removeOld(
            eventsBefore: daysAgo(settings.delivery.eventsDays),
            keysBefore: daysAgo(settings.api.idempotencyDays))
        if old.events + old.keys > 0 {
            logger.info(
                "old rows removed",
                metadata: ["events": "\(old.events)", "idempotency_keys": "\(old.keys)"])
        }
    }

    /// Whether somebody has asked for a save since this was asked last. A save that fails is tried
    /// again in its usual turn, not with every beat.
    private func isSaveAsked() -> Bool {
        var isAsked = false
        attempt("look for what is to be stored at once") {
            guard let request = try gateway.state.requestedSave(), request > lastSaveRequest
            else { return }
            lastSaveRequest = request
            isAsked = true
        }
        return isAsked
    }

    private func save() {
        attempt("store a snapshot") { try gateway.saveState() }
    }

    private func attempt(_ what: String, _ work: () throws -> Void) {
        do {
            try work()
            gateway.troubles.clear(what)
        } catch {
            gateway.troubles.note(what, "\(error)")
            logger.error("cannot \(what); it is tried again", metadata: ["error": "\(error)"])
        }
    }
}
