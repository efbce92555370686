import TriggerRules
import VehicleSignals
import VehicleState

/// The vehicles of one worker: states in one array, found by number.
struct VehicleTable {
    private(set) var slots: [VehicleSlot] = []
    private(set) var keys: [VehicleKey] = []
    /// When each wants to be looked at without a message.
    private var timers: [Timestamp] = []
    private var isDirty: [Bool] = []
    /// Changed while rules only watched.
    private var isWatched: [Bool] = []
    private var watchedCount = 0
    private var dirtyPlaces: [Int32] = []
    /// Place by key number; -1 for none. Registered vehicles have dense numbers.
    private var placeOfNumber: [Int32] = []
    private var placeOfUnlinked: [UInt32: Int32] = [:]

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
            return
        }
        let place = Int32(slots.count)
        slots.append(slot)
        keys.append(key)
        timers.append(slot.nextTimer)
        isDirty.append(false)
        isWatched.append(false)
        if key.isUnlinked {
            placeOfUnlinked[key.number] = place
        } else {
            let number = Int(key.number)
            if number >= placeOfNumber.count {
                // Doubling, so that a growing fleet costs an allocation now and then only.
                let room = max(number + 1, placeOfNumber.count * 2, 1024)
                placeOfNumber.append(
                    contentsOf: repeatElement(-1, count: room - placeOfNumber.count))
            }
            placeOfNumber[number] = place
        }
    }

    /// Takes a vehicle out; its place is kept empty for nobody, since links are rare.
    mutating func remove(_ key: VehicleKey) -> VehicleSlot? {
        guard let place = place(of: key) else { return nil }
        let slot = slots[place]
        let last = slots.count - 1
        if key.isUnlinked {
            placeOfUnlinked[key.number] = nil
        } else {
            placeOfNumber[Int(key.number)] = -1
        }
        if place != last {
            slots[place] = slots[last]
            keys[place] = keys[last]
            timers[place] = timers[last]
            isDirty[place] = isDirty[last]
            isWatched[place] = isWatched[last]
            let moved = keys[place]
            if moved.isUnlinked {
                placeOfUnlinked[moved.number] = Int32(place)
            } else {
                placeOfNumber[Int(moved.number)] = Int32(place)
            }
            if isDirty[place] { dirtyPlaces.append(Int32(place)) }
        }
        slots.removeLast()
        keys.removeLast()
        timers.removeLast()
        isDirty.removeLast()
        isWatched.removeLast()
        return slot
    }

    /// Changes a slot in place and notes that it is to be stored.
    mutating func update<Result>(
        _ place: Int, _ change: (inout VehicleSlot) -> Result
    ) -> Result {
        let result = change(&slots[place])
        timers[place] = slots[place].nextTimer
        markDirty(place)
        return result
    }

    /// Changes a slot without noting it: taking out what is about to be stored.
    mutating func changeQuietly(_ place: Int, _ change: (inout VehicleSlot) -> Void) {
        change(&slots[place])
    }

    /// Has the vehicle looked at with the next tick.
    mutating func wake(_ place: Int) { timers[place] = .distantPast }

    /// Registered vehicles heard at or after `limit`.
    func heard(since limit: Timestamp) -> Int {
        var count = 0
        for place in slots.indices
        where slots[place].record.lastHeard >= limit && !keys[place].isUnlinked {
            count += 1
        }
        return count
    }

    mutating func markDirty(_ place: Int) {
        guard !isDirty[place] else { return }
        isDirty[place] = true
        dirtyPlaces.append(Int32(place))
    }

    /// Notes that rules have not spoken about this vehicle yet.
    mutating func markWatched(_ place: Int) {
        guard !isWatched[place] else { return }
        isWatched[place] = true
        watchedCount += 1
    }

    /// Hands out each vehicle whose timer has come.
    mutating func evaluateDue(
        at now: Timestamp, _ body: (VehicleKey, inout VehicleSlot) -> Void
    ) {
        for place in timers.indices where timers[place] <= now {
            let key = keys[place]
            update(place) { body(key, &$0) }
        }
    }

    /// Hands out each vehicle that changed while rules only watched, once.
    mutating func evaluateWatched(_ body: (VehicleKey, inout VehicleSlot) -> Void) {
        guard watchedCount > 0 else { return }
        for place in isWatched.indices where isWatched[place] {
            isWatched[place] = false
            let key = keys[place]
            update(place) { body(key, &$0) }
        }
        watchedCount = 0
    }

    /// Places that changed since the last call, each once; they count as unchanged afterwards.
    mutating func takeDirty() -> [Int] {
        var places: [Int] = []
        places.reserveCapacity(dirtyPlaces.count)
        for place in dirtyPlaces where Int(place) < isDirty.count && isDirty[Int(place)] {
            isDirty[Int(place)] = false
            places.append(Int(place))
        }
        dirtyPlaces.removeAll(keepingCapacity: true)
        return places
    }
}
