public import VehicleSignals

/// A subscribing connection with a thread of its own that reads rounds of messages, has its
/// consumer make them durable, and only then acknowledges them.
///
/// ```swift
/// var configuration = MQTTConnectionConfiguration(
///     host: "broker.example", port: 8883, clientIdentifier: "turnpike-1")
/// configuration.subscriptions = [
///     MQTTSubscription(filter: "vss/+/telemetry", sharedGroup: "turnpike")
/// ]
/// let connection = try MQTTConnection(configuration, consumer: pipeline, clock: clock)
/// connection.start()
/// ```
///
/// What the broker delivers twice reaches the consumer twice. Any number of connections may run
/// side by side, each with a client identifier and a consumer of its own.
public final class MQTTConnection: Sendable {
    private let configuration: MQTTConnectionConfiguration
    private let board: LinkBoard
    private let tally = ConnectionTally()
    private let consumer: any RoundConsumer
    private let hasStarted = Monitor(false)

    /// - Parameters:
    ///   - clock: the time for the status, nothing else; the wall clock of the caller.
    ///   - onStateChange: called at each change on the connection's thread; must return soon.
    /// - Throws: the first mistake found in `configuration`.
    public init(
        _ configuration: MQTTConnectionConfiguration, consumer: any RoundConsumer,
        clock: @escaping @Sendable () -> Timestamp,
        onStateChange: (@Sendable (MQTTLinkStatus) -> Void)? = nil
    ) throws(MQTTConfigurationMistake) {
        try configuration.validate()
        guard let board = LinkBoard(clock: clock, onStateChange: onStateChange) else {
            throw .system("no file descriptor left")
        }
        self.configuration = configuration
        self.consumer = consumer
        self.board = board
    }

    /// A connection that nobody holds any more stops by itself, as after ``stop(atMost:)``.
    deinit { board.requestStop() }

    /// Starts the thread, once; later calls do nothing. It connects, and connects again with
    /// growing delays, until ``stop(atMost:)``.
    /// - Throws: ``MQTTConfigurationMistake/system(_:)`` when no thread can be had, and what
    ///   libmosquitto says about the TLS files.
    public func start() throws(MQTTConfigurationMistake) {
        let isFirst = hasStarted.withLock { started in
            defer { started = true }
            return !started
        }
        guard isFirst else { return }
        let loop = try ConnectionLoop(
            configuration: configuration, board: board, consumer: consumer, tally: tally)
        // The loop belongs to its thread alone from here on.
        nonisolated(unsafe) let confined = loop
        let name = "mqtt \(configuration.clientIdentifier)"
        guard LinkThread.start(name: name, { unsafe confined.run() }) else {
            throw .system("no thread left")
        }
    }

    /// Listens to other topics from now on, without a new connection: new filters are subscribed,
    /// those that are left out unsubscribed, the rest stays as it is. Within about a second;
    /// without a connection from the next one on. Before ``start()`` too.
    /// - Throws: the first filter or group that is none; then nothing changes.
    public func listen(
        to subscriptions: [MQTTSubscription]
    ) throws(MQTTConfigurationMistake) {
        var changed = configuration
        changed.subscriptions = subscriptions
        try changed.validate()
        board.want(subscriptions)
    }

    /// Ends after the present round: commits it, acknowledges it, says goodbye. A round that the
    /// consumer cannot make durable stays unacknowledged, and the broker sends it again.
    /// - Returns: whether the thread ended in the time given; if not (a commit or a connection
    ///   attempt that the system holds up), it ends by itself afterwards.
    @discardableResult
    public func stop(atMost limit: Duration = .seconds(10)) -> Bool {
        board.requestStop()
        let isRunning = hasStarted.withLock { $0 }
        guard isRunning else { return true }
        return board.waitForEnd(atMost: limit)
    }

    /// How the connection stands.
    public var status: MQTTLinkStatus { board.snapshot }

    /// What has passed so far.
    public var counters: MQTTConnectionCounters { tally.snapshot }

    /// Blocks until the status satisfies `condition`; the status then, or `nil` when the time is
    /// over. For start-up checks and tests; not from an asynchronous context.
    public func wait(
        atMost limit: Duration, until condition: (MQTTLinkStatus) -> Bool
    ) -> MQTTLinkStatus? {
        board.wait(atMost: limit, until: condition)
    }
}
