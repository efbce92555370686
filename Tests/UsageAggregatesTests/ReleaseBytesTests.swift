import Testing
import UsageAggregates

/// What was released, over a restart.
struct ReleaseBytesTests {
    /// The same releases in a room of their own, by way of bytes.
    private func restarted(_ old: UsageReleases, _ months: [UsageMonth]) throws -> UsageReleases {
        var fresh = releases()
        for month in months { try fresh.restore(month, from: old.encoded(month)) }
        return fresh
    }

    @Test func `every answer is the same after a restart, for any fleet`() throws {
        for seed: UInt64 in 1...30 {
            var dice = Dice(seed: seed)
            let fleet = randomFleet(&dice, months: 3)
            var before = releases()
            for (month, contributions) in fleet { try before.take(contributions, of: month) }
            let after = try restarted(before, Array(fleet.keys))
            let range = january...january.advanced(by: 2)
            for metric in UsageMetric.allCases {
                for dimensions: Set<UsageDimension> in [
                    [], [.model], [.model, .powertrain, .month],
                ] {
                    #expect(
                        before.rows(metric, by: dimensions, in: range)
                            == after.rows(metric, by: dimensions, in: range), "seed \(seed)")
                }
            }
            for month in fleet.keys { #expect(after.encoded(month) == before.encoded(month)) }
        }
    }

    @Test func `a cell stays as it was released until enough of it changed`() throws {
        let fleet = (0..<30).map { car(UInt32($0), kilometres: 900 + Int64($0) * 11) }
        var before = releases()
        #expect(try before.take(fleet, of: january))
        #expect(try !before.take(fleet, of: january))
        var after = try restarted(before, [january])
        let told = after.total(.distance)
        #expect(try !after.take(fleet.dropLast(), of: january))
        #expect(after.total(.distance) == told)
        // A room without memory tells something else: the test could fail.
        var forgetful = releases()
        try forgetful.take(fleet.dropLast(), of: january)
        #expect(forgetful.total(.distance) != told)
        #expect(try after.take(fleet.dropFirst(12), of: january))
        #expect(after.total(.distance) != told)
    }

    @Test func `bytes that are cut, longer or of another version are refused with their place`()
        throws
    {
        var full = releases()
        try full.take((0..<12).map { car(UInt32($0)) }, of: january)
        let bytes = full.encoded(january)
        for length in 0..<bytes.count {
            var fresh = releases()
            #expect(throws: UnreadableReleases.self) {
                try fresh.restore(january, from: Array(bytes[..<length]))
            }
            #expect(fresh.total(.vehicles) == nil)
        }
        var fresh = releases()
        let longer = #expect(throws: UnreadableReleases.self) {
            try fresh.restore(january, from: bytes + [0])
        }
        #expect(longer?.offset == bytes.count)
        #expect(throws: UnreadableReleases.self) {
            try fresh.restore(january, from: [9] + bytes.dropFirst())
        }
    }
}
