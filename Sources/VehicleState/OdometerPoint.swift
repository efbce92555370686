public import VehicleSignals

/// One odometer reading as evidence: 12 bytes.
public struct OdometerPoint: Sendable, Hashable, BitwiseCopyable {
    /// Event time in whole seconds since 1970.
    public var seconds: UInt32
    public var metres: UInt32
    /// What made the reading. Belief never looks at it: a new version of a mapping is no other
    /// witness.
    public var origin: OriginID
    /// The source, ``workshop`` for a value settled by people; sources from 254 on share one.
    public var source: UInt8
    /// The day's shift in the lowest two bits (see ``DayShift``), the quality above.
    let packed: UInt8

    /// The source of a value that a workshop or the operator vouches for.
    public static let workshop: UInt8 = 255
    /// Best quality there is; larger ones count as this.
    public static let qualityMax: UInt8 = 63

    public init(
        seconds: UInt32, metres: UInt32, day: UInt16, origin: OriginID, source: UInt8,
        quality: UInt8
    ) {
        self.init(
            seconds: seconds, metres: metres, origin: origin, source: source,
            packed: min(quality, Self.qualityMax) << 2 | DayShift.shift(to: day, at: seconds))
    }

    init(seconds: UInt32, metres: UInt32, origin: OriginID, source: UInt8, packed: UInt8) {
        self.seconds = seconds
        self.metres = metres
        self.origin = origin
        self.source = source
        self.packed = packed
    }

    /// Local day of the vehicle, days since 1970.
    public var day: UInt16 { DayShift.day(at: seconds, shift: packed & 3) }
    /// Of the time: see ``TimeQuality``; a live reading before a retained one.
    public var quality: UInt8 { packed >> 2 }

    /// Groups of days that are thinned and folded together.
    @inline(__always)
    var group: UInt16 { day / VehicleRecord.dayGroup }

    /// By time, then source: the order in which evidence is folded.
    @inline(always)
    func isBefore(_ other: OdometerPoint) -> Bool {
        seconds != other.seconds ? seconds < other.seconds : source < other.source
    }
}

/// The odometer readings of the span in which late ones may still come, thinned: of each source
/// the first of every four days, the newest of every local day and the two newest of all. What
/// is left depends on the set of readings only, not on their order; folding goes by the same
/// groups of four days, so it never cuts one.
struct OdometerEvidence: Sendable, Hashable {
    /// Sources kept apart in one vehicle; the lowest numbers stay.
    static let sourcesMax = 4

    private(set) var points: [OdometerPoint] = []

    /// Returns the first day of which evidence changed, or `nil` if nothing did.
    mutating func insert(_ point: OdometerPoint) -> UInt16? {
        // The usual case: one source, a newer reading of the same day replaces in place.
        let last = points.count - 1
        if last >= 2, points[last].source == point.source,
            points[last - 1].source == point.source, points[last - 2].source == point.source,
            points[last].seconds < point.seconds, points[last - 1].day == points[last].day,
            point.day == points[last].day, points[last - 2].group == point.group
        {
            points[last - 1] = points[last]
            points[last] = point
            return point.day
        }
        return insertAnywhere(point)
    }

    private mutating func insertAnywhere(_ point: OdometerPoint) -> UInt16? {
        var place = points.count
        while place > 0, point.isBefore(points[place - 1]) { place -= 1 }
        if place > 0, points[place - 1].seconds == point.seconds,
            points[place - 1].source == point.source
        {
            // Two values of one moment: the better time, then the smaller distance; of the same
            // value the larger origin, which changes no day.
            let known = points[place - 1]
            if point.quality < known.quality { return nil }
            if point.quality == known.quality, point.metres >= known.metres {
                if point.metres == known.metres, point.origin > known.origin {
                    points[place - 1].origin = point.origin
                }
                return nil
            }
            points[place - 1] = point
            return point.day
        }
        points.insertTight(point, at: place)
        let changed = thin(point)
        return dropSources(beyond: point.source) ? nil : changed
    }

    /// Thins the source of `added`. Returns the first day that changed by it; `nil` if `added`
    /// itself did not stay, which leaves everything as it was.
    private mutating func thin(_ added: OdometerPoint) -> UInt16? {
        var changed = added.day
        var rank = 0
        var newerDay = UInt16.max
        var candidate = -1
        var place = points.count
        while place > 0 {
            place -= 1
            let point = points[place]
            guard point.source == added.source else { continue }
            // What was to go goes once an older one of its group is found: the first stays.
            if candidate >= 0, points[candidate].group == point.group {
                let gone = points.remove(at: candidate)
                if gone == added { return nil }
                changed = min(changed, gone.day)
            }
            candidate = -1
            rank += 1
            if rank > 2, point.day == newerDay { candidate = place }
            newerDay = point.day
        }
        return changed
    }

    /// Says whether `source` itself had to go.
    private mutating func dropSources(beyond source: UInt8) -> Bool {
        var high: UInt8 = 0
        var count = 0
        for place in points.indices where points[place].source != OdometerPoint.workshop {
            let candidate = points[place].source
            var isFirst = true
            for earlier in 0..<place where points[earlier].source == candidate { isFirst = false }
            if isFirst { count += 1 }
            high = max(high, candidate)
        }
        guard count > Self.sourcesMax else { return false }
        points.removeAll { $0.source == high }
        return high == source
    }

    /// Removes what lies before a local day.
    mutating func removeDays(before day: UInt16) {
        var count = 0
        while count < points.count, points[count].day < day { count += 1 }
        if count > 0 { points.removeSubrange(0..<count) }
    }

    mutating func merge(_ other: OdometerEvidence) {
        for point in other.points { _ = insertAnywhere(point) }
    }

    init() {}
    init(points: [OdometerPoint]) { self.points = points }
}
