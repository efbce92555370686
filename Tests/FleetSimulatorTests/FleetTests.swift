import FleetModel
import Testing
import VehicleSignals

/// A small fleet, the same in every test that does not say otherwise.
func settings(
    seed: UInt64 = 7, vehicles: Int = 60, days: Int = 30, restHours: Int = 1,
    faults: FaultShares = .some
) -> FleetSettings {
    FleetSettings(
        seed: seed, vehicles: vehicles, firstDay: Day(year: 2026, month: 1, day: 1), days: days,
        restHours: restHours, faults: faults)
}

func plans(_ settings: FleetSettings) -> [VehiclePlan] {
    (0..<settings.vehicles).map { VehiclePlan(settings, index: $0) }
}

/// Everything a stream gives, in order.
func everything(_ stream: FleetStream) -> [SentMessage] {
    var stream = stream
    var messages: [SentMessage] = []
    while !stream.isOver { messages += stream.nextSlot() }
    return messages
}

/// A number that changes with every byte of every message.
func fingerprint(_ messages: [SentMessage]) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for message in messages {
        for byte in message.topic.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        for byte in message.payload { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ UInt64(bitPattern: message.time.milliseconds)) &* 0x100_0000_01B3
    }
    return hash
}

@Suite struct `the fleet` {
    @Test func `the same seed gives the same messages, another seed gives others`() {
        let small = settings(vehicles: 12, days: 6, faults: .many)
        let first = everything(FleetStream(small, plans: plans(small)))
        let again = everything(FleetStream(small, plans: plans(small)))
        let other = settings(seed: 8, vehicles: 12, days: 6, faults: .many)
        #expect(first.count > 12 * 6 * 20)
        #expect(fingerprint(first) == fingerprint(again))
        #expect(
            fingerprint(first) != fingerprint(everything(FleetStream(other, plans: plans(other)))))
    }

    @Test func `messages leave in the order of sending`() {
        let small = settings(vehicles: 10, days: 5, faults: .many)
        let messages = everything(FleetStream(small, plans: plans(small)))
        #expect(zip(messages, messages.dropFirst()).allSatisfy { $0.time <= $1.time })
    }

    @Test(arguments: [0, 1, 37, 200, 500])
    func `a stream that begins later gives the rest of the one that ran through`(slots: Int) {
        let small = settings(vehicles: 10, days: 8, faults: .many)
        var whole = FleetStream(small, plans: plans(small))
        for _ in 0..<slots { _ = whole.nextSlot() }
        let rest = everything(whole)
        let resumed = FleetStream(small, plans: plans(small), from: whole.position)
        #expect(resumed.position == whole.position)
        #expect(fingerprint(everything(resumed)) == fingerprint(rest))
    }

    @Test func `without faults every report is one message sent within seconds`() {
        let quiet = settings(vehicles: 8, days: 5, faults: .none)
        let made = plans(quiet)
        var reports = 0
        for plan in made {
            var course = VehicleCourse(quiet, plan: plan)
            while course.next() != nil { reports += 1 }
        }
        let messages = everything(FleetStream(quiet, plans: made))
        #expect(messages.count == reports)
        #expect(messages.allSatisfy { $0.kind == .plain && $0.reports == 1 })
    }

    @Test func `faults add, repeat and delay, and lose nothing`() {
        let troubled = settings(vehicles: 40, days: 12, faults: .many)
        let made = plans(troubled)
        var reports = 0
        for plan in made {
            var course = VehicleCourse(troubled, plan: plan)
            while course.next() != nil { reports += 1 }
        }
        let messages = everything(FleetStream(troubled, plans: made))
        let told = messages.filter { $0.kind == .plain || $0.kind == .batch }
        #expect(told.reduce(0) { $0 + $1.reports } == reports)
        for kind in [SentMessage.Kind.duplicate, .batch, .rubbish] {
            #expect(messages.contains { $0.kind == kind })
        }
        #expect(messages.contains { $0.reports > 1 })
        let rubbish = Double(messages.count { $0.kind == .rubbish }) / Double(messages.count)
        #expect(rubbish > 0.01 && rubbish < 0.03)
    }

    @Test(arguments: [1, 500, 20_000])
    func `days for so many messages are enough and not many too many`(messages: Int) {
        var fleet = settings(vehicles: 40, faults: .none)
        fleet.setDays(messages: messages)
        let count = everything(FleetStream(fleet, plans: plans(fleet))).count
        #expect(count >= messages)
        #expect(count <= messages + messages / 10 + 40 * 35)
    }

    @Test func `no message is later than two days`() {
        let troubled = settings(vehicles: 30, days: 10, faults: .many)
        let made = plans(troubled)
        var stream = FleetStream(troubled, plans: made)
        var last = troubled.start
        while !stream.isOver { last = stream.nextSlot().last?.time ?? last }
        #expect(last < troubled.end.advanced(by: .days(2)))
        #expect(last > troubled.end)
    }
}

@Suite struct `vehicles` {
    @Test func `every VIN is valid, unique and carries its check digit`() throws {
        let many = settings(vehicles: 3000, days: 1)
        var seen: Set<String> = []
        var topics: Set<String> = []
        var without = 0
        for plan in plans(many) {
            topics.insert(plan.identity.topicID)
            guard let text = plan.identity.vin else {
                without += 1
                continue
            }
            let vin = try VIN(text)
            #expect(vin.text == text)
            #expect(vin.hasValidCheckDigit)
            seen.insert(text)
        }
        #expect(topics.count == 3000)
        #expect(seen.count == 3000 - without)
        #expect(without > 40 && without < 160)
    }

    @Test func `odometers never fall and drives never overlap`() {
        let fleet = settings(vehicles: 80, days: 21)
        for plan in plans(fleet) {
            var course = VehicleCourse(fleet, plan: plan)
            var odometer: Int64 = 0
            var time = Timestamp.distantPast
            while let report = course.next() {
                #expect(report.odometerMetres >= odometer)
                #expect(report.time > time)
                odometer = report.odometerMetres
                time = report.time
            }
        }
    }

    @Test func `patterns differ as they should`() {
        let fleet = settings(vehicles: 600, days: 56)
        var sums: [DrivingPattern: (kilometres: Double, vehicles: Double)] = [:]
        for plan in plans(fleet) {
            var course = VehicleCourse(fleet, plan: plan)
            var first: Int64?
            var last: Int64 = 0
            while let report = course.next() {
                first = first ?? report.odometerMetres
                last = report.odometerMetres
            }
            let daily = Double(last - (first ?? 0)) / 1000 / 56
            sums[plan.habits.pattern, default: (0, 0)].kilometres += daily
            sums[plan.habits.pattern, default: (0, 0)].vehicles += 1
        }
        func mean(_ pattern: DrivingPattern) -> Double {
            let sum = sums[pattern, default: (0, 1)]
            return sum.kilometres / sum.vehicles
        }
        #expect(sums.count == DrivingPattern.allCases.count)
        #expect(mean(.heavy) > 100 && mean(.heavy) < 350)
        #expect(mean(.commuter) > 20 && mean(.commuter) < 60)
        #expect(mean(.occasional) > 3 && mean(.occasional) < 20)
        #expect(mean(.weekend) > 10 && mean(.weekend) < 60)
    }

    @Test func `every night is a rest of more than six hours`() {
        let fleet = settings(vehicles: 60, days: 14)
        for plan in plans(fleet) {
            var course = VehicleCourse(fleet, plan: plan)
            var longest: [Day: Double] = [:]
            while let report = course.next() {
                let day = Day(utc: report.time)
                longest[day] = max(longest[day] ?? 0, report.restHours)
            }
            #expect(longest.values.allSatisfy { $0 >= 5 })
        }
    }
}
