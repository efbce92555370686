import Testing
import VehicleSignals
import VehicleState

@Suite struct NewestValueTests {
    @Test func `event time decides, not arrival`() {
        var bench = RecordBench()
        bench.now = noon(2)
        bench.take(RecordBench.reading(RecordBench.temperature, 7.0, at: noon(1)))
        let outcome = bench.take(RecordBench.reading(RecordBench.temperature, 3.0, at: noon(0)))
        #expect(!outcome.isApplied)
        #expect(bench.record.values[RecordBench.temperature]?.number == 7)
        #expect(bench.record.newestEventTime == noon(1))
    }

    @Test func `the same reading again is nothing new`() {
        var bench = RecordBench()
        let reading = RecordBench.reading(RecordBench.fuel, 40, at: noon(0))
        #expect(bench.take(reading).isApplied)
        #expect(!bench.take(reading).isApplied)
    }

    @Test func `a retained value without a time only fills a gap`() {
        var bench = RecordBench()
        let retained = RecordBench.reading(
            RecordBench.fuel, 80, at: .distantPast, quality: .none, isRetained: true)
        #expect(bench.take(retained).isApplied)
        #expect(bench.record.values[RecordBench.fuel]?.timeQuality == TimeQuality.none)
        bench.take(RecordBench.reading(RecordBench.fuel, 40, at: noon(0)))
        #expect(!bench.take(retained).isApplied)
        #expect(bench.record.values[RecordBench.fuel]?.wholeNumber == 40)
    }

    @Test func `at one moment the better time quality wins, then live over retained`() {
        let better = RecordBench.reading(RecordBench.fuel, 10, at: noon(0), quality: .event)
        let worse = RecordBench.reading(RecordBench.fuel, 90, at: noon(0), quality: .arrival)
        let retained = RecordBench.reading(
            RecordBench.fuel, 95, at: noon(0), quality: .event, isRetained: true)
        for order in [
            [better, worse, retained], [retained, worse, better], [worse, retained, better],
        ] {
            var bench = RecordBench()
            for reading in order { bench.take(reading) }
            #expect(bench.record.values[RecordBench.fuel]?.wholeNumber == 10)
            #expect(bench.record.values[RecordBench.fuel]?.isRetained == false)
        }
    }

    @Test func `a reading from the future is ignored and counted`() {
        var bench = RecordBench()
        bench.now = noon(0)
        let early = bench.take(
            RecordBench.reading(
                RecordBench.fuel, 1, at: noon(0).advanced(by: .minutes(5))))
        #expect(early.isApplied)
        let late = bench.take(
            RecordBench.reading(
                RecordBench.fuel, 2, at: noon(0).advanced(by: .seconds(301))))
        #expect(late.future == 1)
        #expect(bench.record.values[RecordBench.fuel]?.wholeNumber == 1)
    }

    static let standIns: [(SignalID, Int64)] = [
        (RecordBench.fuel, 255), (RecordBench.tyre, 0), (RecordBench.tyre, 65_535),
        (RecordBench.odometer, 65_535), (RecordBench.odometer, 65_535_000),
        (RecordBench.odometer, -1), (RecordBench.odometer, 2_147_483_647),
        (RecordBench.odometer, 0xFFFF_FFFF),
    ]

    @Test(arguments: standIns)
    func `stand-ins for not available are absent and counted`(signal: SignalID, value: Int64) {
        var bench = RecordBench()
        let outcome = bench.take(RecordBench.reading(signal, value, at: noon(0)))
        #expect(outcome.sentinel == 1)
        #expect(!outcome.isApplied)
        #expect(bench.record.values[signal] == nil)
        #expect(!bench.record.odometer().hasValue)
    }

    @Test func `every bit survives the packing`() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<2_000 {
            var bench = RecordBench()
            bench.now = Timestamp(seconds: 4_000_000_000)
            let reading = Reading(
                signal: SignalID(UInt16.random(in: 1...4, using: &generator)),
                time: Timestamp(
                    milliseconds: Int64.random(in: 1...3_900_000_000_000, using: &generator)),
                timeQuality: [.arrival, .backend, .event].randomElement(using: &generator)
                    ?? .event,
                isRetained: Bool.random(using: &generator), kind: .double,
                bits: Double.random(in: 1...200, using: &generator).bitPattern)
            bench.take(reading)
            #expect(bench.record.values[reading.signal] == reading)
        }
    }
}
