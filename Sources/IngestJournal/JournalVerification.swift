public import VehicleSignals

/// What a look at every batch of a journal found.
public struct JournalVerification: Sendable, Equatable {
    public var batches: Int64 = 0
    public var messages: Int64 = 0
    /// Messages of `messages` that were erased on request.
    public var blankedMessages: Int64 = 0
    public var bytes: Int64 = 0
    /// Positions of the first and last batch; `.start` if there is none.
    public var oldest = JournalPosition.start
    public var newest = JournalPosition.start
    /// When the latest message arrived, by the clock as it was then; `nil` without a message.
    public var newestArrival: Timestamp?
    /// The first flaws found, at most `flawsMax` of them.
    public var flaws: [JournalError] = []
    /// All flaws found.
    public var flawCount = 0

    public var isSound: Bool { flawCount == 0 }

    init() {}

    mutating func add(_ flaw: JournalError, limit: Int) {
        flawCount += 1
        if flaws.count < limit { flaws.append(flaw) }
    }

    mutating func add(_ batch: MessageBatch, at position: JournalPosition) {
        batches += 1
        messages += Int64(batch.count)
        bytes += Int64(batch.byteCount)
        for index in 0..<batch.count {
            let message = batch.message(index)
            if message.flags.contains(.blanked) { blankedMessages += 1 }
            newestArrival = max(newestArrival ?? message.arrival, message.arrival)
        }
        if oldest == .start { oldest = position }
        newest = position
    }
}

extension SQLiteIngestJournal {
    /// Flaws that a verification lists one by one.
    public static let verificationFlawsMax = 100
    /// Bytes that a verification holds in memory at a time.
    static let verificationStepBytes = 16 << 20

    /// Verifies the structure of the file, that no position is missing, and every checksum of
    /// every batch. Reads only, and works beside a running gateway. Throws where the file cannot
    /// be opened as a journal at all.
    public static func verify(
        path: String, flawsMax: Int = verificationFlawsMax
    ) throws(JournalError) -> JournalVerification {
        let reader = try JournalReader(path: path)
        defer { reader.close() }
        var result = JournalVerification()
        for flaw in try structuralFlaws(reader, path: path) { result.add(flaw, limit: flawsMax) }
        var last = JournalPosition(
            try reader.number("SELECT removed_through FROM journal") ?? 0)
        while true {
            let (rows, failure) = try reader.rows(after: last, upTo: verificationStepBytes)
            for row in rows {
                if row.position.number > last.number + 1 {
                    result.add(
                        .missing(
                            from: JournalPosition(last.number + 1),
                            through: JournalPosition(row.position.number - 1)), limit: flawsMax)
                }
                last = row.position
                do throws(BatchDamage) {
                    result.add(try MessageBatch(verifying: row.bytes), at: row.position)
                } catch {
                    result.add(
                        .damaged(JournalDamage(position: row.position, damage: error)),
                        limit: flawsMax)
                }
            }
            if let failure {
                result.add(failure, limit: flawsMax)
                return result
            }
            if rows.isEmpty { return result }
        }
    }

    private static func structuralFlaws(
        _ reader: JournalReader, path: String
    ) throws(JournalError) -> [JournalError] {
        do throws(JournalError) {
            return try reader.structuralFlaws(limit: verificationFlawsMax).map {
                .fileDamaged(path: path, after: .start, detail: $0)
            }
        } catch {
            guard case .fileDamaged = error else { throw error }
            return [error]
        }
    }
}
