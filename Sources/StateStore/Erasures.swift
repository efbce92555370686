import Foundation
import GRDB
public import VehicleSignals

/// How far an erasure is.
public enum ErasureStep: String, Sendable, CaseIterable {
    /// Nobody has begun with it.
    case asked
    /// State, days, names and quarantine are gone; the journal is being searched.
    case journal
    case done
    /// Done but for batches of the journal that are damaged: repair them and ask again.
    case incomplete

    public var isOver: Bool { self == .done || self == .incomplete }
}

/// Somebody's wish that what is kept of a vehicle be erased, and what was erased so far.
public struct ErasureRequest: Sendable, Hashable {
    public var id: Int64
    /// `.unknown` for a name that leads to no vehicle.
    public var vehicle: VehicleKey
    /// The name, where it leads to no vehicle; empty otherwise, and once the erasure is over.
    public var source: String
    public var externalID: [UInt8]
    public var step: ErasureStep
    public var figures: ErasureFigures
}

/// What an erasure removed.
public struct ErasureFigures: Sendable, Hashable {
    public var states = 0
    public var days = 0
    public var names = 0
    public var quarantined = 0
    /// Messages of the journal that were blanked, and the batches in which they stood.
    public var messages = 0
    public var batches = 0
    /// Damaged batches, which could not be searched.
    public var unreadable = 0

    public init() {}

    public mutating func add(_ outcome: ErasureOutcome) {
        states += outcome.states
        days += outcome.days
        names += outcome.names
        quarantined += outcome.quarantined
    }
}

extension SQLiteStateStore {
    public func requestErasure(
        of vehicle: VehicleKey, source: String, externalID: [UInt8], now: Timestamp
    ) throws(StateStoreError) -> Int64 {
        try write("ask for an erasure") { db in
            try db.execute(
                sql: """
                    INSERT INTO erasures (asked, vehicle, source, external_id, step)
                    VALUES (?, ?, ?, ?, 'asked')
                    """,
                arguments: [
                    now.milliseconds, Int64(vehicle.number), source, Data(externalID),
                ])
            return db.lastInsertedRowID
        }
    }

    public func erasure(_ id: Int64) throws(StateStoreError) -> ErasureRequest? {
        try read("look for an erasure") { db in
            try Row.fetchOne(db, sql: "SELECT * FROM erasures WHERE id = ?", arguments: [id])
                .map(Self.request)
        }
    }

    public func nextErasure() throws(StateStoreError) -> ErasureRequest? {
        try read("look for erasures") { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT * FROM erasures WHERE step IN ('asked', 'journal') ORDER BY id LIMIT 1
                    """
            ).map(Self.request)
        }
    }

    public func note(_ request: ErasureRequest) throws(StateStoreError) {
        let isOver = request.step.isOver
        try write("note how far an erasure is") { db in
            let figures = request.figures
            try db.execute(
                sql: """
                    UPDATE erasures SET step = ?, source = ?, external_id = ?, states = ?, days = ?,
                        names = ?, quarantined = ?, messages = ?, batches = ?, unreadable = ?
                    WHERE id = ?
                    """,
                arguments: [
                    request.step.rawValue, isOver ? "" : request.source,
                    Data(isOver ? [] : request.externalID), figures.states, figures.days,
                    figures.names, figures.quarantined, figures.messages, figures.batches,
                    figures.unreadable, request.id,
                ])
        }
        if isOver { try truncateLog() }
    }

    private static func request(_ row: Row) -> ErasureRequest {
        let name: Data = row["external_id"]
        let step: String = row["step"]
        var figures = ErasureFigures()
        figures.states = row["states"]
        figures.days = row["days"]
        figures.names = row["names"]
        figures.quarantined = row["quarantined"]
        figures.messages = row["messages"]
        figures.batches = row["batches"]
        figures.unreadable = row["unreadable"]
        return ErasureRequest(
            id: row["id"],
            vehicle: VehicleKey(UInt32(truncatingIfNeeded: row["vehicle"] as Int64)),
            source: row["source"], externalID: Array(name),
            step: ErasureStep(rawValue: step) ?? .asked, figures: figures)
    }
}
