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

    // Beside the balance: what happened inside messages.
    /// Readings handed to vehicle state.
    public var readings: UInt64 = 0
    /// Signals that no catalogue entry knows, values outside their range, metrics that no birth
    /// explained, and messages of several frames of which one was missing.
    public var readingsDropped: UInt64 = 0
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

    /// The counts in a fixed order with their names, for storage and for `/metrics`.
    public var named: [(name: String, value: UInt64)] {
        [
            ("received", received), ("applied", applied), ("duplicate", duplicate),
            ("gated", gated), ("unlinked", unlinked), ("quarantined", quarantined),
            ("readings", readings), ("readings_dropped", readingsDropped),
            ("readings_gated", readingsGated), ("readings_in_future", readingsInFuture),
            ("odometer_refused", odometerRefused), ("firings", firings),
            ("unlinked_beyond_limit", unlinkedBeyondLimit),
            ("quarantined_beyond_limit", quarantinedBeyondLimit),
            ("sessions_evicted", sessionsEvicted),
        ]
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
        readingsDropped = values["readings_dropped"] ?? 0
        readingsGated = values["readings_gated"] ?? 0
        readingsInFuture = values["readings_in_future"] ?? 0
        odometerRefused = values["odometer_refused"] ?? 0
        firings = values["firings"] ?? 0
        unlinkedBeyondLimit = values["unlinked_beyond_limit"] ?? 0
        quarantinedBeyondLimit = values["quarantined_beyond_limit"] ?? 0
        sessionsEvicted = values["sessions_evicted"] ?? 0
    }

    public static func += (left: inout PipelineCounters, right: PipelineCounters) {
        left.received += right.received
        left.applied += right.applied
        left.duplicate += right.duplicate
        left.gated += right.gated
        left.unlinked += right.unlinked
        left.quarantined += right.quarantined
        left.readings += right.readings
        left.readingsDropped += right.readingsDropped
        left.readingsGated += right.readingsGated
        left.readingsInFuture += right.readingsInFuture
        left.odometerRefused += right.odometerRefused
        left.firings += right.firings
        left.unlinkedBeyondLimit += right.unlinkedBeyondLimit
        left.quarantinedBeyondLimit += right.quarantinedBeyondLimit
        left.sessionsEvicted += right.sessionsEvicted
    }
}
