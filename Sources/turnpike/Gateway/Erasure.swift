import CustomerStore
import Customers
import IngestJournal
import PayloadDecoding
import StateStore
import TelemetryPipeline
import VehicleSignals

/// Erases what is kept of one vehicle: its state, days and unlinked names, what formats remember of
/// its senders, its needs, its messages in the quarantine and in the journal. Every step may be
/// done again: an erasure that a crash or a full disk ended begins anew with the next look.
///
/// What stays is the record of what was shared: leads, their history and the ledger, which others
/// rely on and which hold neither a message nor anything that was measured.
struct Erasure {
    let match: ErasureMatch
    let state: SQLiteStateStore
    let customers: CustomerStore
    let usage: UsageErasures

    /// The first part: everything but the journal. Dealers of open leads hear of it first.
    ///
    /// - Parameters:
    ///   - unlinked: the names that lead to no vehicle, with their numbers.
    ///   - onTold: called if there is something to be told, as soon as it is in the outbox.
    func eraseState(
        _ request: ErasureRequest, unlinked: [UnlinkedNames.Entry], now: Timestamp,
        onTold: () -> Void = {}
    ) throws -> ErasureRequest {
        var request = request
        if request.vehicle != .unknown {
            try usage.erase(request.vehicle, from: customers, now: now)
            let needs = try customers.eraseNeeds(of: request.vehicle, now: now)
            if needs.eventsQueued > 0 { onTold() }
        }
        try eraseReports(request, unlinked)
        _ = try state.eraseSessions { session in
            let export = SessionExport(
                source: session.source, sender: session.sender, format: session.format, bytes: [],
                order: session.order)
            return match.isMeant(senderOn: export.topic)
        }
        var numbers = unlinked.filter { match.isMeant($0.name) }.map(\.key)
        if request.vehicle != .unknown {
            numbers.append(request.vehicle)
            // State under numbers that were merged into it follows with the next start only.
            numbers += try customers.registrySnapshot(of: request.vehicle).merged.map(\.vehicle)
        }
        // A name of which nothing is kept any more may still have messages in quarantine.
        if numbers.isEmpty { numbers = [.unknown] }
        for number in numbers {
            request.figures.add(
                try state.erase(number) { topic, payload in match.isMeant(topic, payload) })
        }
        if request.vehicle != .unknown {
            // Whoever asked for usage meanwhile may have released its days once more.
            try usage.erase(request.vehicle, from: customers, now: now)
        }
        request.step = .journal
        try state.note(request)
        return request
    }

    /// Which VIN came under which name.
    private func eraseReports(
        _ request: ErasureRequest, _ unlinked: [UnlinkedNames.Entry]
    ) throws {
        var names = unlinked.map(\.name).filter { match.isMeant($0) }.compactMap { name in
            String(validating: name.externalID, as: UTF8.self).map {
                Customers.VehicleName(
                    source: match.sources[0].name(of: name.source), externalID: $0)
            }
        }
        // The name itself, though nothing else is known of it any more.
        if let external = String(validating: request.externalID, as: UTF8.self) {
            names.append(Customers.VehicleName(source: request.source, externalID: external))
        }
        try customers.removeReportedNames(of: request.vehicle, and: names)
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
