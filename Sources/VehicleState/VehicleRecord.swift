public import VehicleSignals

/// What one message did to a vehicle's state; counts are readings.
public struct MessageOutcome: Sendable, Hashable {
    /// Something of it was new. A message of which nothing was new is a duplicate.
    public var isApplied = false
    /// Ahead of `now` by more than the tolerance, or outside of 1970–2106: ignored.
    public var future: UInt16 = 0
    /// Stand-ins for "not available": absent.
    public var sentinel: UInt16 = 0
    /// Odometer readings that do not follow from the one before; kept as evidence.
    public var implausible: UInt16 = 0
    /// Older than what late readings may be: only newest values were looked at.
    public var late: UInt16 = 0

    public init() {}
}

/// The state of one vehicle as a plain value, owned by one worker and changed in place.
///
/// A join-semilattice within the allowed lateness: readings may come again, in any order and in
/// any grouping, and two halves may be merged. Only ``lastHeard`` depends on arrival, and it is a
/// maximum too.
public struct VehicleRecord: Sendable, Hashable {
    /// Newest arrival of a message; `.distantPast` before the first.
    public private(set) var lastHeard = Timestamp.distantPast
    /// Newest plausible event time; `.distantPast` before the first.
    public private(set) var newestEventTime = Timestamp.distantPast
    /// None or one: on the heap, since vehicles younger than the lateness have none.
    private var folded: [FoldedPast] = []
    var evidence = OdometerEvidence()
    /// Newest value of every kept signal but the odometer, for which see ``odometer``. Stands here
    /// since two bytes of it share a word with the next two.
    public internal(set) var values = NewestValues()
    /// Days since 1970; earlier days are folded, and later readings of them are late.
    public internal(set) var firstOpenDay: UInt16 = 0
    /// Days from here on may have changed since they were last taken.
    var firstChangedDay = UInt16.max

    public init() {}

    /// What became of days before ``firstOpenDay``. For rare moments: it is copied as a whole.
    var past: FoldedPast {
        get { folded.first ?? FoldedPast() }
        set {
            if newValue == FoldedPast() {
                folded = []
            } else if folded.isEmpty {
                folded = [newValue]
            } else {
                folded[0] = newValue
            }
        }
    }

    /// Folded readings of days before ``firstOpenDay``.
    public var base: OdometerMachine {
        // Not by `first`, which copies the whole and counts references.
        folded.isEmpty ? OdometerMachine() : folded[0].odometer
    }

    /// Whether days ended before ``firstOpenDay`` that have not been taken yet.
    var hasFinishedDays: Bool { !folded.isEmpty && !folded[0].finishedDays.isEmpty }

    /// The readings that are not folded yet, in order.
    public var odometerPoints: [OdometerPoint] { evidence.points }

    /// Everything folded: the believed odometer, the current day, the usage.
    public func odometer(_ limits: OdometerLimits = OdometerLimits()) -> OdometerMachine {
        var machine = base
        for point in evidence.points { _ = machine.step(point, limits: limits) }
        return machine
    }

    /// Applies one reading. What rules need of it is for ``SignalRoles`` and the caller to see;
    /// this is newest values and the odometer.
    ///
    /// - Parameters:
    ///   - now: the clock of the vehicle; see ``StateConfiguration/futureTolerance``.
    ///   - source: whose word it is; the odometer's belief goes by it.
    ///   - origin: the source in the version of its mapping that made the reading; kept beside it.
    ///   - outcome: gets the counts; `isApplied` is only ever set.
    /// - Returns: whether the reading is a fact of the past that rules may look at.
    public mutating func apply(
        _ reading: Reading, source: SourceID, origin: OriginID, roles: SignalRoles,
        zone: TimeZoneRules, now: Timestamp, configuration: StateConfiguration,
        outcome: inout MessageOutcome
    ) -> Bool {
        let role = roles.role(of: reading.signal)
        if role == .ignored || reading.kind == .text { return false }
        let hasTime = reading.timeQuality != .none
        if hasTime {
            let limit = now.advanced(by: configuration.futureTolerance)
            guard reading.time <= limit, reading.time.milliseconds >= 0,
                reading.time.milliseconds < Self.millisecondsMax
            else {
                outcome.future &+= 1
                return false
            }
        }
        if roles.isSentinel(reading) {
            outcome.sentinel &+= 1
            return false
        }
        if hasTime, reading.time > newestEventTime { newestEventTime = reading.time }
        if role == .odometer {
            applyOdometer(
                reading, source: source, origin: origin, roles: roles, zone: zone,
                configuration: configuration, outcome: &outcome)
        } else if reading.kind != .troubleCode,
            values.take(NewestValues.entry(reading), from: origin)
        {
            outcome.isApplied = true
        }
        return hasTime
    }

    /// Seconds in 32 bits end in 2106.
    private static let millisecondsMax = Int64(UInt32.max) * 1000

    /// To be called once a message, whatever it held.
    public mutating func hear(arrival: Timestamp) {
        if arrival > lastHeard { lastHeard = arrival }
    }

    /// Reads a word of what newest values and odometer evidence keep on the heap; see the slot.
    public func warmEvidence() -> UInt64 {
        values.warm() &+ UInt64(evidence.points.last?.seconds ?? 0)
    }

    /// Forgets the newest values of signals.
    public mutating func removeValues(where isMeant: (SignalID) -> Bool) {
        values.remove(where: isMeant)
    }

    private mutating func applyOdometer(
        _ reading: Reading, source: SourceID, origin: OriginID, roles: SignalRoles,
        zone: TimeZoneRules, configuration: StateConfiguration, outcome: inout MessageOutcome
    ) {
        guard reading.timeQuality != .none, let metres = roles.baseUnits(reading),
            let metres = UInt32(exactly: metres)
        else { return }
        let point = OdometerPoint(
            seconds: UInt32(truncatingIfNeeded: reading.time.milliseconds / 1000), metres: metres,
            day: Self.localDay(reading.time, zone), origin: origin,
            source: UInt8(min(source.number, UInt16(OdometerPoint.workshop) - 1)),
            quality: reading.timeQuality.rawValue << 1 | (reading.isRetained ? 0 : 1))
        if insert(point, limits: configuration.odometer, outcome: &outcome) {
            outcome.isApplied = true
        }
    }

    private mutating func insert(
        _ point: OdometerPoint, limits: OdometerLimits, outcome: inout MessageOutcome
    ) -> Bool {
        guard point.day >= firstOpenDay else {
            outcome.late &+= 1
            return false
        }
        if let last = evidence.points.last, last.seconds <= point.seconds,
            !limits.isPlausible(
                from: last.metres, to: point.metres, seconds: point.seconds - last.seconds)
        {
            outcome.implausible &+= 1
        }
        guard let changed = evidence.insert(point) else { return false }
        firstChangedDay = min(firstChangedDay, changed)
        return true
    }

    /// Takes the word of a workshop or of the operator for the odometer: it is believed, and a
    /// series that was held apart is believed with it if it agrees.
    public mutating func settleOdometer(
        metres: UInt32, at time: Timestamp, zone: TimeZoneRules, limits: OdometerLimits
    ) -> Bool {
        guard time.milliseconds >= 0, time.milliseconds < Self.millisecondsMax else { return false }
        var outcome = MessageOutcome()
        return insert(
            OdometerPoint(
                seconds: UInt32(truncatingIfNeeded: time.milliseconds / 1000), metres: metres,
                day: Self.localDay(time, zone), origin: .unknown, source: OdometerPoint.workshop,
                quality: OdometerPoint.qualityMax),
            limits: limits, outcome: &outcome)
    }

    /// The vehicle's local day as days since 1970, cut to 16 bits (until 2149).
    public static func localDay(_ time: Timestamp, _ zone: TimeZoneRules) -> UInt16 {
        UInt16(clamping: zone.day(of: time).daysSinceEpoch)
    }

    mutating func join(lastHeard other: Timestamp, newestEventTime event: Timestamp) {
        lastHeard = max(lastHeard, other)
        newestEventTime = max(newestEventTime, event)
    }
}
