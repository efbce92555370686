public import VehicleSignals

/// One MQTT message as a vehicle hands it to the broker.
public struct SentMessage: Sendable {
    public var vehicle: Int
    /// When it is sent; up to ``FaultShares/latenessMax`` after what it tells of.
    public var time: Timestamp
    public var topic: String
    public var payload: [UInt8]
    public var kind: Kind
    /// Reports in the message: more than one in a batch after a dead spot, 0 in rubbish.
    public var reports: Int

    public enum Kind: String, Sendable {
        case plain
        /// The same payload a second time.
        case duplicate
        /// Several reports of a dead spot.
        case batch
        /// Nobody can decode it.
        case rubbish
    }
}

/// One object that waits to be sent.
struct WaitingObject: Sendable {
    var vehicle: Int
    var sendTime: Timestamp
    var eventTime: Timestamp
    var kind: SentMessage.Kind
    var bytes: [UInt8]

    /// Order of sending; equal for nothing but a message and its duplicate.
    static func comesBefore(_ left: WaitingObject, _ right: WaitingObject) -> Bool {
        if left.sendTime != right.sendTime { return left.sendTime < right.sendTime }
        if left.vehicle != right.vehicle { return left.vehicle < right.vehicle }
        if left.eventTime != right.eventTime { return left.eventTime < right.eventTime }
        return left.kind.rawValue < right.kind.rawValue
    }
}

/// The way from vehicle to broker: decides from the seed what happens to each report.
struct Transport: Sendable {
    let seed: UInt64
    let start: Timestamp
    let faults: FaultShares

    /// Reports in one message after a dead spot.
    static let batchMax = 16
    private static let shortestOutageMinutes = 240
    private static let longestOutageMinutes = 2400

    init(_ settings: FleetSettings) {
        seed = settings.seed
        start = settings.start
        faults = settings.faults
    }

    /// Hands what becomes of a report to `take`: one object, or several.
    func carry(_ evidence: Evidence, dialect: Dialect, _ take: (WaitingObject) -> Void) {
        let second = Int(evidence.time.since(start).milliseconds / 1000)
        var draw = Draw(
            seed: seed, vehicle: evidence.vehicle, question: .transport, place: second)
        var odometer = Dialect.Odometer.value
        if draw.chance(faults.withoutOdometer) {
            odometer = .missing
        } else if draw.chance(faults.sentinels) {
            odometer = .sentinel(dialect.sentinel(atMinute: second / 60))
        }
        var object = WaitingObject(
            vehicle: evidence.vehicle, sendTime: evidence.time, eventTime: evidence.time,
            kind: .plain, bytes: [])
        object.bytes.reserveCapacity(400)
        dialect.write(evidence, odometer: odometer, into: &object.bytes)

        if let end = outageEnd(vehicle: evidence.vehicle, minute: second / 60) {
            object.kind = .batch
            object.sendTime = start.advanced(by: .minutes(Int64(end)))
            take(object)
            return
        }
        let isReordered = draw.chance(faults.reordered)
        let delay = isReordered ? draw.whole(60_000...129_600_000) : draw.whole(500...4_000)
        object.sendTime = evidence.time.advanced(by: TimeSpan(milliseconds: Int64(delay)))
        take(object)
        if draw.chance(faults.duplicated) {
            var again = object
            again.kind = .duplicate
            let later = draw.chance(0.5) ? draw.whole(1...2_000) : draw.whole(2_000...36_000_000)
            again.sendTime = object.sendTime.advanced(by: TimeSpan(milliseconds: Int64(later)))
            take(again)
        }
        if draw.chance(faults.invalid) {
            var rubbish = object
            rubbish.kind = .rubbish
            rubbish.bytes = Rubbish.payload(&draw)
            take(rubbish)
        }
    }

    /// The minute of the simulated time at which the dead spot ends in which `minute` lies.
    func outageEnd(vehicle: Int, minute: Int) -> Int? {
        guard faults.outages > 0 else { return nil }
        let today = floorDivided(minute, by: 1440)
        var end: Int?
        for day in (today - 2)...today {
            var draw = Draw(seed: seed, vehicle: vehicle, question: .outage, place: day)
            guard draw.chance(faults.outages) else { continue }
            let first = day * 1440 + draw.whole(0...1439)
            let after = first + draw.whole(Self.shortestOutageMinutes...Self.longestOutageMinutes)
            if first <= minute, minute < after { end = max(end ?? 0, after) }
        }
        return end
    }
}
