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
    /// The name told another VIN before: what is kept under it may be two vehicles'.
    case severalVINs = "several_vins"
}

/// What became of a reported name whose VIN a vehicle on record has.
public struct SettledName: Sendable, Hashable {
    public var name: VehicleName
    /// The one that has the VIN.
    public var vehicle: VehicleKey
    /// `nil`: the name is the vehicle's now.
    public var refusal: NameRefusal?

    public init(name: VehicleName, vehicle: VehicleKey, refusal: NameRefusal? = nil) {
        self.name = name
        self.vehicle = vehicle
        self.refusal = refusal
    }
}

extension CustomerStore {
    /// Takes down which VIN was reported under which name; ``settleReportedNames(all:now:)`` links
    /// them. On disk when the call returns; may be done again.
    public func note(_ reports: [ReportedName], now: Timestamp) throws {
        try pool.write { db in
            for report in reports {
                try db.run(
                    """
                    INSERT INTO reported_names (source, external_id, vin, at)
                    VALUES (?1, ?2, ?3, ?4)
                    ON CONFLICT (source, external_id) DO UPDATE SET at = ?4, vin = ?3,
                        is_several = max(is_several, vin <> ?3)
                    """,
                    [
                        report.name.source, report.name.externalID, report.vin.text,
                        now.milliseconds,
                    ])
            }
        }
    }

    /// Gives each reported name to the vehicle that has the VIN; where none has it yet, the report
    /// waits for an import. On disk when the call returns; may be done again.
    ///
    /// A report never takes a name or a vehicle from another: both stay as they are on record, and
    /// the report is refused until somebody changes that. A vehicle that was only heard, and bears
    /// the name, becomes part of the one that has the VIN.
    ///
    /// - Parameter all: also looks again at those that were refused before.
    /// - Returns: what was linked, and what is refused for the first time or for another reason.
    public func settleReportedNames(all: Bool, now: Timestamp) throws -> [SettledName] {
        try pool.write { try $0.settleReportedNames(all: all, now: now) }
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
    fileprivate func settleReportedNames(all: Bool, now: Timestamp) throws -> [SettledName] {
        let waiting = try rows(
            """
            SELECT r.source, r.external_id, r.is_several, r.refused, v.vehicle
            FROM reported_names r JOIN vehicle_names v ON v.source = ? AND v.external_id = r.vin
            \(all ? "" : "WHERE r.refused IS NULL") ORDER BY r.at, r.source, r.external_id
            """, [VehicleName.vinSource])
        var settled: [SettledName] = []
        for row in waiting {
            let name = VehicleName(source: row["source"], externalID: row["external_id"])
            let vehicle: Int64 = row["vehicle"]
            let standing = try settle(
                name, of: vehicle, isSeveral: row["is_several"], now: now)
            let key = VehicleKey(UInt32(truncatingIfNeeded: vehicle))
            if case .refused(let reason) = standing {
                guard reason.rawValue != row["refused"] as String? else { continue }
                try run(
                    "UPDATE reported_names SET refused = ? WHERE source = ? AND external_id = ?",
                    [reason.rawValue, name.source, name.externalID])
                settled.append(SettledName(name: name, vehicle: key, refusal: reason))
                continue
            }
            try run(
                "DELETE FROM reported_names WHERE source = ? AND external_id = ?",
                [name.source, name.externalID])
            if case .linked = standing { settled.append(SettledName(name: name, vehicle: key)) }
        }
        if settled.contains(where: { $0.refusal == nil }) { _ = try advance("registry_version") }
        return settled
    }

    private enum Standing {
        case linked, asBefore
        case refused(NameRefusal)
    }

    /// Gives the name to the vehicle, or says why not.
    private func settle(
        _ name: VehicleName, of vehicle: Int64, isSeveral: Bool, now: Timestamp
    ) throws -> Standing {
        let owner = try integer(
            "SELECT vehicle FROM vehicle_names WHERE source = ? AND external_id = ?",
            [name.source, name.externalID])
        if owner == vehicle { return .asBefore }
        let former = owner.map { VehicleKey(UInt32(truncatingIfNeeded: $0)) }
        if let former, try !isOnlyHeard(former) { return .refused(.nameTaken) }
        guard !isSeveral else { return .refused(.severalVINs) }
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
