import Testing
import UsageAggregates

/// The attack that minimum counts alone don't stop: two answers, each over enough vehicles, whose
/// vehicles differ by exactly one; their difference is that one vehicle.
struct DifferencingTests {
    /// What an attacker gets who knows that the second answer holds the victim's month or not,
    /// and guesses by the sign of the difference. 0.5 is guessing blindly.
    private func success(
        worlds: Int, seed: UInt64, _ answers: (Bool, inout Dice) throws -> (Int64, Int64)
    ) rethrows -> Double {
        var dice = Dice(seed: seed)
        var right = 0.0
        for _ in 0..<worlds {
            let victimDrove = dice.below(2) == 0
            let (without, with) = try answers(victimDrove, &dice)
            if with == without {
                right += victimDrove ? 0 : 1
            } else {
                right += (with > without) == victimDrove ? 1 : 0
            }
        }
        return right / Double(worlds)
    }

    private func fleet(_ dice: inout Dice, in month: UsageMonth = january) -> [UsageContribution] {
        let size = 10 + dice.below(31)
        return (0..<UInt32(size)).map {
            car($0, in: month, kilometres: Int64(300 + dice.below(2000)))
        }
    }

    @Test func `minimum counts alone give the victim away`() {
        // The yardstick: without rounding and noise the attack always succeeds.
        let rate = success(worlds: 2000, seed: 1) { drove, dice in
            let size = Int64(10 + dice.below(31))
            return (size, size + (drove ? 1 : 0))
        }
        #expect(rate == 1)
    }

    @Test func `a released cell does not move when one vehicle joins, leaves or changes`() throws {
        var dice = Dice(seed: 2)
        for _ in 0..<500 {
            var releases = releases(key: dice.next())
            let before = fleet(&dice)
            try releases.take(before, of: january)
            let first = UsageMetric.allCases.map { releases.total($0) }
            var after = before
            switch dice.below(3) {
            case 0: after.append(car(9_999, kilometres: 1500))
            case 1: after.remove(at: dice.below(after.count))
            default: after[dice.below(after.count)].distanceMetres += 400_000
            }
            try releases.take(after, of: january)
            #expect(UsageMetric.allCases.map { releases.total($0) } == first)
            // Nor does it creep: nine changes in turn are nine differences from what was said.
            for vehicle in 0..<8 { after.append(car(UInt32(20_000 + vehicle))) }
            try releases.take(after, of: january)
            #expect(UsageMetric.allCases.map { releases.total($0) } == first)
            after.append(car(30_000))
            try releases.take(after, of: january)
            let size = Int64(Set(after.map(\.vehicle)).count)
            #expect(abs(try #require(releases.total(.vehicles)) - size) <= 9)
        }
    }

    @Test func `one long journey among nine short ones does not move the sum`() throws {
        var releases = releases()
        let before = (0..<UInt32(40)).map { car($0) }
        try releases.take(before, of: january)
        let first = UsageMetric.allCases.map { releases.total($0) }
        var after = before
        for place in 0..<12 { after[place].distanceMetres += place == 0 ? 900_000 : 1_000 }
        try releases.take(after, of: january)
        #expect(UsageMetric.allCases.map { releases.total($0) } == first)
        for place in 0..<40 { after[place].distanceMetres += 900_000 }
        try releases.take(after, of: january)
        #expect(releases.total(.distance) != first[1])
    }

    @Test func `a cell that shrinks away is no longer published`() throws {
        var releases = releases()
        let all = (0..<UInt32(25)).map { car($0) }
        try releases.take(all, of: january)
        #expect(releases.total(.vehicles) != nil)
        try releases.take(all.prefix(9), of: january)
        #expect(releases.total(.vehicles) == nil)
        try releases.take([], of: january)
        #expect(releases.rows(.vehicles, by: [.model], in: january...january).isEmpty)
    }

    @Test func `two months that differ by one vehicle don't show it in the count`() throws {
        let rate = try success(worlds: 6000, seed: 4) { drove, dice in
            var releases = releases(key: dice.next())
            let next = january.advanced(by: 1)
            let first = fleet(&dice)
            var second = first.map { contribution in
                var contribution = contribution
                contribution.month = next
                return contribution
            }
            if drove { second.append(car(9_999, in: next)) }
            try releases.take(first, of: january)
            try releases.take(second, of: next)
            return (
                try #require(releases.total(.vehicles)),
                try #require(releases.total(.vehicles, in: next...next))
            )
        }
        #expect(rate < 0.6, "the attacker was right in \(rate) of the worlds")
    }

    @Test func `nor in the distance`() throws {
        let rate = try success(worlds: 6000, seed: 5) { drove, dice in
            var releases = releases(key: dice.next())
            let next = january.advanced(by: 1)
            let first = fleet(&dice)
            var second = first.map { contribution in
                var contribution = contribution
                contribution.month = next
                return contribution
            }
            if drove { second.append(car(9_999, in: next, kilometres: 1300)) }
            try releases.take(first, of: january)
            try releases.take(second, of: next)
            return (
                try #require(releases.total(.distance)),
                try #require(releases.total(.distance, in: next...next))
            )
        }
        #expect(rate < 0.7, "the attacker was right in \(rate) of the worlds")
    }

    @Test func `a longer span minus a shorter one is a published month and nothing more`() throws {
        var dice = Dice(seed: 6)
        for _ in 0..<100 {
            var releases = releases(key: dice.next())
            for offset in 0..<3 {
                let month = january.advanced(by: offset)
                try releases.take(fleet(&dice, in: month), of: month)
            }
            let last = january.advanced(by: 2)
            for metric in [UsageMetric.distance, .daysDriven] {
                let long = releases.total(metric, in: january...last) ?? 0
                let short = releases.total(metric, in: january...january.advanced(by: 1)) ?? 0
                #expect(long - short == releases.total(metric, in: last...last) ?? 0)
            }
        }
    }

    @Test func `one rare car in a model cannot be had by subtracting its siblings`() throws {
        var releases = releases()
        let common = (0..<UInt32(30)).map { car($0, "A", "BEV") }
        try releases.take(common + [car(500, "A", "PHEV")], of: january)
        var without = UsageReleases(hash: CellHash(key: (7, ~7)))
        try without.take(common, of: january)
        for metric in UsageMetric.allCases {
            for grid in allGrids {
                #expect(
                    releases.rows(metric, by: grid, in: january...january)
                        == without.rows(metric, by: grid, in: january...january))
            }
        }
    }
}
