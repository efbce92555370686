import PayloadDecoding
import TriggerRules
import VehicleSignals

/// A durable round on its way to the workers.
struct Round: Sendable {
    var position: JournalPosition
    var batch: MessageBatch
    /// One entry a message of the batch.
    var routed: [RoutedMessage]
    /// ``UnlinkedNames/forgettings`` before the first of them was routed.
    var forgettings: UInt64
    /// By which it was routed: routes mean nothing to any other set.
    var sources: CompiledSources
}

/// What stands in a worker's mailbox.
enum WorkItem: Sendable {
    case round(Round)
    /// Look at timers: nothing came, but time has passed. With a time in `silentBefore`, count
    /// the vehicles that were heard since.
    case tick(fleetNow: Timestamp, silentBefore: Timestamp?)
    /// Hand over what changed since the last snapshot.
    case snapshot(SnapshotRequest)
    /// The last snapshot is stored; for each worker, how many quarantined messages it held.
    case saved(quarantined: [Int])
    /// A new registry, the names that are linked by it, and perhaps another set of sources.
    case adopt(Adoption)
    /// The journal is replayed: rules that only watched may speak now. Each worker answers.
    case caughtUp([HandOver<Bool>])
}

/// A snapshot in the making: each worker puts its share in, the coordinator takes all.
struct SnapshotRequest: Sendable {
    var shares: [HandOver<SnapshotShare>]
    /// Gets whether everything that was said before the snapshot is stored.
    var firingsStored: HandOver<Bool>
}

/// One worker's share of a snapshot.
struct SnapshotShare: Sendable {
    var vehicles = PackedStates()
    var days: [VehicleDayChange] = []
    var quarantined: [QuarantinedMessage] = []
    var sessions: [SessionExport] = []
    var counters = PipelineCounters()
}

/// A change of the registry, at the same place between rounds for every worker.
struct Adoption: Sendable {
    var registry: VehicleRegistry
    /// `nil`: the sources stay.
    var sources: CompiledSources?
    var links: [VehicleLink] = []
    var forgotten: [VehicleKey] = []
    /// For each link, the state that moves; `nil` where none was kept.
    var states: [HandOver<VehicleSlot?>] = []
    /// What stateful formats remember of senders on these topics is forgotten too.
    var forgetsSender: (@Sendable (_ topic: [UInt8]) -> Bool)?
    /// Gets whether everything that was said before is stored.
    var firingsStored: HandOver<Bool>?

    init(registry: VehicleRegistry) { self.registry = registry }

    /// Has state follow a link, or be forgotten where the vehicle's holder lets nothing in.
    mutating func move(_ link: VehicleLink) {
        if registry.gate(of: link.to) == .off {
            forgotten.append(link.from)
        } else {
            links.append(link)
            states.append(HandOver())
        }
    }
}

/// What a worker says after each item of its mailbox, in their order.
struct RoundReport: Sendable {
    /// The item's place among all; the same at every worker.
    var item: Int64
    /// `nil`: raised by time or by a link, not by a round.
    var position: JournalPosition?
    var firings: [Firing] = []
    /// To be answered once everything that was said before is stored.
    var barrier: HandOver<Bool>?
}
