public import VehicleSignals

/// The newest value of each signal of one vehicle: 16 bytes a signal, sorted by number.
///
/// Which of two values stands does not depend on the order in which they come: the later event
/// time wins; at the same time the better time quality, then live over retained, then the larger
/// bits. Values without any time count as older than every other. Of the same value by two origins
/// the larger number is told.
public struct NewestValues: Sendable {
    /// Most signals kept of one vehicle; beyond it those with the highest numbers go.
    public static let countMax = 255

    /// Word 0: 42 bits milliseconds since 1970 (until 2109), 16 bits signal number, 3 bits kind,
    /// 2 bits time quality, 1 bit live. Word 1: the value's bits.
    struct Entry: Sendable, Hashable, BitwiseCopyable {
        var head: UInt64
        var bits: UInt64

        @inline(always)
        var number: UInt16 { UInt16(truncatingIfNeeded: head >> 6) }
        /// Time, quality and live in one number that grows with preference.
        @inline(always)
        var rank: UInt64 { (head >> 22) << 3 | head & 7 }

        var reading: Reading {
            let quality = TimeQuality(rawValue: UInt8(head >> 1 & 3)) ?? .none
            return Reading(
                signal: SignalID(number),
                time: quality == .none
                    ? .distantPast : Timestamp(milliseconds: Int64(head >> 22)),
                timeQuality: quality, isRetained: head & 1 == 0,
                kind: ValueKind(rawValue: UInt8(head >> 3 & 7)) ?? .integer, bits: bits)
        }
    }

    private(set) var entries: [Entry] = []
    /// The origin of each entry where they differ; empty, and then no memory, where all have
    /// ``common``, as in a vehicle that one source speaks of.
    private var own: [OriginID] = []
    private var common = OriginID.unknown

    init() {}

    /// Makes room for so many values and no more.
    mutating func reserve(_ count: Int) { entries.reserveCapacity(min(count, Self.countMax)) }

    static let millisecondsMax = Int64(1) << 42

    static func entry(_ reading: Reading) -> Entry {
        let time = reading.timeQuality == .none ? 0 : UInt64(reading.time.milliseconds)
        var head = time << 22 | UInt64(reading.signal.number) << 6
        head |= UInt64(reading.kind.rawValue) << 3
        head |= UInt64(reading.timeQuality.rawValue) << 1 | (reading.isRetained ? 0 : 1)
        return Entry(head: head, bits: reading.bits)
    }

    /// Takes the value in if it is to stand; says whether any value changed.
    /// - Precondition: the time lies between 1970 and 2109, or the quality is `.none`.
    mutating func take(_ entry: Entry, from origin: OriginID) -> Bool {
        let place = self.place(of: entry.number)
        guard place < entries.count, entries[place].number == entry.number else {
            return insert(entry, from: origin, at: place)
        }
        let known = entries[place]
        if entry.rank < known.rank { return false }
        if entry.rank == known.rank {
            if entry.bits < known.bits { return false }
            if entry.bits == known.bits, entry.head <= known.head {
                if entry.head == known.head, origin > self.origin(place: place) {
                    setOrigin(origin, at: place)
                }
                return false
            }
        }
        entries[place] = entry
        if origin != common || !own.isEmpty { setOrigin(origin, at: place) }
        return true
    }

    private mutating func insert(_ entry: Entry, from origin: OriginID, at place: Int) -> Bool {
        guard place < Self.countMax else { return false }
        if entries.isEmpty { common = origin }
        if origin != common || !own.isEmpty {
            if own.isEmpty { spread() }
            own.insertTight(origin, at: place)
        }
        entries.insertTight(entry, at: place)
        if entries.count > Self.countMax {
            entries.removeLast()
            if !own.isEmpty { own.removeLast() }
        }
        return true
    }

    private mutating func setOrigin(_ origin: OriginID, at place: Int) {
        if own.isEmpty {
            if entries.count == 1 {
                common = origin
                return
            }
            spread()
        }
        own[place] = origin
    }

    /// Writes the common origin down for each entry.
    private mutating func spread() {
        own.reserveCapacity(entries.count + 1)
        for _ in entries.indices { own.append(common) }
    }

    /// The origin of all entries; `nil` if they differ.
    var onlyOrigin: OriginID? {
        guard let first = own.first else { return entries.isEmpty ? .unknown : common }
        return own.allSatisfy { $0 == first } ? first : nil
    }

    /// Gives memory back where one origin has become that of all, as some time after a reload. For
    /// rare moments: a vehicle of which two sources say the same in turn would allocate each time.
    mutating func compactOrigins() {
        guard !own.isEmpty, let origin = onlyOrigin else { return }
        common = origin
        own = []
    }

    /// First place whose number is not smaller.
    private func place(of number: UInt16) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The newest value of a signal.
    public subscript(_ signal: SignalID) -> Reading? {
        let place = self.place(of: signal.number)
        guard place < entries.count, entries[place].number == signal.number else { return nil }
        return entries[place].reading
    }

    /// What made the newest value of a signal; `nil` if the signal has none.
    public func origin(of signal: SignalID) -> OriginID? {
        let place = self.place(of: signal.number)
        guard place < entries.count, entries[place].number == signal.number else { return nil }
        return origin(place: place)
    }

    /// How many signals have a value.
    public var count: Int { entries.count }

    /// The value at a place, in the order of signal numbers.
    public subscript(place place: Int) -> Reading { entries[place].reading }

    /// The origin of the value at a place.
    public func origin(place: Int) -> OriginID { own.isEmpty ? common : own[place] }

    /// Reads a word of every line of memory (four entries of 16 bytes).
    func warm() -> UInt64 {
        var sum: UInt64 = 0
        for place in stride(from: 0, to: entries.count, by: 4) { sum &+= entries[place].head }
        return sum &+ (entries.last?.head ?? 0)
    }

    mutating func remove(where isMeant: (SignalID) -> Bool) {
        if !own.isEmpty {
            var kept: [OriginID] = []
            for place in entries.indices where !isMeant(SignalID(entries[place].number)) {
                kept.append(own[place])
            }
            own = kept
        }
        entries.removeAll { isMeant(SignalID($0.number)) }
        compactOrigins()
    }

    mutating func merge(_ other: NewestValues) {
        for place in other.entries.indices {
            _ = take(other.entries[place], from: other.origin(place: place))
        }
        compactOrigins()
    }
}

/// By what is kept, not by how origins are written down.
extension NewestValues: Hashable {
    public static func == (left: NewestValues, right: NewestValues) -> Bool {
        guard left.entries == right.entries else { return false }
        for place in left.entries.indices
        where left.origin(place: place) != right.origin(place: place) {
            return false
        }
        return true
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(entries) }
}
