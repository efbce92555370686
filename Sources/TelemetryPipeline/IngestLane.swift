public import VehicleSignals

/// One connection's way into the journal: steps 2 and 3.
///
/// Owned by the connection's thread. The thread gives it the messages of a round one by one and
/// then commits; when the commit returns, the messages are durable and may be acknowledged.
public final class IngestLane {
    /// Rounds differ: what is set aside for the next is this share more than the last one took.
    private static let reserveNumerator = 5
    private static let reserveDenominator = 4

    private let pipeline: TelemetryPipeline
    private let router: MessageRouter
    private let batchBytesMax: Int
    private var batch = MessageBatch()
    private var routed: [RoutedMessage] = []
    private var registry: VehicleRegistry
    private var now: Timestamp = .distantPast
    /// Of topics and payloads in this round.
    private var contentBytes = 0

    init(pipeline: TelemetryPipeline) {
        self.pipeline = pipeline
        router = pipeline.router
        registry = pipeline.registry
        batchBytesMax = pipeline.configuration.batchBytesMax
        startOver(
            bytes: pipeline.configuration.roundBytesReserved,
            messages: pipeline.configuration.roundMessagesReserved)
    }

    /// Whether the round should end now, because the batch is as large as batches get.
    public var isFull: Bool { batch.byteCount >= batchBytesMax }

    /// Takes one message: dropped and counted if the vehicle's holder switched telemetry off,
    /// otherwise copied into the batch. Nothing of it is parsed but the name of the vehicle.
    ///
    /// A message that comes after a ``commit()`` which threw begins a new round: the connection
    /// of the old one is gone, and the broker still has its messages.
    public func receive(topic: RawSpan, payload: RawSpan, flags: MessageFlags) {
        if batch.isSealed { discard() }
        if batch.isEmpty, batch.gatedCount == 0 {
            now = pipeline.clock.wallNow()
            registry = pipeline.registry
        }
        let message = router.route(
            topic: topic, payload: payload, arrival: now, registry: registry)
        if registry.gate(of: message.vehicle) == .off {
            batch.gatedCount += 1
            return
        }
        batch.append(topic: topic, payload: payload, flags: flags, arrival: now)
        routed.append(message)
        contentBytes += topic.byteCount + payload.byteCount
    }

    /// Makes the round durable and sends it to the workers, waiting while they are behind. May be
    /// called again after it threw: the same messages are tried again.
    public func commit() throws {
        guard !batch.isEmpty || batch.gatedCount > 0 else { return }
        if !batch.isSealed { batch.seal() }
        let position = try pipeline.journal.append(batch)
        pipeline.sequencer.take(Round(position: position, batch: batch, routed: routed))
        startOverAsBefore()
    }

    /// Forgets an uncommitted round, because its connection is gone: the broker still has it.
    public func discard() { startOverAsBefore() }

    private func startOverAsBefore() {
        let share = { (size: Int) in size / Self.reserveDenominator * Self.reserveNumerator }
        // One huge message does not make every later round huge.
        let bytes = min(share(contentBytes), batchBytesMax)
        startOver(
            bytes: max(bytes, pipeline.configuration.roundBytesReserved),
            messages: max(share(routed.count), pipeline.configuration.roundMessagesReserved))
    }

    private func startOver(bytes: Int, messages: Int) {
        // The workers hold the old buffers until they are done; fresh ones cost three
        // allocations a round, not a message.
        batch = MessageBatch()
        batch.reserve(bytes: bytes, messages: messages)
        routed = []
        routed.reserveCapacity(messages)
        contentBytes = 0
    }
}
