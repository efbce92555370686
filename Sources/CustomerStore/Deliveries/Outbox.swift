import Customers
import GRDB
public import VehicleSignals

/// An event that waits for its next attempt.
public struct DueDelivery: Sendable, Hashable {
    /// The webhook's id: stable over attempts, without a dot.
    public var event: String
    public var lead: String
    public var dealer: String
    public var endpoint: Int64
    public var kind: LeadEventKind
    /// Attempts made so far.
    public var attempts: Int
    /// Attempts made so far of the schedule that runs now: a replay by hand begins it anew.
    public var scheduledAttempts: Int
    public var nextAttempt: Timestamp
    public var createdAt: Timestamp
}

extension CustomerStore {
    /// Largest number of events that one look into the outbox returns.
    public static let dueDeliveriesMax = 1000

    /// Events whose time has come, at most `perEndpoint` of each endpoint, so that a slow dealer
    /// never takes another's turn. Of one lead only the oldest waiting event shows, so events of a
    /// lead arrive in order. Events under way are not among them.
    ///
    /// - Parameter excluding: endpoints that have their hands full.
    public func dueDeliveries(
        now: Timestamp, limit: Int = 100, perEndpoint: Int = 4, excluding: Set<Int64> = []
    ) throws -> [DueDelivery] {
        let count = min(max(limit, 1), Self.dueDeliveriesMax)
        return try pool.read { db in
            let endpoints = try Int64.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT e.id FROM endpoints e WHERE e.enabled AND EXISTS
                            (SELECT 1 FROM outbox o WHERE o.endpoint = e.id
                                AND o.state = 'pending' AND o.next_attempt <= ?)
                        """), arguments: [now.milliseconds])
            var perRound: [[DueDelivery]] = []
            for endpoint in endpoints where !excluding.contains(endpoint) {
                perRound.append(try db.due(endpoint, perEndpoint, now))
            }
            // Everybody's first, then everybody's second: a cut at `limit` is fair too.
            var due: [DueDelivery] = []
            for place in 0..<max(perEndpoint, 1) {
                for list in perRound where place < list.count && due.count < count {
                    due.append(list[place])
                }
            }
            return due
        }
    }

    /// When the next event will be due; `nil` if none waits at an endpoint that is switched on.
    public func nextDeliveryTime() throws -> Timestamp? {
        try pool.read { db in
            try db.integer(
                """
                SELECT min((SELECT min(next_attempt) FROM outbox o
                    WHERE o.endpoint = e.id AND o.state = 'pending')) FROM endpoints e
                WHERE e.enabled
                """
            ).map { Timestamp(milliseconds: $0) }
        }
    }

    /// After a start: attempts that were under way when the process ended are due at once.
    /// Returns how many there were.
    public func releaseDeliveriesUnderWay(now: Timestamp) throws -> Int {
        try pool.write { db in
            try db.change(
                """
                UPDATE outbox SET is_leased = 0, next_attempt = ?
                WHERE state = 'pending' AND is_leased
                """, [now.milliseconds])
        }
    }

    /// Sends one event again by hand, whatever became of it, with the whole schedule before it;
    /// `false` if there is no such event, or it was withdrawn, which nobody can undo.
    public func replay(event: String, now: Timestamp) throws -> Bool {
        try pool.write { db in
            try db.change(
                """
                UPDATE outbox SET state = 'pending', is_leased = 0, next_attempt = ?,
                    schedule_start = attempts, finished = NULL
                WHERE event = ? AND state <> 'withdrawn'
                """, [now.milliseconds, event]) > 0
        }
    }

    /// Sends everything again that an endpoint has not taken, and switches the endpoint on.
    /// Returns how many events that are.
    public func replayAll(endpoint: Int64, now: Timestamp) throws -> Int {
        try pool.write { db in
            try db.run(
                """
                UPDATE endpoints SET enabled = 1, disabled_reason = NULL, disabled_at = NULL
                WHERE id = ?
                """, [endpoint])
            return try db.change(
                """
                UPDATE outbox SET state = 'pending', is_leased = 0, next_attempt = ?,
                    schedule_start = attempts, finished = NULL
                WHERE endpoint = ? AND state IN ('pending', 'dead')
                """, [now.milliseconds, endpoint])
        }
    }
}

extension Database {
    fileprivate func due(_ endpoint: Int64, _ count: Int, _ now: Timestamp) throws -> [DueDelivery]
    {
        try rows(
            """
            SELECT o.*, d.key AS dealer_key FROM outbox o JOIN dealers d ON d.id = o.dealer
            WHERE o.endpoint = ? AND o.state = 'pending' AND o.next_attempt <= ?
                AND NOT o.is_leased AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.lead = o.lead
                    AND p.endpoint = o.endpoint AND p.seq < o.seq AND p.state = 'pending')
            ORDER BY o.next_attempt, o.seq LIMIT ?
            """, [endpoint, now.milliseconds, max(count, 1)]
        ).map { row in
            let attempts: Int = row["attempts"]
            return DueDelivery(
                event: row["event"], lead: row["lead"], dealer: row["dealer_key"],
                endpoint: row["endpoint"], kind: try row.word("kind", of: "outbox"),
                attempts: attempts,
                scheduledAttempts: attempts - (row["schedule_start"] as Int),
                nextAttempt: row.time("next_attempt"), createdAt: row.time("created"))
        }
    }
}
