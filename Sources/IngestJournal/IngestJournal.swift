public import VehicleSignals

/// The log of everything that was taken in: batches in, positions out.
///
/// Positions ascend by one from 1 and are never given twice. What stands in the journal is
/// durable; what is not there was never acknowledged. Nothing in these signatures says what keeps
/// the log, so that a replicated one can stand behind them.
///
/// Every call may come from any thread and blocks it until the answer is known.
public protocol IngestJournal: Sendable {
    /// Stores a sealed batch and returns when it is on disk. Callers that come at the same time
    /// share one transaction.
    ///
    /// After ``JournalError/diskFull(path:)`` nothing was stored; the same call succeeds once
    /// there is room.
    func append(_ batch: MessageBatch) throws(JournalError) -> JournalPosition

    /// The batches behind `after` in order: at least one if there is any, and no further one once
    /// `bytes` are reached. Empty at the end of the journal.
    ///
    /// Every batch was verified. Damage, a missing position and batches that retention has already
    /// removed are errors: nothing is skipped silently. To skip on purpose, read on after the
    /// position that the error names.
    func read(
        after: JournalPosition, upTo bytes: Int
    ) throws(JournalError) -> [JournaledBatch]

    /// The batch at `position`, verified; `nil` if it is not there yet or not any more.
    func batch(at position: JournalPosition) throws(JournalError) -> JournaledBatch?

    /// Position of the last batch stored, also if it has been removed since; `.start` if none.
    var newest: JournalPosition { get }

    /// Position up to which batches have been removed; the first one left is the next.
    var removedThrough: JournalPosition { get }

    /// Position up to which ``continueNumbering(after:)`` last counted without storing a batch;
    /// `.start` if it never did. A gap that ends here is known and was said when it was made.
    var numberedThrough: JournalPosition { get }

    /// Sees to it that the next position is greater than `position`. Called at start with the
    /// positions that other stores remember: a journal that was replaced or restored from a
    /// backup would give numbers again that count as applied.
    func continueNumbering(after position: JournalPosition) throws(JournalError)

    /// Removes batches from the oldest on that arrived before `cutoff`, none of them beyond
    /// `limit` (the position up to which everybody has applied). Stops at the first that is to
    /// stay, so that what is left has no gap. Returns how many were removed.
    func remove(
        arrivedBefore cutoff: Timestamp, through limit: JournalPosition
    ) throws(JournalError) -> Int

    /// Erases topic and payload of every message for which `isMeant(topic, payload)` says so, in
    /// place, in all batches up to the newest at the time of the call. On return the bytes are
    /// neither in the journal nor in what stands beside it.
    func blank(
        where isMeant: (_ topic: RawSpan, _ payload: RawSpan) -> Bool
    ) throws(JournalError) -> BlankOutcome

    /// Figures for metrics and for the operator.
    var statistics: JournalStatistics { get throws(JournalError) }

    /// Ends the journal after what has been handed in is stored. Later calls throw `.closed`.
    func close()
}

/// A stored batch with its place.
public struct JournaledBatch: Sendable {
    public var position: JournalPosition
    /// Sealed and verified.
    public var batch: MessageBatch

    public init(position: JournalPosition, batch: MessageBatch) {
        self.position = position
        self.batch = batch
    }
}

/// What an erasure has done.
public struct BlankOutcome: Sendable, Equatable {
    /// Messages erased now.
    public var messages = 0
    /// Batches in which they stood.
    public var batches = 0
    /// Batches that could not be searched since they are damaged. As long as there are any, the
    /// erasure is not complete: repair them and call again.
    public var unreadable: [JournalDamage] = []

    public init() {}
}
