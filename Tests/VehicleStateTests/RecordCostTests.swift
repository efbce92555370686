import AllocationCounter
import Testing
import VehicleSignals
import VehicleState

/// What a vehicle costs in memory, and that a message costs no allocation.
@Suite struct RecordCostTests {
    @Test func `a steady stream of messages allocates nothing`() {
        var bench = RecordBench()
        for step in 0..<2_000 { Self.feed(&bench, step) }
        let before = allocations_of_this_thread()
        for step in 2_000..<3_000 { Self.feed(&bench, step) }
        #expect(allocations_of_this_thread() - before == 0)
    }

    private static func feed(_ bench: inout RecordBench, _ step: Int) {
        let time = noon(0).advanced(by: .seconds(Int64(step) * 10))
        bench.odometer(km: 1_000 + Double(step) * 0.1, at: time)
        bench.take(RecordBench.reading(RecordBench.speed, 40.0, at: time))
        bench.take(RecordBench.reading(RecordBench.temperature, 8.0, at: time))
        bench.take(RecordBench.reading(RecordBench.fuel, 50, at: time))
    }

    @Test func `a record with twelve signals and a week of evidence stays below 600 bytes`() {
        let evidence = 9
        let inline = MemoryLayout<VehicleRecord>.size
        // An array on the heap: 32 bytes of its own, its elements, the allocator's 16.
        let values = 48 + 12 * 16
        let points = 48 + (evidence + 2) * MemoryLayout<OdometerPoint>.stride
        print("a vehicle record: \(inline) bytes inline, \(inline + values + points) with its heap")
        #expect(MemoryLayout<OdometerPoint>.stride == 12)
        #expect(inline + values + points <= 600)
    }
}
