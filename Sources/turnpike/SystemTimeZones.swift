import Foundation
import VehicleSignals

/// Makes flat tables of offsets from the system's zone data, once a zone.
struct SystemTimeZones {
    /// The stretch of time for which offsets are tabled: vehicle days are kept for years, and
    /// the table must outlive the process.
    static let firstYear = 2000
    static let lastYear = 2050

    private(set) var rules: [TimeZoneRules] = []
    private var numbers: [String: Int] = [:]

    /// - Parameter fallback: zone of vehicles that have none of their own; becomes number 0.
    init(fallback: String) {
        _ = number(of: fallback)
        if rules.isEmpty { rules = [.utc] }
    }

    /// The number of a zone; 0, the fallback, where the system does not know the name.
    mutating func number(of name: String) -> Int {
        if let known = numbers[name] { return known }
        guard let zone = TimeZone(identifier: name) else {
            numbers[name] = 0
            return 0
        }
        rules.append(Self.table(zone, name: name))
        numbers[name] = rules.count - 1
        return rules.count - 1
    }

    private static func table(_ zone: TimeZone, name: String) -> TimeZoneRules {
        let end = Date(
            timeIntervalSince1970: Double(Day(year: lastYear, month: 1, day: 1).daysSinceEpoch)
                * 86_400)
        var moment = Date(
            timeIntervalSince1970: Double(Day(year: firstYear, month: 1, day: 1).daysSinceEpoch)
                * 86_400)
        var stretches = [
            TimeZoneRules.Stretch(
                from: .distantPast, offsetSeconds: Int32(zone.secondsFromGMT(for: moment)))
        ]
        while let next = zone.nextDaylightSavingTimeTransition(after: moment), next < end,
            next > moment
        {
            stretches.append(
                TimeZoneRules.Stretch(
                    from: Timestamp(milliseconds: Int64(next.timeIntervalSince1970 * 1000)),
                    offsetSeconds: Int32(zone.secondsFromGMT(for: next))))
            moment = next
        }
        return TimeZoneRules(name: name, stretches: stretches)
    }
}
