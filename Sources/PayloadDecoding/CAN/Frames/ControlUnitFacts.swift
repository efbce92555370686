/// What each control unit of one vehicle said last. A vehicle's list of faults is what all of its
/// units say; each of them only answers for itself, and an answer replaces that unit's earlier one.
///
/// One sorted array of whole numbers: kind, unit and value, from the top.
struct ControlUnitFacts: Sendable, Equatable {
    enum Kind: UInt64 {
        /// OBD-II services 03, 07 and 0A, and UDS 19 02: trouble codes, packed.
        case stored = 1
        case pending = 2
        case permanent = 3
        case unified = 4
        /// The same of UDS where the unit has confirmed them.
        case unifiedConfirmed = 5
        /// Byte A of PID 01: lamp and number of codes.
        case monitor = 6
        /// J1939: number and kind of failure, and the lamp.
        case active = 7
        case emission = 8
        case lamp = 9
        /// The distance comes with the high resolution; the other one is not needed.
        case fineDistance = 10
    }

    /// Facts of one bus: some ten control units with twenty codes each, twice over.
    static let entriesMax = 512

    var entries: [UInt64] = []
    /// Facts that found no room since the last look.
    var refused: UInt32 = 0

    private static func prefix(_ kind: Kind, _ unit: UInt16) -> UInt64 {
        kind.rawValue << 56 | UInt64(unit) << 32
    }

    /// Forgets what this unit said of this kind.
    mutating func clear(_ kind: Kind, unit: UInt16) {
        let low = Self.prefix(kind, unit)
        let start = place(of: low)
        let end = place(of: low + (1 << 32))
        if start < end { entries.removeSubrange(start..<end) }
    }

    /// Adds a fact, unless it is there already. Where there are too many, it is counted instead.
    mutating func insert(_ kind: Kind, unit: UInt16, _ value: UInt32) {
        let fact = Self.prefix(kind, unit) | UInt64(value)
        let place = place(of: fact)
        if place < entries.count, entries[place] == fact { return }
        guard entries.count < Self.entriesMax else {
            refused += 1
            return
        }
        entries.insert(fact, at: place)
    }

    /// The facts of one kind, of all units.
    func range(of kind: Kind) -> Range<Int> {
        place(of: kind.rawValue << 56)..<place(of: (kind.rawValue + 1) << 56)
    }

    func value(at index: Int) -> UInt32 { UInt32(truncatingIfNeeded: entries[index]) }

    /// The first place whose fact is not smaller.
    private func place(of fact: UInt64) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle] < fact { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
