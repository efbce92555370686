import Testing
import TriggerRules
import VehicleSignals

@Suite struct CodeRuleTests {
    /// A drive of twenty minutes with a list of codes at its end.
    static func drive(_ car: inout Car, at time: Timestamp, _ codes: [String], lamp: Bool?) {
        car.send(Message(time).speed(40))
        car.send(Message(time.advanced(by: .minutes(15))).speed(60))
        var message = Message(time.advanced(by: .minutes(20))).speed(10).codes(codes)
        if let lamp { message = message.lamp(lamp) }
        car.send(message)
    }

    @Test func `the same code in two drive cycles with the lamp opens`() {
        var car = Car()
        Self.drive(&car, at: noon(0), ["P0420"], lamp: true)
        #expect(car.deeds == [])
        Self.drive(&car, at: noon(0, 2), ["P0420"], lamp: true)
        #expect(car.book.summary == ["SV-16@P0420/1 open"])
        #expect(car.fired[0].tier == 2)
        #expect(
            car.fired[0].reasonText()
                == "Trouble code P0420 in 2 drive cycles, malfunction lamp on.")
    }

    @Test func `two lists of one drive are one cycle`() {
        var car = Car()
        for minute in stride(from: 0, through: 120, by: 10) {
            car.send(
                Message(noon(0).advanced(by: .minutes(Int64(minute)))).speed(80).codes(["P0420"])
                    .lamp(true))
        }
        #expect(car.deeds == [])
    }

    @Test func `a list read twice while parked is one cycle`() {
        var car = Car()
        Self.drive(&car, at: noon(0), ["P0420"], lamp: true)
        for hour in 1..<40 { car.send(Message(noon(0, Double(hour))).codes(["P0420"]).lamp(true)) }
        #expect(car.deeds == [])
    }

    @Test func `without lamp and confirmation nothing opens`() {
        var car = Car()
        for day in 0..<3 { Self.drive(&car, at: noon(day), ["P0420"], lamp: false) }
        #expect(car.deeds == [])
        car.send(Message(noon(3)).speed(30).lamp(true))
        #expect(car.book.summary == ["SV-16@P0420/1 open"])
    }

    @Test func `a confirmed code needs no lamp`() {
        var car = Car()
        for day in 0..<2 {
            Self.drive(&car, at: noon(day), ["P0128"], lamp: nil)
            car.send(Message(noon(day, 1)).codes(["P0128"], confirmed: true))
        }
        #expect(car.book.summary == ["SV-16@P0128/1 open"])
    }

    @Test func `each code has a trigger of its own`() {
        var car = Car()
        for day in 0..<2 { Self.drive(&car, at: noon(day), ["P0420", "U1123-11"], lamp: true) }
        #expect(car.book.summary == ["SV-16@P0420/1 open", "SV-16@U1123-11/1 open"])
    }

    @Test func `absent from three cycles it is gone, and comes again as a new cycle`() {
        var car = Car()
        for day in 0..<2 { Self.drive(&car, at: noon(day), ["P0420"], lamp: true) }
        Self.drive(&car, at: noon(2), [], lamp: false)
        Self.drive(&car, at: noon(3), [], lamp: false)
        #expect(car.book.summary == ["SV-16@P0420/1 open"])
        Self.drive(&car, at: noon(4), [], lamp: false)
        #expect(car.book.summary == ["SV-16@P0420/1 resolved"])
        for day in 5..<7 { Self.drive(&car, at: noon(day), ["P0420"], lamp: true) }
        #expect(car.book.summary == ["SV-16@P0420/1 resolved", "SV-16@P0420/2 open"])
    }

    @Test func `a code that comes and goes stays open`() {
        var car = Car()
        for day in 0..<2 { Self.drive(&car, at: noon(day), ["P0420"], lamp: true) }
        for day in 2..<20 {
            Self.drive(&car, at: noon(day), day % 3 == 0 ? ["P0420"] : [], lamp: day % 3 == 0)
        }
        #expect(car.deeds == ["SV-16 open"])
    }

    @Test func `gone for thirty days it is gone even if the vehicle stood`() {
        var car = Car()
        for day in 0..<2 { Self.drive(&car, at: noon(day), ["P0420"], lamp: true) }
        car.send(Message(noon(20)).codes([]))
        #expect(car.book.summary == ["SV-16@P0420/1 open"])
        car.send(Message(noon(31, 1)).codes([]))
        #expect(car.book.summary == ["SV-16@P0420/1 resolved"])
    }

    @Test func `a source of one document a day has its drive cycles from the odometer`() {
        var car = Car()
        car.send(Message(noon(0)).odometer(100).codes(["P0420"]).lamp(true))
        car.send(Message(noon(1)).odometer(100).codes(["P0420"]).lamp(true))
        #expect(car.deeds == [])
        car.send(Message(noon(2)).odometer(130).codes(["P0420"]).lamp(true))
        #expect(car.book.summary == ["SV-16@P0420/1 open"])
    }

    @Test func `no more than eight codes of a vehicle are watched`() {
        var car = Car()
        let codes = (0..<30).map { "P0\(100 + $0)" }
        for day in 0..<3 { Self.drive(&car, at: noon(day), codes, lamp: true) }
        #expect(car.book.summary.count == 8)
        #expect(car.book.summary[0] == "SV-16@P0100/1 open")
    }

    @Test func `codes that went make room for others`() {
        var car = Car()
        var day = 0
        for number in 100..<150 {
            for _ in 0..<2 {
                Self.drive(&car, at: noon(day), ["P0\(number)"], lamp: true)
                day += 1
            }
            for _ in 0..<3 {
                Self.drive(&car, at: noon(day), [], lamp: false)
                day += 1
            }
        }
        #expect(car.book.summary.count == 50)
        #expect(car.book.standing.values.allSatisfy { $0 == .resolved })
    }

    @Test func `the explanation counts the cycles`() {
        var car = Car()
        Self.drive(&car, at: noon(0), ["P0420"], lamp: true)
        let explanation = car.explain(.troubleCodeWithLamp)
        #expect(explanation.outcome == "not open")
        #expect(
            explanation.reasons
                == ["P0420: not open; seen in 1 drive cycles < 2, missing in 0 of 3, lamp on"])
    }
}
