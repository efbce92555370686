package import IngestJournal
package import StateStore
package import TelemetryPipeline
import VehicleSignals

/// Hands quarantined messages in again that somebody asked for.
///
/// First the messages are made durable as new ones, then their rows are marked. A crash in between
/// hands them in once more, which changes nothing but the counters: they count as received, and as
/// duplicates. Nothing is lost, and nothing is applied twice.
package struct QuarantineRetry {
    /// Messages taken at a time, so that other work of the beat gets its turn.
    static let messagesMax = 1000

    let state: SQLiteStateStore
    let journal: any IngestJournal
    /// Payloads taken at a time, and bytes of journal read for them; what is left comes with the
    /// next beat. Memory stays below it and twice the largest batch: one read, and the message
    /// that was the last to fit.
    let bytesMax: Int
    /// Takes messages as new ones; durable when it returns.
    let takeAgain: ([MessageAgain]) throws -> Void

    package struct Outcome: Equatable {
        package var handedIn = 0
        /// Longer than what is kept of a payload, and no longer in the journal: they stay.
        package var notWhole = 0

        package init(handedIn: Int = 0, notWhole: Int = 0) {
            self.handedIn = handedIn
            self.notWhole = notWhole
        }
    }

    package init(
        state: SQLiteStateStore, journal: any IngestJournal, bytesMax: Int = 32 << 20,
        takeAgain: @escaping ([MessageAgain]) throws -> Void
    ) {
        self.state = state
        self.journal = journal
        self.bytesMax = bytesMax
        self.takeAgain = takeAgain
    }

    /// One look for what was asked.
    package func run() throws -> Outcome {
        let asked = try state.quarantinedToRetry(limit: Self.messagesMax, payloadBytes: bytesMax)
        guard !asked.isEmpty else { return Outcome() }
        var messages: [MessageAgain] = []
        var taken: [Int64] = []
        var left: [Int64] = []
        var source = WholeMessages(journal: journal)
        for entry in asked {
            // A short message may lie in a long batch, so what was read counts too.
            if source.bytesRead >= bytesMax { break }
            if let message = try source.message(entry) {
                messages.append(message)
                taken.append(entry.id)
            } else {
                left.append(entry.id)
            }
        }
        if !messages.isEmpty { try takeAgain(messages) }
        if !taken.isEmpty { try state.setQuarantine(taken, standing: .retried) }
        if !left.isEmpty { try state.setQuarantine(left, standing: .open) }
        return Outcome(handedIn: taken.count, notWhole: left.count)
    }
}

/// Whole messages: as they are kept, or from the journal where only their beginning is. Asked in
/// the order of the journal it reads each batch once, and holds one.
private struct WholeMessages {
    let journal: any IngestJournal
    /// Bytes of batches.
    private(set) var bytesRead = 0
    private var read: (position: JournalPosition, batch: MessageBatch?)?

    init(journal: any IngestJournal) { self.journal = journal }

    mutating func message(_ entry: QuarantineEntry) throws -> MessageAgain? {
        let kept = entry.message
        var message = MessageAgain(
            topic: kept.topic, payload: kept.payload, flags: kept.flags, arrival: kept.arrival)
        guard entry.isTruncated else { return message }
        guard let batch = try batch(at: kept.position), kept.messageIndex < batch.count else {
            return nil
        }
        let view = batch.message(kept.messageIndex)
        guard !view.flags.contains(.blanked) else { return nil }
        let end = view.payloadOffset + view.payloadLength
        message.payload = batch.withBytes { bytes in
            (view.payloadOffset..<end).map { bytes.byte(at: $0) }
        }
        return message
    }

    private mutating func batch(at position: JournalPosition) throws -> MessageBatch? {
        if let read, read.position == position { return read.batch }
        read = nil
        let found = try journal.batch(at: position)?.batch
        bytesRead += found?.byteCount ?? 0
        read = (position, found)
        return found
    }
}
