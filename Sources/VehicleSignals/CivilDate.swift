/// A calendar day as the count of days since 1970-01-01, in whatever time zone made it.
public struct Day: Hashable, Comparable, Sendable, BitwiseCopyable {
    public var daysSinceEpoch: Int32

    @inline(always)
    public init(daysSinceEpoch: Int32) { self.daysSinceEpoch = daysSinceEpoch }

    /// The day of the proleptic Gregorian calendar; `month` 1–12, `day` 1–31, unchecked.
    public init(year: Int, month: Int, day: Int) {
        self.daysSinceEpoch = Int32(clamping: civilDays(year: year, month: month, day: day))
    }

    /// The UTC day in which `time` lies; the first or last day that 32 bits can count where
    /// `time` lies beyond them (`.distantPast`, `.distantFuture`).
    public init(utc time: Timestamp) {
        self.daysSinceEpoch = Int32(clamping: floorDivide(time.milliseconds, 86_400_000))
    }

    /// Midnight UTC at which this day begins.
    public var startUTC: Timestamp {
        Timestamp(milliseconds: Int64(daysSinceEpoch) * 86_400_000)
    }

    /// Year, month (1–12) and day (1–31).
    public var civil: (year: Int, month: Int, day: Int) { civilDate(days: Int(daysSinceEpoch)) }

    /// `2026-02-03`.
    public var text: String {
        let date = civil
        return padded(date.year, 4) + "-" + padded(date.month, 2) + "-" + padded(date.day, 2)
    }

    @inline(always)
    public static func < (left: Day, right: Day) -> Bool {
        left.daysSinceEpoch < right.daysSinceEpoch
    }
}

@inline(always)
func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
}

/// Days since 1970-01-01 of a Gregorian date (400-year eras that begin in March).
@inline(always)
func civilDays(year: Int, month: Int, day: Int) -> Int {
    let marchYear = month <= 2 ? year - 1 : year
    let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
    let yearOfEra = marchYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
}

func civilDate(days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthIndex = (5 * dayOfYear + 2) / 153
    let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
}

@inline(always)
func daysInMonth(year: Int, month: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
}

func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    guard digits.utf8.count < width else { return digits }
    return String(repeating: "0", count: width - digits.utf8.count) + digits
}
