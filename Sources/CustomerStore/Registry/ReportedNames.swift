public import Customers
import GRDB
public import VehicleSignals

/// A name of a source, and the VIN that the vehicle behind it says it has.
public struct ReportedName: Sendable, Hashable {
    public var name: VehicleName
    public var vin: VIN

    public init(name: VehicleName, vin: VIN) {
        self.name = name
        self.vin = vin
    }
}

/// Why a name does not become that of the vehicle with the VIN that was reported under it.
public enum NameRefusal: String, Sendable, Hashable {
    /// The name is another vehicle's already.
    case nameTaken = "name_taken"
    /// The source calls the vehicle by another name already.
    case vehicleTaken = "vehicle_taken"
}

/// What became of reported names that were looked at.
public struct ReportedNameOutcome: Sendable, Hashable {
    public var linked: [ReportedName] = []
    /// Those refused for the first time, or for another reason than before.
    public var refused: [RefusedName] = []

    public struct RefusedName: Sendable, Hashable {
        public var report: ReportedName
        public var reason: NameRefusal

        public init(report: ReportedName, reason: NameRefusal) {
            self.report = report
            self.reason = reason
        }
    }

    public init() {}
}

extension CustomerStore {
    /// Takes down which VIN was reported under which name, and gives each name to the vehicle that
    /// has the VIN; where none has it yet, the report waits for an import. On disk when the call
    /// returns; may be done again.
    ///
    /// A report never takes a name or a vehicle from another: both stay as they are on record, and
    /// the report is refused until somebody changes that. A vehicle that was only heard, and bears
    /// the name, becomes part of the one that has the VIN.
    public func link(_ reports: [ReportedName], now: Timestamp) throws -> ReportedNameOutcome {
        try pool.write { db in
            for report in reports {
                try db.run(
                    """
                    INSERT INTO reported_names (source, external_id, vin, at)
                    VALUES (?1, ?2, ?3, ?4)
                    ON CONFLICT (source, external_id) DO UPDATE SET vin = ?3, at = ?4
                    """,
                    [
                        report.name.source, report.name.externalID, report.vin.text,
                        now.milliseconds,
                    ])
            }
            return try db.settleReportedNames(now: now)
        }
    }

    /// Forgets what was reported of a vehicle, under its names or others, and under `names`.
    public func removeReportedNames(of vehicle: VehicleKey, and names: [VehicleName]) throws {
        try pool.write { db in
            try db.run(
                """
                DELETE FROM reported_names WHERE EXISTS (
                    SELECT 1 FROM vehicle_names n WHERE n.vehicle = ? AND (
                        n.source = reported_names.source
                            AND n.external_id = reported_names.external_id
                        OR n.source = ? AND n.external_id = reported_names.vin))
                """, [Int64(vehicle.number), VehicleName.vinSource])
            for name in names {
                try db.run(
                    "DELETE FROM reported_names WHERE source = ? AND external_id = ?",
                    [name.source, name.externalID])
            }
        }
    }

    /// Forgets reports for which no vehicle came.
    public func removeReportedNames(before cutoff: Timestamp) throws {
        try pool.write { db in
            try db.run("DELETE FROM reported_names WHERE at < ?", [cutoff.milliseconds])
        }
    }
}

extension Database {
    /// Looks at every report whose VIN is on record.
    fileprivate func settleReportedNames(now: Timestamp) throws -> ReportedNameOutcome {
        let waiting = try rows(
            """
            SELECT r.source, r.external_id, r.vin, r.refused, v.vehicle
            FROM reported_names r JOIN vehicle_names v ON v.source = ? AND v.external_id = r.vin
            ORDER BY r.at, r.source, r.external_id
            """, [VehicleName.vinSource])
        var outcome = ReportedNameOutcome()
        for row in waiting {
            guard let vin = try? VIN(row["vin"] as String) else { continue }
            let report = ReportedName(
                name: VehicleName(source: row["source"], externalID: row["external_id"]), vin: vin)
            let standing = try settle(report.name, of: row["vehicle"], now: now)
            if case .refused(let reason) = standing {
                let before = (row["refused"] as String?).flatMap(NameRefusal.init)
                guard reason != before else { continue }
                try run(
                    "UPDATE reported_names SET refused = ? WHERE source = ? AND external_id = ?",
                    [reason.rawValue, report.name.source, report.name.externalID])
                outcome.refused.append(.init(report: report, reason: reason))
                continue
            }
            try run(
                "DELETE FROM reported_names WHERE source = ? AND external_id = ?",
                [report.name.source, report.name.externalID])
            if case .linked = standing { outcome.linked.append(report) }
        }
        if !outcome.linked.isEmpty { _ = try advance("registry_version") }
        return outcome
    }

    private enum Standing {
        case linked, asBefore
        case refused(NameRefusal)
    }

    /// Gives the name to the vehicle, or says why not.
    private func settle(
        _ name: VehicleName, of vehicle: Int64, now: Timestamp
    ) throws -> Standing {
        let owner = try integer(
            "SELECT vehicle FROM vehicle_names WHERE source = ? AND external_id = ?",
            [name.source, name.externalID])
        if owner == vehicle { return .asBefore }
        let former = owner.map { VehicleKey(UInt32(truncatingIfNeeded: $0)) }
        if let former, try !isOnlyHeard(former) { return .refused(.nameTaken) }
        let others = try integer(
            "SELECT count(*) FROM vehicle_names WHERE source = ? AND vehicle = ?",
            [name.source, vehicle])
        guard others == 0 else { return .refused(.vehicleTaken) }
        if let former {
            let heir = VehicleKey(UInt32(truncatingIfNeeded: vehicle))
            try merge(former, into: heir, now: now)
        } else {
            try run(
                "INSERT INTO vehicle_names (source, external_id, vehicle) VALUES (?, ?, ?)",
                [name.source, name.externalID, vehicle])
        }
        return .linked
    }
}
