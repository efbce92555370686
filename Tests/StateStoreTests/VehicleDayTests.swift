import StateStore
import Testing
import VehicleSignals

@Suite struct VehicleDayTests {
    let folder: StateFolder

    init() throws { folder = try StateFolder() }

    @Test func `a day is replaced by a later one and kept against an earlier one`() throws {
        let store = try folder.open()
        try store.save(makeFlush(5, days: [makeDay(1, 10, metres: 100, at: 5)]))
        try store.save(makeFlush(6, days: [makeDay(1, 10, metres: 40, at: 6)]))
        #expect(try store.days(of: VehicleKey(1)) == [makeDay(1, 10, metres: 40, at: 6)])
        try store.save(makeFlush(7, days: [makeDay(1, 10, metres: 900, at: 4)]))
        #expect(try store.days(of: VehicleKey(1)) == [makeDay(1, 10, metres: 40, at: 6)])
    }

    @Test func `all fields of a day come back, absent ones as absent`() throws {
        let store = try folder.open()
        var day = makeDay(0xFFFF_FFFF, -400, metres: Int64.max / 4)
        day.firstOdometer = 0
        day.lastOdometer = nil
        try store.save(makeFlush(1, days: [day]))
        #expect(try store.allDays() == [day])
    }

    @Test func `a span of days is read by day, then by vehicle, both ends included`() throws {
        let store = try folder.open()
        var days: [VehicleDayRow] = []
        for vehicle: UInt32 in [5, 1, 3] {
            for day: Int32 in 10...20 { days.append(makeDay(vehicle, day, metres: 1)) }
        }
        try store.save(makeFlush(1, days: days.shuffled()))
        var seen: [[Int]] = []
        try store.forEachDay(from: Day(daysSinceEpoch: 12), through: Day(daysSinceEpoch: 13)) {
            seen.append([Int($0.day.daysSinceEpoch), Int($0.vehicle.number)])
        }
        #expect(seen == [[12, 1], [12, 3], [12, 5], [13, 1], [13, 3], [13, 5]])
        #expect(try store.days(of: VehicleKey(3)).map(\.day.daysSinceEpoch) == Array(10...20))
        #expect(try store.days(of: VehicleKey(4)).isEmpty)
    }

    @Test func `retention removes whole days from the oldest on`() throws {
        let store = try folder.open()
        let days = (1...50).flatMap { day in
            [makeDay(1, Int32(day), metres: 1), makeDay(2, Int32(day), metres: 2)]
        }
        try store.save(makeFlush(1, days: days))
        #expect(try store.removeDays(before: Day(daysSinceEpoch: 31)) == 60)
        #expect(try store.removeDays(before: Day(daysSinceEpoch: 31)) == 0)
        #expect(try store.allDays().map(\.day.daysSinceEpoch).min() == 31)
        #expect(try store.allDays().count == 40)
    }

    @Test func `an unlinked number is joined into its vehicle without loss`() throws {
        let store = try folder.open()
        let number = VehicleKey.firstUnlinked.number + 2
        var flush = makeFlush(
            1, states: [(7, "seven"), (number, "unknown")],
            days: [
                makeDay(7, 10, metres: 100), makeDay(7, 11, metres: 5),
                makeDay(number, 11, metres: 50), makeDay(number, 12, metres: 9),
            ])
        flush.unlinked = [makeName(2, "dev", seen: 1...5)]
        try store.save(flush)

        var next = makeFlush(2, states: [(7, "joined")])
        next.joins = [VehicleJoin(number: VehicleKey(number), vehicle: VehicleKey(7))]
        for _ in 1...2 {
            try store.save(next)
            #expect(try store.states() == [7: "joined"])
            #expect(try store.days(of: VehicleKey(7)).map(\.metres) == [100, 50, 9])
            #expect(try store.days(of: VehicleKey(number)).isEmpty)
            #expect(try store.unlinkedNames().isEmpty)
        }
    }

    @Test func `a join covers the days of its own flush`() throws {
        let store = try folder.open()
        let number = VehicleKey.firstUnlinked.number
        try store.save(makeFlush(1, days: [makeDay(number, 3, metres: 70)]))
        var flush = makeFlush(2, days: [makeDay(7, 3, metres: 20, at: 2)])
        flush.joins = [VehicleJoin(number: VehicleKey(number), vehicle: VehicleKey(7))]
        try store.save(flush)
        #expect(try store.allDays() == [longer(flush.days[0], makeDay(7, 3, metres: 70))])
    }
}
