import TriggerRules
import VehicleSignals
import VehicleState

// What a worker hands over to be stored.
extension VehicleShare {
    private struct DayKey: Hashable {
        var vehicle: VehicleKey
        var day: Day
    }

    /// This worker's share of a snapshot: what changed since the last one that was stored.
    mutating func makeSnapshot() -> SnapshotShare {
        for key in unsavedKeys {
            if let place = vehicles.place(of: key) { vehicles.markDirty(place) }
        }
        var share = SnapshotShare()
        share.counters = counters
        share.quarantined = quarantine
        share.days = unsavedDays
        // Of one sender the later word holds: stored in this order, it overwrites the earlier one.
        unsavedSessions += fixed.router.sources.changedSessions(in: &workspace)
        share.sessions = unsavedSessions
        let places = vehicles.takeDirty()
        share.vehicles.reserveCapacity(places.count)
        var days: [VehicleDay] = []
        for place in places {
            let key = vehicles.keys[place]
            days.removeAll(keepingCapacity: true)
            vehicles.slots[place].takeChangedDays(
                configuration: fixed.configuration.state, into: &days)
            for day in days { share.days.append(Self.change(key, day)) }
            var bytes: [UInt8] = []
            vehicles.slots[place].encode(into: &bytes)
            share.vehicles.append(VehicleSnapshot(key: key, bytes: bytes))
        }
        if !unsavedDays.isEmpty { share.days = Self.newest(share.days) }
        unsavedDays = share.days
        unsavedKeys = share.vehicles.map(\.key)
        return share
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

    private static func change(_ key: VehicleKey, _ day: VehicleDay) -> VehicleDayChange {
        VehicleDayChange(
            vehicle: key, day: day.day, metres: day.metres, wasDriven: day.wasDriven,
            firstOdometerMetres: day.firstOdometerMetres,
            lastOdometerMetres: day.lastOdometerMetres)
    }
}
