/// What may be said of one cell: the outcome of the arithmetic that `docs/api.md` documents.
struct CellValues: Sendable, Equatable {
    /// Vehicles, a multiple of the base.
    var vehicles: Int64
    /// Kilometres; `nil` if one vehicle dominates.
    var kilometres: Int64?
    /// Vehicle days; `nil` if one vehicle dominates.
    var days: Int64?

    /// Values as they were released.
    init(vehicles: Int64, kilometres: Int64?, days: Int64?) {
        self.vehicles = vehicles
        self.kilometres = kilometres
        self.days = days
    }

    /// `nil` if the cell is too small.
    init?(
        _ members: CellMembers, name: UsageCellName, month: UsageMonth, hash: CellHash,
        limits: UsageLimits
    ) {
        guard members.isPublishable(limits) else { return nil }
        let membership = members.membership(hash)
        // The cell's own name is part of the draw: two cells with the same vehicles (the same
        // fleet in two months) get independent noise, so that an equal pair does not show that
        // nobody joined or left.
        let cell = month.text + "\u{0}" + name.model + "\u{0}" + name.powertrain + "\u{0}"
        func draw(_ metric: UsageMetric) -> UInt64 {
            hash.draw(cell + metric.rawValue, membership: membership)
        }
        let count = members.shares.count + CellNoise.count.value(draw(.vehicles))
        vehicles = max(
            rounded(Int64(max(count, 0)), toMultipleOf: Int64(limits.countBase)),
            rounded(Int64(limits.minimumVehicles), toMultipleOf: Int64(limits.countBase)))
        kilometres = Self.sum(
            members.shares.values.map(\.metres), draw(.distance), limits, divisor: 1000)
        days = Self.sum(members.shares.values.map(\.days), draw(.daysDriven), limits, divisor: 1)
    }

    /// The sum with noise that would hide its greatest part, rounded; `nil` if that part dominates.
    private static func sum(
        _ parts: [Int64], _ draw: UInt64, _ limits: UsageLimits, divisor: Int64
    ) -> Int64? {
        let total = parts.reduce(0, +)
        let greatest = parts.max() ?? 0
        guard greatest * 100 <= total * limits.dominancePercent else { return nil }
        let noise =
            greatest * Int64(CellNoise.sum.value(draw)) / CellNoise.stepsAContribution
        let noisy = max(total + noise, 0)
        return rounded(
            rounded(noisy, toMultipleOf: divisor) / divisor,
            toSignificant: limits.significantDigits)
    }
}
