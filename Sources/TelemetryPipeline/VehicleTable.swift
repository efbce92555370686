import TriggerRules
import VehicleSignals
import VehicleState

/// The vehicles of one worker: states in one array, found by number.
struct VehicleTable {
    /// To be changed in place; ``noteChange(_:)`` afterwards.
    var slots: [VehicleSlot] = []
    private(set) var keys: [VehicleKey] = []
    /// When each wants to be looked at without a message.
    private var timers: [Timestamp] = []
    private var marks: [Marks] = []
    private var watchedCount = 0
    /// Places that became dirty, some of them perhaps moved away since.
    private var dirtyPlaces: [Int32] = []
    /// Place by key number; -1 for none. Registered vehicles have dense numbers.
    private var placeOfNumber: [Int32] = []
    private var placeOfUnlinked: [UInt32: Int32] = [:]

    /// What is to be done about a vehicle.
    private struct Marks: OptionSet {
        var rawValue: UInt8
        /// Changed since it was last stored.
        static let dirty = Marks(rawValue: 1)
        /// Changed while rules only watched.
        static let watched = Marks(rawValue: 2)
        /// Belongs to a snapshot in the making as it stands now.
        static let pending = Marks(rawValue: 4)
    }

    var count: Int { slots.count }

    func place(of key: VehicleKey) -> Int? {
        if key.isUnlinked { return placeOfUnlinked[key.number].map { Int($0) } }
        let number = Int(key.number)
        guard number < placeOfNumber.count, placeOfNumber[number] >= 0 else { return nil }
        return Int(placeOfNumber[number])
    }

    /// The vehicle's place, made now if it has none.
    mutating func placeOrInsert(_ key: VehicleKey) -> Int {
        if let place = place(of: key) { return place }
        insert(key, VehicleSlot())
        return slots.count - 1
    }

    mutating func insert(_ key: VehicleKey, _ slot: VehicleSlot) {
        if let place = place(of: key) {
            slots[place] = slot
            timers[place] = slot.nextTimer
            return
        }
        let place = slots.count
        slots.append(slot)
        keys.append(key)
        timers.append(slot.nextTimer)
        marks.append([])
        setPlace(of: key, to: Int32(place))
    }

    private mutating func setPlace(of key: VehicleKey, to place: Int32) {
        if key.isUnlinked {
            placeOfUnlinked[key.number] = place < 0 ? nil : place
            return
        }
        let number = Int(key.number)
        if number >= placeOfNumber.count {
            // Doubling, so that a growing fleet costs an allocation now and then only.
            let room = max(number + 1, placeOfNumber.count * 2, 1024)
            placeOfNumber.append(contentsOf: repeatElement(-1, count: room - placeOfNumber.count))
        }
        placeOfNumber[number] = place
    }

    /// Takes a vehicle out; the last one moves into its place.
    mutating func remove(_ key: VehicleKey) -> VehicleSlot? {
        guard let place = place(of: key) else { return nil }
        precondition(!marks[place].contains(.pending), "a snapshot is finished before a removal")
        if marks[place].contains(.watched) { watchedCount -= 1 }
        let last = slots.count - 1
        slots.swapAt(place, last)
        keys.swapAt(place, last)
        timers.swapAt(place, last)
        marks.swapAt(place, last)
        setPlace(of: keys[place], to: Int32(place))
        setPlace(of: key, to: -1)
        keys.removeLast()
        timers.removeLast()
        marks.removeLast()
        if place != last, marks[place].contains(.dirty) { dirtyPlaces.append(Int32(place)) }
        return slots.removeLast()
    }

    /// The slot at `place` was changed: it is to be stored, and its timer may have moved.
    mutating func noteChange(_ place: Int) {
        timers[place] = slots[place].nextTimer
        markDirty(place)
    }

    mutating func markDirty(_ place: Int) {
        guard !marks[place].contains(.dirty) else { return }
        marks[place].insert(.dirty)
        dirtyPlaces.append(Int32(place))
    }

    /// Has the vehicle looked at with the next tick.
    mutating func wake(_ place: Int) { timers[place] = .distantPast }

    /// Has the vehicle left alone until something changes.
    mutating func rest(_ place: Int) { timers[place] = .distantFuture }

    func isDue(_ place: Int, at now: Timestamp) -> Bool { timers[place] <= now }

    /// Registered vehicles heard at or after `limit`.
    func heard(since limit: Timestamp) -> Int {
        var count = 0
        for place in slots.indices
        where slots[place].record.lastHeard >= limit && !keys[place].isUnlinked {
            count += 1
        }
        return count
    }

    /// Notes that rules have not spoken about this vehicle yet.
    mutating func markWatched(_ place: Int) {
        guard !marks[place].contains(.watched) else { return }
        marks[place].insert(.watched)
        watchedCount += 1
    }

    /// Vehicles that changed while rules only watched; they count as spoken about afterwards.
    mutating func takeWatched() -> [Int] {
        guard watchedCount > 0 else { return [] }
        var places: [Int] = []
        places.reserveCapacity(watchedCount)
        for place in marks.indices where marks[place].contains(.watched) {
            marks[place].remove(.watched)
            places.append(place)
        }
        watchedCount = 0
        return places
    }

    /// Places that changed since the last call, each once. They count as unchanged afterwards, and
    /// as pending until ``takePending(_:)``.
    mutating func takeDirty() -> [Int32] {
        var places: [Int32] = []
        places.reserveCapacity(dirtyPlaces.count)
        for place in dirtyPlaces
        where Int(place) < marks.count && marks[Int(place)].contains(.dirty) {
            marks[Int(place)].remove(.dirty)
            marks[Int(place)].insert(.pending)
            places.append(place)
        }
        dirtyPlaces.removeAll(keepingCapacity: true)
        return places
    }

    /// Whether the vehicle still waits for the snapshot in the making; it does not afterwards.
    mutating func takePending(_ place: Int) -> Bool {
        guard marks[place].contains(.pending) else { return false }
        marks[place].remove(.pending)
        return true
    }
}
