public import Customers
import GRDB

extension CustomerStore {
    /// How a lead of the dealer stands: opaque names, status, version and times, nothing of
    /// vehicle or person, so nothing is disclosed. `nil` if there is none of that id.
    public func leadStanding(dealer: String, id: String) throws -> Lead? {
        try pool.read { db in
            guard let party = try db.dealer(key: dealer), let row = try db.lead(id: id),
                row.dealer == party.id
            else { return nil }
            return try db.rendered(row.id, isRedacted: true)
        }
    }

    /// The greatest change sequence of the dealer's leads, 0 if there is none.
    public func newestSequence(dealer: String) throws -> Int64 {
        try pool.read { db in
            try db.integer(
                """
                SELECT max(l.sequence) FROM leads l JOIN dealers d ON d.id = l.dealer
                WHERE d.key = ?
                """, [dealer]) ?? 0
        }
    }
}
