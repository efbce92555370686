import Testing
import TriggerRules
import VehicleSignals
import VehicleState

/// An explanation says of each input what made it.
@Suite struct OriginTests {
    private static func origin(_ name: String, _ explanation: Explanation) -> UInt16? {
        explanation.inputs.first { $0.name.hasPrefix(name) }?.origin.number
    }

    private static func stored(
        _ slot: VehicleSlot, _ change: NumberChange? = nil
    ) throws(SnapshotFlaw) -> VehicleSlot {
        var bytes: [UInt8] = []
        slot.encode(into: &bytes)
        return try VehicleSlot(decoding: bytes, change: change)
    }

    @Test func `inputs of a service tell the origin of the value that is believed`() throws {
        var car = Car()
        car.origin = OriginID(5)
        car.send(Message(noon(0)).odometer(40_000).distance(900).days(40))
        car.origin = OriginID(6)
        car.send(Message(noon(1)).odometer(40_050).distance(850))
        // A rise that waits for a second reading made nothing yet.
        car.origin = OriginID(7)
        car.send(Message(noon(1, 1)).distance(30_000))
        for slot in [car.slot, try Self.stored(car.slot)] {
            car.slot = slot
            let explanation = car.explain(.serviceDueSoon)
            #expect(Self.origin("distance_to_service", explanation) == 6)
            #expect(Self.origin("time_to_service", explanation) == 5)
            #expect(Self.origin("odometer", explanation) == 6)
            // Reckoned, not read.
            #expect(Self.origin("daily_distance", explanation) == 0)
        }
        let lines = car.explain(.serviceDueSoon).lines { $0 == OriginID(6) ? "from six" : nil }
        #expect(
            lines.contains { $0.contains("odometer: 40050.0 km") && $0.hasSuffix(", from six") })
        #expect(!lines.contains { $0.contains("daily_distance") && $0.contains("from") })
    }

    @Test func `codes, the lamp and rests tell theirs, folded or not`() throws {
        var car = Car()
        for day in 0..<30 {
            car.origin = OriginID(UInt16(day) + 1)
            let drive = noon(day, -4)
            car.send(Message(drive).odometer(40_000 + Double(day) * 40).speed(50))
            car.send(Message(drive.advanced(by: .minutes(5))).speed(50).codes(["P0420"]).lamp(true))
            car.send(Message(noon(day, 4)).volts(12.0 - Double(day) / 100))
            guard day == 5 || day == 29 else { continue }
            for slot in [car.slot, try Self.stored(car.slot)] {
                car.slot = slot
                let codes = car.explain(.troubleCodeWithLamp)
                #expect(Self.origin("P0420", codes) == UInt16(day) + 1)
                #expect(Self.origin("is_lamp_on", codes) == UInt16(day) + 1)
                let rests = car.explain(.lowVoltageBattery).inputs
                    .filter { $0.name.hasPrefix("rest") }.map(\.origin.number)
                #expect(rests == Array((UInt16(max(0, day - 7)) + 1)...(UInt16(day) + 1)))
            }
        }
    }

    @Test func `what was folded long ago keeps its origin, by its new number too`() throws {
        var car = Car()
        car.origin = OriginID(1)
        car.send(
            Message(noon(0)).odometer(40_000).speed(30).distance(900).codes(["P0420"]).lamp(true))
        car.origin = OriginID(2)
        for day in 1..<40 { car.send(Message(noon(day)).odometer(40_000 + Double(day))) }
        let change = NumberChange(
            signals: (0..<UInt16(Signals.catalogue.count)).map { SignalID($0) },
            origins: [OriginID(9), OriginID(4)])
        car.slot = try Self.stored(car.slot, change)
        #expect(Self.origin("distance_to_service", car.explain(.serviceDueSoon)) == 9)
        #expect(Self.origin("odometer", car.explain(.serviceDueSoon)) == 4)
        #expect(Self.origin("P0420", car.explain(.troubleCodeWithLamp)) == 9)
        #expect(Self.origin("is_lamp_on", car.explain(.troubleCodeWithLamp)) == 9)
    }

    @Test func `two halves of a vehicle tell the same origins in either order`() {
        var generator = SeededGenerator(seed: 77)
        for _ in 0..<200 {
            let parts = (0..<2).map { _ in
                var car = Car()
                for _ in 0..<12 {
                    car.origin = OriginID(UInt16.random(in: 1...3, using: &generator))
                    let hour = Double.random(in: 0...5, using: &generator).rounded()
                    car.apply(
                        Message(noon(0, hour))
                            .distance(Double.random(in: 1...2, using: &generator).rounded())
                            .due(Bool.random(using: &generator)).codes(["P0420"])
                            .lamp(Bool.random(using: &generator)).volts(12))
                }
                return car
            }
            var one = parts[0]
            var other = parts[1]
            one.slot.merge(parts[1].slot, rules: one.rules)
            other.slot.merge(parts[0].slot, rules: other.rules)
            for code in TriggerCode.allCases {
                let inputs = one.explain(code, at: noon(0, 6)).inputs
                #expect(inputs == other.explain(code, at: noon(0, 6)).inputs)
            }
        }
    }

    /// The form before origins were kept, by bytes: evidence had the day in their place.
    @Test func `a state of the form before is read, and its inputs tell no origin`() throws {
        var writer = ByteWriter([2])
        let seconds = UInt32(noon(0).milliseconds / 1000)
        let day = VehicleRecord.localDay(noon(0), Car.zone)
        writer.append(noon(0).milliseconds)
        writer.append(noon(0).milliseconds)
        // No newest values, no folds, no odometer, no days.
        for _ in 0..<(2 + 79 + 2 + 2 + 2) { writer.append(UInt8(0)) }
        writer.append(day)
        writer.append(UInt8(1))
        writer.append(seconds)
        writer.append(UInt16(0))
        writer.append(day)
        writer.append(UInt16(0))
        writer.append(UInt8(7))
        writer.append(Timestamp.distantPast.milliseconds)
        func item(_ value: Int32, _ item: UInt8) {
            writer.append(seconds)
            writer.append(value)
            writer.append(day)
            writer.append(item)
        }
        writer.append(UInt16(2))
        item(900_000, 0)
        item(0, 4)
        writer.append(UInt16(0))
        writer.append(UInt16(1))
        writer.append(seconds)
        writer.append(day)
        writer.append(UInt8(0))
        writer.append(UInt8(1))
        writer.append(UInt16(1))
        writer.append(seconds)
        writer.append(TroubleCode("P0420")?.packed ?? 0)
        writer.append(day)
        writer.append(UInt8(1))
        writer.append(UInt16(0))
        writer.append(UInt8(0))
        var car = Car()
        car.slot = try VehicleSlot(decoding: writer.bytes, change: nil)
        car.clock = noon(0)
        let service = car.explain(.serviceDueSoon)
        #expect(service.inputs.first { $0.name == "distance_to_service" }?.value == "900.0")
        #expect(Self.origin("distance_to_service", service) == 0)
        let codes = car.explain(.troubleCodeWithLamp)
        #expect(codes.inputs.first { $0.name == "is_lamp_on" }?.value == "true")
        #expect(Self.origin("P0420", codes) == 0 && Self.origin("is_lamp_on", codes) == 0)
        // The day is in what is written now, too.
        #expect(
            try Self.stored(car.slot).explain(
                .troubleCodeWithLamp, facts: car.facts, rules: car.rules, zone: Car.zone,
                now: noon(0), configuration: car.configuration
            ).inputs == codes.inputs)
    }
}
