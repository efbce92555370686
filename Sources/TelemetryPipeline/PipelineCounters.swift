import PayloadDecoding

/// What became of the messages. Counts of messages, kept with the journal position up to which
/// they hold, so that they balance over a crash:
/// `received = applied + duplicate + gated + unlinked + quarantined`.
public struct PipelineCounters: Sendable, Equatable, Hashable {
    /// Everything that the broker handed over and that became durable, or was gated.
    public var received: UInt64 = 0
    /// Brought something new, or something late.
    public var applied: UInt64 = 0
    /// Said nothing that was not known.
    public var duplicate: UInt64 = 0
    /// Dropped because the holder switched the vehicle's telemetry off.
    public var gated: UInt64 = 0
    /// Kept apart because no name leads to a vehicle.
    public var unlinked: UInt64 = 0
    /// Parked with a reason because it could not be decoded or believed.
    public var quarantined: UInt64 = 0

    /// The quarantined ones by source and reason; their sum is `quarantined`, but for what versions
    /// counted that did not tell them apart.
    public private(set) var quarantinedBy: [QuarantineCause: UInt64] = [:]

    // Beside the balance: what happened inside messages.
    /// Readings handed to vehicle state.
    public var readings: UInt64 = 0
    /// Values under names that neither catalogue nor mapping knows.
    public var valuesUnknown: UInt64 = 0
    /// Values that their source marks as absent.
    public var valuesAbsent: UInt64 = 0
    /// Values outside datatype, minimum, maximum or the allowed words.
    public var valuesOutOfRange: UInt64 = 0
    /// Metrics that no birth explained.
    public var valuesUnexplained: UInt64 = 0
    /// Messages of several frames that were given up.
    public var transfersIncomplete: UInt64 = 0
    /// Readings that the gate `service_only` held back.
    public var readingsGated: UInt64 = 0
    /// Readings of the future, beyond the allowed five minutes.
    public var readingsInFuture: UInt64 = 0
    /// Odometer values held apart or refused.
    public var odometerRefused: UInt64 = 0
    /// Rule firings handed to the customer store.
    public var firings: UInt64 = 0
    /// Messages of names beyond the limit of unlinked names: counted, state not kept.
    public var unlinkedBeyondLimit: UInt64 = 0
    /// Quarantined messages that came too fast to be kept there: only the journal has them.
    public var quarantinedBeyondLimit: UInt64 = 0
    /// Senders of which a worker forgot what it remembered, since there are more than it can hold
    /// apart: a message in parts that was begun is lost, and a unit's faults until it repeats them.
    public var sessionsEvicted: UInt64 = 0

    public init() {}

    /// Whether every message is accounted for.
    public var balances: Bool {
        received == applied + duplicate + gated + unlinked + quarantined
    }

    /// The counts with their names, for storage.
    public var named: [(name: String, value: UInt64)] {
        [
            ("received", received), ("applied", applied), ("duplicate", duplicate),
            ("gated", gated), ("unlinked", unlinked), ("quarantined", quarantined),
            ("readings", readings), ("values_unknown", valuesUnknown),
            ("values_absent", valuesAbsent), ("values_out_of_range", valuesOutOfRange),
            ("values_unexplained", valuesUnexplained),
            ("transfers_incomplete", transfersIncomplete),
            ("readings_gated", readingsGated), ("readings_in_future", readingsInFuture),
            ("odometer_refused", odometerRefused), ("firings", firings),
            ("unlinked_beyond_limit", unlinkedBeyondLimit),
            ("quarantined_beyond_limit", quarantinedBeyondLimit),
            ("sessions_evicted", sessionsEvicted),
        ] + quarantinedBy.map { (Self.causePrefix + "\($0.source)/\($0.reason)", $1) }
    }

    /// Rebuilds counters from stored names; unknown names are ignored, missing ones are 0.
    public init(named values: [String: UInt64]) {
        received = values["received"] ?? 0
        applied = values["applied"] ?? 0
        duplicate = values["duplicate"] ?? 0
        gated = values["gated"] ?? 0
        unlinked = values["unlinked"] ?? 0
        quarantined = values["quarantined"] ?? 0
        readings = values["readings"] ?? 0
        valuesUnknown = values["values_unknown"] ?? 0
        valuesAbsent = values["values_absent"] ?? 0
        valuesOutOfRange = values["values_out_of_range"] ?? 0
        valuesUnexplained = values["values_unexplained"] ?? 0
        transfersIncomplete = values["transfers_incomplete"] ?? 0
        readingsGated = values["readings_gated"] ?? 0
        readingsInFuture = values["readings_in_future"] ?? 0
        odometerRefused = values["odometer_refused"] ?? 0
        firings = values["firings"] ?? 0
        unlinkedBeyondLimit = values["unlinked_beyond_limit"] ?? 0
        quarantinedBeyondLimit = values["quarantined_beyond_limit"] ?? 0
        sessionsEvicted = values["sessions_evicted"] ?? 0
        for (name, value) in values where name.hasPrefix(Self.causePrefix) {
            let words = name.dropFirst(Self.causePrefix.count)
            // A source's name may hold a slash, a reason does not.
            guard let end = words.lastIndex(of: "/") else { continue }
            add(
                value,
                to: QuarantineCause(
                    source: String(words[..<end]), reason: String(words[end...].dropFirst())))
        }
    }

    private static let causePrefix = "quarantined/"

    /// Counts a message that was parked; `source` is empty where none takes the topic.
    mutating func countQuarantined(_ source: String, reason: String) {
        quarantined += 1
        add(1, to: QuarantineCause(source: source, reason: reason))
    }

    /// Counts what a decoded message brought.
    mutating func count(_ outcome: DecodeOutcome) {
        readings += UInt64(outcome.readings)
        valuesUnknown += UInt64(outcome.unknownSignals)
        valuesAbsent += UInt64(outcome.absent)
        valuesOutOfRange += UInt64(outcome.outOfRange)
        valuesUnexplained += UInt64(outcome.unexplained)
        transfersIncomplete += UInt64(outcome.droppedTransfers)
    }

    private mutating func add(_ count: UInt64, to cause: QuarantineCause) {
        if quarantinedBy.count >= QuarantineCause.countMax, quarantinedBy[cause] == nil {
            quarantinedBy[.other, default: 0] += count
        } else {
            quarantinedBy[cause, default: 0] += count
        }
    }

    public static func += (left: inout PipelineCounters, right: PipelineCounters) {
        left.received += right.received
        left.applied += right.applied
        left.duplicate += right.duplicate
        left.gated += right.gated
        left.unlinked += right.unlinked
        left.quarantined += right.quarantined
        left.readings += right.readings
        left.valuesUnknown += right.valuesUnknown
        left.valuesAbsent += right.valuesAbsent
        left.valuesOutOfRange += right.valuesOutOfRange
        left.valuesUnexplained += right.valuesUnexplained
        left.transfersIncomplete += right.transfersIncomplete
        left.readingsGated += right.readingsGated
        left.readingsInFuture += right.readingsInFuture
        left.odometerRefused += right.odometerRefused
        left.firings += right.firings
        left.unlinkedBeyondLimit += right.unlinkedBeyondLimit
        left.quarantinedBeyondLimit += right.quarantinedBeyondLimit
        left.sessionsEvicted += right.sessionsEvicted
        for (cause, count) in right.quarantinedBy { left.add(count, to: cause) }
    }
}

/// Why messages of a source were parked.
public struct QuarantineCause: Sendable, Hashable {
    /// Pairs told apart: some 40 sources with the 26 reasons there are. What comes beyond, by
    /// sources under ever new names, counts as ``other``.
    static let countMax = 1024
    static let other = QuarantineCause(source: "other", reason: "other")

    /// Empty where no source takes the topic.
    public var source: String
    /// The word of a ``QuarantinedMessage``.
    public var reason: String

    public init(source: String, reason: String) {
        self.source = source
        self.reason = reason
    }
}
