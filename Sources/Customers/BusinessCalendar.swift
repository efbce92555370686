public import VehicleSignals

/// Counts time as a dealer has it: his opening hours, his holidays, his clock.
public struct BusinessCalendar: Sendable {
    public var hours: OpeningHours
    public var holidays: Set<Day>
    /// Seconds to add to UTC at a moment.
    private let offset: @Sendable (Timestamp) -> Int

    /// Longest look for an open day; a calendar that is closed for longer is none.
    private static let daysMax = 400

    public init(
        hours: OpeningHours, holidays: Set<Day>,
        offsetSeconds: @escaping @Sendable (Timestamp) -> Int
    ) {
        self.hours = hours
        self.holidays = holidays
        offset = offsetSeconds
    }

    /// The moment at which the dealer has been open for `minutes` since `start`.
    public func after(minutes: Int64, from start: Timestamp) -> Timestamp {
        var left = minutes * 60_000
        for number in 0..<Self.daysMax {
            for span in spans(on: day(of: start, plus: number)) where span.upperBound > start {
                let begin = max(span.lowerBound, start)
                let room = span.upperBound.since(begin).milliseconds
                if left <= room { return begin.advanced(by: TimeSpan(milliseconds: left)) }
                left -= room
            }
        }
        return start.advanced(by: .minutes(minutes))
    }

    /// The end of `count` working days: the same time of day, so many open days on; for what came
    /// while the dealer was closed, the close of the last of the next `count` open days.
    public func after(days count: Int, from start: Timestamp) -> Timestamp {
        let isOpen = spans(on: day(of: start, plus: 0)).contains { $0.contains(start) }
        var left = count
        for number in 0..<Self.daysMax {
            let spans = spans(on: day(of: start, plus: number))
            // The day of the start counts only for what came before it opened.
            guard let first = spans.first, let last = spans.last,
                number > 0 || (!isOpen && first.lowerBound > start)
            else { continue }
            left -= 1
            if left > 0 { continue }
            guard isOpen else { return last.upperBound }
            let same = instant(day(of: start, plus: number), minute: minuteOfDay(start))
            return min(max(same, first.lowerBound), last.upperBound)
        }
        return start.advanced(by: .days(Int64(count)))
    }

    /// The open spans of a local day, as moments.
    private func spans(on day: Day) -> [Range<Timestamp>] {
        if holidays.contains(day) { return [] }
        // Day 0 of the epoch was a Thursday; 0 is Monday here.
        let weekday = ((Int(day.daysSinceEpoch) + 3) % 7 + 7) % 7
        return hours.week[weekday].compactMap { span in
            let begin = instant(day, minute: span.lowerBound)
            let end = instant(day, minute: span.upperBound)
            return begin < end ? begin..<end : nil
        }
    }

    private func local(_ time: Timestamp) -> Timestamp {
        time.advanced(by: .seconds(Int64(offset(time))))
    }

    private func day(of time: Timestamp, plus number: Int) -> Day {
        Day(daysSinceEpoch: Day(utc: local(time)).daysSinceEpoch + Int32(number))
    }

    private func minuteOfDay(_ time: Timestamp) -> Int {
        let local = local(time)
        return Int(local.since(Day(utc: local).startUTC).milliseconds / 60_000)
    }

    /// The moment at which a dealer's clock shows `minute` of `day`. Twice looked up, since the
    /// offset is that of the moment itself, which a change of clocks may have moved.
    private func instant(_ day: Day, minute: Int) -> Timestamp {
        let shown = day.startUTC.advanced(by: .minutes(Int64(minute)))
        let near = shown.advanced(by: .seconds(-Int64(offset(shown))))
        return shown.advanced(by: .seconds(-Int64(offset(near))))
    }
}
