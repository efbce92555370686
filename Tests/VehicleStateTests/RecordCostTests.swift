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

    /// Counted at its widest: eleven open days (seven of lateness, up to three of the group,
    /// today), the first reading of three groups, one more of today, and the folded past.
    @Test func `a record with twelve signals and all its evidence takes at most 650 bytes`() {
        func heap(_ elements: Int, _ stride: Int) -> Int {
            // An array's own 32 bytes and the allocator's 8, rounded to 16.
            (32 + elements * stride + 8 + 15) / 16 * 16
        }
        let inline = MemoryLayout<VehicleRecord>.size
        let values = heap(12, 16)
        let young = inline + values + heap(4, MemoryLayout<OdometerPoint>.stride)
        let full =
            inline + values + heap(15, MemoryLayout<OdometerPoint>.stride)
            + heap(1, MemoryLayout<FoldedPast>.stride)
        print("a vehicle record with twelve signals: \(young) bytes when young, \(full) at most")
        #expect(MemoryLayout<OdometerPoint>.stride == 12)
        #expect(MemoryLayout<FoldedPast>.stride <= 88)
        #expect(young <= 400)
        #expect(full <= 650)
    }
}
