import Testing
import UsageAggregates

struct SuppressionTests {
    @Test(arguments: [
        (vehicles: 9, holders: 9, published: false), (vehicles: 10, holders: 4, published: false),
        (vehicles: 10, holders: 5, published: true), (vehicles: 200, holders: 4, published: false),
        (vehicles: 1, holders: 1, published: false), (vehicles: 40, holders: 40, published: true),
    ])
    func `a cell needs ten vehicles and five holders`(
        vehicles: Int, holders: Int, published: Bool
    ) throws {
        var releases = releases()
        try releases.take(
            (0..<vehicles).map { car(UInt32($0), holder: Int64($0 % holders)) }, of: january)
        for metric in UsageMetric.allCases {
            #expect((releases.total(metric) != nil) == published)
        }
    }

    @Test func `ten contributions of one vehicle are one vehicle`() throws {
        var releases = releases()
        try releases.take((0..<50).map { car(1, holder: Int64($0)) }, of: january)
        #expect(releases.total(.vehicles) == nil)
    }

    @Test func `a vehicle that drives more than half hides the sum, not the count`() throws {
        var releases = releases()
        let fleet = (1...19).map { car(UInt32($0), kilometres: 100) } + [car(99, kilometres: 3000)]
        try releases.take(fleet, of: january)
        #expect(releases.total(.distance) == nil)
        #expect(releases.total(.vehicles) != nil)
        #expect(releases.total(.daysDriven) != nil)
    }

    @Test func `cells in which nobody drove have no sums`() throws {
        var releases = releases()
        try releases.take((0..<20).map { car($0, kilometres: 0, days: 0) }, of: january)
        #expect(releases.total(.distance) == 0)
        #expect(releases.total(.vehicles) != nil)
    }

    @Test func `a total holds published cells only, so no suppressed cell is left over`() throws {
        var dice = Dice(seed: 3)
        for _ in 0..<200 {
            var releases = releases(key: dice.next())
            let fleet = randomFleet(&dice, months: 3)
            for (month, contributions) in fleet { try releases.take(contributions, of: month) }
            let range = january...january.advanced(by: 2)
            for metric in [UsageMetric.distance, .daysDriven] {
                let finest = releases.rows(metric, by: [.model, .powertrain, .month], in: range)
                for grid in allGrids {
                    let rows = releases.rows(metric, by: grid, in: range)
                    // Every coarser cell is exactly the sum of the published finest ones.
                    for row in rows {
                        let parts = finest.filter { part in
                            (row.key.model ?? part.key.model) == part.key.model
                                && (row.key.powertrain ?? part.key.powertrain)
                                    == part.key.powertrain
                                && (row.key.month ?? part.key.month) == part.key.month
                        }
                        #expect(row.value == parts.map(\.value).reduce(0, +))
                    }
                    #expect(rows.map(\.value).reduce(0, +) == finest.map(\.value).reduce(0, +))
                }
            }
            for row in releases.rows(.vehicles, by: [.model, .powertrain, .month], in: range) {
                let members = (row.key.month.flatMap { fleet[$0] } ?? []).filter {
                    $0.model == row.key.model && $0.powertrain == row.key.powertrain
                }
                #expect(Set(members.map(\.vehicle)).count >= 10)
                #expect(Set(members.map(\.holder)).count >= 5)
            }
        }
    }

    @Test func `a month with too many cells is refused as a whole`() throws {
        var limits = UsageLimits()
        limits.maximumCellsAMonth = 3
        var releases = UsageReleases(hash: CellHash(key: (1, 2)), limits: limits)
        let error = #expect(throws: UsageError.self) {
            try releases.take((0..<40).map { car($0, "M\($0 % 4)") }, of: january)
        }
        #expect(error == .tooManyCells(month: january, limit: 3))
        #expect(releases.total(.vehicles) == nil)
        #expect(throws: UsageError.self) { try releases.take([car(1)], of: month(2026, 2)) }
    }

    @Test func `forgotten months are gone`() throws {
        var releases = releases()
        try releases.take((0..<20).map { car($0) }, of: january)
        releases.keep(month(2026, 2)...month(2026, 3))
        #expect(releases.total(.vehicles) == nil)
    }
}

let allGrids: [Set<UsageDimension>] = (0..<8).map { bits in
    Set(UsageDimension.allCases.enumerated().filter { bits >> $0.offset & 1 == 1 }.map(\.element))
}
