import ConfigurationFiles
import Foundation
import PayloadDecoding
import Synchronization
import TelemetryPipeline
import TriggerRules
import VehicleSignals
import VehicleState

/// Numbers that look random and are the same in every run (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// The configuration as it ships.
enum Shipped {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    static func catalogue() throws -> SignalCatalogue {
        try SignalFile.load(text: text("config/signals.yaml"), file: "config/signals.yaml")
    }

    static func sources() throws -> CompiledSources {
        let catalogue = try catalogue()
        let definitions = try ["native", "tesla"].map { name in
            let path = "config/sources/\(name).yaml"
            return try SourceFile.load(text: text(path), file: path, catalogue: catalogue)
        }
        return try CompiledSources(definitions: definitions, catalogue: catalogue)
    }
}

/// A message as a connection would hand it over.
struct Message: Sendable {
    var topic: [UInt8]
    var payload: [UInt8]
    var flags = MessageFlags(qualityOfService: 1, isRetained: false, isDuplicate: false)

    init(_ topic: String, _ payload: [UInt8]) {
        self.topic = Array(topic.utf8)
        self.payload = payload
    }

    init(_ topic: String, _ payload: String) { self.init(topic, Array(payload.utf8)) }

    /// A car's report of six signals.
    init(
        car: Int, at time: Timestamp, km: Double, serviceKm: Double = 12_000, volts: Double = 12.7
    ) {
        self.init(
            "vss/CAR\(car)/telemetry",
            #"{"ts":\#(time.milliseconds),"signals":{"Vehicle.TraveledDistance":"#
                + #"\#(Int(km * 1000)),"Vehicle.Speed":48.5,"#
                + #""Vehicle.Service.DistanceToService":\#(serviceKm),"#
                + #""Vehicle.Service.TimeToService":20000000,"#
                + #""Vehicle.LowVoltageBattery.CurrentVoltage":\#(volts),"#
                + #""Vehicle.Exterior.AirTemperature":11.25}}"#)
    }

    var retained: Message {
        var copy = self
        copy.flags = MessageFlags(qualityOfService: 1, isRetained: true, isDuplicate: false)
        return copy
    }
}

/// 1 June 2026, noon UTC, and so many hours after it.
func hour(_ hours: Double) -> Timestamp {
    Timestamp(seconds: 1_780_315_200 + Int64((hours * 3600).rounded()))
}

/// A gateway's stores and settings, which outlive its pipelines.
final class Site: Sendable {
    let sources: CompiledSources
    let roles: SignalRoles
    let journal: any BatchJournal
    let ledger = MemoryLedger()
    let keeper = MemoryKeeper()
    let troubles = Mutex<[String]>([])
    private let wall = Mutex(hour(0))

    init(journal: any BatchJournal, sources: CompiledSources? = nil) throws {
        self.sources = try sources ?? Shipped.sources()
        roles = SignalRoles(catalogue: self.sources.catalogue)
        self.journal = journal
    }

    convenience init(sources: CompiledSources? = nil) throws {
        try self.init(journal: DiskJournal(), sources: sources)
    }

    func set(_ time: Timestamp) { wall.withLock { $0 = time } }

    /// Cars 1…count with their names in the native source; `gates` for those that are not open.
    func registry(_ count: Int, gates: [Int: TelemetryGate] = [:]) -> VehicleRegistry {
        let cars = count > 0 ? Array(1...count) : []
        return VehicleRegistry(
            vehicles: cars.map {
                RegisteredVehicle(
                    key: VehicleKey(UInt32($0)), gate: gates[$0] ?? .all, zone: 0,
                    facts: VehicleFacts())
            },
            names: cars.map {
                RegisteredName(
                    source: SourceID(0), externalID: Array("CAR\($0)".utf8),
                    vehicle: VehicleKey(UInt32($0)))
            }, zones: [.utc])
    }

    /// A pipeline over what the stores hold, with its own way to the ledger; not started.
    func open(
        _ registry: VehicleRegistry, workers: Int = 1, clock mode: GatewayClock.Mode = .wall,
        adjust: (inout PipelineConfiguration) -> Void = { _ in },
        onRebirth: @escaping @Sendable (RebirthRequest) -> Bool = { _ in false },
        onReports: @escaping @Sendable ([ReportedVIN], CompiledSources) throws -> Void = { _, _ in }
    ) throws -> Running {
        var configuration = PipelineConfiguration(roles: roles, rules: RuleSet())
        configuration.workers = workers
        adjust(&configuration)
        let front = LedgerFront(ledger)
        let pipeline = TelemetryPipeline(
            configuration, sources: sources, registry: registry,
            clock: GatewayClock(mode: mode, wall: { [self] in wall.withLock { $0 } }),
            journal: journal, ledger: front, keeper: keeper, restored: try keeper.restore(),
            firingsStored: ledger.now.position,
            onTrouble: { [self] trouble in troubles.withLock { $0.append(trouble) } },
            onFirings: { _ in }, onRebirth: onRebirth, onReports: onReports)
        return Running(pipeline: pipeline, front: front)
    }

    /// The same, started.
    func start(
        _ registry: VehicleRegistry, workers: Int = 1, clock mode: GatewayClock.Mode = .wall,
        adjust: (inout PipelineConfiguration) -> Void = { _ in },
        onRebirth: @escaping @Sendable (RebirthRequest) -> Bool = { _ in false },
        onReports: @escaping @Sendable ([ReportedVIN], CompiledSources) throws -> Void = { _, _ in }
    ) throws -> Running {
        let running = try open(
            registry, workers: workers, clock: mode, adjust: adjust, onRebirth: onRebirth,
            onReports: onReports)
        try running.pipeline.start { _, _ in }
        return running
    }
}

/// A pipeline and its way to the ledger.
struct Running {
    let pipeline: TelemetryPipeline
    let front: LedgerFront

    /// Sends messages in rounds of so many through one connection.
    func send(_ messages: [Message], round: Int = 100) throws {
        let lane = pipeline.makeLane()
        try send(messages, round: round, through: lane)
    }

    func send(_ messages: [Message], round: Int, through lane: IngestLane) throws {
        var inRound = 0
        for message in messages {
            receive(message, lane)
            inRound += 1
            if inRound == round || lane.isFull {
                try lane.commit()
                inRound = 0
            }
        }
        try lane.commit()
    }

    func receive(_ message: Message, _ lane: IngestLane) {
        unsafe lane.receive(
            topic: message.topic.span.bytes, payload: message.payload.span.bytes,
            flags: message.flags)
    }

    /// Ends as a gateway ends: a last snapshot, then nothing more.
    func end() throws {
        try pipeline.saveState()
        pipeline.stop()
    }

    /// Ends as a process dies: nothing more reaches any store but the journal.
    func crash() {
        front.cut()
        pipeline.stop()
    }
}
