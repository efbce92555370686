import UsageAggregates
import VehicleSignals

/// Keeps what was released of the usage, and asks the book again when that has become old.
actor UsageDesk {
    private let book: any UsageBook
    private let refresh: TimeSpan
    private var releases: UsageReleases
    private var asked: [UsageMonth: Timestamp] = [:]

    init(book: any UsageBook, hash: CellHash, refresh: Duration) {
        self.book = book
        self.refresh = TimeSpan(milliseconds: Int64(refresh / .milliseconds(1)))
        self.releases = UsageReleases(hash: hash)
    }

    /// The months that can be asked for; `nil` if none. At most `GatewayLimit.usageMonthsKept`, so
    /// that what is remembered stays bounded whatever times vehicles have stated.
    func months() async throws -> ClosedRange<UsageMonth>? {
        guard let known = try await book.months() else { return nil }
        let oldest = known.upperBound.advanced(by: 1 - GatewayLimit.usageMonthsKept)
        let kept = max(known.lowerBound, oldest)...known.upperBound
        releases.keep(kept)
        asked = asked.filter { kept.contains($0.key) }
        return kept
    }

    /// The published cells of `range`.
    func rows(
        _ metric: UsageMetric, by dimensions: Set<UsageDimension>,
        in range: ClosedRange<UsageMonth>, now: Timestamp
    ) async throws -> [UsageRow] {
        var month = range.lowerBound
        while month <= range.upperBound {
            if asked[month].map({ now.since($0) >= refresh || now < $0 }) ?? true {
                // One month at a time, so that no more than one month's contributions are held.
                let contributions = try await book.contributions(in: month)
                try releases.take(contributions, of: month)
                asked[month] = now
            }
            month = month.advanced(by: 1)
        }
        return releases.rows(metric, by: dimensions, in: range)
    }
}
