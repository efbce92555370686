/// Everything that has been published, and the only place from which answers come.
///
/// Two rules keep answers from being subtracted to one car. First, suppression is decided once, on
/// the finest grid (model × powertrain × month), and coarser answers add up *published* values
/// only: a total holds nothing that its parts don't show, so no suppressed cell can be derived
/// from it and no true total exists outside. Second, a cell once released stays as it is until at
/// least `UsageLimits.minimumChangedVehicles` vehicles in it changed, none of them by more than
/// half of the change: yesterday's answer and today's never differ by one vehicle.
public struct UsageReleases: Sendable {
    struct Release: Sendable, Equatable {
        var members: CellMembers
        var values: CellValues
    }

    var months: [UsageMonth: [UsageCellName: Release]] = [:]
    private let hash: CellHash
    public let limits: UsageLimits

    /// - Parameter hash: keyed hash of the installation; see `CellHash.init(key:)`.
    public init(hash: CellHash, limits: UsageLimits = .standard) {
        self.hash = hash
        self.limits = limits
    }

    /// Takes the present contributions of one month and releases what may be released of it.
    /// Repeating it with the same contributions changes nothing.
    ///
    /// - Returns: whether the month's releases changed: then they are to be kept, see
    ///   ``encoded(_:)``, before anything of them is told.
    @discardableResult
    public mutating func take(
        _ contributions: some Sequence<UsageContribution>, of month: UsageMonth
    ) throws(UsageError) -> Bool {
        var cells: [UsageCellName: CellMembers] = [:]
        for contribution in contributions {
            guard contribution.month == month else {
                throw .wrongMonth(expected: month, found: contribution.month)
            }
            let name = UsageCellName(
                model: contribution.model, powertrain: contribution.powertrain)
            cells[name, default: CellMembers()].add(contribution, limits)
            if cells.count > limits.maximumCellsAMonth {
                throw .tooManyCells(month: month, limit: limits.maximumCellsAMonth)
            }
        }
        var releases = months[month] ?? [:]
        for name in releases.keys where cells[name] == nil { cells[name] = CellMembers() }
        for (name, members) in cells {
            let values = CellValues(
                members, name: name, month: month, hash: hash, limits: limits)
            if let earlier = releases[name], !members.differsEnough(from: earlier.members, limits) {
                continue
            }
            // An unpublished cell is kept without members: nothing was said of it yet.
            releases[name] = values.map { Release(members: members, values: $0) }
        }
        let isChanged = releases != months[month] ?? [:]
        months[month] = releases
        return isChanged
    }

    /// Forgets which vehicle a share of the released cells was; what was published stays, and goes
    /// on to bound what is published next.
    ///
    /// - Returns: the months whose releases changed by it: they are to be kept anew.
    public mutating func forget(_ vehicle: UInt32) -> [UsageMonth] {
        var changed: [UsageMonth] = []
        for month in months.keys.sorted() {
            var isChanged = false
            for name in Array((months[month] ?? [:]).keys)
            where months[month]?[name]?.members.forget(vehicle) == true {
                isChanged = true
            }
            if isChanged { changed.append(month) }
        }
        return changed
    }

    /// Forgets months outside `range`, so that memory stays bounded.
    public mutating func keep(_ range: ClosedRange<UsageMonth>) {
        months = months.filter { range.contains($0.key) }
    }

    /// The published cells of `range` on the grid `dimensions`, sorted by month, model,
    /// powertrain. Suppressed and empty cells are both absent and cannot be told apart.
    ///
    /// Sums (`distance`, `days_driven`) are exact sums of published finest cells. `vehicles` over
    /// several months is the mean of the months in which anything was published, since a count of
    /// distinct vehicles over a free span of time could be subtracted from the next longer span.
    public func rows(
        _ metric: UsageMetric, by dimensions: Set<UsageDimension>, in range: ClosedRange<UsageMonth>
    ) -> [UsageRow] {
        var sums: [UsageRow.Key: [UsageMonth: Int64]] = [:]
        for (month, cells) in months where range.contains(month) {
            for (name, release) in cells {
                guard let value = Self.value(metric, release.values) else { continue }
                let key = UsageRow.Key(
                    month: dimensions.contains(.month) ? month : nil,
                    model: dimensions.contains(.model) ? name.model : nil,
                    powertrain: dimensions.contains(.powertrain) ? name.powertrain : nil)
                sums[key, default: [:]][month, default: 0] += value
            }
        }
        return sums.map { key, byMonth in
            let total = byMonth.values.reduce(0, +)
            guard metric == .vehicles else { return UsageRow(key: key, value: total) }
            let mean = (total + Int64(byMonth.count) / 2) / Int64(byMonth.count)
            let value = rounded(mean, toMultipleOf: Int64(limits.countBase))
            return UsageRow(key: key, value: value)
        }.sorted { $0.key < $1.key }
    }

    private static func value(_ metric: UsageMetric, _ values: CellValues) -> Int64? {
        switch metric {
        case .vehicles: values.vehicles
        case .distance: values.kilometres
        case .daysDriven: values.days
        }
    }
}
