import VehicleSignals

/// How soon a dealer is asked to acknowledge a lead and to contact the customer, by tier.
/// The defaults are the house's own; a site may set others.
public struct ServiceLevels: Sendable, Hashable {
    /// A wait as hours of the clock or as working days.
    public enum Wait: Sendable, Hashable {
        case minutes(Int64)
        /// Monday to Friday; public holidays are not known here.
        case workingDays(Int)
    }

    /// By `Tier.rawValue`; `nil`: no such promise.
    public var acknowledge: [Wait?]
    public var contact: [Wait?]
    /// A lead that nobody made an appointment for ends so many days after the latest due day.
    public var expiryDays: Int64

    public init(
        acknowledge: [Wait?] = [.minutes(15), .minutes(60), .workingDays(1), .workingDays(2), nil],
        contact: [Wait?] = [
            .minutes(15), .minutes(240), .workingDays(1), .workingDays(3), nil,
        ],
        expiryDays: Int64 = 30
    ) {
        self.acknowledge = acknowledge
        self.contact = contact
        self.expiryDays = expiryDays
    }

    func acknowledgeBy(_ tier: UInt8, from start: Timestamp) -> Timestamp? {
        deadline(acknowledge, tier, from: start)
    }

    func contactBy(_ tier: UInt8, from start: Timestamp) -> Timestamp? {
        deadline(contact, tier, from: start)
    }

    /// Counted from the later of due day and start, so that a lead from old recordings does not
    /// end before it began.
    func expiry(due: Day?, from start: Timestamp) -> Timestamp {
        let base = due.map { max($0.startUTC, start) } ?? start
        return base.advanced(by: .days(expiryDays))
    }

    private func deadline(_ waits: [Wait?], _ tier: UInt8, from start: Timestamp) -> Timestamp? {
        guard Int(tier) < waits.count, let wait = waits[Int(tier)] else { return nil }
        switch wait {
        case .minutes(let count): return start.advanced(by: .minutes(count))
        case .workingDays(let count):
            var time = start
            var left = count
            while left > 0 {
                time = time.advanced(by: .days(1))
                // Day 0 of the epoch was a Thursday; 0 is Monday here.
                let weekday = (Int(Day(utc: time).daysSinceEpoch) + 3) % 7
                if weekday < 5 { left -= 1 }
            }
            return time
        }
    }
}
