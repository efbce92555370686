public import VehicleSignals

/// What has passed through a publisher since it was made.
public struct MQTTPublisherCounters: Sendable, Equatable {
    /// Messages acknowledged by the broker; at QoS 0: written to the socket.
    public var acknowledged: UInt64 = 0
    /// Messages that the broker, or libmosquitto for it, refused.
    public var refused: UInt64 = 0
    /// Messages at QoS 0 that a breaking connection took along.
    public var lost: UInt64 = 0
    /// Bytes of payload handed to the connection.
    public var bytes: UInt64 = 0

    public init() {}
}

/// A publishing connection with a thread of its own. Any number of threads may publish; a full
/// queue makes them wait. What was not acknowledged when a connection breaks is sent again on the
/// next one (QoS 1 and 2).
///
/// The list of topics given at construction is its guard: nothing else ever leaves.
public final class MQTTPublisher: Sendable {
    /// MQTT's largest payload.
    public static let payloadBytesMax = 268_435_455 - 65_535 - 16
    /// libmosquitto slows with what is in flight (88,000/s at 100, 32,000/s at 2,000).
    public static let inFlightMax = 200

    private let configuration: MQTTConnectionConfiguration
    private let allowance: TopicAllowance
    private let board: LinkBoard
    private let queue: OutgoingQueue
    private let tally = PublisherTally()
    private let inFlightMax: Int
    private let hasStarted = Monitor(false)

    /// - Parameters:
    ///   - allowance: the topics that may be written to, never widened later.
    ///   - inFlightMax: unacknowledged messages at most, 1–200.
    ///   - queueMessagesMax: messages that wait at most; beyond it, publishing waits.
    ///   - queueBytesMax: bytes that wait at most; a single larger message passes when alone.
    ///   - clock: the time for the status, nothing else.
    /// - Throws: the first mistake found in `configuration`.
    public init(
        _ configuration: MQTTConnectionConfiguration, allowance: TopicAllowance,
        inFlightMax: Int = 100, queueMessagesMax: Int = 4096, queueBytesMax: Int = 8 << 20,
        clock: @escaping @Sendable () -> Timestamp,
        onStateChange: (@Sendable (MQTTLinkStatus) -> Void)? = nil
    ) throws(MQTTConfigurationMistake) {
        try configuration.validate()
        guard let board = LinkBoard(clock: clock, onStateChange: onStateChange) else {
            throw .system("no file descriptor left")
        }
        self.configuration = configuration
        self.allowance = allowance
        self.board = board
        self.inFlightMax = min(max(inFlightMax, 1), Self.inFlightMax)
        queue = OutgoingQueue(
            messagesMax: max(queueMessagesMax, 1), bytesMax: max(queueBytesMax, 1),
            wake: board.wake)
    }

    /// A publisher that nobody holds any more stops by itself; what is unacknowledged then is lost.
    deinit { board.requestStop() }

    /// Starts the thread, once. Messages may be queued before.
    /// - Throws: ``MQTTConfigurationMistake/system(_:)`` when no thread can be had, and what
    ///   libmosquitto says about the TLS files.
    public func start() throws(MQTTConfigurationMistake) {
        let isFirst = hasStarted.withLock { started in
            defer { started = true }
            return !started
        }
        guard isFirst else { return }
        let loop = try PublisherLoop(
            configuration: configuration, board: board, queue: queue,
            inFlightMax: inFlightMax, tally: tally)
        // The loop belongs to its thread alone from here on.
        nonisolated(unsafe) let confined = loop
        let name = "pub \(configuration.clientIdentifier)"
        guard LinkThread.start(name: name, { unsafe confined.run() }) else {
            throw .system("no thread left")
        }
    }

    /// Queues one message, waiting while the queue is full. Returns before it is acknowledged;
    /// ``flush(atMost:)`` waits for that.
    /// - Throws: ``PublishError`` for a topic that is not allowed or not valid, a payload too
    ///   large, a queue that stayed full for `limit`, a closed publisher.
    public func publish(
        topic: String, payload: RawSpan, quality: DeliveryQuality = .atLeastOnce,
        isRetained: Bool = false, waitingAtMost limit: Duration = .seconds(30)
    ) throws(PublishError) {
        try check(topic: topic, payloadBytes: payload.byteCount)
        try queue.add(
            topic: topic, payload: payload, quality: quality, isRetained: isRetained,
            confirmation: nil, waitingAtMost: limit)
    }

    /// The same with an array.
    public func publish(
        topic: String, payload: [UInt8], quality: DeliveryQuality = .atLeastOnce,
        isRetained: Bool = false, waitingAtMost limit: Duration = .seconds(30)
    ) throws(PublishError) {
        try unsafe publish(
            topic: topic, payload: payload.span.bytes, quality: quality, isRetained: isRetained,
            waitingAtMost: limit)
    }

    /// Publishes one message and returns once the broker has acknowledged it (QoS 0: once it is
    /// written). Never blocks a thread: a full queue is ``PublishError/queueFull`` at once.
    /// - Throws: as ``publish(topic:payload:quality:isRetained:waitingAtMost:)-(_,RawSpan,_,_,_)``,
    ///   and ``PublishError/refused(_:)`` with the broker's reason.
    public func publishAndConfirm(
        topic: String, payload: [UInt8], quality: DeliveryQuality = .atLeastOnce,
        isRetained: Bool = false
    ) async throws(PublishError) {
        try check(topic: topic, payloadBytes: payload.count)
        let result: Result<Void, PublishError> = await withCheckedContinuation { continuation in
            do throws(PublishError) {
                try unsafe queue.add(
                    topic: topic, payload: payload.span.bytes, quality: quality,
                    isRetained: isRetained,
                    confirmation: { continuation.resume(returning: $0) }, waitingAtMost: .zero)
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        try result.get()
    }

    private func check(topic: String, payloadBytes: Int) throws(PublishError) {
        try allowance.check(topic)
        guard payloadBytes <= Self.payloadBytesMax else {
            throw .payloadTooLarge(bytes: payloadBytes, limit: Self.payloadBytesMax)
        }
    }

    /// Waits until every message queued so far is acknowledged, refused or given up.
    /// - Throws: ``PublishError/timedOut(unacknowledged:)``.
    public func flush(atMost limit: Duration = .seconds(30)) throws(PublishError) {
        if !queue.drain(atMost: limit) { throw .timedOut(unacknowledged: queue.unfinished) }
    }

    /// Waits for the acknowledgements as ``flush(atMost:)`` does, says goodbye and ends the
    /// thread; nothing can be published afterwards.
    /// - Throws: ``PublishError/timedOut(unacknowledged:)``; the publisher is closed all the same.
    public func close(atMost limit: Duration = .seconds(30)) throws(PublishError) {
        let isRunning = hasStarted.withLock { $0 }
        let isDrained = queue.drain(atMost: isRunning ? limit : .zero)
        let unacknowledged = queue.unfinished
        board.requestStop()
        if isRunning { _ = board.waitForEnd(atMost: .seconds(10)) }
        for confirmation in queue.close().confirmations {
            confirmation(.failure(.closed(unacknowledged: unacknowledged)))
        }
        if !isDrained { throw .timedOut(unacknowledged: unacknowledged) }
    }

    /// Messages queued or in flight.
    public var unacknowledged: Int { queue.unfinished }

    /// How the connection stands.
    public var status: MQTTLinkStatus { board.snapshot }

    /// What has passed so far.
    public var counters: MQTTPublisherCounters { tally.snapshot }

    /// Blocks until the status satisfies `condition`; the status then, or `nil` when the time is
    /// over. Not from an asynchronous context.
    public func wait(
        atMost limit: Duration, until condition: (MQTTLinkStatus) -> Bool
    ) -> MQTTLinkStatus? {
        board.wait(atMost: limit, until: condition)
    }
}
