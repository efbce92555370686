import AllocationCounter
import Testing
import VehicleSignals
import VehicleState

/// What is kept of a vehicle says what made it: which source, in which version of its mapping.
@Suite struct OriginTests {
    private static let fuel = RecordBench.fuel
    private static let speed = RecordBench.speed

    private static func reading(_ signal: SignalID, _ value: Int64, _ hours: Double) -> Reading {
        RecordBench.reading(signal, value, at: noon(0, hours))
    }

    private static func bytes(_ record: VehicleRecord) -> [UInt8] {
        var writer = ByteWriter()
        record.encode(into: &writer)
        return writer.bytes
    }

    private static func read(
        _ bytes: [UInt8], _ change: NumberChange? = nil
    ) throws(SnapshotFlaw) -> VehicleRecord {
        var reader = ByteReader(bytes[...])
        return try VehicleRecord(from: &reader, change: change)
    }

    @Test func `each value tells the origin of the reading that stands`() {
        var bench = RecordBench()
        bench.take(Self.reading(Self.fuel, 40, 0), origin: 1)
        bench.take(Self.reading(Self.speed, 50, 0), origin: 1)
        #expect(bench.record.values.origin(of: Self.fuel) == OriginID(1))
        bench.take(Self.reading(Self.fuel, 39, 1), origin: 2)
        // Older: it does not stand, so its origin tells nothing either.
        bench.take(Self.reading(Self.speed, 60, -1), origin: 3)
        #expect(bench.record.values.origin(of: Self.fuel) == OriginID(2))
        #expect(bench.record.values.origin(of: Self.speed) == OriginID(1))
        #expect(bench.record.values.origin(of: RecordBench.tyre) == nil)
        bench.record.removeValues { $0 == Self.speed }
        #expect(bench.record.values.origin(of: Self.speed) == nil)
        #expect(bench.record.values.origin(of: Self.fuel) == OriginID(2))
    }

    @Test func `the odometer tells the origin of the reading that is believed`() {
        var bench = RecordBench()
        func take(_ km: Int64, _ hours: Double, origin: UInt16) {
            bench.take(Self.reading(RecordBench.odometer, km * 1000, hours), origin: origin)
        }
        take(1_000, 0, origin: 1)
        take(1_010, 1, origin: 2)
        #expect(bench.record.odometer().origin == OriginID(2))
        // A jump that waits for a second reading is not believed, so it made nothing.
        take(90_000, 2, origin: 3)
        #expect(bench.record.odometer().hasPending)
        #expect(bench.record.odometer().origin == OriginID(2))
        // A new version of the mapping is the same witness: what it held apart stays so.
        #expect(bench.record.odometerPoints.allSatisfy { $0.source == 0 })
        take(1_020, 3, origin: 4)
        bench.record.fold(before: 30_000, limits: OdometerLimits())
        #expect(bench.record.odometerPoints.isEmpty)
        #expect(bench.record.odometer().origin == OriginID(4))
    }

    @Test func `the same reading by two origins is nothing new, and the larger is told`() {
        for order in [[1, 2], [2, 1]] as [[UInt16]] {
            var bench = RecordBench()
            for signal in [Self.fuel, RecordBench.odometer] {
                let reading = Self.reading(signal, 40_000, 0)
                #expect(bench.take(reading, origin: order[0]).isApplied)
                #expect(!bench.take(reading, origin: order[1]).isApplied)
            }
            #expect(bench.record.values.origin(of: Self.fuel) == OriginID(2))
            #expect(bench.record.odometer().origin == OriginID(2))
        }
    }

    /// Readings of few moments and values by few origins, so that they meet.
    private static func noise(_ generator: inout SeededGenerator) -> [(Reading, UInt16)] {
        let signals = [RecordBench.odometer, Self.fuel, Self.speed, RecordBench.temperature]
        return (0..<Int.random(in: 2...40, using: &generator)).map { _ in
            let signal = signals.randomElement(using: &generator) ?? Self.fuel
            let value = Int64.random(in: 1...3, using: &generator) * 1000
            let hour = Double.random(in: 0..<6, using: &generator).rounded()
            return (
                Self.reading(signal, value, hour), UInt16.random(in: 0...3, using: &generator)
            )
        }
    }

    private static func record(_ readings: [(Reading, UInt16)]) -> VehicleRecord {
        var bench = RecordBench()
        for (reading, origin) in readings { bench.take(reading, origin: origin) }
        return bench.record
    }

    @Test func `origins do not depend on order, repetition, grouping or being stored`() throws {
        var generator = SeededGenerator(seed: 31)
        var mixed = 0
        for _ in 0..<2_000 {
            let readings = Self.noise(&generator)
            let expected = Self.record(readings)
            let shuffled = Self.record((readings + readings).shuffled(using: &generator))
            #expect(shuffled == expected)
            #expect(shuffled.hashValue == expected.hashValue)
            let cut = Int.random(in: 0...readings.count, using: &generator)
            let left = Self.record(Array(readings[..<cut]))
            let right = Self.record(Array(readings[cut...]))
            var one = left
            one.merge(right)
            var other = right
            other.merge(left)
            #expect(one == other)
            #expect(one.values == expected.values)
            #expect(one.odometerPoints == expected.odometerPoints)
            let again = try Self.read(Self.bytes(expected))
            #expect(again == expected)
            #expect(Self.bytes(again) == Self.bytes(expected))
            let values = expected.values
            let origins = Set((0..<values.count).map { values.origin(place: $0) })
            if origins.count > 1 { mixed += 1 }
        }
        #expect(mixed > 500)
    }

    @Test func `how origins are written down makes no difference`() {
        // One of the two has had other origins in between.
        var plain = RecordBench()
        var changed = RecordBench()
        for signal in [Self.fuel, Self.speed] {
            changed.take(Self.reading(signal, 1, 0), origin: signal == Self.fuel ? 1 : 2)
        }
        for signal in [Self.fuel, Self.speed] {
            plain.take(Self.reading(signal, 2, 1), origin: 3)
            changed.take(Self.reading(signal, 2, 1), origin: 3)
        }
        #expect(plain.record.values == changed.record.values)
        #expect(plain.record.values.hashValue == changed.record.values.hashValue)
        #expect(Self.bytes(plain.record) == Self.bytes(changed.record))
        changed.take(Self.reading(Self.fuel, 3, 2), origin: 4)
        plain.take(Self.reading(Self.fuel, 3, 2), origin: 3)
        #expect(plain.record.values != changed.record.values)
    }

    @Test func `stored origins are read by their new numbers, and unknown ones as unknown`() throws
    {
        var bench = RecordBench()
        bench.take(Self.reading(Self.fuel, 40, 0), origin: 1)
        bench.take(Self.reading(Self.speed, 40, 0), origin: 2)
        bench.take(Self.reading(RecordBench.temperature, 40, 0), origin: 3)
        bench.take(Self.reading(RecordBench.odometer, 40_000, 0), origin: 2)
        let paths = RecordBench.definitions.map(\.path)
        let change = NumberChange(
            oldPaths: paths, catalogue: RecordBench.catalogue,
            origins: [OriginID(7), OriginID(1)])
        let record = try Self.read(Self.bytes(bench.record), change)
        #expect(record.values.origin(of: Self.fuel) == OriginID(7))
        #expect(record.values.origin(of: Self.speed) == OriginID(1))
        #expect(record.values.origin(of: RecordBench.temperature) == .unknown)
        #expect(record.odometer().origin == OriginID(1))
    }

    /// As the program wrote it before origins were kept: 79 bytes of folds of which there are none.
    @Test func `a state of the form before is read, and its origins are unknown`() throws {
        var bench = RecordBench()
        bench.take(Self.reading(Self.fuel, 40, 0), origin: 1)
        bench.take(Self.reading(RecordBench.odometer, 12_000, 0), origin: 1)
        var writer = ByteWriter([2])
        writer.append(bench.record.lastHeard.milliseconds)
        writer.append(bench.record.newestEventTime.milliseconds)
        writer.append(UInt16(1))
        let head = UInt64(noon(0).milliseconds) << 22 | UInt64(Self.fuel.number) << 6
        let kind = UInt64(ValueKind.integer.rawValue) << 3
        writer.append(head | kind | UInt64(TimeQuality.event.rawValue) << 1 | 1)
        writer.append(UInt64(40))
        for _ in 0..<79 { writer.append(UInt8(0)) }
        let point = try #require(bench.record.odometerPoints.first)
        writer.append(UInt16(1))
        writer.append(point.seconds)
        writer.append(point.metres)
        writer.append(point.day)
        writer.append(point.source)
        writer.append(point.quality)
        writer.append(UInt16(0))
        writer.append(UInt16(0))
        writer.append(point.day)
        let record = try Self.read(writer.bytes)
        #expect(record.values[Self.fuel] == bench.record.values[Self.fuel])
        #expect(record.values.origin(of: Self.fuel) == .unknown)
        #expect(record.odometer().metres == 12_000)
        #expect(record.odometer().origin == .unknown)
        #expect(record.odometerPoints.map(\.day) == [point.day])
        #expect(record.odometerPoints.map(\.quality) == [point.quality])
        // Whatever comes again is known from then on.
        bench.record = record
        bench.take(Self.reading(Self.fuel, 40, 0), origin: 1)
        bench.take(Self.reading(RecordBench.odometer, 12_000, 0), origin: 1)
        #expect(bench.record.values.origin(of: Self.fuel) == OriginID(1))
        #expect(bench.record.odometer().origin == OriginID(1))
    }

    @Test func `damaged origins are refused, and never trap`() throws {
        var bench = RecordBench()
        bench.take(Self.reading(Self.fuel, 40, 0), origin: 1)
        bench.take(Self.reading(RecordBench.odometer, 12_000, 0), origin: 1)
        let sound = Self.bytes(bench.record)
        var isRefused = false
        for place in sound.indices {
            for change in [1, 2, 3, 128, 255] as [UInt8] {
                var bytes = sound
                bytes[place] ^= change
                do { _ = try Self.read(bytes) } catch SnapshotFlaw.invalid {
                    isRefused = true
                } catch {}
            }
        }
        #expect(isRefused)
    }

    @Test func `two sources that say the same in turn allocate nothing`() {
        var bench = RecordBench()
        func feed(_ step: Int) {
            for signal in [Self.fuel, Self.speed, RecordBench.temperature] {
                bench.take(
                    Self.reading(signal, 40, Double(step) / 60), origin: UInt16(step % 2) + 1)
            }
        }
        for step in 0..<10 { feed(step) }
        let before = allocations_of_this_thread()
        for step in 10..<500 { feed(step) }
        #expect(allocations_of_this_thread() - before == 0)
    }

    @Test func `a local day is read back from two bits, wherever the vehicle is`() {
        for hours in [-12, -5, 0, 2, 14] {
            let zone = TimeZoneRules(
                name: "Test",
                stretches: [.init(from: .distantPast, offsetSeconds: Int32(hours * 3600))])
            for minute in stride(from: 0, through: 3 * 1_440, by: 7) {
                let time = noon(0).advanced(by: .minutes(Int64(minute)))
                let day = VehicleRecord.localDay(time, zone)
                let seconds = UInt32(time.milliseconds / 1000)
                let shift = DayShift.shift(to: day, at: seconds)
                #expect(DayShift.day(at: seconds, shift: shift) == day)
                #expect(DayShift.isSound(shift, at: seconds))
            }
        }
        #expect(DayShift.day(at: 100, shift: DayShift.shift(to: 0, at: 100)) == 0)
        #expect(!DayShift.isSound(0, at: 100) && !DayShift.isSound(3, at: 1_000_000))
    }
}
