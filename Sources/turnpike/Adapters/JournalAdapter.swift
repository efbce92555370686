import IngestJournal
import Logging
import TelemetryPipeline
import VehicleSignals

/// The ingest journal as the pipeline wants it.
struct JournalAdapter: BatchJournal {
    let journal: any IngestJournal
    let logger: Logger

    func append(_ batch: MessageBatch) throws -> JournalPosition { try journal.append(batch) }

    /// A gap that was made when the numbering was continued behind what other stores remember is
    /// said and stepped over; any other is damage.
    func read(after position: JournalPosition, byteCount: Int) throws -> [(
        position: JournalPosition, batch: MessageBatch
    )] {
        do throws(JournalError) {
            return try batches(after: position, byteCount)
        } catch {
            guard case .missing(let from, let through) = error,
                through == journal.numberedThrough
            else { throw error }
            logger.warning(
                """
                the journal was replaced by an older one: batches are not there, and what they \
                held since the last snapshot is lost
                """,
                metadata: ["from": "\(from.number)", "through": "\(through.number)"])
            return try batches(after: through, byteCount)
        }
    }

    private func batches(
        after position: JournalPosition, _ byteCount: Int
    ) throws(JournalError) -> [(position: JournalPosition, batch: MessageBatch)] {
        try journal.read(after: position, upTo: byteCount).map { ($0.position, $0.batch) }
    }

    func newestPosition() throws -> JournalPosition { journal.newest }
}
