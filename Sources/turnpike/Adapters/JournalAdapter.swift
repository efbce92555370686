import IngestJournal
import TelemetryPipeline
import VehicleSignals

/// The ingest journal as the pipeline wants it.
struct JournalAdapter: BatchJournal {
    let journal: any IngestJournal

    func append(_ batch: MessageBatch) throws -> JournalPosition { try journal.append(batch) }

    func read(after position: JournalPosition, byteCount: Int) throws -> [(
        position: JournalPosition, batch: MessageBatch
    )] {
        try journal.read(after: position, upTo: byteCount).map { ($0.position, $0.batch) }
    }

    func newestPosition() throws -> JournalPosition { journal.newest }
}
