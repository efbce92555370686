import UsageAggregates
import VehicleSignals

/// Keeps what was released of the usage, and asks the book again when that has become old. What is
/// released is on disk before anything of it is told.
actor UsageDesk {
    private let book: any UsageBook
    private let keeper: any UsageReleaseKeeper
    private let refresh: TimeSpan
    private var releases: UsageReleases
    private var asked: [UsageMonth: Timestamp] = [:]
    private var isRestored = false
    /// Months whose releases are not on disk yet, each with a number that rises with every change:
    /// calls of this actor take turns at every await.
    private var unkept: [UsageMonth: Int] = [:]
    private var changes = 0
    /// Erased vehicles that are forgotten here too.
    private var erasuresSeen = 0

    init(book: any UsageBook, keeper: any UsageReleaseKeeper, hash: CellHash, refresh: Duration) {
        self.book = book
        self.keeper = keeper
        self.refresh = TimeSpan(milliseconds: Int64(refresh / .milliseconds(1)))
        self.releases = UsageReleases(hash: hash)
    }

    /// The months that can be asked for; `nil` if none. At most `GatewayLimit.usageMonthsKept`, so
    /// that what is remembered stays bounded whatever times vehicles have stated.
    func months() async throws -> ClosedRange<UsageMonth>? {
        try await restore()
        guard let known = try await book.months() else { return nil }
        let oldest = known.upperBound.advanced(by: 1 - GatewayLimit.usageMonthsKept)
        let kept = max(known.lowerBound, oldest)...known.upperBound
        try await keeper.remove(before: oldest)
        releases.keep(oldest...UsageMonth.last)
        asked = asked.filter { kept.contains($0.key) }
        unkept = unkept.filter { $0.key >= oldest }
        return kept
    }

    /// The published cells of `range`.
    func rows(
        _ metric: UsageMetric, by dimensions: Set<UsageDimension>,
        in range: ClosedRange<UsageMonth>, now: Timestamp
    ) async throws -> [UsageRow] {
        try await restore()
        var month = range.lowerBound
        while month <= range.upperBound {
            if asked[month].map({ now.since($0) >= refresh || now < $0 }) ?? true {
                // One month at a time, so that no more than one month's contributions are held.
                let contributions = try await book.contributions(in: month)
                if try releases.take(contributions, of: month) {
                    changes += 1
                    unkept[month] = changes
                }
                asked[month] = now
            }
            month = month.advanced(by: 1)
        }
        // While one month is written another call may change one: until nothing is left.
        while let next = unkept.keys.filter({ range.contains($0) }).min() {
            try await keep(next, now: now)
        }
        return releases.rows(metric, by: dimensions, in: range)
    }

    private func keep(_ month: UsageMonth, now: Timestamp) async throws {
        forgetErased()
        let change = unkept[month]
        try await keeper.keep(
            KeptUsageRelease(month: month, cells: releases.encoded(month)), now: now)
        if unkept[month] == change { unkept[month] = nil }
        // Somebody may have been erased while this was on its way: then it is kept once more.
        forgetErased()
    }

    /// Forgets vehicles that were erased since the last look.
    private func forgetErased() {
        let erased = keeper.erased(after: erasuresSeen)
        erasuresSeen += erased.count
        for vehicle in erased {
            for month in releases.forget(vehicle) {
                changes += 1
                unkept[month] = changes
            }
        }
    }

    /// What was released before the start.
    private func restore() async throws {
        guard !isRestored else { return forgetErased() }
        let kept = try await keeper.releases()
        // Another call may have been first, and may have released more meanwhile.
        guard !isRestored else { return }
        for release in kept { try releases.restore(release.month, from: release.cells) }
        isRestored = true
        forgetErased()
    }
}
