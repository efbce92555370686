import Testing
import VehicleSignals

@Suite struct PackedStatesTests {
    private func packed(_ states: [(UInt32, [UInt8])]) -> PackedStates {
        var packed = PackedStates()
        for (vehicle, state) in states {
            packed.append(VehicleKey(vehicle)) { $0.append(contentsOf: state) }
        }
        return packed
    }

    private func unpacked(_ packed: PackedStates) -> [[UInt8]] {
        var found: [[UInt8]] = []
        packed.forEach { vehicle, state in
            let bytes = unsafe state.withUnsafeBytes { unsafe [UInt8]($0) }
            found.append([UInt8(vehicle.number)] + bytes)
        }
        return found
    }

    @Test func `come out as they went in, empty ones too`() {
        let states = packed([(7, [1, 2]), (3, []), (9, [3])])
        #expect(states.count == 3 && states.byteCount == 3)
        #expect(states.vehicles == [VehicleKey(7), VehicleKey(3), VehicleKey(9)])
        #expect(unpacked(states) == [[7, 1, 2], [3], [9, 3]])
    }

    @Test func `are sorted by vehicle, with a vehicle's own states in the order of adding`() {
        var states = packed([(7, [1]), (3, [2]), (7, [4, 4]), (1, [5])])
        states.sort()
        #expect(unpacked(states) == [[1, 5], [3, 2], [7, 1], [7, 4, 4]])
    }

    @Test func `of several workers become one run`() {
        var states = PackedStates()
        for part in [packed([(5, [1, 2])]), packed([]), packed([(4, [3]), (6, [])])] {
            states.append(contentsOf: part)
        }
        #expect(unpacked(states) == [[5, 1, 2], [4, 3], [6]])
    }

    @Test func `are empty when emptied, and can be filled again`() {
        var states = packed([(5, [1, 2])])
        states.removeAll()
        #expect(states.isEmpty && unpacked(states).isEmpty)
        states.append(VehicleKey(2)) { $0.append(9) }
        #expect(unpacked(states) == [[2, 9]])
    }
}
