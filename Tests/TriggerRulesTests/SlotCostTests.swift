import AllocationCounter
import Testing
import TriggerRules
import VehicleSignals
import VehicleState

/// What a message costs once everything has its size.
@Suite(.serialized) struct SlotCostTests {
    static func message(_ step: Int) -> Message {
        // 43 km a day.
        let km = 40_000 + Double(step) * 0.01
        return Message(noon(0).advanced(by: .seconds(Int64(step) * 20))).odometer(km)
            .speed(step % 3 == 0 ? 0 : 50).distance(12_000 - Double(step) * 0.01)
            .days(300 - Double(step) / 4_320).due(false)
            .volts(step % 2 == 0 ? 14.1 : 12.7).codes([]).lamp(false)
    }

    @Test func `a steady stream of messages allocates nothing, over nights too`() {
        var car = Car()
        car.book = TriggerBook()
        // Twelve days at a message each twenty seconds; the arrays have found their size.
        let messages = (0..<60_000).map(Self.message)
        for message in messages[..<52_000] { car.send(message) }
        let before = allocations_of_this_thread()
        var outcome = MessageOutcome()
        for message in messages[52_000...] {
            outcome = car.slot.apply(
                message.readings.span, in: 0..<message.readings.count, source: SourceID(0),
                origin: OriginID(1),
                roles: Signals.roles, rules: car.rules, zone: Car.zone, now: message.time,
                arrival: message.time, configuration: car.configuration)
            car.slot.evaluate(
                vehicle: VehicleKey(7), facts: car.facts, rules: car.rules, zone: Car.zone,
                now: message.time, configuration: car.configuration, desk: &car.desk)
        }
        let count = allocations_of_this_thread() - before
        #expect(outcome.isApplied)
        // Folding every four days makes a new base; nothing else does.
        #expect(count <= 8, "\(count) allocations in 8,000 messages")
        #expect(car.deeds == [])
    }

    @Test func `the cost of a message is said`() {
        var car = Car()
        let messages = (0..<40_000).map(Self.message)
        let clock = ContinuousClock()
        let span = clock.measure {
            for message in messages {
                _ = car.slot.apply(
                    message.readings.span, in: 0..<message.readings.count, source: SourceID(0),
                    origin: OriginID(1),
                    roles: Signals.roles, rules: car.rules, zone: Car.zone, now: message.time,
                    arrival: message.time, configuration: car.configuration)
                car.slot.evaluate(
                    vehicle: VehicleKey(7), facts: car.facts, rules: car.rules, zone: Car.zone,
                    now: message.time, configuration: car.configuration, desk: &car.desk)
            }
        }
        let nanoseconds = Double(span.components.attoseconds) / 1e9 / Double(messages.count)
        print("state and rules: \(Int(nanoseconds)) ns a message of eight readings")
        print("a vehicle slot: \(MemoryLayout<VehicleSlot>.stride) bytes inline")
        #expect(MemoryLayout<VehicleSlot>.stride <= 192)
    }

    /// A private car: two drives a day, everything in each message. What a slot keeps elsewhere
    /// counts with it, as the allocator hands it out: now and then some bytes more than it needs.
    @Test func `a vehicle takes at most 800 bytes after a day and 2,000 after ten`() throws {
        var messages: [Message] = []
        for day in 0..<10 {
            for hour in [-5.0, -4.7, -4.4, 5, 5.3, 5.6] {
                let km = 40_000 + Double(day) * 40 + hour
                messages.append(
                    Message(noon(day, hour)).odometer(km).speed(50).distance(12_000 - km + 40_000)
                        .days(300 - Double(day)).due(false).volts(12.8).lamp(false).codes([]))
            }
        }
        let young = try Self.bytesKept(after: messages[..<6])
        let old = try Self.bytesKept(after: messages[...])
        print("a vehicle with eight signals: \(young.fed) bytes after a day, \(old.fed) after ten;")
        print("read from a snapshot: \(young.read) and \(old.read)")
        #expect(max(young.fed, young.read) <= 800)
        #expect(max(old.fed, old.read) <= 2_000)
    }

    /// The slot itself and what it keeps, once the messages are in, and as a restart makes it.
    private static func bytesKept(
        after messages: ArraySlice<Message>
    ) throws -> (fed: Int, read: Int) {
        let count = 20
        var slots: [VehicleSlot] = []
        slots.reserveCapacity(count)
        var car = Car()
        func drive() {
            car.slot = VehicleSlot()
            car.clock = .distantPast
            for message in messages { car.send(message) }
        }
        // The first makes what belongs to the car itself as large as it will be.
        drive()
        car.slot = VehicleSlot()
        let inline = MemoryLayout<VehicleSlot>.stride
        let before = bytes_kept_by_this_thread()
        for _ in 0..<count {
            drive()
            slots.append(car.slot)
        }
        car.slot = VehicleSlot()
        let fed = bytes_kept_by_this_thread() - before
        var snapshot: [UInt8] = []
        slots[0].encode(into: &snapshot)
        let beforeReading = bytes_kept_by_this_thread()
        for place in slots.indices {
            // The one that was there goes, so what is counted is the difference of the two.
            slots[place] = try VehicleSlot(decoding: snapshot, change: nil)
        }
        let read = fed + bytes_kept_by_this_thread() - beforeReading
        return (Int(fed) / count + inline, Int(read) / count + inline)
    }

    @Test func `evidence stays bounded however much comes`() {
        var generator = SeededGenerator(seed: 21)
        var car = Car()
        for step in 0..<40_000 {
            let volts = Double.random(in: 11...14, using: &generator)
            let message = Message(noon(0).advanced(by: .seconds(Int64(step) * 60)))
                .odometer(Double.random(in: 1...90_000, using: &generator))
                .distance(Double.random(in: -900...30_000, using: &generator))
                .days(Double.random(in: -90...700, using: &generator))
                .distance(Double.random(in: -900...30_000, using: &generator), oil: true)
                .speed(step % 90 == 0 ? 30 : 0).volts(volts)
                .codes(["P0\(Int.random(in: 100...999, using: &generator))"]).lamp(true)
            car.send(message)
        }
        var bytes: [UInt8] = []
        car.slot.encode(into: &bytes)
        print("the snapshot of a vehicle that sends nothing but noise: \(bytes.count) bytes")
        #expect(bytes.count < 20_000)
    }
}
