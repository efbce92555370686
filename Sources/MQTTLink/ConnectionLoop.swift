internal import Synchronization
internal import VehicleSignals

/// Counters that the connection's thread writes once a round and anybody reads.
final class ConnectionTally: Sendable {
    let messages = Atomic<UInt64>(0)
    let bytes = Atomic<UInt64>(0)
    let rounds = Atomic<UInt64>(0)
    let acknowledgements = Atomic<UInt64>(0)
    let commitFailures = Atomic<UInt64>(0)

    var snapshot: MQTTConnectionCounters {
        var counters = MQTTConnectionCounters()
        counters.messages = messages.load(ordering: .relaxed)
        counters.bytes = bytes.load(ordering: .relaxed)
        counters.rounds = rounds.load(ordering: .relaxed)
        counters.acknowledgements = acknowledgements.load(ordering: .relaxed)
        counters.commitFailures = commitFailures.load(ordering: .relaxed)
        return counters
    }
}

/// What a subscribing connection's thread does: rounds of reads, a commit, then acknowledgements.
///
/// The order within a round is the whole point: read until the socket is empty or the round full,
/// let the keep-alive queue a ping if one is due, commit, and only then write. Everything queued
/// before the commit, pings too, leaves after it, because libmosquitto has one queue. A commit
/// that takes longer than the broker's patience (1.5 times the keep-alive) therefore costs the
/// connection, never a message: the session survives, and the broker sends again whatever had not
/// been acknowledged.
final class ConnectionLoop: LinkSession {
    private let consumer: any RoundConsumer
    private let tally: ConnectionTally
    private var backoff: ReconnectBackoff
    private var isFirstConnection = true
    /// What the connection listens to; see ``MQTTConnection/listen(to:)``.
    private var subscriptions: [MQTTSubscription]
    /// What it no longer listens to: the session at the broker may hold it still.
    private var dropped: [MQTTSubscription] = []
    /// Filters whose answer has not come, by the number of the question.
    private var subscriptionNumbers: [Int32: String] = [:]

    // The round being read.
    private var messages = 0
    private var bytes = 0
    private var toAcknowledge = 0
    private var isFull = false

    /// How often a quiet connection looks at its keep-alive.
    private static let idleWait: Duration = .seconds(1)
    private static let commitRetryMin: Duration = .milliseconds(50)
    private static let commitRetryMax: Duration = .seconds(5)

    init(
        configuration: MQTTConnectionConfiguration, board: LinkBoard,
        consumer: any RoundConsumer, tally: ConnectionTally
    ) throws(MQTTConfigurationMistake) {
        self.consumer = consumer
        self.tally = tally
        subscriptions = configuration.subscriptions
        backoff = ReconnectBackoff(
            shortest: configuration.reconnectDelayMin, longest: configuration.reconnectDelayMax)
        try super.init(configuration: configuration, board: board)
    }

    /// Runs until stopping is asked for.
    func run() {
        while !board.isStopping {
            board.enter(.connecting)
            let begun = ContinuousClock.now
            guard let refusal = open() ?? serve() else { break }
            // What was read before the connection broke is as good as any: QoS 0 comes only once.
            guard commit() else { break }
            backoff.connectionEnded(after: begun.duration(to: .now))
            let delay = backoff.next(fraction: Double.random(in: 0..<1))
            board.enter(.waiting(delay), refusal: refusal)
            if board.isStopping { break }
            board.wake.pause(delay)
        }
        client.cut()
        board.end()
    }

    /// Rounds on a standing connection; `nil` when stopped, else why it broke.
    private func serve() -> MQTTRefusal? {
        client.useBuffer()
        while true {
            let end = readRound()
            if end == .broken { return loss() }
            if end == .empty, !client.keepAlive() { return loss() }
            let hadMessages = messages > 0
            if hadMessages {
                let unacknowledged = toAcknowledge
                guard commit() else {
                    client.cut()
                    return nil
                }
                guard flush() else { return loss() }
                tally.acknowledgements.wrappingAdd(UInt64(unacknowledged), ordering: .relaxed)
            } else if !flush() {
                return loss()
            }
            if board.isStopping {
                close()
                return nil
            }
            if let wanted = board.takeWanted() {
                listen(to: wanted, isConnected: true)
                guard flush() else { return loss() }
            }
            if end == .progress { continue }
            if hadMessages {
                board.wake.pause(configuration.pauseBetweenRounds)
            } else {
                _ = board.wake.wait(
                    socket: client.socket, forWriting: false, atMost: Self.idleWait)
            }
        }
    }

    /// Reads until the socket is empty (`empty`), the round is full (`progress`) or all is lost.
    private func readRound() -> ReadResult {
        while !isFull {
            switch read() {
            case .progress: continue
            case .empty: return .empty
            case .broken: return .broken
            }
        }
        return .progress
    }

    /// Asks the consumer until the round is durable; `false` if stopping came first.
    private func commit() -> Bool {
        guard messages > 0 else { return true }
        var delay = Self.commitRetryMin
        var wasHeld = false
        while case .notDurable(let reason) = consumer.commitRound() {
            tally.commitFailures.wrappingAdd(1, ordering: .relaxed)
            if !wasHeld { board.enter(.held(reason: reason)) }
            wasHeld = true
            if board.isStopping { return false }
            board.wake.pause(delay)
            if board.isStopping { return false }
            delay = min(delay * 2, Self.commitRetryMax)
        }
        if wasHeld, client.socket >= 0 { board.enter(.connected) }
        tally.messages.wrappingAdd(UInt64(messages), ordering: .relaxed)
        tally.bytes.wrappingAdd(UInt64(bytes), ordering: .relaxed)
        tally.rounds.wrappingAdd(1, ordering: .relaxed)
        messages = 0
        bytes = 0
        toAcknowledge = 0
        isFull = false
        return true
    }

    // MARK: Events

    override func messageArrived(topic: RawSpan, payload: RawSpan, flags: MessageFlags) {
        messages += 1
        bytes += topic.byteCount + payload.byteCount
        if flags.qualityOfService > 0 { toAcknowledge += 1 }
        let room = consumer.receive(topic: topic, payload: payload, flags: flags)
        if room == .full || messages >= configuration.roundMessagesMax
            || bytes >= configuration.roundBytesMax
        {
            isFull = true
        }
    }

    override func connectionAccepted(_ answer: ConnectAnswer) {
        board.accepted(sessionPresent: answer.sessionPresent, isFirst: isFirstConnection)
        isFirstConnection = false
        subscriptionNumbers.removeAll()
        if let wanted = board.takeWanted() { listen(to: wanted, isConnected: false) }
        for subscription in subscriptions { subscribe(subscription) }
        for subscription in dropped { _ = client.unsubscribe(subscription) }
    }

    override func subscribeAnswered(identifier: Int32, reason: Int) {
        guard let filter = subscriptionNumbers.removeValue(forKey: identifier) else { return }
        let refusal: MQTTRefusal? =
            MQTTReasonCode.isRefusal(reason)
            ? MQTTReasonCode.refusal(reason, stage: .subscribe) : nil
        board.subscribed(filter, refusal: refusal)
    }

    // MARK: Subscriptions

    private func subscribe(_ subscription: MQTTSubscription) {
        guard let number = client.subscribe(subscription) else {
            return board.subscribed(
                subscription.wireFilter, refusal: MQTTReasonCode.refusal(143, stage: .subscribe))
        }
        subscriptionNumbers[number] = subscription.wireFilter
    }

    /// What is new is asked for before what is dropped is given up: where one covers the other
    /// nothing is missed in between.
    private func listen(to wanted: [MQTTSubscription], isConnected: Bool) {
        let filters = Set(wanted.map(\.wireFilter))
        let gone = subscriptions.filter { !filters.contains($0.wireFilter) }
        let added = wanted.filter { !subscriptions.contains($0) }
        subscriptions = wanted
        dropped.removeAll { filters.contains($0.wireFilter) }
        dropped += gone
        guard isConnected else { return }
        for subscription in added { subscribe(subscription) }
        for subscription in gone {
            if client.unsubscribe(subscription) { board.unsubscribed(subscription.wireFilter) }
        }
    }
}
