import PayloadDecoding
import TriggerRules
import VehicleSignals
import VehicleState

// What a worker hands over to be stored.
extension VehicleShare {
    private struct DayKey: Hashable {
        var vehicle: VehicleKey
        var day: Day
    }

    /// Begins this worker's share of a snapshot: what changed since the last one that was stored,
    /// as it stands now. Counters, quarantine and sessions are taken at once; vehicles are written
    /// down a slice at a time between rounds, and one that is about to change before its turn is
    /// written down first. So a snapshot of a hundred thousand vehicles holds no message up.
    mutating func beginSnapshot(for request: HandOver<SnapshotShare>) {
        finishSnapshot()
        for key in unsavedKeys {
            if let place = vehicles.place(of: key) { vehicles.markDirty(place) }
        }
        var share = SnapshotShare()
        share.counters = counters
        share.quarantined = quarantine
        share.days = unsavedDays
        unsavedSessions = Self.newest(
            unsavedSessions + fixed.router.sources.changedSessions(in: &workspace))
        share.sessions = unsavedSessions
        let places = vehicles.takeDirty()
        share.vehicles.reserve(places.count, bytesEach: SnapshotInTheMaking.bytesExpected)
        snapshot = SnapshotInTheMaking(request: request, share: share, places: places)
    }

    var isTakingSnapshot: Bool { snapshot != nil }

    /// Writes a slice down; hands the share over with the last one.
    mutating func continueSnapshot() {
        guard let next = snapshot?.nextSlice() else { return }
        for place in next { writeDown(Int(place)) }
        if snapshot?.isComplete == true { handOverSnapshot() }
    }

    /// Writes down all that is left, before something that slices could not bear.
    mutating func finishSnapshot() {
        while isTakingSnapshot { continueSnapshot() }
    }

    /// To be called before the vehicle at `place` is changed.
    mutating func writeDown(_ place: Int) {
        guard vehicles.takePending(place) else { return }
        let key = vehicles.keys[place]
        var days: [VehicleDay] = []
        vehicles.slots[place].takeChangedDays(
            configuration: fixed.configuration.state, into: &days)
        for day in days { snapshot?.share.days.append(Self.change(key, day)) }
        snapshot?.share.vehicles.append(key) { vehicles.slots[place].encode(into: &$0) }
    }

    private mutating func handOverSnapshot() {
        guard var made = snapshot else { return }
        snapshot = nil
        if !unsavedDays.isEmpty { made.share.days = Self.newest(made.share.days) }
        unsavedDays = made.share.days
        unsavedKeys = made.share.vehicles.vehicles
        made.request.put(made.share)
    }

    /// The last snapshot is stored: what it held need not come again.
    mutating func forgetUnsaved(quarantined: Int) {
        unsavedDays = []
        unsavedKeys = []
        unsavedSessions = []
        quarantine.removeFirst(quarantined)
        quarantineBytes = quarantine.reduce(0) { $0 + $1.topic.count + $1.payload.count }
    }

    /// Of each vehicle and day what was said last, so that nothing piles up while snapshots
    /// cannot be stored.
    private static func newest(_ days: [VehicleDayChange]) -> [VehicleDayChange] {
        var places: [DayKey: Int] = [:]
        var kept: [VehicleDayChange] = []
        for day in days {
            let key = DayKey(vehicle: day.vehicle, day: day.day)
            if let place = places[key] {
                kept[place] = day
            } else {
                places[key] = kept.count
                kept.append(day)
            }
        }
        return kept
    }

    /// Of each sender what was said last, in the order of saying.
    private static func newest(_ sessions: [SessionExport]) -> [SessionExport] {
        var seen: Set<[UInt8]> = []
        var kept: [SessionExport] = []
        for session in sessions.reversed() {
            var key = Array(session.source.utf8)
            key.append(0)
            for shift in stride(from: 0, to: 32, by: 8) {
                key.append(UInt8(truncatingIfNeeded: session.format >> UInt32(shift)))
            }
            key += session.sender
            if seen.insert(key).inserted { kept.append(session) }
        }
        return kept.reversed()
    }

    private static func change(_ key: VehicleKey, _ day: VehicleDay) -> VehicleDayChange {
        VehicleDayChange(
            vehicle: key, day: day.day, metres: day.metres, wasDriven: day.wasDriven,
            firstOdometerMetres: day.firstOdometerMetres,
            lastOdometerMetres: day.lastOdometerMetres)
    }
}

/// A worker's share of a snapshot while it is written down.
struct SnapshotInTheMaking {
    /// Slices at the least; and vehicles of one at the least, some half a millisecond's work.
    private static let slicesMin = 256
    private static let sliceMin = 256
    /// Of a vehicle with half a dozen signals; others make the room grow.
    static let bytesExpected = 320

    let request: HandOver<SnapshotShare>
    var share: SnapshotShare
    /// Vehicles that belong to it; those that changed meanwhile are written down already.
    private let places: [Int32]
    private var written = 0

    init(request: HandOver<SnapshotShare>, share: SnapshotShare, places: [Int32]) {
        self.request = request
        self.share = share
        self.places = places
    }

    var isComplete: Bool { written == places.count }

    mutating func nextSlice() -> ArraySlice<Int32> {
        let size = max(Self.sliceMin, places.count / Self.slicesMin)
        let slice = places[written..<min(written + size, places.count)]
        written = slice.endIndex
        return slice
    }
}
