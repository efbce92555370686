/// A control unit: the bus that it was heard on, and its own number there.
struct ControlUnit: BitwiseCopyable, Equatable {
    /// Of ``BusNames``.
    var bus: UInt8
    /// In J1939 the source address, in ISO-TP what tells the ids of answers apart.
    var address: UInt16
}

/// What each control unit of one vehicle said last. A vehicle's list of faults is what all of its
/// units say; each of them only answers for itself, and an answer replaces that unit's earlier one.
///
/// One sorted array of whole numbers: kind, bus, address and value, from the top.
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
        /// The unit says its distance in the high resolution too: in which minute it did last.
        case fineDistance = 10
        /// What is left until a component's service: component, day and value.
        case serviceDistance = 11
        case serviceTime = 12

        /// Facts of a kind, where they must not crowd out trouble codes.
        var limit: Int {
            switch self {
            case .stored, .pending, .permanent, .unified, .unifiedConfirmed, .active, .emission:
                ControlUnitFacts.entriesMax
            case .monitor, .lamp, .fineDistance: 64
            case .serviceDistance, .serviceTime: 32
            }
        }
    }

    /// What readings say together of all units.
    enum Summary: UInt8 {
        case codes = 1
        case confirmedCodes = 2
        case monitor = 4
        case active = 8
        case emission = 16
        case lamp = 32
    }

    /// Facts of one topic: some ten control units with twenty codes each, twice over.
    static let entriesMax = 512

    var entries: [UInt64] = []
    /// Facts that found no room since the last look.
    var refused: UInt32 = 0
    /// Whether something changed since the facts were read.
    var isChanged = false

    // The answer that is being taken: its facts, sorted, in place of which earlier ones.
    private var draft: [UInt64] = []
    private var draftPrefix: UInt64 = 0
    private var draftRoom = 0
    private var replaced = 0..<0
    /// Summaries that this payload's readings hold already.
    private var said: UInt8 = 0

    init() {}

    mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        draft.removeAll(keepingCapacity: true)
        refused = 0
        isChanged = false
        said = 0
    }

    /// Begins an answer of this unit, which replaces its earlier one.
    mutating func begin(_ kind: Kind, unit: ControlUnit) {
        draft.removeAll(keepingCapacity: true)
        draftPrefix = Self.prefix(kind, unit)
        replaced =
            Self.place(
                of: draftPrefix, in: entries)..<Self.place(
                of: draftPrefix + (1 << 32), in: entries)
        draftRoom =
            min(
                Self.entriesMax - entries.count, kind.limit - range(of: kind).count)
            + replaced.count
    }

    /// Adds a fact to the answer, unless it has it already. Where there are too many, it is counted
    /// instead.
    mutating func add(_ value: UInt32) {
        let fact = draftPrefix | UInt64(value)
        let place = Self.place(of: fact, in: draft)
        if place < draft.count, draft[place] == fact { return }
        guard draft.count < draftRoom else {
            refused += 1
            return
        }
        draft.insert(fact, at: place)
    }

    /// Takes the answer over; whether the unit says something else than before.
    mutating func end() -> Bool {
        var isSame = draft.count == replaced.count
        for index in 0..<draft.count where isSame {
            isSame = draft[index] == entries[replaced.lowerBound + index]
        }
        if isSame { return false }
        entries.replaceSubrange(replaced, with: draft)
        isChanged = true
        return true
    }

    /// Whether a reading has to say the summary: units repeat themselves every second, and a
    /// payload may hold minutes of it.
    mutating func mustSay(_ summary: Summary, changed: Bool) -> Bool {
        let isNew = changed || said & summary.rawValue == 0
        said |= summary.rawValue
        return isNew
    }

    /// The facts of one kind, of all units.
    func range(of kind: Kind) -> Range<Int> {
        Self.place(
            of: kind.rawValue << 56, in: entries)..<Self.place(
                of: (kind.rawValue + 1) << 56, in: entries)
    }

    func bus(at index: Int) -> UInt8 { UInt8(truncatingIfNeeded: entries[index] >> 48) }

    /// Forgets all that units of a bus said.
    mutating func forget(bus: UInt8) {
        for index in (0..<entries.count).reversed() where self.bus(at: index) == bus {
            entries.remove(at: index)
            isChanged = true
        }
    }

    func value(at index: Int) -> UInt32 { UInt32(truncatingIfNeeded: entries[index]) }

    private static func prefix(_ kind: Kind, _ unit: ControlUnit) -> UInt64 {
        kind.rawValue << 56 | UInt64(unit.bus) << 48 | UInt64(unit.address) << 32
    }

    /// The first place whose fact is not smaller.
    private static func place(of fact: UInt64, in facts: [UInt64]) -> Int {
        var low = 0
        var high = facts.count
        while low < high {
            let middle = (low + high) / 2
            if facts[middle] < fact { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

// Distance in the high resolution.
extension ControlUnitFacts {
    /// Minutes after which the fine distance counts as silent, and the coarse one is taken again.
    static let fineSilenceMinutes: Int64 = 60
    /// Minutes for which it is not noted anew.
    private static let fineRestMinutes: Int64 = 5

    /// A unit said its distance in the high resolution at `time` (milliseconds since 1970; `.min`:
    /// not known).
    mutating func noteFineDistance(unit: ControlUnit, at time: Int64) {
        if isFineDistanceKnown(unit, time, within: Self.fineRestMinutes) { return }
        begin(.fineDistance, unit: unit)
        add(UInt32(truncatingIfNeeded: Self.minute(time)))
        _ = end()
    }

    /// Whether some unit of the bus says the truck's distance in the high resolution: mostly the
    /// tachograph does, and the engine's is then the same distance in coarse steps.
    func hasFineDistance(bus: UInt8, at time: Int64) -> Bool {
        for index in range(of: .fineDistance) where self.bus(at: index) == bus {
            let age = abs(Self.minute(time) - Int64(value(at: index)))
            if age <= Self.fineSilenceMinutes { return true }
        }
        return false
    }

    private func isFineDistanceKnown(
        _ unit: ControlUnit, _ time: Int64, within minutes: Int64
    ) -> Bool {
        let first = Self.prefix(.fineDistance, unit)
        let place = Self.place(of: first, in: entries)
        guard place < entries.count, entries[place] >> 32 == first >> 32 else { return false }
        return abs(Self.minute(time) - Int64(value(at: place))) <= minutes
    }

    private static func minute(_ time: Int64) -> Int64 { max(0, time) / 60_000 }
}

// What is left until service, of several components. A fact's value is the component (8 bits), the
// day modulo 256 (8 bits) and what was said (16 bits).
extension ControlUnitFacts {
    /// Days after which a component that says nothing more does not count.
    private static let serviceSilenceDays: UInt64 = 30

    /// Keeps what one component of a unit says; the smallest of all components that were heard of
    /// lately.
    mutating func takeService(
        _ kind: Kind, unit: ControlUnit, component: UInt8, value: UInt16, at time: Int64
    ) -> UInt16 {
        let day = UInt64(max(0, time) / 86_400_000) & 0xFF
        let name = Self.prefix(kind, unit) | UInt64(component) << 24
        let fact = name | day << 16 | UInt64(value)
        let known = Self.place(of: fact, in: entries)
        if known == entries.count || entries[known] != fact {
            for index in range(of: kind).reversed() {
                let age = (day &- entries[index] >> 16) & 0xFF
                // What seems to come from a month ahead came late.
                let isSilent =
                    time != .min && age > Self.serviceSilenceDays
                    && age < 256 - Self.serviceSilenceDays
                if entries[index] >> 24 == name >> 24 || isSilent { entries.remove(at: index) }
            }
            if entries.count < Self.entriesMax, range(of: kind).count < kind.limit {
                entries.insert(fact, at: Self.place(of: fact, in: entries))
            } else {
                refused += 1
            }
            isChanged = true
        }
        var smallest = value
        for index in range(of: kind) {
            smallest = min(smallest, UInt16(truncatingIfNeeded: entries[index]))
        }
        return smallest
    }
}
