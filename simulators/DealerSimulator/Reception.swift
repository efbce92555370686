import Foundation
import Synchronization
import TriggerDelivery
import VehicleSignals

/// Takes events in: behaves as told, verifies, knows repetitions, writes the journal, and only then
/// says yes.
final class Reception: Sendable {
    /// What the gateway is told.
    struct Answer: Sendable {
        var status: Int
        var retryAfterSeconds: Int?
        /// Wait before it, or forever.
        var delay: Duration = .zero
    }

    /// Counters since the start.
    struct Tally: Sendable, Encodable {
        var received = 0
        var verified = 0
        var duplicates = 0
        var rejected = 0
    }

    /// Ids remembered; the oldest are forgotten.
    private static let idsMax = 1_000_000

    private struct State {
        var behaviour: Behaviour
        var dice: SeededGenerator
        var ids: Set<String> = []
        /// In the order of arrival; the first `forgotten` are no longer in `ids`.
        var order: [String] = []
        var forgotten = 0
        var tally = Tally()

        /// False if the id had come before.
        mutating func remember(_ id: String) -> Bool {
            guard ids.insert(id).inserted else { return false }
            order.append(id)
            if ids.count > Reception.idsMax {
                ids.remove(order[forgotten])
                forgotten += 1
                if forgotten > Reception.idsMax {
                    order.removeFirst(forgotten)
                    forgotten = 0
                }
            }
            return true
        }
    }

    let journal: EventJournal?
    private let verifier: WebhookVerifier
    private let desk: ServiceDesk
    private let log: EventLog
    private let state: Mutex<State>

    init(
        verifier: WebhookVerifier, journal: EventJournal?, desk: ServiceDesk, log: EventLog,
        behaviour: Behaviour, seed: UInt64
    ) {
        self.verifier = verifier
        self.journal = journal
        self.desk = desk
        self.log = log
        var state = State(
            behaviour: behaviour, dice: SeededGenerator(seed: seed, name: "reception"))
        for id in journal?.known ?? [] { _ = state.remember(id) }
        self.state = Mutex(state)
    }

    var behaviour: Behaviour {
        get { state.withLock { $0.behaviour } }
        set { state.withLock { $0.behaviour = newValue } }
    }

    var tally: Tally { state.withLock { $0.tally } }

    /// Decides about one call.
    func receive(
        id: String?, timestamp: String?, signature: String?, contentType: String?, body: [UInt8]
    ) -> Answer {
        let (behaviour, dice) = state.withLock { state in
            state.tally.received += 1
            return (state.behaviour, (state.dice.share(), state.dice.share()))
        }
        log.write(LogLine("received", id: id, status: behaviour.description))
        switch behaviour {
        case .wrong(let status): return Answer(status: status)
        case .gone: return Answer(status: 410)
        case .dead: return Answer(status: 503, delay: .seconds(86_400))
        case .flaky(let share) where dice.0 < share && dice.1 < 0.5:
            return Answer(status: 500)
        case .good, .slow, .flaky: break
        }
        var answer = takeIn(
            id: id, timestamp: timestamp, signature: signature, contentType: contentType,
            body: body)
        if case .slow(let wait) = behaviour { answer.delay = .milliseconds(wait) }
        if case .flaky(let share) = behaviour, dice.0 < share, answer.status == 202 {
            answer.status = 500
        }
        return answer
    }

    private func takeIn(
        id: String?, timestamp: String?, signature: String?, contentType: String?, body: [UInt8]
    ) -> Answer {
        do {
            try verifier.verify(
                id: id, timestamp: timestamp, signature: signature, body: body,
                now: WallClock.now())
        } catch {
            return reject(id, status: 401, reason: error.rawValue)
        }
        guard contentType?.hasPrefix(WebhookHeader.cloudEventType) == true else {
            return reject(id, status: 415, reason: "content_type")
        }
        guard let news = try? JSONDecoder().decode(LeadNews.self, from: Data(body)),
            news.specversion == "1.0"
        else { return reject(id, status: 400, reason: "no_lead_event") }
        guard news.id == id else { return reject(id, status: 400, reason: "id_differs") }
        guard desk.hasRoom else { return Answer(status: 503, retryAfterSeconds: 30) }
        let line = LogLine(
            "verified", id: news.id, type: news.type, lead: news.data.leadID,
            trigger: news.data.code, status: news.data.status, sequence: news.sequence)
        let isNew: Bool
        do {
            isNew = try state.withLock { state in
                // Remembered and written in one go, so that no id stands twice in the journal.
                guard state.remember(news.id) else {
                    state.tally.duplicates += 1
                    return false
                }
                try journal?.append(line)
                state.tally.verified += 1
                return true
            }
        } catch {
            state.withLock { _ = $0.ids.remove(news.id) }
            return reject(id, status: 500, reason: "\(error)")
        }
        if isNew {
            log.write(line)
            if news.isClosing { desk.end(news.data.leadID) } else { desk.begin(news.data.leadID) }
        } else {
            log.write(LogLine("duplicate", id: news.id, lead: news.data.leadID))
        }
        return Answer(status: 202)
    }

    private func reject(_ id: String?, status: Int, reason: String) -> Answer {
        state.withLock { $0.tally.rejected += 1 }
        log.write(LogLine("rejected", id: id, answer: status, reason: reason))
        return Answer(status: status)
    }
}
