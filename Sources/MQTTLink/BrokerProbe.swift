internal import VehicleSignals

/// Asks a broker what a gateway needs to know before it trusts it: whether it lets the client in,
/// keeps sessions, shares subscriptions, and how much it holds back for somebody who is away.
///
/// It uses a client identifier, a session and a topic of its own and leaves nothing behind. It
/// blocks for a few seconds; for the command line, not for the running gateway.
public struct BrokerProbe: Sendable {
    private let base: MQTTConnectionConfiguration
    private let topic: String
    private let answerMax: Duration = .seconds(5)

    /// Messages published to an absent client to see whether they are kept: above mosquitto's own
    /// limit of 1,000.
    public static let queuedMessages = 1_500

    /// - Parameters:
    ///   - configuration: the gateway's own; host, identity and TLS are taken from it.
    ///   - topicPrefix: below it the probe publishes; must not be a vehicle's.
    public init(_ configuration: MQTTConnectionConfiguration, topicPrefix: String) {
        var base = configuration
        base.clientIdentifier += "-probe"
        base.lastWill = nil
        base.subscriptions = []
        base.sessionExpirySeconds = 120
        self.base = base
        topic = "\(topicPrefix)/\(base.clientIdentifier)"
    }

    /// Looks at the broker.
    /// - Parameter measuringQueue: whether to publish ``queuedMessages`` small messages as well.
    public func run(measuringQueue: Bool = true) -> BrokerReport {
        var report = BrokerReport()
        do {
            try base.validate()
            guard let allowance = try? TopicAllowance(below: [topic]) else {
                report.add("topic", .problem, "\(topic) is no topic", "Choose another prefix.")
                return report
            }
            guard try firstVisit(&report) else { return report }
            let left = measuringQueue ? try leaveMessages(allowance, &report) : 0
            try secondVisit(&report, expecting: left)
            try sayFarewell()
            report.add(
                "persistence", .unknown,
                "Whether the broker keeps sessions over its own restart is not visible here.",
                "With mosquitto: persistence true, and a persistence_location it can write to.")
        } catch {
            report.add("configuration", .problem, error.sentence)
        }
        return report
    }

    private func session(
        cleanStart: Bool, expirySeconds: UInt32? = nil
    ) throws(MQTTConfigurationMistake) -> ProbeSession {
        var configuration = base
        configuration.cleanStart = cleanStart
        if let expirySeconds { configuration.sessionExpirySeconds = expirySeconds }
        guard let board = LinkBoard(clock: { .distantPast }, onStateChange: nil) else {
            throw .system("no file descriptor left")
        }
        return try ProbeSession(configuration: configuration, board: board)
    }

    /// Connects anew, reads the broker's limits, subscribes, leaves with the session kept.
    private func firstVisit(
        _ report: inout BrokerReport
    ) throws(MQTTConfigurationMistake) -> Bool {
        let first = try session(cleanStart: true)
        if let refusal = first.open() {
            report.add("connection", refusal)
            return false
        }
        report.add("connection", .good, "The broker at \(base.host):\(base.port) lets us in.")
        if let answer = first.answer { judge(answer, &report) }
        let plain = MQTTSubscription(filter: topic)
        if let refusal = first.subscribe(plain, atMost: answerMax) {
            report.add("subscription", refusal)
            first.close()
            return false
        }
        let shared = MQTTSubscription(filter: topic + "/shared", sharedGroup: "turnpike-probe")
        if let refusal = first.subscribe(shared, atMost: answerMax) {
            report.add(
                "shared_subscription", .warning, "Shared subscriptions: \(refusal.word).",
                "Use one connection without a shared group, or change the broker.")
        } else {
            report.add("shared_subscription", .good, "Shared subscriptions work.")
        }
        first.close()
        return true
    }

    private func judge(_ answer: ConnectAnswer, _ report: inout BrokerReport) {
        let inFlight = answer.receiveMaximum ?? 65_535
        if inFlight < 1_000 {
            report.add(
                "in_flight", .warning, "The broker allows \(inFlight) messages in flight.",
                "With mosquitto: max_inflight_messages 0 (its default is 20).")
        } else {
            report.add("in_flight", .good, "The broker allows \(inFlight) messages in flight.")
        }
        if let expiry = answer.sessionExpirySeconds, expiry < Int(base.sessionExpirySeconds) {
            report.add(
                "session_expiry", .warning, "The broker keeps a session for \(expiry) s at most.",
                "Raise the broker's limit: what is published during a longer absence is lost.")
        }
        if let quality = answer.qualityOfServiceMax, quality < 1 {
            report.add(
                "quality", .problem, "The broker offers QoS 0 only.",
                "Raise max_qos: at QoS 0 every short absence loses messages.")
        }
        if !answer.retainAvailable {
            report.add(
                "retain", .warning, "The broker keeps no retained messages.",
                "Sources that rely on them show their state only at the next publication.")
        }
        if !answer.wildcardsAvailable {
            report.add(
                "wildcards", .problem, "The broker refuses filters with + and #.",
                "Allow wildcard subscriptions for the gateway.")
        }
        if let bytes = answer.packetBytesMax, bytes < 1 << 20 {
            report.add(
                "packet_size", .warning, "The broker takes packets of \(bytes) bytes at most.",
                "Raise max_packet_size if vehicles send larger documents.")
        }
    }

    /// Publishes to the session that nobody is connected to; how many messages the broker took.
    private func leaveMessages(
        _ allowance: TopicAllowance, _ report: inout BrokerReport
    ) throws(MQTTConfigurationMistake) -> Int {
        var configuration = base
        configuration.clientIdentifier += "-writer"
        configuration.cleanStart = true
        configuration.sessionExpirySeconds = 0
        let publisher = try MQTTPublisher(
            configuration, allowance: allowance, clock: { .distantPast })
        try publisher.start()
        do throws(PublishError) {
            for _ in 0..<Self.queuedMessages {
                try publisher.publish(topic: topic, payload: [0x30], waitingAtMost: answerMax)
            }
            try publisher.close(atMost: .seconds(30))
        } catch {
            report.add(
                "publish", .warning, "Publishing on \(topic): \(error.sentence)",
                "Let this client write there, or skip measuring the queue.")
            try? publisher.close(atMost: .zero)
        }
        if publisher.counters.refused > 0, let refusal = publisher.status.lastRefusal {
            report.add(
                "publish", .warning, "Publishing on \(topic): \(refusal.word).", refusal.remedy)
        }
        return Int(publisher.counters.acknowledged)
    }

    /// Comes back to the session and counts what was kept.
    private func secondVisit(
        _ report: inout BrokerReport, expecting expected: Int
    ) throws(MQTTConfigurationMistake) {
        let second = try session(cleanStart: false)
        if let refusal = second.open() {
            report.add("session", refusal)
            return
        }
        defer { second.close() }
        guard second.answer?.sessionPresent == true else {
            report.add(
                "session", .problem, "The broker forgot the session after a short absence.",
                "With mosquitto: persistent_client_expiration must not be shorter than days.")
            return
        }
        report.add("session", .good, "The broker keeps the session of an absent client.")
        guard expected > 0 else { return }
        // Messages come as fast as they can; a second of silence means that there are no more.
        var seen = -1
        while second.messages > seen, second.messages < expected {
            seen = second.messages
            _ = second.drive(atMost: .seconds(1)) { second.messages >= expected }
        }
        if second.messages >= expected {
            report.add("queue", .good, "\(expected) messages for an absent client were kept.")
        } else {
            report.add(
                "queue", .warning,
                "Of \(expected) messages for an absent client \(second.messages) were kept.",
                "With mosquitto: max_queued_messages 0 (its default of 1000 drops silently).")
        }
    }

    /// Ends the kept session.
    private func sayFarewell() throws(MQTTConfigurationMistake) {
        let last = try session(cleanStart: true, expirySeconds: 0)
        if last.open() == nil { last.close() }
    }
}
