public import VehicleSignals

/// One connection's way into the journal: steps 2 and 3.
///
/// Owned by the connection's thread. The thread gives it the messages of a round one by one and
/// then commits; when the commit returns, the messages are durable and may be acknowledged.
public final class IngestLane {
    private let pipeline: TelemetryPipeline
    private let router: MessageRouter
    private var batch: MessageBatch
    private var routed: [RoutedMessage] = []
    private var registry: VehicleRegistry
    private var now: Timestamp = .distantPast
    private var isSealed = false

    init(pipeline: TelemetryPipeline) {
        self.pipeline = pipeline
        router = pipeline.router
        registry = pipeline.registry
        batch = MessageBatch(reservingBytes: pipeline.configuration.roundBytesReserved)
    }

    /// Whether the round should end now, because the batch is as large as batches get.
    public var isFull: Bool { batch.byteCount >= pipeline.configuration.batchBytesMax }

    /// Takes one message: dropped and counted if the vehicle's holder switched telemetry off,
    /// otherwise copied into the batch. Nothing of it is parsed but the name of the vehicle.
    public func receive(topic: RawSpan, payload: RawSpan, flags: MessageFlags) {
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
    }

    /// Makes the round durable and sends it to the workers. May be called again after it threw:
    /// the same messages are tried again.
    public func commit() throws {
        guard !batch.isEmpty || batch.gatedCount > 0 else { return }
        if !isSealed {
            batch.seal()
            isSealed = true
        }
        let position = try pipeline.journal.append(batch)
        pipeline.sequencer.take(Round(position: position, batch: batch, routed: routed))
        startOver()
    }

    /// Forgets an uncommitted round, because its connection is gone: the broker still has it.
    public func discard() { startOver() }

    private func startOver() {
        // The workers hold the old buffers until they are done; a fresh one costs two
        // allocations a round, not a message.
        batch = MessageBatch(reservingBytes: pipeline.configuration.roundBytesReserved)
        routed = []
        routed.reserveCapacity(pipeline.configuration.roundMessagesReserved)
        isSealed = false
    }
}
