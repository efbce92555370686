import ConfigurationFiles
import CustomerStore
import Customers
import IngestJournal
import Logging
import MQTTLink
import PayloadDecoding
import StateStore
import Synchronization
import TelemetryPipeline
import TriggerDelivery
import VehicleSignals
import VehicleState

/// Everything put together: the rooms, opened in order, and the threads between them.
final class Gateway: Sendable {
    let settings: GatewayConfiguration
    let loaded: LoadedConfiguration
    let clock: GatewayClock
    let journal: SQLiteIngestJournal
    let state: SQLiteStateStore
    let customers: CustomerStore
    let pipeline: TelemetryPipeline
    let delivery: DeliveryRunner
    let threads = StoreThreads()
    let troubles = Troubles()
    let usageErasures = UsageErasures()
    let reloads = OutcomeTally()
    let nameLinking: NameLinking
    let mappings: MappingHistory
    let startedAt: Timestamp
    let links: [MQTTConnection]
    let commands: VehicleCommands
    /// Of the registry that the pipeline began with.
    private let saved: Mutex<JournalPosition>

    /// Opens every store, loads the registry and the last snapshots. Nothing moves yet.
    init(_ loaded: LoadedConfiguration, logger: Logger) throws {
        self.loaded = loaded
        settings = loaded.gateway
        mappings = MappingHistory(loaded.sources)
        startedAt = systemNow()
        clock = GatewayClock(
            mode: GatewayClock.Mode(rawValue: settings.clock) ?? .wall, wall: { systemNow() })
        try makeDataFolder(settings)
        let folder = settings.dataFolder
        journal = try SQLiteIngestJournal(path: folder + "/journal.db")
        var limits = StateStoreLimits()
        limits.quarantineCountMax = settings.state.quarantineMessagesMax
        state = try SQLiteStateStore(path: folder + "/state.db", limits: limits)
        customers = try CustomerStore(path: folder + "/customers.db")

        let keeper = StateKeeperAdapter(store: state, sources: loaded.sources)
        var restored = try keeper.restore()
        let firingsStored = try customers.position()
        try journal.continueNumbering(after: max(restored.position, firingsStored))
        // A state store that was replaced by an older copy cannot have back what retention took,
        // and a journal that was begun anew has nothing of what others remember.
        restored.position = max(restored.position, journal.removedThrough)
        saved = Mutex(restored.position)

        let runner = DeliveryRunner(
            outbox: OutboxAdapter(
                store: customers, threads: threads,
                events: LeadEventBuilder(
                    source: settings.delivery.eventSource,
                    typePrefix: settings.delivery.eventTypePrefix),
                now: { systemNow() }),
            configuration: try settings.delivery.runner(), logger: logger,
            now: { systemNow() })
        delivery = runner
        let troubles = troubles
        let commands = VehicleCommands(broker: settings.broker, logger: logger)
        self.commands = commands
        let nameLinking = NameLinking(customers: customers, logger: logger)
        self.nameLinking = nameLinking
        let registry = try customers.registrySnapshot()
        pipeline = TelemetryPipeline(
            Self.pipelineConfiguration(loaded), sources: loaded.sources,
            registry: Self.loader(loaded, loaded.sources).registry(of: registry), clock: clock,
            journal: JournalAdapter(journal: journal, logger: logger),
            ledger: FiringLedgerAdapter(store: customers, now: { systemNow() }),
            keeper: keeper, restored: restored, firingsStored: firingsStored,
            onTrouble: { troubles.note("store firings", $0) },
            onFirings: { _ in
                troubles.clear("store firings")
                runner.poke()
            },
            onRebirth: { commands.ask($0) },
            onReports: { try nameLinking.note($0, $1) })
        let pipeline = pipeline
        let news = LinkNews(logger: logger)
        links = try (1...settings.broker.connections).map { number in
            try MQTTConnection(
                loaded.gateway.broker.connection(
                    number: number, filters: loaded.sources.subscriptions),
                consumer: LinkConsumer(lane: pipeline.makeLane()), clock: { systemNow() },
                onStateChange: { news.tell($0, of: number) })
        }
    }

    private static func pipelineConfiguration(
        _ loaded: LoadedConfiguration
    ) -> PipelineConfiguration {
        let settings = loaded.gateway
        // Positions and other drive data are decoded for those who ask, never kept as state.
        let roles = SignalRoles(catalogue: loaded.catalogue) {
            $0.dataClass != "D4" && $0.dataClass != "D5"
        }
        var configuration = PipelineConfiguration(roles: roles, rules: loaded.rules)
        configuration.workers = settings.ingest.workers
        configuration.state.lateness = .days(Int64(settings.state.latenessDays))
        configuration.unlinkedNamesMax = settings.ingest.unlinkedNamesMax
        configuration.unlinkedKept = .days(Int64(settings.ingest.unlinkedDays))
        return configuration
    }

    private static func loader(
        _ loaded: LoadedConfiguration, _ sources: CompiledSources
    ) -> RegistryLoader {
        RegistryLoader(
            sources: sources, rules: loaded.rules, fallbackZone: loaded.gateway.timeZone)
    }

    /// Makes registries whose names are those of `sources`.
    func loader(_ sources: CompiledSources) -> RegistryLoader { Self.loader(loaded, sources) }

    /// How every connection would be made for the topics of `sources`, unless the settings say
    /// which topics; throws for what no broker takes.
    func connections(for sources: CompiledSources) throws -> [MQTTConnectionConfiguration] {
        try (1...settings.broker.connections).map { number in
            let configuration = try settings.broker.connection(
                number: number, filters: sources.subscriptions)
            try configuration.validate()
            return configuration
        }
    }

    /// Stores a snapshot of everything that changed, and tells those who asked for one before. Who
    /// cannot be told is told with the next one: the snapshot is what counts.
    func saveState() throws {
        let request = (try? state.requestedSave()) ?? nil
        let position = try pipeline.saveState()
        saved.withLock { $0 = position }
        if let request { try? state.noteSave(request) }
    }

    /// Gives every name that nobody linked a vehicle of its own; the registry follows.
    func enrolUnlinked() throws {
        let sources = pipeline.sources
        let names = pipeline.unlinkedNames.compactMap { name -> Customers.VehicleName? in
            guard sources.mayEnrol(name.source),
                let text = String(validating: name.externalID, as: UTF8.self)
            else { return nil }
            return Customers.VehicleName(
                source: sources.name(of: name.source), externalID: text)
        }
        if !names.isEmpty { _ = try customers.enrol(names) }
    }

    /// Position of the last snapshot; what lies before it is needed by nobody.
    var savedPosition: JournalPosition { saved.withLock { $0 } }

    /// Why the gateway cannot do its work now, in words; empty if it can.
    var notReady: [String] {
        var reasons = troubles.sentences
        for (index, link) in links.enumerated() {
            let status = link.status
            reasons += status.refusedSubscriptions.map {
                "connection \(index + 1) may not listen to \($0.filter): \($0.refusal.sentence)"
            }
            switch status.state {
            case .connected: continue
            case .held(let reason): reasons.append("connection \(index + 1) is held: \(reason)")
            default:
                let why = status.lastRefusal.map { ": \($0.sentence)" } ?? ""
                reasons.append("connection \(index + 1) is \(status.state.word)\(why)")
            }
        }
        return reasons
    }
}

extension GatewayConfiguration.Delivery {
    /// The runner's settings; a target that cannot be read is a mistake of the configuration.
    func runner() throws -> DeliveryConfiguration {
        let allowed = try allowedPrivateTargets.map { text in
            guard let target = AllowedTarget(text) else {
                throw ConfigurationMistakes([
                    ConfigurationMistake(
                        file: "delivery.allowed_private_targets", line: 0, column: 0,
                        message: "\"\(text)\" is no target",
                        remedy: "write host:port, an address or a range such as 10.1.0.0/16")
                ])
            }
            return target
        }
        var schedule = RetrySchedule.standard
        schedule.timeScale = 1 / retryScale
        return DeliveryConfiguration(
            timeout: .seconds(Int64(timeoutSeconds)), schedule: schedule,
            targets: TargetPolicy(allowed: allowed),
            trustRootsFile: tlsAuthorityFile.isEmpty ? nil : tlsAuthorityFile)
    }
}
