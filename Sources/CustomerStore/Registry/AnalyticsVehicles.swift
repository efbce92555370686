import Customers
import GRDB
public import VehicleSignals

/// A vehicle that may be counted, with what cohorts are made of.
public struct AnalyticsVehicle: Sendable, Hashable {
    public var vehicle: VehicleKey
    /// The holder's number: only for counting different holders, never shown.
    public var holder: Int64
    public var brand: String
    public var model: String
    public var powertrain: String
}

extension CustomerStore {
    /// Hands out each vehicle whose holder at `time` permits analytics (P8), then and still at
    /// `now`. For a month, `time` is its last moment, or `now` while it lasts.
    ///
    /// - Parameter controller: whose analytics it is; `nil`: of whomever the holder named.
    public func forEachAnalyticsVehicle(
        at time: Timestamp, controller: String?, now: Timestamp,
        _ body: (AnalyticsVehicle) throws -> Void
    ) throws {
        try pool.read { db in
            let yes = try db.analyticsConsents(at: time, controller: controller, now: now)
            let cursor = try Row.fetchCursor(
                db,
                sql: """
                    SELECT e.*, v.brand, v.model, v.powertrain, v.gate FROM epochs e
                        JOIN vehicles v ON v.id = e.vehicle
                    WHERE e.from_time <= :time AND (e.to_time IS NULL OR e.to_time > :time)
                    ORDER BY e.vehicle, e.id
                    """, arguments: ["time": time.milliseconds])
            var group: [(epoch: HoldingEpoch, vehicle: AnalyticsVehicle)] = []
            func settle() throws {
                guard case .holder(let epoch) = holder(of: group.map(\.epoch), at: time),
                    epoch.disputed == nil, yes.covers(epoch),
                    let match = group.first(where: { $0.epoch.id == epoch.id })
                else { return }
                try body(match.vehicle)
            }
            while let row = try cursor.next() {
                let epoch = try row.epoch()
                if let last = group.last, last.epoch.vehicle != epoch.vehicle {
                    try settle()
                    group.removeAll(keepingCapacity: true)
                }
                group.append(
                    (
                        epoch,
                        AnalyticsVehicle(
                            vehicle: epoch.vehicle, holder: epoch.person, brand: row["brand"],
                            model: row["model"], powertrain: row["powertrain"])
                    ))
            }
            try settle()
        }
    }
}

/// Who permits analytics: people, or single holdings of theirs where a record names one.
private struct AnalyticsConsents {
    /// People without any record that is bound to one holding.
    var people: Set<Int64> = []
    /// All records of those who have such ones.
    var bound: [Int64: [PermissionRecord]] = [:]
    var controllers: [String]
    var time: Timestamp
    var now: Timestamp

    func covers(_ epoch: HoldingEpoch) -> Bool {
        if people.contains(epoch.person) { return true }
        guard let records = bound[epoch.person] else { return false }
        return permits(records, epoch: epoch.id)
    }

    func permits(_ records: [PermissionRecord], epoch: Int64) -> Bool {
        let names = controllers.isEmpty ? Array(Set(records.map(\.controller))) : controllers
        return [time, now].allSatisfy { moment in
            if case .yes = permission(
                in: records, purpose: .analytics, controllers: names, epoch: epoch, at: moment)
            {
                return true
            }
            return false
        }
    }
}

extension Database {
    fileprivate func analyticsConsents(
        at time: Timestamp, controller: String?, now: Timestamp
    ) throws -> AnalyticsConsents {
        var consents = AnalyticsConsents(
            controllers: controller.map { [$0] } ?? [], time: time, now: now)
        var records: [PermissionRecord] = []
        func settle() {
            guard let person = records.first?.person else { return }
            if records.contains(where: { $0.epoch != nil }) {
                consents.bound[person] = records
            } else if consents.permits(records, epoch: 0) {
                consents.people.insert(person)
            }
            records.removeAll(keepingCapacity: true)
        }
        let cursor = try Row.fetchCursor(
            self, sql: "SELECT * FROM permissions WHERE purpose = 'P8' ORDER BY person")
        while let row = try cursor.next() {
            let record = try row.permission()
            if let last = records.last, last.person != record.person { settle() }
            records.append(record)
        }
        settle()
        return consents
    }
}
