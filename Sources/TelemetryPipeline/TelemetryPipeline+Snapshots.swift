import Foundation
import Synchronization
public import VehicleSignals

extension TelemetryPipeline {
    /// Stores everything that changed since the last time, and the position up to which it is
    /// true. On an error the same changes come again with the next call.
    ///
    /// Throws ``PipelineHeldUp`` where workers or ledger are held up for longer than
    /// ``PipelineConfiguration/heldUpWait``, and ``PipelineStopped`` after ``stop()``.
    @discardableResult
    public func saveState() throws -> JournalPosition {
        try changes.withLock { changes in
            bringRegistry(&changes, until: heldUpLimit)
            return try saveState(&changes)
        }
    }

    private func saveState(_ changes: inout RegistryChanges) throws -> JournalPosition {
        let limit = heldUpLimit
        let request = SnapshotRequest(
            shares: workers.map { _ in HandOver() }, firingsStored: HandOver())
        let position = sequencer.command(until: limit) { _ in .snapshot(request) }
        guard let position else { throw sequencer.isEnded ? PipelineStopped() : heldUp }
        var export = StateExport(
            position: position, basis: basis(of: registry), sources: sources)
        export.counters = restoredCounters
        var quarantined: [Int] = []
        for share in request.shares {
            guard let part = share.take(until: limit) else { throw heldUp }
            quarantined.append(part.quarantined.count)
            export.counters += part.counters
            export.vehicles.append(contentsOf: part.vehicles)
            export.days += part.days
            export.quarantined += part.quarantined
            export.sessions += part.sessions
        }
        export.unlinked = unlinked.changedEntries
        export.links = changes.links
        export.forgotten = changes.forgotten
        // Firings that were said before, whether by rounds or by timers, are stored first: a
        // snapshot remembers that they were said, so a crash would lose them for good.
        guard let isStored = request.firingsStored.take(until: limit) else { throw heldUp }
        guard isStored else { throw PipelineStopped() }
        // A message that the snapshot holds is not read again after a crash.
        try handOverReports()
        try keeper.save(export)
        unlinked.noteStored(export.unlinked)
        changes.links = []
        changes.forgotten = []
        sequencer.command(until: nil) { _ in .saved(quarantined: quarantined) }
        return position
    }

    func basis(of registry: VehicleRegistry) -> DecisionBasis {
        DecisionBasis(registryVersion: registry.version, rules: rulesFingerprint)
    }

    var heldUp: any Error {
        PipelineHeldUp(seconds: configuration.heldUpWait.milliseconds / 1000)
    }
}
