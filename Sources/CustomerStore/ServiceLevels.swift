import Customers
import Foundation
import VehicleSignals

/// How soon a dealer is asked to acknowledge a lead and to contact the customer, by tier.
/// The defaults are the house's own; a site may set others.
public struct ServiceLevels: Sendable, Hashable {
    /// A wait by the clock, or by the dealer's calendar: his opening hours, zone and holidays.
    public enum Wait: Sendable, Hashable {
        /// Round the clock: what cannot wait for a workshop to open.
        case minutes(Int64)
        case openMinutes(Int64)
        case workingDays(Int)
    }

    /// By `Tier.rawValue`; `nil`: no such promise.
    public var acknowledge: [Wait?]
    public var contact: [Wait?]
    /// A lead that nobody made an appointment for ends so many days after the latest due day.
    public var expiryDays: Int64

    public init(
        acknowledge: [Wait?] = [
            .minutes(15), .openMinutes(60), .workingDays(1), .workingDays(2), nil,
        ],
        contact: [Wait?] = [
            .minutes(15), .openMinutes(240), .workingDays(1), .workingDays(3), nil,
        ],
        expiryDays: Int64 = 30
    ) {
        self.acknowledge = acknowledge
        self.contact = contact
        self.expiryDays = expiryDays
    }

    func acknowledgeBy(
        _ tier: UInt8, from start: Timestamp, _ calendar: BusinessCalendar
    ) -> Timestamp? {
        deadline(acknowledge, tier, from: start, calendar)
    }

    func contactBy(
        _ tier: UInt8, from start: Timestamp, _ calendar: BusinessCalendar
    ) -> Timestamp? {
        deadline(contact, tier, from: start, calendar)
    }

    /// Counted from the later of due day and start, so that a lead from old recordings does not
    /// end before it began.
    func expiry(due: Day?, from start: Timestamp) -> Timestamp {
        let base = due.map { max($0.startUTC, start) } ?? start
        return base.advanced(by: .days(expiryDays))
    }

    private func deadline(
        _ waits: [Wait?], _ tier: UInt8, from start: Timestamp, _ calendar: BusinessCalendar
    ) -> Timestamp? {
        guard Int(tier) < waits.count, let wait = waits[Int(tier)] else { return nil }
        return switch wait {
        case .minutes(let count): start.advanced(by: .minutes(count))
        case .openMinutes(let count): calendar.after(minutes: count, from: start)
        case .workingDays(let count): calendar.after(days: count, from: start)
        }
    }
}

extension BusinessCalendar {
    /// The dealer's own, by the zone data of the system.
    init(of dealer: Dealer) throws {
        let hours: OpeningHours
        if dealer.openingHours.isEmpty {
            hours = .usual
        } else {
            do throws(OpeningHours.Flaw) {
                hours = try OpeningHours(dealer.openingHours)
            } catch {
                throw StoreError.unreadable(
                    table: "dealers", column: "opening_hours", value: dealer.openingHours)
            }
        }
        let zone = TimeZone(identifier: dealer.timeZone) ?? .gmt
        self.init(hours: hours, holidays: dealer.holidays) { time in
            zone.secondsFromGMT(
                for: Date(timeIntervalSince1970: Double(time.milliseconds) / 1000))
        }
    }
}
