public import VehicleSignals

/// Folds odometer readings, in the order of event time, into what is believed of them.
///
/// ```
/// no value ──first reading──▶ believed ──plausible reading──▶ believed
///                                │ ▲
///              implausible reading│ │ plausible after believed: the jump is forgotten
///                                ▼ │
///                              pending ──reading that agrees with it──▶ believed: a new series
///                                 └── looks like another unit, same source: held apart, until
///                                     another source or a workshop agrees
/// ```
public struct OdometerMachine: Sendable, Hashable {
    /// Time and distance of the believed reading; time 0: none yet.
    public private(set) var seconds: UInt32 = 0
    public private(set) var metres: UInt32 = 0
    /// Time of the reading from which on the present series is believed; 0: it is the first.
    /// Between series lies a jump, which is no distance driven.
    public private(set) var seriesSeconds: UInt32 = 0
    private var pendingSeconds: UInt32 = 0
    private var pendingMetres: UInt32 = 0
    private var pendingSource: UInt8 = 0
    /// The pending series looks like the believed one in another unit.
    public private(set) var isHeldApart = false
    /// The day that is being added up, and its distance so far.
    private(set) var day: UInt16 = 0
    private var dayFirst: UInt32 = 0
    private var dayMetres: UInt32 = 0
    /// All days before ``day``.
    public private(set) var usage = Usage()
    /// What made the believed reading, the one at ``seconds``. Last, where it takes no room.
    public private(set) var origin = OriginID.unknown

    public init() {}

    public var hasValue: Bool { seconds != 0 }

    /// Whether the newest reading does not follow and waits for a second one.
    public var hasPending: Bool { pendingSeconds != 0 }

    /// The day that is being added up; `nil` before the first reading.
    public var currentDay: VehicleDay? {
        guard hasValue else { return nil }
        return VehicleDay(
            day: Day(daysSinceEpoch: Int32(day)), metres: Int64(dayMetres),
            firstOdometerMetres: Int64(dayFirst), lastOdometerMetres: Int64(metres))
    }

    /// Takes the next reading. Returns the day that it brings to an end, if any.
    public mutating func step(_ point: OdometerPoint, limits: OdometerLimits) -> VehicleDay? {
        guard hasValue else {
            begin(point)
            return nil
        }
        // A missing mileage that a source writes as nought.
        if point.metres == 0, metres > 0 { return nil }
        let isWorkshop = point.source == OdometerPoint.workshop
        if limits.isPlausible(from: metres, to: point.metres, seconds: elapsed(seconds, point)) {
            // While a series in another unit is held apart, its source goes on; keep it in mind.
            if !isHeldApart || point.source == pendingSource || isWorkshop { forgetPending() }
            return accept(point, from: metres)
        }
        let agrees =
            pendingSeconds != 0
            && limits.isPlausible(
                from: pendingMetres, to: point.metres, seconds: elapsed(pendingSeconds, point))
        if isWorkshop || (agrees && (!isHeldApart || point.source != pendingSource)) {
            let from = agrees ? min(pendingMetres, point.metres) : point.metres
            forgetPending()
            return accept(point, from: from)
        }
        let isOther = limits.isOtherUnit(metres, point.metres)
        isHeldApart = isOther || (agrees && isHeldApart)
        pendingSeconds = point.seconds
        pendingMetres = point.metres
        pendingSource = point.source
        return nil
    }

    private func elapsed(_ since: UInt32, _ point: OdometerPoint) -> UInt32 {
        point.seconds > since ? point.seconds - since : 0
    }

    private mutating func begin(_ point: OdometerPoint) {
        seconds = point.seconds
        metres = point.metres
        origin = point.origin
        day = point.day
        dayFirst = point.metres
        usage.begin(day: point.day)
    }

    private mutating func forgetPending() {
        pendingSeconds = 0
        pendingMetres = 0
        pendingSource = 0
        isHeldApart = false
    }

    /// The distance since `from` belongs to the day of the later reading: so the days add up to
    /// the whole, in whatever order readings came.
    private mutating func accept(_ point: OdometerPoint, from: UInt32) -> VehicleDay? {
        var finished: VehicleDay?
        if point.day > day {
            finished = currentDay
            usage.add(day: day, metres: dayMetres)
            day = point.day
            dayFirst = from
            dayMetres = 0
        }
        let isNewSeries = from != metres
        if isNewSeries { seriesSeconds = point.seconds }
        if point.metres > from { dayMetres &+= point.metres - from }
        metres = isNewSeries ? point.metres : max(metres, point.metres)
        seconds = point.seconds
        origin = point.origin
        return finished
    }

    func encode(into writer: inout ByteWriter) {
        writer.append(seconds)
        writer.append(metres)
        writer.append(seriesSeconds)
        writer.append(pendingSeconds)
        writer.append(pendingMetres)
        writer.append(pendingSource)
        writer.append(UInt8(isHeldApart ? 1 : 0))
        writer.append(day)
        writer.append(dayFirst)
        writer.append(dayMetres)
        usage.encode(into: &writer)
        writer.append(origin)
    }

    init(
        from reader: inout ByteReader, change: NumberChange?, hasOrigins: Bool
    ) throws(SnapshotFlaw) {
        seconds = try reader.word32()
        metres = try reader.word32()
        seriesSeconds = try reader.word32()
        pendingSeconds = try reader.word32()
        pendingMetres = try reader.word32()
        pendingSource = try reader.byte()
        if let change, pendingSeconds != 0 { pendingSource = change.source(pendingSource) }
        isHeldApart = try reader.byte() != 0
        day = try reader.word16()
        dayFirst = try reader.word32()
        dayMetres = try reader.word32()
        usage = try Usage(from: &reader)
        if hasOrigins { origin = try reader.origin(change) }
    }
}
