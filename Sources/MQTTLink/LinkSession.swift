internal import VehicleSignals

/// What the broker answered to CONNECT; `nil` where it said nothing (MQTT's defaults hold then).
struct ConnectAnswer: Sendable {
    var reason: Int
    var sessionPresent: Bool
    var receiveMaximum: Int?
    var serverKeepAliveSeconds: Int?
    var packetBytesMax: Int?
    var sessionExpirySeconds: Int?
    var qualityOfServiceMax: Int?
    var retainAvailable = true
    var wildcardsAvailable = true
    var sharedAvailable = true
    var reasonText: String?

    init(reason: Int, sessionPresent: Bool) {
        self.reason = reason
        self.sessionPresent = sessionPresent
    }
}

/// One client of a broker and the steps that all of them need: connect, read, write, end. What a
/// subscriber, a publisher and the probe do differently, each does in its subclass. Confined to
/// the thread that drives it.
class LinkSession {
    let configuration: MQTTConnectionConfiguration
    let board: LinkBoard
    let client: MosquittoClient
    private(set) var answer: ConnectAnswer?
    private var disconnectReason: Int?
    private var logLines: [String] = []
    private var events: UInt64 = 0

    /// Log lines kept to explain a failure.
    private static let logLinesMax = 4
    /// How long a socket may refuse to take bytes before the connection counts as lost.
    static let writeStallMax: Duration = .seconds(60)
    /// The same, once stopping was asked for.
    static let writeStallMaxStopping: Duration = .seconds(3)

    init(
        configuration: MQTTConnectionConfiguration, board: LinkBoard
    ) throws(MQTTConfigurationMistake) {
        self.configuration = configuration
        self.board = board
        client = try MosquittoClient(configuration)
        client.report(to: self)
    }

    // MARK: Events, called by libmosquitto within `read` and `write`

    func messageArrived(topic: RawSpan, payload: RawSpan, flags: MessageFlags) {}
    func publishCompleted(identifier: Int32, reason: Int) {}
    func subscribeAnswered(identifier: Int32, reason: Int) {}
    /// The broker accepted; packets queued here leave with the next write.
    func connectionAccepted(_ answer: ConnectAnswer) {}

    @inline(always)
    final func deliver(topic: RawSpan, payload: RawSpan, flags: MessageFlags) {
        events &+= 1
        if client.isCut { return }
        messageArrived(topic: topic, payload: payload, flags: flags)
    }

    final func answered(_ answer: ConnectAnswer) {
        events &+= 1
        self.answer = answer
        if answer.reason == 0 { connectionAccepted(answer) }
    }

    final func published(identifier: Int32, reason: Int) {
        events &+= 1
        publishCompleted(identifier: identifier, reason: reason)
    }

    final func subscribed(identifier: Int32, reason: Int) {
        events &+= 1
        subscribeAnswered(identifier: identifier, reason: reason)
    }

    final func disconnected(reason: Int) {
        if MQTTReasonCode.isRefusal(reason) { disconnectReason = reason }
    }

    final func logged(_ line: String) {
        if logLines.count < Self.logLinesMax { logLines.append(line) }
    }

    // MARK: Steps

    enum ReadResult {
        /// Something came; there may be more.
        case progress
        /// The socket has nothing more to give.
        case empty
        case broken
    }

    /// Opens the connection and waits for the broker's answer; `nil` if it accepted.
    final func open() -> MQTTRefusal? {
        answer = nil
        disconnectReason = nil
        logLines.removeAll()
        client.forgetFailure()
        client.setLogging(true)
        defer { client.setLogging(false) }
        guard client.connect() else { return lossWhileOpening() }
        let deadline = ContinuousClock.now + configuration.connectTimeout
        var steps = 0
        while answer == nil {
            let remaining = ContinuousClock.now.duration(to: deadline)
            if remaining <= .zero || board.isStopping {
                client.cut()
                return LibraryFailure.unanswered(
                    host: configuration.host, port: configuration.port)
            }
            _ = board.wake.wait(
                socket: client.socket, forWriting: client.wantsWrite,
                atMost: min(remaining, .seconds(1)))
            let result = read()
            if answer != nil { break }
            if result == .broken || !client.write() || client.socket < 0 {
                return lossWhileOpening()
            }
            // OpenSSL may report a handshake that the other side hung up on as unfinished: don't
            // spin over it until the deadline.
            steps += 1
            if steps > 50 { board.wake.pause(.milliseconds(5)) }
        }
        guard let answer, answer.reason == 0 else {
            return MQTTReasonCode.refusal(
                answer?.reason ?? 128, stage: .connect, detail: answer?.reasonText ?? "")
        }
        return nil
    }

    /// Takes one packet.
    final func read() -> ReadResult {
        let before = events
        let (succeeded, isEmpty) = client.read()
        if !succeeded || client.socket < 0 { return .broken }
        // libmosquitto leaves EAGAIN behind after a packet too, when its own wake-up pipe is full;
        // a packet that raised an event therefore never means that the socket is empty.
        return isEmpty && events == before && !client.holdsInput ? .empty : .progress
    }

    /// Writes the queue to its end, waiting for a full socket; `false` if the connection is lost.
    final func flush() -> Bool {
        guard client.wantsWrite else { return client.socket >= 0 }
        let isCorked = !client.isBuffered
        if isCorked { client.cork(true) }
        defer { if isCorked { client.cork(false) } }
        let begun = ContinuousClock.now
        while true {
            guard client.write() else { return false }
            let (succeeded, isDone) = client.sendBuffered()
            guard succeeded else { return false }
            if isDone, !client.wantsWrite { break }
            let limit = board.isStopping ? Self.writeStallMaxStopping : Self.writeStallMax
            if begun.duration(to: .now) > limit {
                client.cut()
                return false
            }
            _ = board.wake.wait(
                socket: client.socket, forWriting: true, forReading: false,
                atMost: .milliseconds(500), wakeable: false)
        }
        return client.socket >= 0
    }

    /// Why the connection that just broke did so.
    final func loss() -> MQTTRefusal {
        if let disconnectReason {
            return MQTTReasonCode.refusal(disconnectReason, stage: .session)
        }
        return LibraryFailure.refusal(
            code: client.failure.code, errno: client.failure.errno, log: logLines,
            host: configuration.host, port: configuration.port)
    }

    /// The same before the broker has answered, when a bare hang-up has causes of its own.
    private func lossWhileOpening() -> MQTTRefusal {
        let loss = loss()
        guard loss == LibraryFailure.closedByBroker else { return loss }
        return LibraryFailure.closedUnanswered(configuration.tls)
    }

    /// Says goodbye, and waits until the broker has closed its side.
    ///
    /// mosquitto takes in one packet of a client at a time: with a thousand acknowledgements on
    /// the way it may see the next connection of the same name first, take the session over and
    /// send the messages again. libmosquitto closes its socket at once; a second descriptor of it
    /// lets us wait.
    final func close() {
        guard client.socket >= 0 else { return }
        let farewell = Farewell(socket: client.socket)
        client.sayGoodbye()
        _ = flush()
        client.cut()
        farewell?.awaitEnd(wake: board.wake)
    }
}
