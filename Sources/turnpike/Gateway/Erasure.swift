import IngestJournal
import StateStore
import TelemetryPipeline
import VehicleSignals

/// Erases what is kept of one vehicle: its state, days and unlinked names, its messages in the
/// quarantine and in the journal. Every step may be done again: an erasure that a crash or a full
/// disk ended begins anew with the next look.
///
/// What stays is the record of what was shared: leads, their history and the ledger, which others
/// rely on and which hold no message.
struct Erasure {
    let match: ErasureMatch
    let state: SQLiteStateStore

    /// The first part: everything but the journal.
    ///
    /// - Parameter unlinked: the names that lead to no vehicle, with their numbers.
    func eraseState(
        _ request: ErasureRequest, unlinked: [UnlinkedNames.Entry]
    ) throws -> ErasureRequest {
        var request = request
        var numbers = unlinked.filter { match.isMeant($0.name) }.map(\.key)
        if request.vehicle != .unknown { numbers.append(request.vehicle) }
        // A name of which nothing is kept any more may still have messages in quarantine.
        if numbers.isEmpty { numbers = [.unknown] }
        for number in numbers {
            request.figures.add(
                try state.erase(number) { topic, payload in match.isMeant(topic, payload) })
        }
        request.step = .journal
        try state.note(request)
        return request
    }

    /// The second part, which reads the whole journal.
    func eraseJournal(
        _ request: ErasureRequest, _ journal: any IngestJournal
    ) throws -> ErasureRequest {
        var request = request
        let outcome = try journal.blank { topic, payload in match.isMeant(topic, payload) }
        request.figures.messages += outcome.messages
        request.figures.batches += outcome.batches
        request.figures.unreadable = outcome.unreadable.count
        request.step = outcome.unreadable.isEmpty ? .done : .incomplete
        try state.note(request)
        return request
    }
}
