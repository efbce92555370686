import Testing
import UsageAggregates

/// What is kept of a vehicle that was erased, and what it still has to prevent.
struct ErasureTests {
    private static let victim: UInt32 = 11_259_375

    private func holds(_ releases: UsageReleases, _ vehicle: UInt32) -> Bool {
        let number = (0..<4).map { UInt8(truncatingIfNeeded: vehicle >> (8 * UInt32($0))) }
        return releases.encoded(january).contains(number)
    }

    private func fleet(victimKilometres: Int64 = 1000) -> [UsageContribution] {
        [car(Self.victim, kilometres: victimKilometres)] + (1...39).map { car($0) }
    }

    @Test func `what was published stays, and no number leads to the vehicle`() throws {
        var told = releases()
        try told.take(fleet(), of: january)
        try told.take(fleet().map { car($0.vehicle, in: month(2026, 2)) }, of: month(2026, 2))
        let before = UsageMetric.allCases.map { told.total($0) }
        #expect(holds(told, Self.victim))
        #expect(told.forget(Self.victim) == [january, month(2026, 2)])
        #expect(!holds(told, Self.victim))
        #expect(UsageMetric.allCases.map { told.total($0) } == before)
        // A second one does not get mixed up with it, and doing it again changes nothing.
        #expect(told.forget(7) == [january, month(2026, 2)])
        #expect(told.forget(Self.victim).isEmpty && told.forget(99).isEmpty)
        var again = releases()
        try again.restore(january, from: told.encoded(january))
        #expect(again.encoded(january) == told.encoded(january))
    }

    @Test func `without it the same is told, until enough others have changed`() throws {
        var told = releases()
        try told.take(fleet(), of: january)
        let before = told.total(.distance)
        _ = told.forget(Self.victim)
        // Its days are gone, so it is in no month any more; eight others change as well.
        var after = Array(fleet().dropFirst())
        func change(_ count: Int, by metres: Int64) {
            for place in 0..<count {
                after[place].distanceMetres += metres
                after[place].daysDriven -= 5
            }
        }
        change(8, by: 700_000)
        #expect(try !told.take(after, of: january))
        // Nor does it help that it comes again under its own number.
        #expect(try !told.take([car(Self.victim, kilometres: 40)] + after, of: january))
        #expect(told.total(.distance) == before)
        change(12, by: 700_000)
        #expect(try told.take(after, of: january))
        #expect(told.total(.distance) != before)
    }

    @Test func `a difference that would mostly be the erased vehicle is not published`() throws {
        var told = releases()
        try told.take(fleet(victimKilometres: 15_000), of: january)
        let before = told.total(.distance)
        _ = told.forget(Self.victim)
        var after = Array(fleet().dropFirst())
        for place in 0..<20 {
            after[place].distanceMetres += 10_000
            after[place].daysDriven -= 5
        }
        #expect(try !told.take(after, of: january))
        #expect(told.total(.distance) == before)
    }
}
