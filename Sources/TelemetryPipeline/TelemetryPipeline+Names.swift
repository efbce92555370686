import Foundation
public import PayloadDecoding
import Synchronization
public import VehicleSignals

/// What became of unlinked names since the last snapshot, and a registry that waits to be taken.
struct RegistryChanges: Sendable {
    var links: [VehicleLink] = []
    var forgotten: [VehicleKey] = []
    /// Merged vehicles whose state has moved since the start.
    var moved: Set<VehicleKey> = []
    /// A registry that the workers do not have yet.
    var wanted: VehicleRegistry?

    init(wanted: VehicleRegistry) { self.wanted = wanted }
}

extension TelemetryPipeline {
    /// Names that lead to no vehicle, in no order: those under which a message was believed.
    public var unlinkedNames: [UnlinkedNames.Name] { unlinked.believed.map(\.name) }

    /// Puts a new registry in force. State of names that it links moves to their vehicles, unless
    /// telemetry of the vehicle is switched off: then it is forgotten.
    ///
    /// While the workers are held up the old registry stays in force; ``tick(silentBefore:)``
    /// tries again.
    public func adopt(_ registry: VehicleRegistry) {
        let limit = heldUpLimit
        changes.withLock { changes in
            changes.wanted = registry
            bringRegistry(&changes, until: limit)
        }
    }

    /// Puts another set of sources in force, and the registry that was made for it, between two
    /// rounds: whatever has a later position is decoded by the new set whole, everything before by
    /// the old one. State, names and sessions of senders stay.
    ///
    /// True of this run. A start after a crash knows the newest sources alone and replays by them
    /// whatever lies behind the last snapshot, from before the change too. Whoever calls this
    /// stores a snapshot right before it and another right after it; what arrives between the
    /// first one and the change is left to chance until the second one is stored.
    ///
    /// Throws ``PipelineHeldUp`` where the workers are held up, and ``PipelineStopped``; then
    /// nothing has changed.
    ///
    /// - Parameter sources: made with the set in force as its `numberedAs`.
    public func adopt(_ sources: CompiledSources, registry: VehicleRegistry) throws {
        let limit = heldUpLimit
        let isDone = changes.withLock { changes in
            precondition(sources.mayReplace(self.sources), "numbers of sources never change")
            let waiting = changes.wanted
            changes.wanted = nil
            bring(registry, sources: sources, forgettingBefore: nil, &changes, until: limit)
            if changes.wanted == nil { return true }
            changes.wanted = waiting
            return false
        }
        guard !isDone else { return }
        throw sequencer.isEnded ? PipelineStopped() : heldUp
    }

    /// Forgets names that nobody linked in time, with their state, and after an hour those under
    /// which nothing was believed.
    public func forgetOldNames(now: Timestamp) {
        let limits = UnlinkedNames.Limits(
            unheard: now.advanced(
                by: TimeSpan(milliseconds: -configuration.unlinkedKept.milliseconds)),
            unbelieved: now.advanced(
                by: TimeSpan(milliseconds: -UnlinkedNames.unbelievedKept.milliseconds)))
        let deadline = heldUpLimit
        changes.withLock { changes in
            let registry = changes.wanted ?? registry
            changes.wanted = nil
            bring(registry, forgettingBefore: limits, &changes, until: deadline)
        }
    }

    /// Lets the rules look at the time; to be called about once a second.
    /// - Parameter silentBefore: also count the vehicles that were heard since then.
    public func tick(silentBefore: Timestamp? = nil) {
        let limit = heldUpLimit
        // Somebody who has the changes now brings the registry himself.
        _ = changes.withLockIfAvailable { bringRegistry(&$0, until: limit) }
        let now = clock.fleetNow()
        sequencer.command(until: limit) { _ in
            .tick(fleetNow: now, silentBefore: silentBefore)
        }
    }

    /// Until when a command waits for workers that are held up.
    var heldUpLimit: Date {
        Date(timeIntervalSinceNow: Double(configuration.heldUpWait.milliseconds) / 1000)
    }

    /// Hands the workers the registry that waits, if one does.
    func bringRegistry(_ changes: inout RegistryChanges, until limit: Date?) {
        guard let wanted = changes.wanted else { return }
        changes.wanted = nil
        bring(wanted, forgettingBefore: nil, &changes, until: limit)
    }

    /// Hands the workers a registry, between two rounds.
    ///
    /// What changes is worked out while no round can pass: a name that got its number before is
    /// seen here, and a message that comes after is asked for its vehicle again by the workers.
    private func bring(
        _ registry: VehicleRegistry, sources: CompiledSources? = nil,
        forgettingBefore old: UnlinkedNames.Limits?, _ changes: inout RegistryChanges,
        until limit: Date?
    ) {
        var made: Adoption?
        var names: [UnlinkedNames.Name] = []
        let merges = registry.merged.filter { !changes.moved.contains($0.from) }
        let position = sequencer.command(until: limit) { _ in
            var adoption = Adoption(registry: registry)
            adoption.sources = sources
            names = link(registry, &adoption)
            for merge in merges { adoption.move(merge) }
            if let old {
                // Removed at once, so that a name which is heard again just now stays or is new.
                adoption.forgotten += unlinked.removeUnheard(since: old).map(\.key)
            }
            current.withLock { $0.take(adoption) }
            made = adoption
            return .adopt(adoption)
        }
        guard position != nil, let made else {
            changes.wanted = registry
            return
        }
        unlinked.remove(names)
        changes.moved.formUnion(merges.map(\.from))
        changes.links += made.links
        changes.forgotten += made.forgotten
    }

    /// Notes which names the registry links; returns them.
    private func link(
        _ registry: VehicleRegistry, _ adoption: inout Adoption
    ) -> [UnlinkedNames.Name] {
        var names: [UnlinkedNames.Name] = []
        for entry in unlinked.entries {
            let name = entry.name
            let key = unsafe registry.vehicle(
                source: name.source, name.externalID.span.bytes, from: 0,
                count: name.externalID.count)
            guard key != .unknown else { continue }
            names.append(name)
            adoption.move(VehicleLink(from: entry.key, to: key))
        }
        return names
    }
}

extension MessageRouter {
    /// The vehicle that a sender on this topic is, as far as the topic tells.
    func vehicle(ofSenderOn topic: [UInt8], registry: VehicleRegistry) -> VehicleKey {
        let bytes = unsafe topic.span.bytes
        guard let route = sources.route(topic: bytes), route.vehicleLength > 0 else {
            return .unknown
        }
        return registry.vehicle(
            source: route.source, bytes, from: Int(route.vehicleOffset),
            count: Int(route.vehicleLength))
    }
}
