/// What one vehicle of one holder did in one month.
///
/// The caller hands in only vehicles whose holder's permission covers analytics (P8) for that
/// month; this room cannot check it. Several contributions of the same vehicle in the same cell
/// (a change of holder in mid-month) are added up and count as one vehicle.
public struct UsageContribution: Sendable, Hashable {
    /// The gateway's own number of the vehicle; never leaves this room.
    public var vehicle: UInt32
    /// The store's number of the holder; never leaves this room.
    public var holder: Int64
    public var model: String
    /// `BEV`, `PHEV`, `ICE`… as the registry spells it.
    public var powertrain: String
    public var month: UsageMonth
    /// Believed distance in metres; a negative one counts as 0.
    public var distanceMetres: Int64
    /// Calendar days with any distance; more than 31 count as 31, a negative number as 0.
    public var daysDriven: Int

    public init(
        vehicle: UInt32, holder: Int64, model: String, powertrain: String, month: UsageMonth,
        distanceMetres: Int64, daysDriven: Int
    ) {
        self.vehicle = vehicle
        self.holder = holder
        self.model = model
        self.powertrain = powertrain
        self.month = month
        self.distanceMetres = distanceMetres
        self.daysDriven = daysDriven
    }
}

/// What can be asked for.
public enum UsageMetric: String, Sendable, CaseIterable {
    /// Distinct vehicles a month; over several months their mean.
    case vehicles
    /// Kilometres driven.
    case distance
    /// Vehicle days with any distance.
    case daysDriven = "days_driven"

    /// The unit of every published value.
    public var unit: String {
        switch self {
        case .vehicles: "vehicles"
        case .distance: "km"
        case .daysDriven: "d"
        }
    }
}

/// The sides of the fixed grid; there is no other way to cut.
public enum UsageDimension: String, Sendable, CaseIterable {
    case model
    case powertrain
    case month
}
