import Foundation
import PayloadDecoding
import StateStore
import TelemetryPipeline
import TriggerRules
import VehicleSignals
import VehicleState

/// The state store as the pipeline wants it, and the way back at start.
struct StateKeeperAdapter: StateKeeper {
    let store: SQLiteStateStore
    /// By which what is stored is read back; what is saved brings its own.
    let sources: CompiledSources

    func save(_ export: StateExport) throws {
        let sources = export.sources
        var flush = StateFlush(
            position: export.position, counters: try Self.encode(export.counters),
            catalogue: Self.catalogue(of: sources))
        flush.vehicles = export.vehicles
        flush.days = export.days.map { day in
            VehicleDayRow(
                vehicle: day.vehicle, day: day.day, metres: day.metres, isDriven: day.wasDriven,
                firstOdometer: day.firstOdometerMetres, lastOdometer: day.lastOdometerMetres,
                position: export.position)
        }
        flush.unlinked = export.unlinked.map { entry in
            UnlinkedName(
                number: entry.key, source: sources.name(of: entry.name.source),
                externalID: entry.name.externalID, firstSeen: entry.firstSeen,
                lastSeen: entry.lastSeen)
        }
        flush.joins = export.links.map { VehicleJoin(number: $0.from, vehicle: $0.to) }
        flush.removed = export.forgotten
        flush.sessions = export.sessions.map {
            SessionRow(
                source: $0.source, sender: $0.sender, format: $0.format, bytes: $0.bytes,
                order: $0.order)
        }
        flush.basis = "\(export.basis.registryVersion) \(export.basis.rules)"
        flush.quarantine = export.quarantined.map { Self.stored($0, sources) }
        // Only the writing gives way: whoever brings the snapshot about holds locks that messages
        // need.
        try givingWay("snapshot") { [flush] in try store.save(flush, joiningDays: Self.join) }
    }

    /// What the numbers of this process mean.
    private static func catalogue(of sources: CompiledSources) -> StoredCatalogue {
        StoredCatalogue(
            paths: sources.catalogue.definitions.map(\.path),
            sources: sources.definitions.map(\.name),
            origins: sources.origins.all.map {
                StoredOrigin(source: $0.source, mappingVersion: $0.mappingVersion)
            })
    }

    /// How numbers of a stored list are to be read now; `nil` where nothing has changed. Origins
    /// of the past that this run does not know yet get their numbers here.
    private func change(since old: StoredCatalogue) -> NumberChange? {
        let origins = old.origins.map {
            sources.origins.number(
                of: ReadingOrigin(source: $0.source, mappingVersion: $0.mappingVersion))
        }
        let now = Self.catalogue(of: sources)
        if old.paths == now.paths, old.sources == now.sources,
            now.origins.starts(with: old.origins)
        {
            return nil
        }
        // A source that is gone shares the number of those beyond the countable.
        let moved = old.sources.map { name in
            sources.source(named: name) ?? SourceID(UInt16(OdometerPoint.workshop) - 1)
        }
        return NumberChange(
            oldPaths: old.paths, catalogue: sources.catalogue, sources: moved, origins: origins)
    }

    /// The changes of all lists that states are written by. The last list comes first: it knows
    /// the origins of all before it, so that the next run, too, numbers them as this one does.
    private func changes(since snapshot: StoredSnapshot) -> [Int64: NumberChange] {
        var changes: [Int64: NumberChange] = [:]
        let earlier = snapshot.catalogues.keys.filter { $0 != snapshot.catalogue }
        for number in [snapshot.catalogue] + earlier.sorted(by: >) {
            changes[number] = snapshot.catalogues[number].flatMap(change(since:))
        }
        return changes
    }

    /// Two views of one day: each saw at least what it tells of.
    static func join(_ left: VehicleDayRow, _ right: VehicleDayRow) -> VehicleDayRow {
        var day = left
        day.metres = max(left.metres, right.metres)
        day.isDriven = left.isDriven || right.isDriven
        day.firstOdometer = [left.firstOdometer, right.firstOdometer].compactMap { $0 }.min()
        day.lastOdometer = [left.lastOdometer, right.lastOdometer].compactMap { $0 }.max()
        day.position = max(left.position, right.position)
        return day
    }

    private static func stored(
        _ message: PipelineQuarantine, _ sources: CompiledSources
    ) -> StoredQuarantine {
        StoredQuarantine(
            position: message.position, messageIndex: message.index,
            source: message.source.map { sources.name(of: $0) } ?? "",
            mappingVersion: message.mappingVersion, reason: message.reason,
            byteOffset: message.byteOffset, detail: message.sentence,
            arrival: message.arrival, flags: message.flags, topic: message.topic,
            payload: message.payload)
    }

    private static func encode(_ counters: PipelineCounters) throws -> [UInt8] {
        var named: [String: UInt64] = [:]
        for counter in counters.named { named[counter.name] = counter.value }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return [UInt8](try encoder.encode(named))
    }

    private static func array(_ span: RawSpan) -> [UInt8] {
        unsafe span.withUnsafeBytes { unsafe [UInt8]($0) }
    }

    private static func basis(_ text: String) -> DecisionBasis? {
        let words = text.split(separator: " ")
        guard words.count == 2, let version = Int64(words[0]), let rules = UInt64(words[1]) else {
            return nil
        }
        return DecisionBasis(registryVersion: version, rules: rules)
    }

    /// One vehicle as the last save kept it, without looking at the others; `nil` if nothing was
    /// heard of it up to then. The position is that of the save.
    func restore(
        _ key: VehicleKey
    ) throws -> (position: JournalPosition, slot: VehicleSlot?) {
        guard let snapshot = try store.snapshot() else { return (.start, nil) }
        guard let kept = try store.vehicle(key) else { return (snapshot.position, nil) }
        let change = snapshot.catalogues[kept.catalogue].flatMap(change(since:))
        do {
            return (snapshot.position, try VehicleSlot(decoding: kept.state, change: change))
        } catch {
            throw UnreadableState(vehicle: key, reason: "\(error)")
        }
    }

    /// Everything that the last save kept.
    func restore() throws -> RestoredState {
        var restored = RestoredState()
        guard let snapshot = try store.snapshot() else { return restored }
        restored.position = snapshot.position
        let named = try JSONDecoder().decode(
            [String: UInt64].self, from: Data(snapshot.counters))
        restored.counters = PipelineCounters(named: named)
        restored.basis = Self.basis(snapshot.basis)
        let names = try store.unlinkedNames()
        restored.highestUnlinked = names.map(\.number).max() ?? .unknown
        restored.unlinked = names.compactMap { name in
            guard let source = sources.source(named: name.source) else { return nil }
            return UnlinkedNames.Entry(
                name: UnlinkedNames.Name(source: source, externalID: name.externalID),
                key: name.number, firstSeen: name.firstSeen, lastSeen: name.lastSeen)
        }
        restored.sessions = try store.sessions().map {
            SessionExport(
                source: $0.source, sender: $0.sender, format: $0.format, bytes: $0.bytes,
                order: $0.order)
        }
        let changes = changes(since: snapshot)
        restored.vehicles.reserveCapacity(snapshot.vehicles)
        var flaw: (any Error)?
        let known = Set(restored.unlinked.map(\.key))
        try store.forEachVehicle { key, catalogue, bytes in
            guard flaw == nil else { return }
            if key.isUnlinked {
                restored.highestUnlinked = max(restored.highestUnlinked, key)
                // The state of a source that is not configured now waits in the store.
                guard known.contains(key) else { return }
            }
            do {
                let slot = try VehicleSlot(
                    decoding: Self.array(bytes), change: changes[catalogue])
                restored.vehicles.append(RestoredVehicle(key: key, slot: slot))
            } catch {
                flaw = UnreadableState(vehicle: key, reason: "\(error)")
            }
        }
        if let flaw { throw flaw }
        return restored
    }
}

/// A stored state that this version cannot read.
struct UnreadableState: Error, CustomStringConvertible {
    var vehicle: VehicleKey
    var reason: String
    var description: String {
        "the stored state of vehicle #\(vehicle.number) cannot be read (\(reason)); start the "
            + "version that wrote it, or restore state.db from a backup"
    }
}
