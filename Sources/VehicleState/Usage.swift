/// How much a vehicle drives, carried from day to day: an average that forgets by half in 56
/// days, and the sums of the latest weeks.
///
/// Only days that are over count, so that a reading at noon does not make a day look short.
public struct Usage: Sendable, Hashable {
    /// Days after which a day's weight is one half; the best of eight estimators in simulation.
    public static let halfLifeDays = 56.0
    /// Driven in a day by a vehicle of which too little is known, metres (12,000 km a year).
    public static let metresPerDayDefault = 33_000.0
    /// Least that a vehicle is taken to drive in a day, metres.
    public static let metresPerDayMin = 1_000.0
    /// Least span and number of days with readings for a measured rate.
    public static let spanDaysMin = 28
    public static let daysMin = 3
    /// Complete weeks from which the quantiles come.
    public static let weeksForQuantiles = 8

    /// Weighted distance and weight of the average.
    private var weightedMetres: Float = 0
    private var weight: Float = 0
    /// Sums of the weeks in units of 100 m.
    private var weeks = WeekSums()
    /// First local day with a reading, and the newest day that is over; 0: none yet.
    public private(set) var firstDay: UInt16 = 0
    public private(set) var newestDay: UInt16 = 0
    /// Days with readings, up to 255.
    private var dayCount: UInt8 = 0

    init() {}

    mutating func begin(day: UInt16) {
        firstDay = day
        newestDay = day
    }

    /// Counts a day that is over. Distance that came after days without a reading is spread
    /// evenly over them.
    mutating func add(day: UInt16, metres: UInt32) {
        if dayCount < .max { dayCount += 1 }
        let gap = Int(day) - Int(newestDay)
        guard gap > 0 else { return addToFirstDay(metres) }
        let fade = Self.fade(days: gap)
        let sum = (1 - fade) / (1 - Self.fade(days: 1))
        weightedMetres = weightedMetres * fade + Float(metres) / Float(gap) * sum
        weight = weight * fade + sum
        let share = Double(metres) / Double(gap) / 100
        weeks.clear(after: newestWeek, through: day / 7)
        newestDay = day
        for back in stride(from: min(gap, 112) - 1, through: 0, by: -1) {
            addToWeek(UInt16((Int(day) - back) / 7), share)
        }
    }

    /// The first day has no day before it: its distance counts, its weight is one day.
    private mutating func addToFirstDay(_ metres: UInt32) {
        weightedMetres += Float(metres)
        weight += 1
        addToWeek(newestDay / 7, Double(metres) / 100)
    }

    private mutating func addToWeek(_ week: UInt16, _ share: Double) {
        guard newestWeek - week < WeekSums.count else { return }
        let sum = Double(weeks[week]) + share.rounded()
        weeks[week] = UInt16(min(sum, 65_535))
    }

    /// 2^(−days/56) without a mathematics library.
    private static func fade(days: Int) -> Float {
        if days == 1 { return 0.987_698_8 }
        var result: Float = 1
        var base: Float = 0.987_698_8
        var exponent = min(days, 4_096)
        while exponent > 0 {
            if exponent & 1 == 1 { result *= base }
            base *= base
            exponent >>= 1
        }
        return result
    }

    private var newestWeek: UInt16 { newestDay / 7 }

    /// Whether there is enough for a rate of the vehicle's own.
    public var isMeasured: Bool {
        Int(newestDay) - Int(firstDay) >= Self.spanDaysMin && Int(dayCount) >= Self.daysMin
            && weight > 0
    }

    /// Metres a day: the vehicle's own where enough is known, else `fallback`; at least 1 km.
    public func metresPerDay(fallback: Double = Usage.metresPerDayDefault) -> Double {
        guard isMeasured else { return max(fallback, Self.metresPerDayMin) }
        return max(Double(weightedMetres / weight), Self.metresPerDayMin)
    }

    /// The rates that one week in ten falls below and exceeds, in metres a day, from up to eight
    /// complete weeks; `nil` with fewer than four.
    public var weeklyQuantiles: (low: Double, high: Double)? {
        let firstWeek = Int(firstDay / 7) + 1
        let last = Int(newestWeek) - 1
        let first = max(firstWeek, last - Self.weeksForQuantiles + 1)
        let count = last - first + 1
        guard isMeasured, count >= 4 else { return nil }
        var sums = SIMD8<Double>(repeating: .infinity)
        for week in first...last {
            // Insertion into the sorted front part.
            var place = week - first
            let value = Double(weeks[UInt16(week)]) * 100 / 7
            while place > 0, sums[place - 1] > value {
                sums[place] = sums[place - 1]
                place -= 1
            }
            sums[place] = value
        }
        return (
            max(Self.interpolate(sums, count, 0.1), Self.metresPerDayMin),
            max(Self.interpolate(sums, count, 0.9), Self.metresPerDayMin)
        )
    }

    private static func interpolate(_ sorted: SIMD8<Double>, _ count: Int, _ share: Double)
        -> Double
    {
        let position = Double(count - 1) * share
        let low = Int(position)
        let high = min(low + 1, count - 1)
        return sorted[low] + (sorted[high] - sorted[low]) * (position - Double(low))
    }

    func encode(into writer: inout ByteWriter) {
        writer.append(weightedMetres.bitPattern)
        writer.append(weight.bitPattern)
        for week in 0..<WeekSums.count { writer.append(weeks[week]) }
        writer.append(newestWeek)
        writer.append(firstDay)
        writer.append(newestDay)
        writer.append(dayCount)
    }

    init(from reader: inout ByteReader) throws(SnapshotFlaw) {
        weightedMetres = Float(bitPattern: try reader.word32())
        weight = Float(bitPattern: try reader.word32())
        for week in 0..<WeekSums.count { weeks[week] = try reader.word16() }
        // The newest week, which the newest day tells as well.
        _ = try reader.word16()
        firstDay = try reader.word16()
        newestDay = try reader.word16()
        dayCount = try reader.byte()
    }
}
