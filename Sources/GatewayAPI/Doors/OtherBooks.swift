public import Customers
public import UsageAggregates
public import VehicleSignals

/// Where usage comes from, already limited to vehicles whose holder's permission covers P8.
public protocol UsageBook: Sendable {
    /// The months of which anything is known; `nil` if none.
    func months() async throws -> ClosedRange<UsageMonth>?
    /// Every permitted contribution of `month`; corrections included.
    func contributions(in month: UsageMonth) async throws -> [UsageContribution]
}

/// What was released of the usage of one month, in the form of `UsageReleases`.
public struct KeptUsageRelease: Sendable, Hashable {
    public var month: UsageMonth
    public var cells: [UInt8]

    public init(month: UsageMonth, cells: [UInt8]) {
        self.month = month
        self.cells = cells
    }
}

/// Keeps what was released of the usage over restarts: two answers must not be subtractable, and
/// what was answered yesterday counts, whoever restarted in between.
public protocol UsageReleaseKeeper: Sendable {
    func releases() async throws -> [KeptUsageRelease]
    /// Puts it in the place of the month's earlier one; durable when it returns.
    func keep(_ release: KeptUsageRelease, now: Timestamp) async throws
    /// Removes the releases of months before `month`, which are not answered any more.
    func remove(before month: UsageMonth) async throws
    /// Vehicles that were erased since the start, but for the first `count` of them. What is kept
    /// was changed already, or is about to be; whoever keeps releases in memory asks before and
    /// after he writes.
    func erased(after count: Int) -> [UInt32]
}

/// What comes of sending an event again by hand.
public enum ReplayAnswer: Sendable {
    /// So many deliveries wait to be tried at once.
    case queued(deliveries: Int)
    case unknownEvent
    /// It may not be sent again, for this reason: the permission is gone, or the lead is closed.
    case refused(reason: String)
}

/// The outbox, as far as the operator may touch it.
public protocol DeliveryDesk: Sendable {
    /// Queues the deliveries of `event` again. Permission is asked again at each attempt, as ever.
    func replay(event: String, by caller: Caller, now: Timestamp) async throws -> ReplayAnswer
}

/// A line of the disclosure ledger: what left, to whom, and why; never the content.
public struct DisclosureLine: Sendable, Hashable {
    /// Ascending; the cursor of the interface.
    public var sequence: Int64
    public var time: Timestamp
    /// The party that received it.
    public var recipient: String
    public var dataClasses: [DataClass]
    /// What it was about, as the recipient knows it: a lead id or a vehicle reference.
    public var reference: String
    public var purpose: Purpose
    /// The records on which it rested.
    public var basis: String
    /// `webhook`, `pull`, `contact`…
    public var door: String

    public init(
        sequence: Int64, time: Timestamp, recipient: String, dataClasses: [DataClass],
        reference: String, purpose: Purpose, basis: String, door: String
    ) {
        self.sequence = sequence
        self.time = time
        self.recipient = recipient
        self.dataClasses = dataClasses
        self.reference = reference
        self.purpose = purpose
        self.basis = basis
        self.door = door
    }
}

/// Whose lines of the ledger.
public enum DisclosureScope: Sendable, Hashable {
    case everything
    /// What went to this party.
    case to(String)
    /// What was told of the vehicles of this person, from the times in which they were his.
    case about(String)
}

/// The ledger, for reading.
public protocol DisclosureBook: Sendable {
    /// At most `limit` lines of `scope` after `sequence`, ascending.
    func disclosures(
        _ scope: DisclosureScope, after sequence: Int64, limit: Int
    ) async throws -> [DisclosureLine]
}
