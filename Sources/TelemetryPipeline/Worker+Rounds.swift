import PayloadDecoding
import TriggerRules
import VehicleSignals
import VehicleState

// Steps 4 to 6 for the messages of a round.
extension Worker {
    func apply(_ round: Round) {
        if index == 0 {
            counters.gated += UInt64(round.batch.gatedCount)
            counters.received += UInt64(round.batch.gatedCount)
        }
        round.batch.withBytes { bytes in
            for place in 0..<round.batch.count {
                let message = round.routed[place]
                guard isMine(message, place: place) else { continue }
                apply(message, round.batch.message(place), bytes, at: round.position, index: place)
            }
        }
    }

    /// Messages that name no vehicle are dealt out in turn.
    private func isMine(_ message: RoutedMessage, place: Int) -> Bool {
        let workers = configuration.workers
        if workers == 1 { return true }
        if message.vehicle == .unknown { return place % workers == index }
        return TelemetryPipeline.share(of: message.vehicle, workers: workers) == index
    }

    private func apply(
        _ routed: RoutedMessage, _ view: MessageView, _ bytes: RawSpan,
        at position: JournalPosition, index place: Int
    ) {
        counters.received += 1
        if view.flags.contains(.blanked) {
            // Erased on request: it says nothing any more.
            counters.duplicate += 1
            return
        }
        let topic = bytes.extracting(view.topicOffset..<(view.topicOffset + view.topicLength))
        let payload = bytes.extracting(
            view.payloadOffset..<(view.payloadOffset + view.payloadLength))
        var message = routed
        if message.vehicle.isUnlinked {
            // It may have been linked since the message came.
            message = router.route(
                topic: topic, payload: payload, arrival: view.arrival, registry: registry)
        }
        guard let route = message.route else {
            park(
                view, topic, payload, at: position, index: place, source: nil,
                reason: "no_source", offset: nil, sentence: "no source takes this topic")
            return
        }
        if router.sources.isIgnored(route) {
            counters.applied += 1
            return
        }
        do throws(DecodeError) {
            try decode(route, topic, payload, view)
        } catch {
            park(
                view, topic, payload, at: position, index: place, source: route.source,
                reason: error.reason.word, offset: error.offset, sentence: error.sentence)
            return
        }
        guard message.vehicle != .unknown else {
            counters.unlinked += 1
            counters.unlinkedBeyondLimit += 1
            return
        }
        let outcome = applyReadings(to: message.vehicle, route.source, view)
        settle(outcome, message, view, topic, payload, at: position, index: place)
    }

    private func decode(
        _ route: Route, _ topic: RawSpan, _ payload: RawSpan, _ view: MessageView
    ) throws(DecodeError) {
        readings.removeAll(keepingCapacity: true)
        texts.removeAll(keepingCapacity: true)
        var failure: DecodeError?
        var outcome = DecodeOutcome()
        readings.append(addingCapacity: configuration.readingsMax) { readingSpan in
            texts.append(addingCapacity: configuration.textBytesMax) { textSpan in
                do throws(DecodeError) {
                    outcome = try router.sources.decode(
                        route, topic: topic, payload: payload, arrival: view.arrival,
                        isRetained: view.flags.contains(.retained), workspace: &workspace,
                        into: &readingSpan, texts: &textSpan)
                } catch {
                    failure = error
                }
            }
        }
        if let failure { throw failure }
        counters.readings += UInt64(readings.count)
        counters.readingsDropped += UInt64(outcome.unknownSignals) + UInt64(outcome.outOfRange)
    }

    /// Counts what became of a message, exactly once.
    private func settle(
        _ outcome: SlotOutcome, _ message: RoutedMessage, _ view: MessageView, _ topic: RawSpan,
        _ payload: RawSpan, at position: JournalPosition, index place: Int
    ) {
        counters.readingsInFuture += UInt64(outcome.future)
        counters.odometerRefused += UInt64(outcome.implausible) + UInt64(outcome.sentinel)
        counters.readingsGated += UInt64(outcome.gated)
        if outcome.future > 0, Int(outcome.future) + Int(outcome.gated) >= readings.count {
            park(
                view, topic, payload, at: position, index: place, source: message.route?.source,
                reason: "time_in_future", offset: nil,
                sentence: "every time in it lies ahead of the clock by more than five minutes")
        } else if message.vehicle.isUnlinked {
            counters.unlinked += 1
        } else if outcome.isApplied || readings.isEmpty {
            counters.applied += 1
        } else {
            counters.duplicate += 1
        }
    }

    private func park(
        _ view: MessageView, _ topic: RawSpan, _ payload: RawSpan, at position: JournalPosition,
        index place: Int, source: SourceID?, reason: String, offset: Int?, sentence: String
    ) {
        counters.quarantined += 1
        guard quarantine.count < configuration.quarantinePendingMax,
            quarantineBytes + payload.byteCount < configuration.quarantinePendingBytesMax
        else { return }
        quarantineBytes += payload.byteCount
        quarantine.append(
            QuarantinedMessage(
                position: position, index: place, source: source, reason: reason,
                byteOffset: offset, sentence: sentence, arrival: view.arrival,
                topic: [UInt8](copying: topic, count: topic.byteCount),
                payload: [UInt8](copying: payload, count: payload.byteCount)))
    }
}

extension [UInt8] {
    /// The first `count` bytes of a span as an array of its own.
    init(copying span: RawSpan, count: Int) {
        self.init()
        reserveCapacity(count)
        for place in 0..<count { append(span.byte(at: place)) }
    }
}
