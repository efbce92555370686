import PayloadDecoding
import TriggerRules
import VehicleSignals
import VehicleState

/// What a message did to its vehicle; counts are readings.
struct SlotOutcome {
    var isApplied = false
    var future: UInt16 = 0
    var sentinel: UInt16 = 0
    var implausible: UInt16 = 0
    /// Held back by the gate `service_only`.
    var gated: UInt16 = 0
}

// What a worker does to single vehicles.
extension Worker {
    /// Steps 5 and 6 for the decoded readings of one message.
    func applyReadings(to key: VehicleKey, _ source: SourceID, _ view: MessageView) -> SlotOutcome {
        let place = vehicles.placeOrInsert(key)
        let registered = registry[key]
        let zone = registry.zone(of: key)
        var total = SlotOutcome()
        if registered?.gate == .serviceOnly { total.gated = dropWhatServiceDoesNotNeed() }
        let latest = clock.latestPlausible(wall: view.arrival)
        let decoded = readings
        let span = decoded.span
        let outcome = vehicles.update(place) { slot in
            slot.apply(
                span, in: 0..<span.count, source: source, roles: configuration.roles,
                rules: configuration.rules, zone: zone, now: latest, arrival: view.arrival,
                configuration: configuration.state)
        }
        total.isApplied = outcome.isApplied
        total.future = outcome.future
        total.sentinel = outcome.sentinel
        total.implausible = outcome.implausible
        let newest = vehicles.slots[place].record.newestEventTime
        clock.observe(newest)
        if !key.isUnlinked {
            if isWatching {
                vehicles.markWatched(place)
            } else {
                let now = clock.mode == .wall ? view.arrival : newest
                vehicles.update(place) { evaluate(key, &$0, now: now) }
            }
        }
        return total
    }

    /// Takes out the readings that the gate `service_only` holds back; how many there were.
    private func dropWhatServiceDoesNotNeed() -> UInt16 {
        let before = readings.count
        readings.removeAll { !router.sources.catalogue.isForService($0.signal) }
        return UInt16(clamping: before - readings.count)
    }

    /// Lets the rules speak about one vehicle.
    func evaluate(_ key: VehicleKey, _ slot: inout VehicleSlot, now: Timestamp) {
        guard !key.isUnlinked, let registered = registry[key] else { return }
        slot.evaluate(
            vehicle: key, facts: registered.facts, rules: configuration.rules,
            zone: registry.zone(of: key), now: now, configuration: configuration.state,
            desk: &desk)
    }

    /// This worker's share of a snapshot: what changed since the last one.
    func makeSnapshot() -> SnapshotShare {
        var share = SnapshotShare()
        share.counters = counters
        // A snapshot that could not be stored comes again with the next.
        share.days = unsavedDays
        var days: [VehicleDay] = []
        for place in vehicles.takeDirty() + unsavedPlaces() {
            let key = vehicles.keys[place]
            days.removeAll(keepingCapacity: true)
            vehicles.changeQuietly(place) {
                $0.takeChangedDays(configuration: configuration.state, into: &days)
            }
            share.days += days.map { Self.change(key, $0) }
            var bytes: [UInt8] = []
            vehicles.slots[place].encode(into: &bytes)
            share.vehicles.append(VehicleSnapshot(key: key, bytes: bytes))
        }
        share.quarantined = quarantine
        unsavedDays = share.days
        unsavedKeys = share.vehicles.map(\.key)
        return share
    }

    /// The last snapshot is stored: what it held need not come again.
    func forgetUnsaved() {
        unsavedDays = []
        unsavedKeys = []
    }

    private func unsavedPlaces() -> [Int] { unsavedKeys.compactMap { vehicles.place(of: $0) } }

    private static func change(_ key: VehicleKey, _ day: VehicleDay) -> VehicleDayChange {
        VehicleDayChange(
            vehicle: key, day: day.day, metres: day.metres, wasDriven: day.wasDriven,
            firstOdometerMetres: day.firstOdometerMetres,
            lastOdometerMetres: day.lastOdometerMetres)
    }

    /// Takes a new registry, and moves the state of names that it links.
    func adopt(_ adoption: Adoption) {
        let workers = configuration.workers
        // First everybody lets go, then everybody takes: nobody waits for somebody who waits.
        for (link, state) in zip(adoption.links, adoption.states)
        where TelemetryPipeline.share(of: link.from, workers: workers) == index {
            state.put(vehicles.remove(link.from))
        }
        for key in adoption.forgotten
        where TelemetryPipeline.share(of: key, workers: workers) == index {
            _ = vehicles.remove(key)
        }
        let before = registry
        registry = adoption.registry
        let now = clock.fleetNow()
        for (link, state) in zip(adoption.links, adoption.states)
        where TelemetryPipeline.share(of: link.to, workers: workers) == index {
            guard let moved = state.take() else { continue }
            let place = vehicles.placeOrInsert(link.to)
            vehicles.update(place) { slot in
                slot.merge(moved, rules: configuration.rules)
                evaluate(link.to, &slot, now: now)
            }
        }
        noteChangedFacts(before: before)
    }

    /// Vehicles whose plan, battery or class changed are looked at with the next message.
    private func noteChangedFacts(before: VehicleRegistry) {
        for place in 0..<vehicles.count {
            let key = vehicles.keys[place]
            guard !key.isUnlinked, before[key]?.facts != registry[key]?.facts else { continue }
            vehicles.update(place) { $0.noteFactsChanged() }
            vehicles.wake(place)
        }
    }
}
