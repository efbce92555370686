/// The offsets from UTC of one time zone as a flat table, made at start from the system's zone
/// data, so that the pure rooms can tell the local day of an event without Foundation.
public struct TimeZoneRules: Sendable, Hashable {
    /// One stretch of constant offset.
    public struct Stretch: Sendable, Hashable {
        /// First moment at which the offset holds; ascending over the table.
        public var from: Timestamp
        public var offsetSeconds: Int32

        public init(from: Timestamp, offsetSeconds: Int32) {
            self.from = from
            self.offsetSeconds = offsetSeconds
        }
    }

    /// IANA name, `Europe/Amsterdam`.
    public let name: String
    private let stretches: [Stretch]

    /// - Precondition: `stretches` is ascending by `from` and not empty.
    public init(name: String, stretches: [Stretch]) {
        precondition(!stretches.isEmpty, "a time zone has at least one offset")
        precondition(
            zip(stretches, stretches.dropFirst()).allSatisfy { $0.from < $1.from },
            "the offsets of a time zone are given in the order of time")
        self.name = name
        self.stretches = stretches
    }

    public static let utc = TimeZoneRules(
        name: "UTC", stretches: [Stretch(from: .distantPast, offsetSeconds: 0)])

    /// Seconds to add to UTC at `time`.
    public func offsetSeconds(at time: Timestamp) -> Int32 {
        var low = 0
        var high = stretches.count
        while low < high {
            let middle = (low + high) / 2
            if stretches[middle].from <= time { low = middle + 1 } else { high = middle }
        }
        return stretches[max(0, low - 1)].offsetSeconds
    }

    /// The local calendar day in which `time` lies.
    public func day(of time: Timestamp) -> Day {
        Day(utc: time.advanced(by: .seconds(Int64(offsetSeconds(at: time)))))
    }
}
