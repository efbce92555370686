import CustomerStore
import GatewayAPI
import StateStore
import UsageAggregates
import VehicleSignals

/// Usage for the manufacturer: vehicle days of the state store, of those vehicles only whose
/// holder's permission covers analytics, then and now.
struct UsageBookAdapter: UsageBook {
    let store: StoreCustomers
    let state: SQLiteStateStore
    let threads: StoreThreads
    /// Whose permission counts; `nil`: of whomever the holder named.
    let controller: String?
    let now: @Sendable () -> Timestamp

    func months() async throws -> ClosedRange<UsageMonth>? {
        let state = state
        guard let days = try await threads.counting.run({ try state.dayRange() }),
            let first = Self.month(of: days.lowerBound), let last = Self.month(of: days.upperBound)
        else { return nil }
        return first...last
    }

    func contributions(in month: UsageMonth) async throws -> [UsageContribution] {
        try await threads.counting.run { try count(month) }
    }

    private func count(_ month: UsageMonth) throws -> [UsageContribution] {
        let next = month.advanced(by: 1)
        let firstDay = Day(year: month.year, month: month.month, day: 1)
        let endDay = Day(year: next.year, month: next.month, day: 1)
        let moment = now()
        let end = min(
            Timestamp(milliseconds: endDay.startUTC.milliseconds - 1), moment)
        var byVehicle: [UInt32: UsageContribution] = [:]
        try store.forEachAnalyticsVehicle(at: end, controller: controller, now: moment) { vehicle in
            byVehicle[vehicle.vehicle.number] = UsageContribution(
                vehicle: vehicle.vehicle.number, holder: vehicle.holder, model: vehicle.model,
                powertrain: vehicle.powertrain, month: month, distanceMetres: 0, daysDriven: 0)
        }
        guard !byVehicle.isEmpty else { return [] }
        var heard: Set<UInt32> = []
        let lastDay = Day(daysSinceEpoch: endDay.daysSinceEpoch - 1)
        try state.forEachDay(from: firstDay, through: lastDay) { day in
            let number = day.vehicle.number
            guard byVehicle[number] != nil else { return }
            heard.insert(number)
            byVehicle[number]?.distanceMetres += day.metres
            if day.isDriven { byVehicle[number]?.daysDriven += 1 }
        }
        return byVehicle.values.filter { heard.contains($0.vehicle) }
            .sorted { $0.vehicle < $1.vehicle }
    }

    private static func month(of day: Day) -> UsageMonth? {
        UsageMonth(year: day.civil.year, month: day.civil.month)
    }
}

/// The customer store keeps what was released.
struct UsageReleaseAdapter: UsageReleaseKeeper {
    let store: StoreCustomers
    let threads: StoreThreads
    let erasures: UsageErasures

    func releases() async throws -> [KeptUsageRelease] {
        let store = store
        return try await threads.counting.run { try store.usageReleases() }.compactMap { stored in
            let months = Int(stored.month)
            return UsageMonth(year: months / 12, month: months % 12 + 1).map {
                KeptUsageRelease(month: $0, cells: stored.cells)
            }
        }
    }

    func keep(_ release: KeptUsageRelease, now: Timestamp) async throws {
        let store = store
        try await threads.counting.run {
            try store.keep(
                StoredUsageRelease(month: release.month.index, cells: release.cells), now: now)
        }
    }

    func erased(after count: Int) -> [UInt32] { erasures.after(count) }

    func remove(before month: UsageMonth) async throws {
        let store = store
        try await threads.counting.run { try store.removeUsageReleases(before: month.index) }
    }
}
