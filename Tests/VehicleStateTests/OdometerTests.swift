import Testing
import VehicleSignals
import VehicleState

@Suite struct OdometerTests {
    @Test func `a missing mileage never becomes nought`() {
        var bench = RecordBench()
        bench.odometer(km: 50_000, at: noon(0))
        bench.odometer(km: 0, at: noon(1))
        bench.odometer(km: 0, at: noon(1, 1))
        #expect(bench.kilometres == 50_000)
    }

    @Test func `one spike is not believed, whatever its direction`() {
        for spike in [9_000.0, 300_000] {
            var bench = RecordBench()
            bench.odometer(km: 50_000, at: noon(0))
            let outcome = bench.odometer(km: spike, at: noon(1))
            #expect(outcome.implausible == 1)
            #expect(bench.kilometres == 50_000)
            bench.odometer(km: 50_040, at: noon(2))
            #expect(bench.kilometres == 50_040)
            #expect(bench.days().reduce(0) { $0 + $1.metres } == 40_000)
        }
    }

    @Test func `a jump is believed when a second reading agrees`() {
        var bench = RecordBench()
        bench.odometer(km: 50_000, at: noon(0))
        bench.odometer(km: 70_000, at: noon(1))
        #expect(bench.kilometres == 50_000)
        bench.odometer(km: 70_030, at: noon(2))
        #expect(bench.kilometres == 70_030)
        // The jump itself is no distance driven.
        #expect(bench.days().reduce(0) { $0 + $1.metres } == 30_000)
    }

    @Test func `a series says from which reading on it is believed`() {
        var bench = RecordBench()
        bench.odometer(km: 50_000, at: noon(0))
        bench.odometer(km: 50_020, at: noon(0, 1))
        #expect(bench.record.odometer().seriesSeconds == 0)
        bench.odometer(km: 70_000, at: noon(1))
        #expect(bench.record.odometer().seriesSeconds == 0)
        bench.odometer(km: 70_030, at: noon(2))
        bench.odometer(km: 70_050, at: noon(3))
        let seconds = bench.record.odometer().seriesSeconds
        #expect(Int64(seconds) == noon(2).milliseconds / 1000)
    }

    @Test func `second means in event time`() {
        var bench = RecordBench()
        bench.odometer(km: 50_000, at: noon(0))
        bench.odometer(km: 70_030, at: noon(2))
        bench.odometer(km: 70_000, at: noon(1))
        #expect(bench.kilometres == 70_030)
        var other = RecordBench()
        other.odometer(km: 50_000, at: noon(0))
        other.odometer(km: 70_030, at: noon(3))
        other.odometer(km: 70_000, at: noon(1))
        other.odometer(km: 50_020, at: noon(2))
        #expect(other.kilometres == 50_020)
    }

    @Test(arguments: [1.609_344, 1 / 1.609_344, 1 / 1000.0])
    func `a series in another unit is held apart however long it goes on`(factor: Double) {
        var bench = RecordBench()
        bench.odometer(km: 80_000, at: noon(0))
        for day in 1...5 {
            bench.odometer(km: (80_000 + Double(day) * 60) * factor, at: noon(day))
        }
        #expect(bench.kilometres == 80_000)
        #expect(bench.record.odometer().isHeldApart)
        // Its own source may come back to the old series.
        bench.odometer(km: 80_400, at: noon(6))
        #expect(bench.kilometres == 80_400)
        #expect(!bench.record.odometer().isHeldApart)
    }

    @Test func `a series a thousand times the old one is held apart`() {
        var bench = RecordBench()
        bench.odometer(km: 40, at: noon(0))
        bench.odometer(km: 40_010, at: noon(1))
        bench.odometer(km: 40_030, at: noon(2))
        #expect(bench.kilometres == 40)
        #expect(bench.record.odometer().isHeldApart)
    }

    @Test func `another source settles a series that was held apart`() {
        var bench = RecordBench()
        bench.odometer(km: 50_000, at: noon(0))
        bench.odometer(km: 80_467, at: noon(1))
        bench.odometer(km: 80_500, at: noon(2))
        #expect(bench.kilometres == 50_000)
        bench.odometer(km: 80_510, at: noon(2, 1), source: 1)
        #expect(bench.kilometres == 80_510)
    }

    @Test func `a workshop's word settles it too`() {
        var bench = RecordBench()
        bench.odometer(km: 50_000, at: noon(0))
        bench.odometer(km: 80_467, at: noon(1))
        let isNew = bench.record.settleOdometer(
            metres: 80_480_000, at: noon(2), zone: RecordBench.zone, limits: OdometerLimits())
        #expect(isNew)
        #expect(bench.kilometres == 80_480)
        bench.odometer(km: 80_530, at: noon(3))
        #expect(bench.kilometres == 80_530)
    }

    @Test func `an odometer may seem to run back by a kilometre, and stays where it was`() {
        var bench = RecordBench()
        bench.odometer(km: 50_001, at: noon(0))
        let outcome = bench.odometer(km: 50_000, at: noon(0, 1))
        #expect(outcome.implausible == 0)
        #expect(bench.kilometres == 50_001)
    }

    @Test func `distance within a day belongs to that day, and between days to the later`() {
        var bench = RecordBench()
        // The zone is two hours ahead: 21:30 UTC is 23:30, 22:30 UTC the next day.
        bench.odometer(km: 100, at: noon(0, 9))
        bench.odometer(km: 120, at: noon(0, 9.5))
        bench.odometer(km: 150, at: noon(0, 10.5))
        let days = bench.days()
        #expect(days.map(\.metres) == [20_000, 30_000])
        #expect(days.map(\.firstOdometerMetres) == [100_000, 120_000])
        #expect(days.map(\.lastOdometerMetres) == [120_000, 150_000])
        #expect(days[1].day.daysSinceEpoch - days[0].day.daysSinceEpoch == 1)
        #expect(bench.days().isEmpty)
    }

    @Test func `late evidence changes earlier days, and they are handed out again`() {
        var bench = RecordBench()
        bench.odometer(km: 100, at: noon(0))
        bench.odometer(km: 190, at: noon(2))
        #expect(bench.days().map(\.metres) == [0, 90_000])
        bench.odometer(km: 130, at: noon(1))
        #expect(bench.days().map(\.metres) == [30_000, 60_000])
    }

    @Test func `what is later than the lateness is counted and changes no day`() {
        var bench = RecordBench()
        bench.odometer(km: 100, at: noon(0))
        bench.odometer(km: 500, at: noon(30))
        let day = bench.record.foldableDay(
            zone: RecordBench.zone, lateness: bench.configuration.lateness)
        bench.record.fold(before: day, limits: bench.configuration.odometer)
        _ = bench.days()
        #expect(bench.odometer(km: 105, at: noon(1)).late == 1)
        #expect(bench.days().isEmpty)
        #expect(bench.kilometres == 500)
    }

    @Test func `days that are folded before anybody took them are not lost`() {
        var bench = RecordBench()
        for day in 0..<60 {
            bench.odometer(km: 1_000 + Double(day) * 40, at: noon(day))
            let border = bench.record.foldableDay(
                zone: RecordBench.zone, lateness: bench.configuration.lateness)
            bench.record.fold(before: border, limits: bench.configuration.odometer)
        }
        let days = bench.days()
        #expect(days.count == 60)
        #expect(Set(days.map(\.day)).count == 60)
        #expect(days.reduce(0) { $0 + $1.metres } == 59 * 40_000)
    }

    @Test func `the daily rate forgets by half in 56 days and needs 28 days`() {
        var bench = RecordBench()
        for day in 0...27 { bench.odometer(km: 1_000 + Double(day) * 50, at: noon(day)) }
        #expect(!bench.record.odometer().usage.isMeasured)
        #expect(bench.record.odometer().usage.metresPerDay() == 33_000)
        for day in 28...90 { bench.odometer(km: 1_000 + Double(day) * 50, at: noon(day)) }
        let usage = bench.record.odometer().usage
        #expect(abs(usage.metresPerDay() - 50_000) < 1_000)
        let quantiles = usage.weeklyQuantiles
        #expect(abs((quantiles?.low ?? 0) - 50_000) < 200)
        #expect(abs((quantiles?.high ?? 0) - 50_000) < 200)
    }
}
