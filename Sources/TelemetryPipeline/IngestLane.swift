import PayloadDecoding
public import VehicleSignals

/// One connection's way into the journal: steps 2 and 3.
///
/// Owned by the connection's thread. The thread gives it the messages of a round one by one and
/// then commits; when the commit returns, the messages are durable and may be acknowledged.
public final class IngestLane {
    private let pipeline: TelemetryPipeline
    private let batchBytesMax: Int
    /// A value, so that a message costs one access of this object and not one for each field.
    private var round: LaneRound

    init(pipeline: TelemetryPipeline) {
        self.pipeline = pipeline
        batchBytesMax = pipeline.configuration.batchBytesMax
        round = LaneRound(pipeline.configuration, basis: pipeline.routing)
    }

    /// Whether the round should end now, because the batch is as large as batches get.
    public var isFull: Bool { round.batch.byteCount >= batchBytesMax }

    /// Takes one message: dropped and counted if the vehicle's holder switched telemetry off,
    /// otherwise copied into the batch. Nothing of it is parsed but the name of the vehicle.
    ///
    /// A message that comes after a ``commit()`` which threw begins a new round: the connection
    /// of the old one is gone, and the broker still has its messages.
    ///
    /// - Returns: whether the round should end now; see ``isFull``.
    @discardableResult
    public func receive(topic: RawSpan, payload: RawSpan, flags: MessageFlags) -> Bool {
        round.receive(topic: topic, payload: payload, flags: flags, pipeline)
        return round.batch.byteCount >= batchBytesMax
    }

    /// Makes the round durable and sends it to the workers, waiting while they are behind. May be
    /// called again after it threw: the same messages are tried again.
    public func commit() throws {
        guard !round.batch.isEmpty || round.batch.gatedCount > 0 else { return }
        if !round.batch.isSealed { round.batch.seal() }
        let position = try pipeline.journal.append(round.batch)
        pipeline.sequencer.take(
            Round(
                position: position, batch: round.batch, routed: round.routed,
                forgettings: round.forgettings, sources: round.basis.router.sources))
        discard()
    }

    /// Forgets an uncommitted round, because its connection is gone: the broker still has it.
    public func discard() { round.startOver(pipeline.configuration) }
}

/// The round that a lane is filling.
private struct LaneRound {
    /// Rounds differ: what is set aside for the next is this share more than the last one took.
    private static let reserveNumerator = 5
    private static let reserveDenominator = 4

    var batch = MessageBatch()
    var routed: [RoutedMessage] = []
    private(set) var forgettings: UInt64 = 0
    /// The same for all of the round.
    private(set) var basis: RoutingBasis
    private var hint = RouteHint()
    private var now: Timestamp = .distantPast
    /// Of topics and payloads in this round.
    private var contentBytes = 0
    /// Of the gated message that came last; kept for its memory.
    private var note = SequenceNote()

    init(_ configuration: PipelineConfiguration, basis: RoutingBasis) {
        self.basis = basis
        startOver(
            bytes: configuration.roundBytesReserved, messages: configuration.roundMessagesReserved)
    }

    mutating func receive(
        topic: RawSpan, payload: RawSpan, flags: MessageFlags, _ pipeline: TelemetryPipeline
    ) {
        if batch.isSealed { startOver(pipeline.configuration) }
        if batch.isEmpty, batch.gatedCount == 0 {
            now = pipeline.clock.wallNow()
            basis = pipeline.routing
            forgettings = pipeline.unlinked.forgettings
        }
        let message = basis.router.route(
            topic: topic, payload: payload, arrival: now, registry: basis.registry, after: &hint)
        if basis.registry.gate(of: message.vehicle) == .off {
            batch.gatedCount += 1
            takeNote(message, topic, payload)
            return
        }
        batch.append(topic: topic, payload: payload, flags: flags, arrival: now)
        routed.append(message)
        contentBytes += topic.byteCount + payload.byteCount
    }

    /// Keeps of a gated message what the others behind the same edge node need of it, if anything.
    /// As a blanked one: it says nothing of a vehicle, and is counted with the one that it is of.
    private mutating func takeNote(_ message: RoutedMessage, _ topic: RawSpan, _ payload: RawSpan) {
        let sources = basis.router.sources
        guard let route = message.route,
            let way = sources.write(&note, route, topic: topic, payload: payload)
        else { return }
        note.withBytes { bytes in
            batch.append(
                topic: bytes.extracting(note.topic), payload: bytes.extracting(note.payload),
                flags: .blanked, arrival: now)
            contentBytes += bytes.byteCount
        }
        routed.append(RoutedMessage(route: way, vehicle: .unknown))
    }

    mutating func startOver(_ configuration: PipelineConfiguration) {
        let share = { (size: Int) in size / Self.reserveDenominator * Self.reserveNumerator }
        // One huge message does not make every later round huge.
        let bytes = min(share(contentBytes), configuration.batchBytesMax)
        startOver(
            bytes: max(bytes, configuration.roundBytesReserved),
            messages: max(share(routed.count), configuration.roundMessagesReserved))
    }

    private mutating func startOver(bytes: Int, messages: Int) {
        // The workers hold the old buffers until they are done; fresh ones cost three
        // allocations a round, not a message.
        batch = MessageBatch()
        batch.reserve(bytes: bytes, messages: messages)
        routed = []
        routed.reserveCapacity(messages)
        contentBytes = 0
    }
}
