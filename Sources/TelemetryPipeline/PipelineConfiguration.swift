import PayloadDecoding
public import TriggerRules
public import VehicleSignals
public import VehicleState

/// What a site and its catalogue decide about the pipeline.
public struct PipelineConfiguration: Sendable {
    /// Threads that apply rounds; each owns a share of the vehicles.
    public var workers = 1
    public var state = StateConfiguration()
    public var roles: SignalRoles
    public var rules: RuleSet
    /// A batch is closed when it holds this many bytes; a single larger message makes a batch of
    /// its own.
    public var batchBytesMax = 8 << 20
    /// Memory set aside for a round before it begins: at 350 bytes a message a round of 5 ms at
    /// 60,000 messages/s is 105 KB.
    public var roundBytesReserved = 256 << 10
    public var roundMessagesReserved = 1024
    /// Rounds, and bytes of them, that may wait for a worker before the connections stop reading.
    public var queuedRoundsMax = 256
    public var queuedBytesMax = 64 << 20
    /// Readings of one message; more is an error of that message.
    public var readingsMax = DecodingLimits.readingsMax
    /// Bytes of text in the readings of one message.
    public var textBytesMax = DecodingLimits.textBytesMax
    /// Names that lead to no vehicle: how many are kept apart, and how long.
    public var unlinkedNamesMax = 100_000
    public var unlinkedKept = TimeSpan.days(30)
    /// Quarantined messages, and bytes of them, that wait for the next snapshot; beyond it they
    /// are only counted, since the journal still holds them.
    public var quarantinePendingMax = 10_000
    public var quarantinePendingBytesMax = 64 << 20
    /// Bytes of journal read at a time while catching up.
    public var replayBytes = 8 << 20
    /// How long a snapshot, a tick or a new registry waits for workers or a ledger that are held
    /// up, before it is left for the next time. The queues above hold about a second of work.
    public var heldUpWait = TimeSpan.seconds(10)

    public init(roles: SignalRoles, rules: RuleSet) {
        self.roles = roles
        self.rules = rules
    }
}
