// What the pipeline needs of the outside; floor 5 hands it rooms that fulfil these.

public import PayloadDecoding
public import TriggerRules
public import VehicleSignals

/// The durable log in front of everything.
public protocol BatchJournal: Sendable {
    /// Makes a sealed batch durable and says where it lies. Blocks until then. Positions ascend
    /// by one with each batch, over restarts too.
    func append(_ batch: MessageBatch) throws -> JournalPosition
    /// Batches behind `position`, in order, about `byteCount` bytes at a time; empty at the end.
    func read(after position: JournalPosition, byteCount: Int) throws -> [(
        position: JournalPosition, batch: MessageBatch
    )]
    /// The newest position; `.start` in an empty journal.
    func newestPosition() throws -> JournalPosition
}

/// Where firings become triggers and leads.
public protocol FiringLedger: Sendable {
    /// Stores the firings of the batches up to `position` and the position, in one transaction.
    /// Firings at or before a position that is stored already change nothing. Without a position
    /// (timers, links) each firing must be harmless when it comes again.
    func store(_ firings: [Firing], through position: JournalPosition?) throws
}

/// Where snapshots are kept.
public protocol StateKeeper: Sendable {
    /// Stores one export in one transaction; storing it again changes nothing.
    func save(_ export: StateExport) throws
}

/// A message that could not be decoded or believed, with everything needed to look at it and to
/// decode it again.
public struct QuarantinedMessage: Sendable {
    public var position: JournalPosition
    public var index: Int
    /// `nil`: no source takes this topic.
    public var source: SourceID?
    /// Of the mapping that could not read it; empty without a source.
    public var mappingVersion: String
    /// A stable word: `no_source`, `payload_too_large`, or the decoder's own.
    public var reason: String
    /// Where in the payload, in bytes; `nil` where no place is to blame.
    public var byteOffset: Int?
    public var sentence: String
    public var arrival: Timestamp
    public var flags: MessageFlags
    public var topic: [UInt8]
    public var payload: [UInt8]

    public init(
        position: JournalPosition, index: Int, source: SourceID?, mappingVersion: String,
        reason: String, byteOffset: Int?, sentence: String, arrival: Timestamp, flags: MessageFlags,
        topic: [UInt8], payload: [UInt8]
    ) {
        self.position = position
        self.index = index
        self.source = source
        self.mappingVersion = mappingVersion
        self.reason = reason
        self.byteOffset = byteOffset
        self.sentence = sentence
        self.arrival = arrival
        self.flags = flags
        self.topic = topic
        self.payload = payload
    }
}

/// Everything that changed since the last export, and the position up to which it is true.
public struct StateExport: Sendable {
    public var position: JournalPosition
    /// In force at that position: says what the numbers of sources and signals mean.
    public var sources: CompiledSources
    public var counters = PipelineCounters()
    /// What was known beside signals when the rules last spoke.
    public var basis: DecisionBasis
    public var vehicles = PackedStates()
    public var days: [VehicleDayChange] = []
    /// Names that were linked since: the state of `from` now lives in `to`.
    public var links: [VehicleLink] = []
    /// Unlinked names that passed their limit; their state is to be deleted.
    public var forgotten: [VehicleKey] = []
    /// Names that are new, or were heard long after they were last stored.
    public var unlinked: [UnlinkedNames.Entry] = []
    public var quarantined: [QuarantinedMessage] = []
    /// What stateful formats remember of their senders, in the order in which it is to be stored;
    /// empty bytes: nothing any more.
    public var sessions: [SessionExport] = []

    public init(position: JournalPosition, basis: DecisionBasis, sources: CompiledSources) {
        self.position = position
        self.sources = sources
        self.basis = basis
    }
}

/// One vehicle's day as it stands now; replaces what is stored of it.
public struct VehicleDayChange: Sendable, Equatable {
    public var vehicle: VehicleKey
    public var day: Day
    public var metres: Int64
    public var wasDriven: Bool
    public var firstOdometerMetres: Int64
    public var lastOdometerMetres: Int64

    public init(
        vehicle: VehicleKey, day: Day, metres: Int64, wasDriven: Bool,
        firstOdometerMetres: Int64, lastOdometerMetres: Int64
    ) {
        self.vehicle = vehicle
        self.day = day
        self.metres = metres
        self.wasDriven = wasDriven
        self.firstOdometerMetres = firstOdometerMetres
        self.lastOdometerMetres = lastOdometerMetres
    }
}

/// A name that stood apart belongs to a vehicle now.
public struct VehicleLink: Sendable, Equatable {
    public var from: VehicleKey
    public var to: VehicleKey

    public init(from: VehicleKey, to: VehicleKey) {
        self.from = from
        self.to = to
    }
}
