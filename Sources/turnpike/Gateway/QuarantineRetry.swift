import IngestJournal
import StateStore
import TelemetryPipeline
import VehicleSignals

/// Hands quarantined messages in again that somebody asked for.
///
/// First the messages are made durable as new ones, then their rows are marked. A crash in between
/// hands them in once more, which changes nothing but the counters: they count as received, and as
/// duplicates. Nothing is lost, and nothing is applied twice.
struct QuarantineRetry {
    /// Messages taken at a time, so that other work of the beat gets its turn; at the longest
    /// payload that is kept some 64 MB.
    static let messagesMax = 1000

    let state: SQLiteStateStore
    let journal: any IngestJournal
    /// Takes messages as new ones; durable when it returns.
    let takeAgain: ([MessageAgain]) throws -> Void

    struct Outcome: Equatable {
        var handedIn = 0
        /// Longer than what is kept of a payload, and no longer in the journal: they stay.
        var notWhole = 0
    }

    /// One look for what was asked.
    func run() throws -> Outcome {
        let asked = try state.quarantined(after: 0, standing: .retry, limit: Self.messagesMax)
        guard !asked.isEmpty else { return Outcome() }
        var messages: [MessageAgain] = []
        var taken: [Int64] = []
        var left: [Int64] = []
        for entry in asked {
            if let message = try message(entry) {
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

    /// The whole message: as it is kept, or from the journal where only its beginning is.
    private func message(_ entry: QuarantineEntry) throws -> MessageAgain? {
        let kept = entry.message
        var message = MessageAgain(
            topic: kept.topic, payload: kept.payload, flags: kept.flags, arrival: kept.arrival)
        guard entry.isTruncated else { return message }
        guard let found = try journal.batch(at: kept.position),
            kept.messageIndex < found.batch.count
        else { return nil }
        let view = found.batch.message(kept.messageIndex)
        guard !view.flags.contains(.blanked) else { return nil }
        let end = view.payloadOffset + view.payloadLength
        message.payload = found.batch.withBytes { bytes in
            (view.payloadOffset..<end).map { bytes.byte(at: $0) }
        }
        return message
    }
}
