public import VehicleSignals
public import VehicleState

/// Everything that the pipeline keeps of one vehicle: state and the rules' memory. A value, owned
/// by one worker and changed in place.
public struct VehicleSlot: Sendable {
    public internal(set) var record = VehicleRecord()
    public internal(set) var tracks = RuleTracks()

    public init() {}

    /// Applies the readings of one message.
    ///
    /// - Parameters:
    ///   - readings: of one vehicle; only the places `range` are looked at.
    ///   - origin: the source in the version of its mapping that made the readings.
    ///   - now: the vehicle's clock. With a wall clock it is the time of arrival; with a recorded
    ///     one hand in the message's own newest event time or the vehicle's, whichever is later.
    ///   - arrival: when the gateway heard it.
    public mutating func apply(
        _ readings: Span<Reading>, in range: Range<Int>, source: SourceID, origin: OriginID,
        roles: SignalRoles, rules: RuleSet, zone: TimeZoneRules, now: Timestamp,
        arrival: Timestamp, configuration: StateConfiguration
    ) -> MessageOutcome {
        var outcome = MessageOutcome()
        var dayTime = Timestamp.distantPast
        var day: UInt16 = 0
        record.hear(arrival: arrival)
        for place in range {
            let reading = readings[place]
            guard
                record.apply(
                    reading, source: source, origin: origin, roles: roles, zone: zone, now: now,
                    configuration: configuration, outcome: &outcome)
            else { continue }
            // The readings of a message mostly have one time: look its day up once.
            if reading.time != dayTime {
                dayTime = reading.time
                day = VehicleRecord.localDay(reading.time, zone)
            }
            if tracks.note(reading, from: origin, roles: roles, day: day, rules: rules) {
                outcome.isApplied = true
            }
        }
        return outcome
    }

    /// Evaluates the rules; see ``RuleTracks``. Firings are appended to `desk.firings`.
    public mutating func evaluate(
        vehicle: VehicleKey, facts: VehicleFacts, rules: RuleSet, zone: TimeZoneRules,
        now: Timestamp, configuration: StateConfiguration, desk: inout FiringDesk
    ) {
        tracks.evaluate(
            vehicle: vehicle, record: &record, facts: facts, rules: rules, zone: zone, now: now,
            configuration: configuration, desk: &desk)
    }

    /// When ``evaluate(vehicle:facts:rules:zone:now:configuration:desk:)`` is worth a call without
    /// a message.
    public var nextTimer: Timestamp { tracks.nextTimer }

    /// Whether an evaluation at `now` could tell anything.
    public func needsEvaluation(at now: Timestamp) -> Bool { tracks.needsEvaluation(at: now) }

    /// Something came that no evaluation has looked at yet.
    public var awaitsEvaluation: Bool { !tracks.dirty.isEmpty }

    /// Facts of the vehicle or the rules changed: the next evaluation looks at everything.
    public mutating func noteFactsChanged() { tracks.noteFactsChanged() }

    /// Days changed since the last call, for the store; see
    /// ``VehicleRecord/takeChangedDays(limits:into:)``.
    public mutating func takeChangedDays(
        configuration: StateConfiguration, into days: inout [VehicleDay]
    ) {
        record.takeChangedDays(limits: configuration.odometer, into: &days)
    }

    /// Takes the word of a workshop or the operator for the odometer.
    public mutating func settleOdometer(
        metres: UInt32, at time: Timestamp, zone: TimeZoneRules, configuration: StateConfiguration
    ) -> Bool {
        tracks.noteFactsChanged()
        return record.settleOdometer(
            metres: metres, at: time, zone: zone, limits: configuration.odometer)
    }

    /// Joins the state of a name that turned out to mean this vehicle: commutative, associative,
    /// idempotent; see ``VehicleRecord/merge(_:)``. Evaluate afterwards.
    public mutating func merge(_ other: VehicleSlot, rules: RuleSet) {
        record.merge(other.record)
        tracks.merge(other.tracks, rules: rules)
    }

    /// Forgets the newest values of signals.
    public mutating func removeValues(where isMeant: (SignalID) -> Bool) {
        record.removeValues(where: isMeant)
    }

    /// Reads a word of every line of memory that a message will need of the slot itself; what comes
    /// back means nothing. See ``warmEvidence()``.
    public func warm() -> UInt64 {
        UInt64(bitPattern: record.lastHeard.milliseconds) &+ UInt64(record.firstOpenDay)
            &+ UInt64(bitPattern: tracks.nextTimer.milliseconds) &+ UInt64(tracks.firstHeard)
    }

    /// The same for what the slot keeps elsewhere, to be called when the slot itself has come: in
    /// a fleet of a hundred thousand nothing of the next vehicle is in the cache, and loads that
    /// do not wait for each other take the time of one.
    public func warmEvidence() -> UInt64 {
        record.warmEvidence() &+ tracks.warmEvidence()
    }

    /// Appends the snapshot to `bytes`, which the caller reuses.
    public func encode(into bytes: inout [UInt8]) {
        var writer = ByteWriter(bytes)
        bytes = []
        record.encode(into: &writer)
        tracks.encode(into: &writer)
        bytes = writer.bytes
    }

    /// - Parameter change: `nil` if the snapshot was written with the same catalogue.
    public init(decoding bytes: [UInt8], change: NumberChange?) throws(SnapshotFlaw) {
        var reader = ByteReader(bytes[...])
        record = try VehicleRecord(from: &reader, change: change)
        tracks = try RuleTracks(from: &reader, change: change)
        guard reader.isAtEnd else { throw .invalid(at: reader.offset) }
    }
}
