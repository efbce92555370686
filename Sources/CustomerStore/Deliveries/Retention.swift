import GRDB
public import VehicleSignals

/// What a look for old rows removed.
public struct RetentionOutcome: Sendable, Hashable {
    /// Events that are done: delivered, withdrawn or dead.
    public var events = 0
    /// Idempotency keys of dealers' reports.
    public var keys = 0

    public init() {}
}

extension CustomerStore {
    /// Rows removed in one transaction, so that firings and deliveries get their turn.
    static let retentionChunk = 1000

    /// Removes what nobody asks for any more: events that were done before `eventsBefore` and
    /// whose lead has ended, and idempotency keys that were used before `keysBefore`.
    ///
    /// The events of a lead that goes on stay, however old: from them the store knows which
    /// endpoints were told of it. Leads, their history and the ledger are not touched. A dead
    /// event can be sent again by hand until it is removed; a report whose key is gone counts as
    /// new.
    public func removeOld(
        eventsBefore: Timestamp, keysBefore: Timestamp
    ) throws -> RetentionOutcome {
        var outcome = RetentionOutcome()
        outcome.events = try removeInChunks(
            """
            DELETE FROM outbox WHERE seq IN
                (SELECT o.seq FROM outbox o JOIN leads l ON l.id = o.lead
                WHERE o.state <> 'pending' AND o.finished < ? AND NOT l.is_active LIMIT ?)
            """, before: eventsBefore)
        outcome.keys = try removeInChunks(
            """
            DELETE FROM idempotency WHERE (dealer, key) IN
                (SELECT dealer, key FROM idempotency WHERE updated < ? LIMIT ?)
            """, before: keysBefore)
        return outcome
    }

    private func removeInChunks(_ sql: String, before limit: Timestamp) throws -> Int {
        var total = 0
        while true {
            let count = try pool.write { db in
                try db.change(sql, [limit.milliseconds, Self.retentionChunk])
            }
            total += count
            if count < Self.retentionChunk { return total }
        }
    }
}
