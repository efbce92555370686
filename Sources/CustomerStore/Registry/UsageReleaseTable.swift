import Foundation
import GRDB
public import VehicleSignals

/// What was released of the usage of one month, as whoever released it wrote it down.
public struct StoredUsageRelease: Sendable, Hashable {
    /// Months since January of year 0.
    public var month: Int32
    public var cells: [UInt8]

    public init(month: Int32, cells: [UInt8]) {
        self.month = month
        self.cells = cells
    }
}

extension CustomerStore {
    /// Everything that was released, by month.
    public func usageReleases() throws -> [StoredUsageRelease] {
        try pool.read { db in
            try db.rows("SELECT month, cells FROM usage_releases ORDER BY month").map { row in
                StoredUsageRelease(month: row[0], cells: [UInt8](row[1] as Data))
            }
        }
    }

    /// Puts a month's releases in the place of its earlier ones; on disk when the call returns.
    public func keep(_ release: StoredUsageRelease, now: Timestamp) throws {
        try pool.write { db in
            try db.run(
                """
                INSERT INTO usage_releases (month, cells, updated) VALUES (?1, ?2, ?3)
                ON CONFLICT (month) DO UPDATE SET cells = ?2, updated = ?3
                """, [release.month, Data(release.cells), now.milliseconds])
        }
    }

    /// Removes the releases of months before `month`, which are not answered any more.
    public func removeUsageReleases(before month: Int32) throws {
        let isThere = try pool.read { db in
            try db.integer("SELECT 1 FROM usage_releases WHERE month < ? LIMIT 1", [month]) != nil
        }
        guard isThere else { return }
        try pool.write { db in
            try db.run("DELETE FROM usage_releases WHERE month < ?", [month])
        }
    }
}
