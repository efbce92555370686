import Testing
import TriggerRules
import VehicleSignals
import VehicleState

/// Triggers are a function of evidence: whatever the order, the grouping and the repetition.
@Suite struct RulePropertyTests {
    /// Some days of a vehicle: driving, display, a reset, rests, codes, noise.
    static func story(_ generator: inout SeededGenerator, days: Int) -> [Message] {
        var messages: [Message] = []
        var km = Double.random(in: 1_000...90_000, using: &generator)
        var left = Double.random(in: -300...3_000, using: &generator)
        var time = Double.random(in: -10...60, using: &generator)
        let weak = Bool.random(using: &generator)
        let volts = Double.random(in: 11.7...12.7, using: &generator)
        let code = Bool.random(using: &generator)
        for day in 0..<days {
            let drives = Int.random(in: 0...3, using: &generator)
            for drive in 0..<drives {
                let hour = Double(drive) * 5 + Double.random(in: -6...(-2), using: &generator)
                let length = Double.random(in: 5...120, using: &generator)
                km += length
                left -= length
                if Int.random(in: 0..<25, using: &generator) == 0 {
                    left = 15_000
                    time = 365
                }
                var message = Message(noon(day, hour)).speed(50)
                if Bool.random(using: &generator) { message = message.odometer(km) }
                if Bool.random(using: &generator) { message = message.distance(left) }
                if Bool.random(using: &generator) { message = message.days(time) }
                if code, Bool.random(using: &generator) {
                    let present = Int.random(in: 0..<3, using: &generator) > 0
                    message = message.codes(present ? ["P0420", "U1123"] : []).lamp(present)
                }
                messages.append(message)
            }
            if weak {
                let noise = Double.random(in: -0.3...0.3, using: &generator)
                messages.append(
                    Message(noon(day, Double.random(in: 8...11, using: &generator)))
                        .volts(volts + noise))
                if Bool.random(using: &generator) {
                    messages.append(Message(noon(day, 7)).state("LOCK"))
                    messages.append(Message(noon(day, -1)).state("ON"))
                }
            }
            time -= 1
        }
        return messages
    }

    static func car(_ generator: inout SeededGenerator) -> Car {
        var car = Car()
        // A plan for some, and a visit in the middle of the story for some.
        if Bool.random(using: &generator) {
            car.facts.intervalKilometres = 15_000
            car.facts.intervalMonths = 12
        }
        if Int.random(in: 0..<3, using: &generator) == 0 {
            car.facts.lastServiceDay = Day(
                utc: noon(Int.random(in: -40...5, using: &generator)))
        }
        return car
    }

    static func run(_ car: Car, _ messages: [Message], batch: Int = 1) -> Car {
        var car = car
        for (index, message) in messages.enumerated() {
            car.apply(message)
            if (index + 1) % batch == 0 { car.evaluate() }
        }
        car.evaluate()
        return car
    }

    @Test func `shuffled, repeated and batched messages end with the same triggers`() {
        var generator = SeededGenerator(seed: 11)
        var seen: Set<String> = []
        for round in 0..<1_200 {
            let fresh = Self.car(&generator)
            let messages = Self.story(&generator, days: 6)
            let expected = Self.run(fresh, messages)
            let summary = expected.book.summary
            seen.formUnion(summary)
            let shuffled = Self.run(fresh, messages.shuffled(using: &generator))
            #expect(shuffled.book.summary == summary, "round \(round), shuffled")
            let twice = Self.run(fresh, (messages + messages).shuffled(using: &generator), batch: 3)
            #expect(twice.book.summary == summary, "round \(round), twice")
            let all = Self.run(fresh, messages, batch: messages.count + 1)
            #expect(all.book.summary == summary, "round \(round), in one batch")
            #expect(shuffled.slot.record.odometer() == expected.slot.record.odometer())
        }
        // The stories are worth something only if they lead somewhere.
        #expect(seen.count >= 8)
    }

    @Test func `messages up to six days late end with the same triggers after months`() {
        var generator = SeededGenerator(seed: 12)
        for round in 0..<120 {
            let fresh = Self.car(&generator)
            let messages = Self.story(&generator, days: 70)
            let late = messages.map { message in
                (
                    message,
                    message.time.advanced(
                        by: .seconds(Int64.random(in: 0...(6 * 86_400), using: &generator)))
                )
            }.sorted { $0.1 < $1.1 }.map(\.0)
            let expected = Self.run(fresh, messages)
            let delayed = Self.run(fresh, late)
            #expect(delayed.book.summary == expected.book.summary, "round \(round)")
            let batched = Self.run(fresh, late, batch: 17)
            #expect(batched.book.summary == expected.book.summary, "round \(round), batched")
        }
    }

    @Test func `two halves of a vehicle's messages join to the same triggers`() {
        var generator = SeededGenerator(seed: 13)
        for round in 0..<600 {
            let fresh = Self.car(&generator)
            let messages = Self.story(&generator, days: 5)
            let expected = Self.run(fresh, messages)
            var left = fresh
            var right = fresh
            right.facts.isLinked = false
            for message in messages {
                if Bool.random(using: &generator) {
                    left.send(message)
                } else {
                    right.send(message)
                }
            }
            let other = left.slot
            left.slot.merge(right.slot, rules: left.rules)
            left.clock = max(left.clock, right.clock)
            left.evaluate()
            #expect(left.book.summary == expected.book.summary, "round \(round)")
            var backwards = right.slot
            backwards.merge(other, rules: left.rules)
            var again = left
            again.slot = backwards
            again.slot.merge(backwards, rules: left.rules)
            again.evaluate()
            #expect(again.book.summary == expected.book.summary, "round \(round), other way round")
        }
    }

    /// After a crash the messages since the last snapshot are applied again.
    @Test func `a replay after a crash changes nothing`() throws {
        var generator = SeededGenerator(seed: 14)
        for round in 0..<300 {
            let fresh = Self.car(&generator)
            let messages = Self.story(&generator, days: 20)
            let expected = Self.run(fresh, messages)
            let snapshotAt = Int.random(in: 0..<messages.count, using: &generator)
            let crashAt = Int.random(in: snapshotAt..<messages.count, using: &generator)
            var car = fresh
            for message in messages[..<snapshotAt] { car.send(message) }
            var bytes: [UInt8] = []
            car.slot.encode(into: &bytes)
            for message in messages[snapshotAt..<crashAt] { car.send(message) }
            car.slot = try VehicleSlot(decoding: bytes, change: nil)
            for message in messages[snapshotAt...] { car.send(message) }
            #expect(car.book.summary == expected.book.summary, "round \(round)")
        }
    }

    @Test func `a snapshot read again is the same snapshot`() throws {
        var generator = SeededGenerator(seed: 15)
        for _ in 0..<200 {
            let car = Self.run(Self.car(&generator), Self.story(&generator, days: 25))
            var bytes: [UInt8] = []
            car.slot.encode(into: &bytes)
            var again: [UInt8] = []
            try VehicleSlot(decoding: bytes, change: nil).encode(into: &again)
            #expect(again == bytes)
            #expect(throws: SnapshotFlaw.self) {
                _ = try VehicleSlot(decoding: bytes.dropLast(), change: nil)
            }
            #expect(throws: SnapshotFlaw.self) {
                _ = try VehicleSlot(decoding: bytes + [0], change: nil)
            }
        }
    }

    @Test func `spoiled snapshots never crash, nor does what is made of them`() {
        var generator = SeededGenerator(seed: 16)
        let car = Self.run(Car(), Self.story(&generator, days: 25))
        var bytes: [UInt8] = []
        car.slot.encode(into: &bytes)
        for _ in 0..<4_000 {
            var spoiled = bytes
            for _ in 0..<3 {
                spoiled[Int.random(in: 0..<bytes.count, using: &generator)] = .random(
                    in: 0...255, using: &generator)
            }
            guard let slot = try? VehicleSlot(decoding: spoiled, change: nil) else { continue }
            var other = car
            other.slot = slot
            other.slot.noteFactsChanged()
            other.send(Message(noon(40)).odometer(90_000).distance(100).volts(12).codes(["P0420"]))
            _ = other.explain(.serviceDueSoon)
        }
    }
}
