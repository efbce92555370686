import TelemetryPipeline
import Testing
import TriggerRules
import VehicleSignals

/// Who is who: names of any length, of one source or of all.
@Suite struct RegistryTests {
    private func find(
        _ registry: VehicleRegistry, _ name: [UInt8], source: UInt16
    ) -> UInt32 {
        // The name stands in the middle of a topic.
        let topic = [1, 2, 3] + name + [4, 5, 6, 7, 8, 9, 10, 11, 12]
        return unsafe registry.vehicle(
            source: SourceID(source), topic.span.bytes, from: 3, count: name.count
        ).number
    }

    private func name(_ bytes: [UInt8], _ vehicle: UInt32, source: UInt16? = nil)
        -> RegisteredName
    {
        RegisteredName(
            source: source.map { SourceID($0) }, externalID: bytes, vehicle: VehicleKey(vehicle))
    }

    @Test func `names of every length lead to their vehicles and nothing else does`() {
        let lengths = Array(1...40) + [128, 1_000]
        let names = lengths.map { length in
            (0..<length).map { UInt8(truncatingIfNeeded: 65 + $0 * 7 % 26) }
        }
        let registry = VehicleRegistry(
            vehicles: [],
            names: names.enumerated().map { name($1, UInt32($0 + 1)) }, zones: [.utc])
        for (place, bytes) in names.enumerated() {
            #expect(find(registry, bytes, source: 3) == UInt32(place + 1))
            for change in bytes.indices {
                var other = bytes
                other[change] ^= 1
                #expect(find(registry, other, source: 3) == 0)
            }
            #expect(find(registry, bytes + [0], source: 3) == 0)
        }
    }

    @Test func `a source's own name goes before one that holds everywhere`() {
        for length in [5, 17, 30] {
            let bytes = [UInt8](repeating: 0x41, count: length)
            for names in [
                [name(bytes, 1), name(bytes, 2, source: 0)],
                [name(bytes, 2, source: 0), name(bytes, 1)],
            ] {
                let registry = VehicleRegistry(vehicles: [], names: names, zones: [.utc])
                #expect(find(registry, bytes, source: 0) == 2)
                #expect(find(registry, bytes, source: 1) == 1)
            }
            let own = VehicleRegistry(
                vehicles: [], names: [name(bytes, 2, source: 0)], zones: [.utc])
            #expect(find(own, bytes, source: 1) == 0)
        }
    }

    @Test func `a hundred thousand numbered names are found`() {
        let names = (1...100_000).map { name(Array("WVWZZZ\(1_000_000 + $0)X".utf8), UInt32($0)) }
        let registry = VehicleRegistry(vehicles: [], names: names, zones: [.utc])
        for (place, entry) in names.enumerated() {
            #expect(find(registry, entry.externalID, source: 0) == UInt32(place + 1))
        }
    }

    @Test func `gates hold for those who are known`() {
        let vehicles = [(2, TelemetryGate.off), (5, .serviceOnly), (6, .all)].map {
            RegisteredVehicle(
                key: VehicleKey($0.0), gate: $0.1, zone: 0, facts: VehicleFacts())
        }
        let registry = VehicleRegistry(vehicles: vehicles, names: [], zones: [.utc])
        let gates = (0...8).map { registry.gate(of: VehicleKey($0)) }
        #expect(gates == [.all, .all, .off, .all, .all, .serviceOnly, .all, .all, .all])
        #expect(registry.gate(of: VehicleKey.firstUnlinked) == .all)
    }
}
