import Testing
import UsageAggregates

struct ArithmeticTests {
    @Test func `counts are multiples of five, at most nine off, and right on average`() throws {
        for size in [10, 11, 13, 27, 50, 137] {
            var sum: Int64 = 0
            let runs = 400
            for run in 0..<runs {
                var releases = releases(key: UInt64(run) &* 7919 &+ UInt64(size))
                try releases.take((0..<UInt32(size)).map { car($0) }, of: january)
                let value = try #require(releases.total(.vehicles))
                #expect(value % 5 == 0 && value >= 10)
                #expect(abs(value - Int64(size)) <= 9)
                sum += value
            }
            // Below 17 the floor of ten pushes upwards; elsewhere nothing pushes.
            if size >= 17 { #expect(abs(Double(sum) / Double(runs) - Double(size)) < 0.7) }
        }
    }

    @Test func `sums have three digits and lie within three greatest contributions`() throws {
        for run in 0..<300 {
            var releases = releases(key: UInt64(run) + 1)
            let fleet = (0..<UInt32(60)).map { car($0, kilometres: 500 + Int64($0) * 20) }
            try releases.take(fleet, of: january)
            let value = try #require(releases.total(.distance))
            let truth = fleet.map(\.distanceMetres).reduce(0, +) / 1000
            let greatest: Int64 = 500 + 59 * 20
            #expect(abs(value - truth) <= 3 * greatest + 100)
            var digits = value
            while digits >= 1000 {
                #expect(digits % 10 == 0)
                digits /= 10
            }
        }
    }

    @Test func `one vehicle counts for a bounded distance and for a month's days`() throws {
        var releases = releases()
        let fleet = (0..<UInt32(30)).map { car($0, kilometres: 1_000_000_000, days: 9_999) }
        try releases.take(fleet + fleet, of: january)
        let distance = try #require(releases.total(.distance))
        #expect(distance <= 33 * 20_000 + 1000)
        #expect(try #require(releases.total(.daysDriven)) <= 33 * 31 + 10)
    }

    @Test func `negative values count as nothing`() throws {
        var releases = releases()
        try releases.take((0..<20).map { car($0, kilometres: -5000, days: -3) }, of: january)
        #expect(releases.total(.distance) == 0)
        #expect(releases.total(.daysDriven) == 0)
    }

    @Test func `the same vehicles give the same answer in any order and after a restart`() throws {
        var dice = Dice(seed: 5)
        for _ in 0..<100 {
            let fleet = randomFleet(&dice)[january] ?? []
            var first = releases()
            try first.take(fleet, of: january)
            var second = releases()
            try second.take(fleet.shuffled(using: &dice), of: january)
            try second.take(fleet.shuffled(using: &dice), of: january)
            for metric in UsageMetric.allCases {
                for grid in allGrids {
                    #expect(
                        first.rows(metric, by: grid, in: january...january)
                            == second.rows(metric, by: grid, in: january...january))
                }
            }
        }
    }

    @Test func `vehicles over months are their mean`() throws {
        var releases = releases()
        for offset in 0..<12 {
            let month = january.advanced(by: offset)
            try releases.take((0..<100).map { car($0, in: month) }, of: month)
        }
        let value = try #require(
            releases.total(.vehicles, in: january...january.advanced(by: 11)))
        #expect(abs(value - 100) <= 5)
    }

    @Test func `rows are sorted by month, model and powertrain`() throws {
        var releases = releases()
        var dice = Dice(seed: 9)
        for offset in 0..<3 {
            let month = january.advanced(by: offset)
            let fleet = (0..<UInt32(120)).map {
                car($0, "M\($0 % 3)", $0 % 2 == 0 ? "ICE" : "BEV", in: month)
            }
            try releases.take(fleet.shuffled(using: &dice), of: month)
        }
        let keys = releases.rows(
            .vehicles, by: [.model, .powertrain, .month], in: january...january.advanced(by: 2)
        ).map { "\($0.key.month?.text ?? "")\($0.key.model ?? "")\($0.key.powertrain ?? "")" }
        #expect(keys.count == 18)
        #expect(keys == keys.sorted())
    }

    @Test(arguments: [
        ("2026-03", true), ("1970-01", true), ("9999-12", true), ("2026-00", false),
        ("2026-13", false), ("1969-12", false), ("2026-3", false), ("2026/03", false), ("", false),
        ("+026-03", false), ("2026-0３", false),
    ])
    func `a month is read strictly`(text: String, isMonth: Bool) {
        #expect(UsageMonth(text: text)?.text == (isMonth ? text : nil))
    }

    @Test func `months are counted over years`() {
        #expect(month(2025, 11).advanced(by: 3) == month(2026, 2))
        #expect(month(2026, 2).advanced(by: -3) == month(2025, 11))
        #expect(month(2025, 11).distance(to: month(2026, 2)) == 3)
        #expect(month(9999, 12).advanced(by: 1) == month(9999, 12))
    }

    /// Vectors of the hash's authors: key 00…0f, message 00…(n-1).
    @Test(arguments: [
        (0, 0x726f_db47_dd0e_0e31 as UInt64), (1, 0x74f8_39c5_93dc_67fd),
        (8, 0x93f5_f579_9a93_2462), (15, 0xa129_ca61_49be_45e5),
    ])
    func `the keyed hash is SipHash-2-4`(length: Int, expected: UInt64) {
        let hash = CellHash(key: (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908))
        #expect(hash((0..<UInt8(length)).map { $0 }) == expected)
    }
}
