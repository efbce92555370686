import PayloadDecoding
import TriggerRules
import VehicleSignals
import VehicleState

// Steps 4 to 6 for the messages of a round.

/// One message of a round, and where it lies.
private struct MessageInRound {
    var view: MessageView
    var vehicle: VehicleKey
    var position: JournalPosition
    var index: Int

    var topic: Range<Int> { view.topicOffset..<view.payloadOffset }
    var payload: Range<Int> { view.payloadOffset..<(view.payloadOffset + view.payloadLength) }
}

extension VehicleShare {
    mutating func apply(_ round: Round) {
        if fixed.index == 0 {
            counters.gated += UInt64(round.batch.gatedCount)
            counters.received += UInt64(round.batch.gatedCount)
        }
        round.batch.withBytes { bytes in
            for place in 0..<round.batch.count {
                if place % Self.warmedAtOnce == 0 { warm(round.routed, from: place) }
                apply(round, place, bytes)
            }
        }
        let evicted = workspace.sessionCounters.evicted
        counters.sessionsEvicted += evicted - countedEvictions
        countedEvictions = evicted
    }

    private mutating func apply(_ round: Round, _ place: Int, _ bytes: RawSpan) {
        let routed = round.routed[place]
        var message = MessageInRound(
            view: round.batch.message(place), vehicle: routed.vehicle, position: round.position,
            index: place)
        if message.view.flags.contains(.blanked), let route = routed.route {
            // A note, for everybody: blanked, and yet on a topic. It was counted with the message
            // that it was taken of.
            message.vehicle = .unknown
            return listen(message, route, bytes)
        }
        if routed.vehicle.isUnlinked || registry.isGone(routed.vehicle) {
            // It may have been linked since it came; then another worker may own it.
            message.vehicle = fixed.router.relink(
                routed, topic: bytes.extracting(message.topic),
                payload: bytes.extracting(message.payload), registry: registry)
        }
        let workers = fixed.configuration.workers
        if workers > 1 {
            // Messages that name no vehicle are dealt out in turn.
            let isDealt = message.vehicle == .unknown
            guard isDealt ? place % workers == fixed.index : isMine(message.vehicle) else {
                return listen(message, routed.route, bytes)
            }
        }
        apply(message, routed.route, bytes)
    }

    /// What everybody has to have heard, such as the births of a node whose devices are vehicles,
    /// is decoded by those too whom it does not concern.
    private mutating func listen(_ message: MessageInRound, _ route: Route?, _ bytes: RawSpan) {
        guard let route, fixed.router.sources.isHeardByAll(route) else { return }
        if registry.gate(of: message.vehicle) == .off { return follow(message, route, bytes) }
        _ = try? Self.decode(
            fixed, route, message, bytes, room: fixed.configuration.readingsMax,
            textRoom: fixed.configuration.textBytesMax, &workspace, &readings, &texts)
    }

    /// Of a message that was switched off after it was journaled, takes what the others behind the
    /// same edge node need, and nothing else.
    private mutating func follow(_ message: MessageInRound, _ route: Route, _ bytes: RawSpan) {
        let way = fixed.router.sources.write(
            &note, route, topic: bytes.extracting(message.topic),
            payload: bytes.extracting(message.payload))
        guard let way else { return }
        var left = message
        left.vehicle = .unknown
        left.view.flags = .blanked
        left.view.topicOffset = note.topic.lowerBound
        left.view.topicLength = note.topic.count
        left.view.payloadLength = note.payload.count
        note.withBytes { listen(left, way, $0) }
    }

    private mutating func apply(_ message: MessageInRound, _ route: Route?, _ bytes: RawSpan) {
        counters.received += 1
        if message.view.flags.contains(.blanked) {
            // Erased on request: it says nothing any more.
            counters.duplicate += 1
            return
        }
        let gate = registry.gate(of: message.vehicle)
        if gate == .off {
            // Switched off, or linked to a vehicle that is, since the message came.
            counters.gated += 1
            if let route { follow(message, route, bytes) }
            return
        }
        guard let route else {
            park(
                message, bytes, source: nil, reason: "no_source", offset: nil,
                sentence: "no source takes this topic")
            return
        }
        if fixed.router.sources.isIgnored(route) {
            counters.applied += 1
            return
        }
        let outcome: DecodeOutcome
        do throws(DecodeError) {
            outcome = try Self.decode(
                fixed, route, message, bytes, room: fixed.configuration.readingsMax,
                textRoom: fixed.configuration.textBytesMax, &workspace, &readings, &texts)
        } catch {
            park(
                message, bytes, source: route.source, reason: error.reason.word,
                offset: error.offset, sentence: error.sentence)
            return
        }
        if outcome.wantsRebirth, !isReplaying {
            fixed.rebirths.ask(
                fixed.router.sources, route, topic: bytes.extracting(message.topic))
        }
        counters.count(outcome)
        guard message.vehicle != .unknown else {
            if readings.isEmpty {
                // It speaks of no vehicle, as the births of a node do whose devices are vehicles.
                counters.applied += 1
                return
            }
            counters.unlinked += 1
            counters.unlinkedBeyondLimit += 1
            return
        }
        let said = saidIdentity(of: message.vehicle, by: route)
        if case .another = said {
            return park(
                message, bytes, source: route.source, reason: "identity_disagrees", offset: nil,
                sentence: "it reports another VIN than the vehicle of its name has")
        }
        applyReadings(message, route.source, gate, bytes)
        // Of a name under which nothing was believed nothing is noted.
        if case .unrecorded(let place) = said, vehicles.place(of: message.vehicle) != nil {
            report(
                place, of: message.vehicle, route, topic: bytes.extracting(message.topic),
                payload: bytes.extracting(message.payload), arrival: message.view.arrival)
        }
    }

    /// Bytes to readings. Static, so that each thing that it changes is handed in by itself.
    private static func decode(
        _ fixed: Fixed, _ route: Route, _ message: MessageInRound, _ bytes: RawSpan,
        room: Int, textRoom: Int, _ workspace: inout DecodingWorkspace,
        _ readings: inout [Reading], _ texts: inout [UInt8]
    ) throws(DecodeError) -> DecodeOutcome {
        let topic = bytes.extracting(message.topic)
        let payload = bytes.extracting(message.payload)
        readings.removeAll(keepingCapacity: true)
        texts.removeAll(keepingCapacity: true)
        var failure: DecodeError?
        var outcome = DecodeOutcome()
        readings.append(addingCapacity: room) { readingSpan in
            texts.append(addingCapacity: textRoom) { textSpan in
                do throws(DecodeError) {
                    outcome = try fixed.router.sources.decode(
                        route, topic: topic, payload: payload, arrival: message.view.arrival,
                        isRetained: message.view.flags.contains(.retained),
                        workspace: &workspace, into: &readingSpan, texts: &textSpan)
                } catch {
                    failure = error
                }
            }
        }
        if let failure { throw failure }
        return outcome
    }

    /// Steps 5 and 6 for the decoded readings of one message; counts it, exactly once.
    private mutating func applyReadings(
        _ message: MessageInRound, _ source: SourceID, _ gate: TelemetryGate, _ bytes: RawSpan
    ) {
        let decoded = readings.count
        if gate == .serviceOnly {
            let sources = fixed.router.sources
            readings.removeAll { !sources.isForService($0.signal) }
            counters.readingsGated += UInt64(decoded - readings.count)
        }
        let arrival = message.view.arrival
        if message.vehicle.isUnlinked, vehicles.place(of: message.vehicle) == nil {
            guard mayBegin(message, source, bytes) else { return }
        }
        let place = vehicles.placeOrInsert(message.vehicle)
        writeDown(place)
        let outcome = Self.apply(
            readings, to: &vehicles.slots[place], source, fixed,
            zone: registry.zone(of: message.vehicle),
            now: fixed.clock.plausibleNow(arrival: arrival), arrival: arrival)
        let newest = vehicles.slots[place].record.newestEventTime
        fixed.clock.observe(newest)
        if isWatching, registry.isRegistered(message.vehicle) {
            vehicles.markWatched(place)
        } else if !isWatching {
            newestArrival = max(newestArrival, arrival)
            let now = fixed.clock.mode == .wall ? newestArrival : newest
            if vehicles.slots[place].needsEvaluation(at: now) {
                evaluate(message.vehicle, at: place, now: now)
            }
        }
        vehicles.noteChange(place)
        counters.readingsInFuture += UInt64(outcome.future)
        counters.odometerRefused += UInt64(outcome.implausible) + UInt64(outcome.sentinel)
        if outcome.future > 0, Int(outcome.future) == readings.count {
            parkFuture(message, source, bytes)
        } else if message.vehicle.isUnlinked {
            counters.unlinked += 1
        } else if outcome.isApplied || decoded == 0 {
            counters.applied += 1
        } else if readings.isEmpty {
            // The holder lets nothing of it in.
            counters.gated += 1
        } else {
            counters.duplicate += 1
        }
    }

    /// Whether a name without any state gets one by this message, and is known from now on. What
    /// brings no reading, or none that can be believed, is counted here and leaves nothing behind.
    private mutating func mayBegin(
        _ message: MessageInRound, _ source: SourceID, _ bytes: RawSpan
    ) -> Bool {
        guard !readings.isEmpty else {
            counters.unlinked += 1
            return false
        }
        var trial = VehicleSlot()
        let arrival = message.view.arrival
        let outcome = Self.apply(
            readings, to: &trial, source, fixed, zone: registry.zone(of: message.vehicle),
            now: fixed.clock.plausibleNow(arrival: arrival), arrival: arrival)
        guard Int(outcome.future) < readings.count else {
            counters.readingsInFuture += UInt64(outcome.future)
            parkFuture(message, source, bytes)
            return false
        }
        fixed.router.unlinked.believe(message.vehicle)
        return true
    }

    private mutating func parkFuture(
        _ message: MessageInRound, _ source: SourceID, _ bytes: RawSpan
    ) {
        park(
            message, bytes, source: source, reason: "time_in_future", offset: nil,
            sentence: "every time in it lies ahead of the clock by more than five minutes")
    }

    /// Static, so that the readings are lent while the slot is changed.
    private static func apply(
        _ readings: [Reading], to slot: inout VehicleSlot, _ source: SourceID,
        _ fixed: Fixed, zone: TimeZoneRules, now: Timestamp,
        arrival: Timestamp
    ) -> MessageOutcome {
        slot.apply(
            readings.span, in: 0..<readings.count, source: source,
            origin: fixed.router.sources.origin(of: source), roles: fixed.configuration.roles,
            rules: fixed.configuration.rules, zone: zone, now: now, arrival: arrival,
            configuration: fixed.configuration.state)
    }

    /// Puts a message aside with everything that is needed to look at it and to decode it again.
    private mutating func park(
        _ message: MessageInRound, _ bytes: RawSpan, source: SourceID?, reason: String,
        offset: Int?, sentence: String
    ) {
        counters.countQuarantined(
            source.map { fixed.router.sources.name(of: $0) } ?? "", reason: reason)
        let size = message.view.topicLength + message.view.payloadLength
        guard quarantine.count < fixed.configuration.quarantinePendingMax,
            size <= fixed.configuration.quarantinePendingBytesMax - quarantineBytes
        else {
            counters.quarantinedBeyondLimit += 1
            return
        }
        quarantineBytes += size
        quarantine.append(
            QuarantinedMessage(
                position: message.position, index: message.index, source: source,
                mappingVersion: source.map { fixed.router.sources.mappingVersion(of: $0) } ?? "",
                reason: reason,
                byteOffset: offset, sentence: sentence, arrival: message.view.arrival,
                flags: message.view.flags,
                topic: [UInt8](copying: bytes.extracting(message.topic)),
                payload: [UInt8](copying: bytes.extracting(message.payload))))
    }
}
