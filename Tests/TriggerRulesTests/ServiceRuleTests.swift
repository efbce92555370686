import Testing
import TriggerRules
import VehicleSignals
import VehicleState

@Suite struct ServiceRuleTests {
    static let boundaries: [(Double, Double, Bool)] = [
        (31, 20_000, false), (30, 20_000, true), (200, 1_001, false), (200, 1_000, true),
        (200, 990, true), (-3, 20_000, true), (200, 20_000, false),
    ]

    @Test(arguments: boundaries)
    func `opens at thirty days or a thousand kilometres`(days: Double, km: Double, opens: Bool) {
        var car = Car()
        // Little driving, so that the distance alone does not come near in time.
        car.rules.service.dailyKilometresDefault = 1
        car.send(Message(noon(0)).odometer(40_000).distance(km).days(days))
        #expect(car.book.summary == (opens ? ["SV-01/1 open"] : []))
    }

    @Test func `the distance counts by the rate of driving too`() {
        var car = Car()
        // 33 km a day assumed: 990 km last for thirty days, 1,300 km for 39.
        car.send(Message(noon(0)).odometer(40_000).distance(1_300))
        #expect(car.book.summary == [])
        #expect(car.slot.nextTimer == noon(0).advanced(by: .seconds(811_637)))
        car.wait(until: noon(9))
        #expect(car.book.summary == [])
        car.wait(until: noon(10))
        #expect(car.book.summary == ["SV-01/1 open"])
        #expect(!(car.fired.last?.isConfident ?? true))
        #expect(car.fired.last?.basis == .estimate)
    }

    @Test func `a date comes near without a message`() {
        var car = Car()
        car.send(Message(noon(0)).days(45))
        #expect(car.book.summary == [])
        car.wait(until: noon(14, 23))
        #expect(car.book.summary == [])
        car.wait(until: noon(15))
        #expect(car.deeds == ["SV-01 open"])
        #expect(car.fired[0].dueExpected == Day(utc: noon(45)))
        #expect(car.fired[0].remainingDays == 30)
    }

    @Test func `driving without a new display brings the distance nearer`() {
        var car = Car()
        car.rules.service.dailyKilometresDefault = 1
        car.send(Message(noon(0)).odometer(40_000).distance(1_500))
        car.send(Message(noon(1)).odometer(40_400))
        #expect(car.book.summary == [])
        car.send(Message(noon(2)).odometer(40_500))
        #expect(car.book.summary == ["SV-01/1 open"])
        #expect(car.fired.last?.remainingKilometres == 1_000)
    }

    @Test func `readings older than thirty days open nothing`() {
        var car = Car()
        car.send(Message(noon(0)).days(65))
        car.wait(until: noon(60))
        #expect(car.deeds == [])
        #expect(car.explain(.serviceDueSoon).lines().contains { $0.contains("stale readings") })
    }

    @Test func `retained readings alone never fire`() {
        var car = Car()
        car.send(Message(noon(0)).retained().odometer(40_000).distance(10).days(1).due(true))
        car.send(Message(noon(0)).retained(.none).distance(10).days(1))
        car.wait(until: noon(20))
        #expect(car.deeds == [])
        // The value is known nevertheless.
        #expect(car.slot.record.values[Signals.id(.serviceDistance)]?.number == 10)
        car.send(Message(noon(20)).days(1))
        #expect(car.deeds == ["SV-01 open"])
    }

    @Test func `the vehicle's own flag opens`() {
        var car = Car()
        car.send(Message(noon(0)).due(false))
        #expect(car.deeds == [])
        car.send(Message(noon(1)).due(true))
        #expect(car.deeds == ["SV-01 open"])
        #expect(car.fired[0].reasonText().hasPrefix("Service due now"))
    }

    @Test func `overdue escalates the trigger of the cycle`() {
        var car = Car()
        car.send(Message(noon(0)).odometer(40_000).distance(100))
        car.send(Message(noon(1)).odometer(40_599).distance(-499))
        #expect(car.book.summary == ["SV-01/1 open"])
        car.send(Message(noon(2)).odometer(40_600).distance(-500))
        #expect(car.deeds == ["SV-01 open", "SV-01 update", "SV-01 escalate"])
        #expect(car.fired.last?.tier == 2)
        #expect(car.fired.last?.escalatedBy == .serviceOverdue)
        #expect(car.book.summary == ["SV-01/1 escalated"])
    }

    @Test func `a vehicle that is overdue when first seen has a trigger of its own`() {
        var car = Car()
        car.send(Message(noon(0)).days(-14))
        #expect(car.book.summary == ["SV-02/1 open"])
        #expect(car.fired[0].tier == 2)
        var other = Car()
        other.send(Message(noon(0)).days(-13))
        #expect(other.book.summary == ["SV-01/1 open"])
        other.wait(until: noon(1))
        #expect(other.book.summary == ["SV-01/1 escalated"])
    }

    @Test func `a reset shown twice ends the cycle, shown once it does not`() {
        var car = Car()
        car.send(Message(noon(0)).odometer(40_000).distance(300).days(20))
        car.send(Message(noon(3)).odometer(40_050).distance(15_000).days(365))
        #expect(car.book.summary == ["SV-01/1 open"])
        car.send(Message(noon(3, 1)).odometer(40_060).distance(14_990).days(365))
        #expect(car.book.summary == ["SV-01/1 resolved"])
        #expect(car.fired.last?.isEndedByVisit == true)
        car.send(Message(noon(20)).odometer(40_900).distance(900).days(340))
        car.send(Message(noon(20, 1)).odometer(40_901).distance(899).days(340))
        #expect(car.book.summary == ["SV-01/1 resolved", "SV-01/2 open"])
    }

    @Test func `one reading that falls to nought opens nothing`() {
        var car = Car()
        car.send(Message(noon(0)).odometer(40_000).distance(14_000).days(300))
        car.send(Message(noon(1)).odometer(40_030).distance(0).days(0))
        #expect(car.deeds == [])
        car.send(Message(noon(2)).odometer(40_060).distance(13_940).days(298))
        #expect(car.deeds == [])
        car.send(Message(noon(3)).odometer(40_090).distance(0))
        car.send(Message(noon(4)).odometer(40_120).distance(0))
        #expect(car.deeds == ["SV-01 open"])
    }

    @Test func `a jump of the odometer that is believed later does not count the display down`() {
        var car = Car()
        // The first reading is rubbish: 255 m.
        car.send(Message(noon(0)).odometer(0.255).distance(14_000))
        car.send(Message(noon(1)).odometer(80_000))
        car.send(Message(noon(1, 1)).odometer(80_010))
        #expect(car.slot.record.odometer().metres == 80_010_000)
        #expect(car.deeds == [])
        car.send(Message(noon(2)).odometer(80_800))
        #expect(car.deeds == [])
        // Within the series that is believed now the display counts on.
        car.send(Message(noon(3)).odometer(81_600).distance(12_400))
        car.send(Message(noon(9)).odometer(92_999))
        #expect(car.deeds == [])
        car.send(Message(noon(9, 1)).odometer(93_000))
        #expect(car.deeds == ["SV-01 open"])
    }

    @Test func `a jump back of the odometer does not count the display down either`() {
        var car = Car()
        car.send(Message(noon(0)).odometer(20_000).distance(14_000))
        car.send(Message(noon(1)).odometer(50))
        car.send(Message(noon(1, 1)).odometer(60).distance(13_990))
        car.send(Message(noon(2)).odometer(20_050))
        car.send(Message(noon(2, 1)).odometer(20_060))
        #expect(car.slot.record.odometer().metres == 20_060_000)
        #expect(car.deeds == [])
    }

    @Test func `values that wobble round the threshold do not flap`() {
        var car = Car()
        for step in 0..<120 {
            let km = 1_000 + (step % 2 == 0 ? 4.0 : -4.0)
            car.send(Message(noon(0, Double(step))).odometer(40_000).distance(km))
        }
        #expect(car.deeds == ["SV-01 open"])
    }

    @Test func `nothing opens within fourteen days of a visit`() {
        var car = Car()
        car.facts.lastServiceDay = Day(utc: noon(-3))
        car.send(Message(noon(0)).days(20))
        #expect(car.deeds == [])
        #expect(car.explain(.serviceDueSoon).reasons.contains { $0.contains("nothing opens") })
        car.wait(until: noon(11, 1))
        #expect(car.deeds == ["SV-01 open"])
    }

    @Test func `a visit reported by a workshop resolves, and a display left as it was is muted`() {
        var car = Car()
        car.send(Message(noon(0)).odometer(40_000).days(20))
        #expect(car.deeds == ["SV-01 open"])
        car.facts.lastServiceDay = Day(utc: noon(5))
        car.slot.noteFactsChanged()
        car.send(Message(noon(6)).odometer(40_100).days(14))
        #expect(car.book.summary == ["SV-01/1 resolved"])
        car.send(Message(noon(22)).odometer(40_600).days(-2))
        #expect(car.book.summary == ["SV-01/1 resolved"])
        #expect(car.explain(.serviceDueSoon).steps.contains { $0.contains("not reset since") })
        // Reset at last: from here on the display counts again.
        car.send(Message(noon(23)).days(365))
        car.send(Message(noon(24)).days(364))
        car.send(Message(noon(60)).days(29))
        car.send(Message(noon(61)).days(28))
        #expect(car.book.summary == ["SV-01/1 resolved", "SV-01/3 open"])
    }

    @Test func `the earliest of several items is the headline, in one trigger`() {
        var car = Car()
        car.send(
            Message(noon(0)).odometer(40_000).distance(12_000).days(300)
                .distance(9_000, oil: true).days(25, oil: true))
        #expect(car.book.summary == ["SV-01/1 open"])
        #expect(car.fired[0].dueExpected == Day(utc: noon(25)))
        #expect(car.fired[0].facts[.timeToOilService]?.value == 25)
    }

    @Test func `the plan stands in where the vehicle says nothing`() {
        var car = Car()
        car.facts.intervalKilometres = 15_000
        car.facts.intervalMonths = 12
        car.facts.lastServiceDay = Day(utc: noon(-200))
        car.facts.lastServiceKilometres = 30_000
        car.send(Message(noon(0)).odometer(40_000))
        #expect(car.deeds == [])
        car.send(Message(noon(1)).odometer(42_000))
        car.send(Message(noon(2)).odometer(44_000))
        #expect(car.deeds == ["SV-01 open"])
        #expect(car.fired[0].basis == .plan)
        #expect(car.fired[0].remainingKilometres == 1_000)
    }

    @Test func `without plan and display the explanation says what is missing`() {
        var car = Car()
        car.send(Message(noon(0)).odometer(40_000))
        #expect(car.deeds == [])
        let explanation = car.explain(.serviceDueSoon)
        #expect(explanation.outcome == "not open")
        #expect(explanation.reasons.contains { $0.contains("is not known") })
    }

    @Test func `classes of vehicles have thresholds of their own`() {
        var car = Car()
        var rule = ServiceRule()
        rule.openDays = 100
        let isTaken = car.rules.setService(rule, forClass: "van")
        #expect(isTaken)
        car.facts.ruleClass = car.rules.classNumber("van")
        car.send(Message(noon(0)).days(99))
        #expect(car.deeds == ["SV-01 open"])
        #expect(car.rules.classNumber("lorry") == 0)
    }

    @Test func `an update is told when the date moves by a week, and only then`() {
        var car = Car()
        car.send(Message(noon(0)).days(25))
        for day in 1...5 { car.send(Message(noon(day)).days(Double(25 - day) - 1)) }
        #expect(car.deeds == ["SV-01 open"])
        car.send(Message(noon(6)).days(11))
        #expect(car.deeds == ["SV-01 open", "SV-01 update"])
    }

    @Test func `a vehicle that nobody linked never fires, and does at once when it is`() {
        var car = Car()
        car.facts.isLinked = false
        car.send(Message(noon(0)).days(3))
        car.send(Message(noon(1)).days(2))
        #expect(car.deeds == [])
        #expect(car.explain(.serviceDueSoon).outcome == "not linked")
        car.facts.isLinked = true
        car.slot.noteFactsChanged()
        car.evaluate()
        #expect(car.deeds == ["SV-01 open"])
    }

    @Test func `the reason says it in plain words`() {
        var car = Car()
        car.send(Message(noon(33)).odometer(40_000).distance(640).days(24))
        #expect(
            car.fired[0].reasonText()
                == "Service due in about 19 days or 640 km (vehicle's own display and an assumed "
                + "daily distance, read 3 Feb 2026); expected 22 Feb 2026.")
        var dated = Car()
        dated.send(Message(noon(33)).days(24))
        #expect(
            dated.fired[0].reasonText()
                == "Service due in about 24 days (vehicle's own display, read 3 Feb 2026); "
                + "expected 27 Feb 2026.")
    }

    @Test func `the explanation names what did not fire and why`() {
        var car = Car()
        car.send(Message(noon(0)).odometer(10_776).distance(19_300).days(99))
        let explanation = car.explain(.serviceDueSoon)
        #expect(explanation.outcome == "not open")
        #expect(explanation.reasons.contains("time_to_service: 99 d left > 30 d"))
        #expect(explanation.reasons.contains("distance_to_service: 19,300 km left > 1,000 km"))
        #expect(explanation.thresholds.contains(.init("open_days", "30", unit: "days")))
        #expect(explanation.inputs.contains { $0.name == "odometer" && $0.value == "10776.0" })
    }
}
