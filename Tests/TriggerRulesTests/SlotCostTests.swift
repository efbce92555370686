import AllocationCounter
import Foundation
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
        print("a vehicle slot: \(MemoryLayout<VehicleSlot>.size) bytes inline")
        #expect(MemoryLayout<VehicleSlot>.size <= 400)
    }

    /// Ten days of a private car: two drives a day, everything in each message.
    @Test func `the memory of a vehicle is said`() throws {
        func residentBytes() throws -> Int {
            let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
                .split(separator: " ")
            return (Int(fields[1]) ?? 0) * 4096
        }
        var messages: [Message] = []
        for day in 0..<10 {
            for hour in [-5.0, -4.7, -4.4, 5, 5.3, 5.6] {
                let km = 40_000 + Double(day) * 40 + hour
                messages.append(
                    Message(noon(day, hour)).odometer(km).speed(50).distance(12_000 - km + 40_000)
                        .days(300 - Double(day)).due(false).volts(12.8).lamp(false).codes([]))
            }
        }
        let count = 10_000
        var young: [VehicleSlot] = []
        young.reserveCapacity(count)
        let empty = try residentBytes()
        for _ in 0..<count {
            var car = Car()
            for message in messages[..<6] { car.send(message) }
            young.append(car.slot)
        }
        let small = (try residentBytes() - empty) / count
        print("a vehicle with eight signals and one day of evidence: about \(small) bytes")
        #expect(young.count == count)
        var slots: [VehicleSlot] = []
        slots.reserveCapacity(count)
        let before = try residentBytes()
        var car = Car()
        for _ in 0..<count {
            car.slot = VehicleSlot()
            car.clock = .distantPast
            for message in messages { car.send(message) }
            slots.append(car.slot)
        }
        let each = (try residentBytes() - before) / count
        print("a vehicle with eight signals and ten days of evidence: about \(each) bytes")
        #expect(slots.count == count)
        var snapshot: [UInt8] = []
        slots[0].encode(into: &snapshot)
        print("its snapshot: \(snapshot.count) bytes")
        // Other suites run beside this one, so the bound is loose; the number is what counts.
        #expect(each < 6_000)
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
