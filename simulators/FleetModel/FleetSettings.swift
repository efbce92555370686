public import VehicleSignals

/// What makes a fleet: the same settings give the same vehicles, the same messages and the same
/// expected leads, byte for byte.
public struct FleetSettings: Sendable, Equatable {
    /// Most vehicles of one fleet; identities carry six digits.
    public static let vehiclesMax = 1_000_000
    /// Longest simulated time, in days: ten years.
    public static let daysMax = 3653

    public var seed: UInt64
    /// Number of vehicles, 1…``vehiclesMax``.
    public var vehicles: Int
    /// First simulated day, UTC.
    public var firstDay: Day
    /// Simulated days, 1…``daysMax``. Which leads must come depends on it: a shorter run sees less.
    public var days: Int
    /// Hours between two messages of a parked vehicle, 1…3.
    public var restHours: Int
    public var faults: FaultShares

    public init(
        seed: UInt64, vehicles: Int, firstDay: Day, days: Int, restHours: Int = 1,
        faults: FaultShares = .some
    ) {
        self.seed = seed
        self.vehicles = min(max(vehicles, 1), Self.vehiclesMax)
        self.firstDay = firstDay
        self.days = min(max(days, 1), Self.daysMax)
        self.restHours = min(max(restHours, 1), 3)
        self.faults = faults
    }

    /// Midnight at which the simulated time begins.
    public var start: Timestamp { firstDay.startUTC }

    /// First moment after the simulated time. Late messages are sent up to
    /// ``FaultShares/latenessMax`` after it.
    public var end: Timestamp { start.advanced(by: .days(Int64(days))) }
}

/// How often the way from vehicle to broker goes wrong. Nothing is ever lost: messages come twice,
/// late, in another order, in batches, without odometer, or with rubbish in between.
public struct FaultShares: Sendable, Equatable {
    /// No message is sent later than this after its event: two days less an hour, well within the
    /// lateness of seven days that the gateway allows.
    public static let latenessMax = TimeSpan.hours(47)

    /// Share of messages that are sent a second time, up to a day later.
    public var duplicated: Double
    /// Share of messages that are sent up to 36 hours late, so that others overtake them.
    public var reordered: Double
    /// Share of vehicle days on which a dead spot of 4 to 40 hours begins; what happened in it
    /// comes afterwards in batches.
    public var outages: Double
    /// Share of messages without odometer.
    public var withoutOdometer: Double
    /// Share of messages whose odometer is a sentinel instead of a value.
    public var sentinels: Double
    /// Share of messages that are followed by one that nobody can decode.
    public var invalid: Double

    public init(
        duplicated: Double, reordered: Double, outages: Double, withoutOdometer: Double,
        sentinels: Double, invalid: Double
    ) {
        self.duplicated = duplicated
        self.reordered = reordered
        self.outages = outages
        self.withoutOdometer = withoutOdometer
        self.sentinels = sentinels
        self.invalid = invalid
    }

    public static let none = FaultShares(
        duplicated: 0, reordered: 0, outages: 0, withoutOdometer: 0, sentinels: 0, invalid: 0)
    public static let some = FaultShares(
        duplicated: 0.01, reordered: 0.02, outages: 0.005, withoutOdometer: 0.01,
        sentinels: 0.002, invalid: 0.002)
    public static let many = FaultShares(
        duplicated: 0.1, reordered: 0.2, outages: 0.05, withoutOdometer: 0.1, sentinels: 0.02,
        invalid: 0.02)

    /// `none`, `some` or `many`.
    public init?(word: String) {
        switch word {
        case "none": self = .none
        case "some": self = .some
        case "many": self = .many
        default: return nil
        }
    }
}
