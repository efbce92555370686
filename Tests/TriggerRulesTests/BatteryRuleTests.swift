import Testing
import TriggerRules
import VehicleSignals

@Suite struct BatteryRuleTests {
    /// A day: driven at eight, left alone from nine, read at `hours` after that.
    static func day(_ car: inout Car, _ day: Int, volts: Double, hours: Double = 6) {
        car.send(Message(noon(day, -4)).speed(50))
        car.send(Message(noon(day, -3)).speed(30))
        car.send(Message(noon(day, -3 + hours)).volts(volts))
    }

    @Test func `three low rests of five open, two do not`() {
        var car = Car()
        Self.day(&car, 0, volts: 12.1)
        Self.day(&car, 1, volts: 12.4)
        Self.day(&car, 2, volts: 12.1)
        #expect(car.deeds == [])
        Self.day(&car, 3, volts: 12.19)
        #expect(car.book.summary == ["SV-12/1 open"])
        #expect(car.fired[0].tier == 3)
        #expect(
            car.fired[0].reasonText()
                == "12 V battery low at rest: 3 of the last 4 rests, lately 12.19 V.")
    }

    static let voltages: [(Double, Bool)] = [(12.2, false), (12.19, true), (12.25, false)]

    @Test(arguments: voltages)
    func `the threshold itself is not low`(volts: Double, opens: Bool) {
        var car = Car()
        for day in 0..<4 { Self.day(&car, day, volts: volts) }
        #expect(car.deeds.isEmpty == !opens)
    }

    @Test func `very low on two rests is the higher tier`() {
        var car = Car()
        Self.day(&car, 0, volts: 11.8)
        #expect(car.deeds == [])
        Self.day(&car, 1, volts: 11.85)
        #expect(car.book.summary == ["SV-12/1 escalated"])
        #expect(car.fired.last?.tier == 2)
    }

    static let rests: [(Double, Bool)] = [(3.9, false), (4.0, true), (4.1, true)]

    @Test(arguments: rests)
    func `a rest begins four hours after use`(hours: Double, counts: Bool) {
        var car = Car()
        for day in 0..<4 { Self.day(&car, day, volts: 12.0, hours: hours) }
        #expect(car.deeds.isEmpty == !counts)
    }

    @Test func `one rest is one observation however often it is read`() {
        var car = Car()
        car.send(Message(noon(0, -4)).speed(50))
        for hour in 0..<60 { car.send(Message(noon(0, Double(hour + 2))).volts(12.0)) }
        #expect(car.deeds == [])
    }

    @Test func `an AGM battery is judged a tenth of a volt higher`() {
        for (battery, opens) in [(VehicleFacts.Battery.flooded, false), (.agm, true)] {
            var car = Car()
            car.facts.battery = battery
            for day in 0..<4 { Self.day(&car, day, volts: 12.25) }
            #expect(car.deeds.isEmpty == !opens)
        }
    }

    @Test func `three good rests clear it, and the next need is a new cycle`() {
        var car = Car()
        for day in 0..<3 { Self.day(&car, day, volts: 12.0) }
        #expect(car.book.summary == ["SV-12/1 open"])
        Self.day(&car, 3, volts: 12.6)
        Self.day(&car, 4, volts: 12.5)
        #expect(car.book.summary == ["SV-12/1 open"])
        Self.day(&car, 5, volts: 12.5)
        Self.day(&car, 6, volts: 12.6)
        #expect(car.book.summary == ["SV-12/1 resolved"])
        for day in 7..<11 { Self.day(&car, day, volts: 12.0) }
        #expect(car.book.summary == ["SV-12/1 resolved", "SV-12/2 open"])
    }

    @Test func `a visit clears it`() {
        var car = Car()
        for day in 0..<3 { Self.day(&car, day, volts: 12.0) }
        car.facts.lastServiceDay = Day(utc: noon(4))
        car.slot.noteFactsChanged()
        Self.day(&car, 5, volts: 12.6)
        #expect(car.book.summary == ["SV-12/1 resolved"])
    }

    @Test func `a system left awake is not at rest, and is from when it falls asleep`() {
        var car = Car()
        for day in 0..<4 {
            car.send(Message(noon(day, -6)).state("ON"))
            car.send(Message(noon(day, 0)).volts(12.0))
        }
        #expect(car.deeds == [])
        var other = Car()
        for day in 0..<4 {
            other.send(Message(noon(day, -6)).state("ON"))
            other.send(Message(noon(day, -5)).state("LOCK"))
            other.send(Message(noon(day, 0)).volts(12.0))
        }
        #expect(other.book.summary == ["SV-12/1 open"])
    }

    /// Drives to work and back, and says every hour in between that it is asleep.
    static func commute(_ car: inout Car, _ day: Int, volts: Double) {
        for hour in 0..<24 {
            let time = noon(day, Double(hour) - 11.9)
            let isDriving = hour == 7 || hour == 17
            car.send(
                isDriving
                    ? Message(time).state("ON").speed(50).volts(14.2)
                    : Message(time).state("LOCK").volts(volts))
        }
    }

    @Test func `a car that says every hour that it is asleep is at rest from the first time on`() {
        var car = Car()
        for day in 0..<3 { Self.commute(&car, day, volts: 12.0) }
        #expect(car.book.summary == ["SV-12/1 open"])
        let lines = car.explain(.lowVoltageBattery).lines()
        // Two rests a day: at work, and overnight.
        #expect(lines.contains("  rest 5: 12.00 V"))
        for day in 3..<6 { Self.commute(&car, day, volts: 12.7) }
        #expect(car.book.summary == ["SV-12/1 resolved"])
    }

    @Test func `a rest between two drives of one day counts`() {
        var car = Car()
        for day in 0..<3 {
            car.send(Message(noon(day, -4)).state("ON"))
            for hour in stride(from: -3.5, to: 4.5, by: 1) {
                car.send(Message(noon(day, hour)).state("LOCK").volts(12.1))
            }
            car.send(Message(noon(day, 5)).state("ON"))
            car.send(Message(noon(day, 6)).state("LOCK").volts(12.6))
        }
        #expect(car.book.summary == ["SV-12/1 open"])
    }

    @Test func `a charging voltage is a sign of use`() {
        var car = Car()
        for day in 0..<4 {
            car.send(Message(noon(day, -8)).volts(14.2))
            car.send(Message(noon(day, -1)).volts(13.3))
            car.send(Message(noon(day, 2)).volts(12.0))
        }
        #expect(car.deeds == [])
    }

    @Test func `a late sign of use takes the need back`() {
        var car = Car()
        for day in 0..<3 { Self.day(&car, day, volts: 12.0) }
        #expect(car.book.summary == ["SV-12/1 open"])
        car.send(Message(noon(1, 2)).speed(40))
        #expect(car.deeds == ["SV-12 open", "SV-12 withdraw"])
        #expect(car.book.standing.isEmpty)
    }

    @Test func `the explanation lists the rests`() {
        var car = Car()
        for day in 0..<2 { Self.day(&car, day, volts: 12.0) }
        let lines = car.explain(.lowVoltageBattery).lines()
        #expect(lines[0] == "SV-12 LV_BATTERY, rule version 1, cycle 1: not open")
        #expect(lines.contains("  rest 2: 12.00 V"))
        #expect(lines.contains("  2 of the last 5 rests below the low threshold; 3 are needed"))
    }
}
