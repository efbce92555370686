/// States of many vehicles as one run of bytes, so that a snapshot of a million vehicles is two
/// arrays and not a million.
public struct PackedStates: Sendable {
    private var bytes: [UInt8] = []
    private var entries: [Entry] = []

    private struct Entry: Sendable {
        var vehicle: VehicleKey
        var offset: Int
        var count: Int
    }

    public init() {}

    public var count: Int { entries.count }
    public var isEmpty: Bool { entries.isEmpty }
    public var byteCount: Int { bytes.count }
    /// In the order of adding, or after ``sort()`` ascending.
    public var vehicles: [VehicleKey] { entries.map(\.vehicle) }

    /// Makes room for so many states of `bytesEach` bytes on average.
    public mutating func reserve(_ states: Int, bytesEach: Int) {
        entries.reserveCapacity(states)
        bytes.reserveCapacity(states * bytesEach)
    }

    /// Adds the state of `vehicle`. If a vehicle is added twice, the later state counts.
    public mutating func append(_ vehicle: VehicleKey, _ state: RawSpan) {
        append(vehicle) { bytes in
            unsafe state.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        }
    }

    /// The same for a state that `write` appends to the bytes it is given, which hold those of
    /// other vehicles before it.
    public mutating func append(_ vehicle: VehicleKey, writtenBy write: (inout [UInt8]) -> Void) {
        let offset = bytes.count
        write(&bytes)
        entries.append(Entry(vehicle: vehicle, offset: offset, count: bytes.count - offset))
    }

    /// Adds the states of other vehicles.
    public mutating func append(contentsOf other: PackedStates) {
        guard !isEmpty else {
            self = other
            return
        }
        let shift = bytes.count
        bytes.append(contentsOf: other.bytes)
        entries.reserveCapacity(entries.count + other.count)
        for var entry in other.entries {
            entry.offset += shift
            entries.append(entry)
        }
    }

    /// Makes it empty, keeping its memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
    }

    /// Brings the vehicles into ascending order, in which a store writes each page once. Keeps
    /// the order of a vehicle's own states.
    public mutating func sort() {
        entries.sort { ($0.vehicle, $0.offset) < ($1.vehicle, $1.offset) }
    }

    /// Hands out each state in order; the bytes stay where they are.
    public func forEach(_ body: (VehicleKey, RawSpan) throws -> Void) rethrows {
        let all = unsafe bytes.span.bytes
        for entry in entries {
            try body(
                entry.vehicle, all.extracting(entry.offset..<(entry.offset + entry.count)))
        }
    }
}
