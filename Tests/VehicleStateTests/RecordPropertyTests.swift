import Testing
import VehicleSignals
import VehicleState

/// Invariants 3 and 4 of the house: twice is once, and order doesn't matter.
@Suite struct RecordPropertyTests {
    /// Readings of six days: driving, spikes, wrong units, noughts, two sources, other signals.
    static func readings(_ generator: inout SeededGenerator) -> [(Reading, UInt16)] {
        var readings: [(Reading, UInt16)] = []
        var metres = Int64.random(in: 1_000...90_000_000, using: &generator)
        let count = Int.random(in: 2...60, using: &generator)
        for _ in 0..<count {
            let second = Int64.random(in: 0..<(6 * 86_400), using: &generator)
            let time = noon(0).advanced(by: .seconds(second))
            metres += Int64.random(in: 0...40_000, using: &generator)
            let value: Int64 =
                switch Int.random(in: 0..<12, using: &generator) {
                case 0: metres * 3
                case 1: 0
                case 2: Int64(Double(metres) * 1.609_344)
                case 3: metres / 1000
                default: metres
                }
            let source = UInt16.random(in: 0..<3, using: &generator) / 2
            readings.append((RecordBench.reading(RecordBench.odometer, value, at: time), source))
            readings.append(
                (
                    RecordBench.reading(
                        RecordBench.fuel, Int64.random(in: 0...100, using: &generator), at: time,
                        quality: Bool.random(using: &generator) ? .event : .arrival,
                        isRetained: Bool.random(using: &generator)), source
                ))
        }
        return readings
    }

    static func record(_ readings: [(Reading, UInt16)]) -> VehicleRecord {
        var bench = RecordBench()
        for (reading, source) in readings { bench.take(reading, source: source) }
        return bench.record
    }

    static func days(_ record: VehicleRecord) -> [VehicleDay] {
        var copy = record
        var days: [VehicleDay] = []
        copy.takeChangedDays(into: &days)
        return days.sorted { $0.day < $1.day }
    }

    @Test func `shuffled, repeated and split readings give the same record and days`() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<1_500 {
            let readings = Self.readings(&generator)
            let expected = Self.record(readings)
            let shuffled = Self.record(readings.shuffled(using: &generator))
            #expect(shuffled == expected)
            #expect(Self.days(shuffled) == Self.days(expected))
            let twice = Self.record((readings + readings).shuffled(using: &generator))
            #expect(twice == expected)
            let cut = Int.random(in: 0...readings.count, using: &generator)
            var left = Self.record(Array(readings[..<cut]))
            let right = Self.record(Array(readings[cut...]))
            left.merge(right)
            #expect(left.odometer() == expected.odometer())
            #expect(left.odometerPoints == expected.odometerPoints)
            #expect(left.values == expected.values)
        }
    }

    @Test func `merging is commutative, associative and idempotent`() {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<1_000 {
            let parts = (0..<3).map { _ in Self.record(Self.readings(&generator)) }
            func join(_ list: [VehicleRecord]) -> VehicleRecord {
                var result = list[0]
                for record in list.dropFirst() { result.merge(record) }
                return result
            }
            let all = join(parts)
            #expect(join([parts[2], parts[0], parts[1]]) == all)
            #expect(join([parts[0], join([parts[1], parts[2]])]) == all)
            #expect(join([all, all]) == all)
            #expect(join([all, parts[1]]) == all)
        }
    }

    /// A year of messages, each at most a week late, folded along the way.
    @Test func `lateness within the allowed span changes nothing in the long run`() {
        var generator = SeededGenerator(seed: 4)
        for round in 0..<40 {
            var metres = Int64(5_000_000)
            var readings: [Reading] = []
            for hour in stride(from: 0, to: 120 * 24, by: 7) {
                metres += Int64.random(in: 0...30_000, using: &generator)
                let isSpike = Int.random(in: 0..<30, using: &generator) == 0
                readings.append(
                    RecordBench.reading(
                        RecordBench.odometer, isSpike ? metres * 4 : metres,
                        at: noon(0, Double(hour))))
            }
            // Each is delayed by up to six days; the order of arrival is that of the sums.
            let delayed = readings.map { reading in
                (
                    reading,
                    reading.time.advanced(
                        by: .seconds(Int64.random(in: 0...(6 * 86_400), using: &generator)))
                )
            }.sorted { $0.1 < $1.1 }.map(\.0)
            var days: [[Day: VehicleDay]] = []
            var machines: [OdometerMachine] = []
            for order in [readings, delayed] {
                var bench = RecordBench()
                var stored: [Day: VehicleDay] = [:]
                for (index, reading) in order.enumerated() {
                    bench.take(reading)
                    if index % 5 == round % 5 {
                        let border = bench.record.foldableDay(
                            zone: RecordBench.zone, lateness: .days(7))
                        bench.record.fold(before: border, limits: OdometerLimits())
                    }
                    if index % 11 == 0 { for day in bench.days() { stored[day.day] = day } }
                }
                for day in bench.days() { stored[day.day] = day }
                let border = bench.record.foldableDay(zone: RecordBench.zone, lateness: .days(7))
                bench.record.fold(before: border, limits: OdometerLimits())
                for day in bench.days() { stored[day.day] = day }
                days.append(stored)
                machines.append(bench.record.odometer())
            }
            #expect(days[0] == days[1])
            #expect(machines[0] == machines[1])
        }
    }

    @Test func `a snapshot holds everything, and numbers may change`() throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<300 {
            var record = Self.record(Self.readings(&generator))
            record.hear(arrival: noon(9))
            if Bool.random(using: &generator) {
                record.fold(
                    before: record.foldableDay(zone: .utc, lateness: .days(1)),
                    limits: OdometerLimits())
            }
            var writer = ByteWriter()
            record.encode(into: &writer)
            var reader = ByteReader(writer.bytes[...])
            #expect(try VehicleRecord(from: &reader, change: nil) == record)
            #expect(reader.isAtEnd)
            let change = NumberChange(
                signals: [SignalID(0), .unknown, SignalID(2), SignalID(3), SignalID(9)],
                origins: [OriginID(1), OriginID(2)])
            var again = ByteReader(writer.bytes[...])
            let moved = try VehicleRecord(from: &again, change: change)
            #expect(moved.values[SignalID(9)]?.bits == record.values[RecordBench.fuel]?.bits)
            #expect(moved.values[RecordBench.fuel] == nil)
            #expect(moved.odometer() == record.odometer())
        }
    }

    @Test func `cut or spoiled snapshots are refused or read, never a crash`() {
        var generator = SeededGenerator(seed: 6)
        var writer = ByteWriter()
        Self.record(Self.readings(&generator)).encode(into: &writer)
        for length in 0..<writer.bytes.count {
            var reader = ByteReader(writer.bytes[..<length])
            #expect(throws: SnapshotFlaw.self) {
                _ = try VehicleRecord(from: &reader, change: nil)
            }
        }
        for _ in 0..<3_000 {
            var bytes = writer.bytes
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(
                in: 0...255, using: &generator)
            var reader = ByteReader(bytes[...])
            guard var record = try? VehicleRecord(from: &reader, change: nil) else { continue }
            var days: [VehicleDay] = []
            record.takeChangedDays(into: &days)
        }
    }
}
