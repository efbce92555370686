import VehicleSignals

/// What stateful formats remember of each sender from message to message: births and aliases,
/// messages that came in parts. One table a workspace, so one a worker thread.
///
/// A decoder opens the sender's session, reads and changes its bytes in place, and says when it is
/// done with growing it:
///
///     let place = try work.sessions.open(source, .canBus, sender: topic, from: 3, count: 9)
///     work.sessions.entries[place].bytes.append(byte)
///     work.sessions.noteSize(of: place)
///
/// Opening a session that is there, and changing its bytes within what they once grew to, allocates
/// nothing. Bounded by ``DecodingLimits/sessionsMax``, ``DecodingLimits/sessionBytesMax`` (to be
/// minded by the decoder) and ``DecodingLimits/sessionBytesTotalMax``: beyond them the least
/// recently used goes first, and is counted.
struct SessionTable: Sendable {
    struct Entry: Sendable {
        var source = SourceID(.max)
        var format = SessionFormat.sparkplug
        var hash: UInt64 = 0
        var sender: [UInt8] = []
        /// What is remembered; empty when the session is new.
        var bytes: [UInt8] = []
        /// Bytes that `counters.bytes` holds for this entry.
        var counted = 0
        /// Neighbours by use; -1: none.
        var older: Int32 = -1
        var newer: Int32 = -1
        var order: UInt64 = 0
        var isChanged = false
        /// Whether the store may have it, so that it has to be told when it goes.
        var isStored = false
    }

    /// Arrays of a session that ended are kept for the next one up to this size.
    private static let keptCapacityMax = 4096

    var entries: [Entry] = []
    var counters = SessionCounters()
    /// Index of entries by hash; a power of two, at most half full. -1: free.
    private var slots: [Int32] = []
    /// Entries without a session.
    private var free: [Int32] = []
    var oldest: Int32 = -1
    var newest: Int32 = -1
    var uses: UInt64 = 0
    var gone: [SessionExport] = []
    var goneSources: [SourceID] = []
}

// Opening and ending.
extension SessionTable {
    /// The place of the sender's session; a new one with empty bytes if there was none. The place
    /// holds until the message is decoded; two sessions may be open at a time.
    mutating func open(
        _ source: SourceID, _ format: SessionFormat, sender: RawSpan, from offset: Int, count: Int
    ) throws(DecodeError) -> Int {
        guard count <= DecodingLimits.sessionSenderBytesMax else {
            throw DecodeError(.badIdentity, at: 0)
        }
        let hash = Self.hash(source, format, sender, offset, count)
        var place = find(source, format, hash, sender, offset, count)
        if place < 0 {
            place = insert(source, format, hash)
            entries[place].sender.reserveCapacity(count)
            for index in offset..<(offset + count) {
                entries[place].sender.append(sender.byte(at: index))
            }
            counters.bytes += UInt64(count)
            entries[place].counted = count
            link(place)
        }
        touch(place)
        entries[place].isChanged = true
        return place
    }

    /// Notes that the session at this place was of use, as the limits count.
    mutating func touch(_ place: Int) {
        unlink(place)
        link(place)
        uses += 1
        entries[place].order = uses
    }

    /// The place of the sender's session; -1 if there is none. No use of it, as the limits count.
    func find(
        _ source: SourceID, _ format: SessionFormat, sender: RawSpan, from offset: Int, count: Int
    ) -> Int {
        find(
            source, format, Self.hash(source, format, sender, offset, count), sender, offset, count)
    }

    /// To be called when the session's bytes grew or shrank: keeps the sum, and lets the least
    /// recently used sessions go where it is too large.
    mutating func noteSize(of place: Int) {
        let size = entries[place].sender.count + entries[place].bytes.count
        counters.bytes = counters.bytes &+ UInt64(size) &- UInt64(entries[place].counted)
        entries[place].counted = size
        while counters.bytes > DecodingLimits.sessionBytesTotalMax, oldest >= 0,
            Int(oldest) != place
        {
            evictOldest()
        }
    }

    /// Ends a session that has nothing to remember any more; its place is void.
    mutating func end(_ place: Int) {
        noteGone(place)
        removeSlot(of: place)
        unlink(place)
        counters.held -= 1
        counters.bytes -= UInt64(entries[place].counted)
        entries[place].counted = 0
        entries[place].isChanged = false
        entries[place].isStored = false
        entries[place].source = SourceID(.max)
        Self.empty(&entries[place].sender)
        Self.empty(&entries[place].bytes)
        free.append(Int32(place))
    }

    private static func empty(_ array: inout [UInt8]) {
        array.removeAll(keepingCapacity: array.capacity <= keptCapacityMax)
    }

    private mutating func evictOldest() {
        counters.evicted += 1
        end(Int(oldest))
    }

    private mutating func insert(_ source: SourceID, _ format: SessionFormat, _ hash: UInt64) -> Int
    {
        while counters.held >= UInt64(DecodingLimits.sessionsMax), oldest >= 0 { evictOldest() }
        let place: Int
        if let last = free.popLast() {
            place = Int(last)
        } else {
            place = entries.count
            entries.append(Entry())
        }
        entries[place].source = source
        entries[place].format = format
        entries[place].hash = hash
        counters.held += 1
        if slots.count < entries.count * 2 {
            rebuildSlots()
        } else {
            addSlot(of: place)
        }
        return place
    }
}

// The index by hash.
extension SessionTable {
    private static func hash(
        _ source: SourceID, _ format: SessionFormat, _ sender: RawSpan, _ offset: Int, _ count: Int
    ) -> UInt64 {
        sender.stableHash(
            from: offset, count: count,
            seed: UInt64(source.number) << 16 | UInt64(format.rawValue))
    }

    private func find(
        _ source: SourceID, _ format: SessionFormat, _ hash: UInt64, _ sender: RawSpan,
        _ offset: Int, _ count: Int
    ) -> Int {
        guard !slots.isEmpty else { return -1 }
        let mask = slots.count - 1
        var index = Int(truncatingIfNeeded: hash) & mask
        while true {
            let place = Int(slots[index])
            if place < 0 { return -1 }
            // A hash is never trusted: the bytes are compared.
            if entries[place].hash == hash, entries[place].source == source,
                entries[place].format == format, entries[place].sender.count == count,
                entries[place].sender.equals(from: 0, count: count, sender, from: offset)
            {
                return place
            }
            index = (index + 1) & mask
        }
    }

    private mutating func rebuildSlots() {
        var size = 64
        while size < entries.count * 4 { size *= 2 }
        slots = [Int32](repeating: -1, count: size)
        for place in 0..<entries.count where entries[place].source.number != .max {
            addSlot(of: place)
        }
    }

    private mutating func addSlot(of place: Int) {
        let mask = slots.count - 1
        var index = Int(truncatingIfNeeded: entries[place].hash) & mask
        while slots[index] >= 0 { index = (index + 1) & mask }
        slots[index] = Int32(place)
    }

    /// Takes a place out and moves those up that were pushed along by it.
    private mutating func removeSlot(of place: Int) {
        let mask = slots.count - 1
        var index = Int(truncatingIfNeeded: entries[place].hash) & mask
        while slots[index] != Int32(place) { index = (index + 1) & mask }
        var hole = index
        while true {
            index = (index + 1) & mask
            let other = slots[index]
            guard other >= 0 else { break }
            let home = Int(truncatingIfNeeded: entries[Int(other)].hash) & mask
            // May it stand in the hole? Only if its home does not lie between hole and index.
            if (index - home) & mask >= (index - hole) & mask {
                slots[hole] = other
                hole = index
            }
        }
        slots[hole] = -1
    }
}

// The order of use.
extension SessionTable {
    private mutating func unlink(_ place: Int) {
        let older = entries[place].older
        let newer = entries[place].newer
        if older >= 0 { entries[Int(older)].newer = newer } else { oldest = newer }
        if newer >= 0 { entries[Int(newer)].older = older } else { newest = older }
        entries[place].older = -1
        entries[place].newer = -1
    }

    private mutating func link(_ place: Int) {
        entries[place].older = newest
        entries[place].newer = -1
        if newest >= 0 { entries[Int(newest)].newer = Int32(place) } else { oldest = Int32(place) }
        newest = Int32(place)
    }
}
