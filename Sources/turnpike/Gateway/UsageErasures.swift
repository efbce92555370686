package import CustomerStore
import Synchronization
import UsageAggregates
package import VehicleSignals

/// Has releases of usage forget which vehicle a share was: on disk at once, and for whoever holds
/// them in memory by the list that he asks for.
package final class UsageErasures: Sendable {
    private let vehicles = Mutex<[UInt32]>([])

    package init() {}

    /// Vehicles erased since the start, but for the first `count`.
    package func after(_ count: Int) -> [UInt32] {
        vehicles.withLock { Array($0.dropFirst(count)) }
    }

    /// Doing it again changes nothing.
    package func erase(
        _ vehicle: VehicleKey, from store: CustomerStore, now: Timestamp
    ) throws {
        // Listed first: who writes meanwhile what he read before looks at the list afterwards.
        vehicles.withLock { $0.append(vehicle.number) }
        for kept in try store.usageReleases() {
            let months = Int(kept.month)
            guard let month = UsageMonth(year: months / 12, month: months % 12 + 1) else {
                continue
            }
            // Nothing is released here, so it does not matter by which key noise would be made.
            var releases = UsageReleases(hash: CellHash(key: (0, 0)))
            try releases.restore(month, from: kept.cells)
            guard !releases.forget(vehicle.number).isEmpty else { continue }
            try store.keep(
                StoredUsageRelease(month: kept.month, cells: releases.encoded(month)), now: now)
        }
    }
}
