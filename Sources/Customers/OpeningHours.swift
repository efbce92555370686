/// When a workshop is open, week by week, by its own clock:
/// `Mo-Fr 08:00-12:00,13:00-17:30; Sa 09:00-12:00`.
public struct OpeningHours: Sendable, Hashable {
    /// What cannot be read, as it stands in the text, and why.
    public struct Flaw: Error, Sendable, Hashable {
        public var part: String
        public var reason: String
    }

    /// Minutes of the local day, ascending and apart; by weekday, 0 is Monday.
    public let week: [[Range<Int>]]

    /// Where nobody said anything else: Monday to Friday, eight to five.
    public static let usual = OpeningHours(
        week: [Int](0..<7).map { $0 < 5 ? [480..<1020] : [] })

    private init(week: [[Range<Int>]]) { self.week = week }

    private static let names = ["mo", "tu", "we", "th", "fr", "sa", "su"]
    private static let minutesADay = 1440

    /// Groups parted by `;`, each with days and times. A day that no group names is closed.
    public init(_ text: String) throws(Flaw) {
        var week = [[Range<Int>]](repeating: [], count: 7)
        for group in text.split(separator: ";") {
            let words = group.split(separator: " ")
            if words.isEmpty { continue }
            guard words.count == 2 else {
                throw Flaw(part: String(group), reason: "is not days and times: Mo-Fr 08:00-17:00")
            }
            let times = try Self.times(words[1])
            for day in try Self.days(words[0]) { week[day] += times }
        }
        for day in week.indices {
            week[day].sort { $0.lowerBound < $1.lowerBound }
            for (one, next) in zip(week[day], week[day].dropFirst())
            where one.upperBound > next.lowerBound {
                throw Flaw(part: Self.names[day], reason: "has times that overlap")
            }
        }
        guard week.contains(where: { !$0.isEmpty }) else {
            throw Flaw(part: text, reason: "is never open")
        }
        self.week = week
    }

    /// `Mo`, `Mo-Fr`, `Mo,We`; a span may run over the end of the week.
    private static func days(_ text: Substring) throws(Flaw) -> [Int] {
        var days: [Int] = []
        for part in text.split(separator: ",") {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
            let places = ends.map { names.firstIndex(of: $0.lowercased()) }
            guard (1...2).contains(places.count), let first = places[0],
                let last = places[places.count - 1]
            else {
                throw Flaw(part: String(part), reason: "is none of Mo, Tu, We, Th, Fr, Sa, Su")
            }
            var day = first
            days.append(day)
            while day != last {
                day = (day + 1) % 7
                days.append(day)
            }
        }
        return days
    }

    private static func times(_ text: Substring) throws(Flaw) -> [Range<Int>] {
        var times: [Range<Int>] = []
        for part in text.split(separator: ",") {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
            guard ends.count == 2, let open = minute(ends[0]), let close = minute(ends[1]),
                open < close
            else {
                throw Flaw(part: String(part), reason: "is no span of time: 08:00-17:00")
            }
            times.append(open..<close)
        }
        return times
    }

    /// `08:00` to `24:00` as minutes of the day.
    private static func minute(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 2, parts[1].utf8.count == 2,
            let hour = Int(parts[0]), let minute = Int(parts[1]), (0...24).contains(hour),
            (0..<60).contains(minute), hour * 60 + minute <= minutesADay
        else { return nil }
        return hour * 60 + minute
    }
}
