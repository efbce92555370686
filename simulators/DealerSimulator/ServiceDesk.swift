import Customers
import Synchronization
import VehicleSignals

/// Works on leads: each walks its way of life with its own pauses.
final class ServiceDesk: Sendable {
    /// Counters since the start.
    struct Tally: Sendable, Encodable {
        var begun = 0
        var finished = 0
        var endedByGateway = 0
        var reports = 0
        var refusedReports = 0
        var contacts = 0
        var refusedContacts = 0
    }

    private struct State {
        var walks: [String: Task<Void, Never>] = [:]
        /// Leads ever begun, so that an update does not begin one again.
        var begun: Set<String> = []
        var tally = Tally()
        var isStopped = false
    }

    /// Leads remembered as begun; then all are forgotten, and an update may begin one again.
    private static let begunMax = 1_000_000
    /// Leads worked on at once; beyond it the dealer asks the gateway to wait.
    static let walksMax = 20_000

    private let client: GatewayClient?
    private let pace: Double
    private let seed: UInt64
    private let log: EventLog
    private let state = Mutex(State())

    init(client: GatewayClient?, pace: Double, seed: UInt64, log: EventLog) {
        self.client = client
        self.pace = pace
        self.seed = seed
        self.log = log
    }

    var tally: Tally { state.withLock { $0.tally } }

    /// Whether another lead can be taken in.
    var hasRoom: Bool { state.withLock { $0.walks.count < Self.walksMax } }

    /// Begins to work on a lead, once.
    func begin(_ lead: String) {
        guard let client else { return }
        state.withLock { state in
            if state.begun.count >= Self.begunMax { state.begun = [] }
            guard !state.isStopped, state.begun.insert(lead).inserted else { return }
            state.tally.begun += 1
            state.walks[lead] = Task {
                await self.walk(lead, client)
                self.state.withLock { $0.walks[lead] = nil }
            }
        }
    }

    /// The gateway says that the lead is over: whatever comes next is not done.
    func end(_ lead: String) {
        let walk = state.withLock { state in
            if state.walks[lead] != nil { state.tally.endedByGateway += 1 }
            return state.walks.removeValue(forKey: lead)
        }
        walk?.cancel()
    }

    /// Ends all work.
    func stop() {
        let walks = state.withLock { state in
            state.isStopped = true
            return Array(state.walks.values)
        }
        for walk in walks { walk.cancel() }
    }

    private func walk(_ lead: String, _ client: GatewayClient) async {
        let journey = LeadJourney(lead: lead, seed: seed)
        var knowsContact = false
        for (number, step) in journey.steps.enumerated() {
            guard (try? await Task.sleep(for: step.delay * pace)) != nil else { return }
            if step.needsContact, !knowsContact {
                let answer = await client.contact(of: lead)
                if Task.isCancelled { return }
                knowsContact = answer == 200
                count(\.contacts, orElse: \.refusedContacts, isGood: knowsContact)
                log.write(LogLine("contact", lead: lead, answer: answer))
                // Gone means that the permission is: nobody is called, and the lead ends here.
                if !knowsContact { return }
            }
            let answer = await client.report(
                step, number: number, of: lead, at: WallClock.now())
            if Task.isCancelled { return }
            let isTaken = 200..<300 ~= answer
            count(\.reports, orElse: \.refusedReports, isGood: isTaken)
            log.write(
                LogLine(
                    "status", lead: lead, answer: answer, status: step.status.rawValue,
                    reason: step.reason?.rawValue))
            if !isTaken { return }
        }
        state.withLock { $0.tally.finished += 1 }
    }

    private func count(
        _ good: WritableKeyPath<Tally, Int>, orElse bad: WritableKeyPath<Tally, Int>, isGood: Bool
    ) {
        state.withLock { $0.tally[keyPath: isGood ? good : bad] += 1 }
    }
}
