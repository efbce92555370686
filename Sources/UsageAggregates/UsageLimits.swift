/// The numbers that decide what may be published.
///
/// Sources: ten vehicles, five holders, no contributor above one half, and base 5 are the house's
/// rules for aggregates. Noise and bounds are chosen here; `docs/api.md` states what they promise.
public struct UsageLimits: Sendable, Hashable {
    /// Fewer distinct vehicles than this: no value.
    public var minimumVehicles = 10
    /// Fewer distinct holders than this: no value.
    public var minimumHolders = 5
    /// A vehicle with more than this share (percent) of a sum suppresses that sum.
    public var dominancePercent: Int64 = 50
    /// Counts of vehicles are published as multiples of this.
    public var countBase = 5
    /// Sums are published with this many significant digits.
    public var significantDigits = 3
    /// One vehicle counts for at most this distance a month: 20,000 km, some 650 km every day.
    public var maximumMetresAMonth: Int64 = 20_000_000
    /// One vehicle counts for at most this many days a month.
    public var maximumDaysAMonth: Int64 = 31
    /// A released cell is released anew only when at least this many vehicles of it changed.
    public var minimumChangedVehicles = 10
    /// Cells of one month; above it the month is refused rather than cut in silence.
    public var maximumCellsAMonth = 20_000

    /// The rules as documented.
    public static let standard = UsageLimits()

    public init() {}
}

/// Why a month cannot be taken in.
public enum UsageError: Error, Sendable, Equatable {
    /// More model and powertrain combinations than `UsageLimits.maximumCellsAMonth`.
    case tooManyCells(month: UsageMonth, limit: Int)
    /// A contribution of another month was handed in.
    case wrongMonth(expected: UsageMonth, found: UsageMonth)
}
