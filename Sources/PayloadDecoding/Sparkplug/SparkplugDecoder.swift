import VehicleSignals

// Sparkplug B: births say what a node's and its devices' metrics are, data then names them by alias
// alone. What is remembered lies in two sessions: the node's (sequence, its own metrics) and the
// device's. A message changes them only after it was read to its end without an error.

/// The sessions that a message concerns, and what they say.
private struct SparkplugState {
    /// Place of the node's session.
    var edge = -1
    /// Place of the session that holds the metrics: the node's or the device's.
    var owner = -1
    var edgeState = SparkplugSession.State.unborn
    var epoch: UInt32 = 0
    /// Whether aliases mean what the owner's session says.
    var knowsAliases = false
    var sequence: UInt8 = 0
}

extension CompiledSources {
    func decodeSparkplug(
        _ layout: ProtobufLayout, route: Route, topic: RawSpan, _ bytes: RawSpan,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        guard let place = SparkplugTopic(topic), place.type != .other else { return }
        let heading = try SparkplugHeading(bytes)
        var state = try openSessions(route.source, place, topic, &work)
        if place.type == .birth { try draftBirth(bytes, metrics: heading.metrics, &work) }
        follow(heading, place, layout, &state, &work)
        if place.type != .death, route.vehicleLength > 0 {
            let owner = place.type == .birth ? -1 : state.knowsAliases ? state.owner : -1
            try decodeMetrics(
                layout, edition: Int(editions[Int(route.source.number)]), owner: owner,
                heading, bytes, &work, &readings, &texts)
        }
        switch place.type {
        case .birth: try commitBirth(state, place, bytes, &work)
        case .death: try commitDeath(state, place, bytes, &work)
        case .data: commitNode(state, &work)
        case .other: break
        }
    }

    private func openSessions(
        _ source: SourceID, _ place: SparkplugTopic, _ topic: RawSpan,
        _ work: inout DecodingWorkspace
    ) throws(DecodeError) -> SparkplugState {
        var state = SparkplugState()
        work.sender.removeAll(keepingCapacity: true)
        work.sender.append(topic, from: place.group.start, count: place.group.count)
        work.sender.append(UInt8(ascii: "/"))
        work.sender.append(topic, from: place.edge.start, count: place.edge.count)
        state.edge = try openSession(source, &work)
        state.owner = state.edge
        if place.isDevice {
            work.sender.append(UInt8(ascii: "/"))
            work.sender.append(topic, from: place.device.start, count: place.device.count)
            state.owner = try openSession(source, &work)
        }
        state.edgeState =
            SparkplugSession.State(rawValue: work.sessions.entries[state.edge].bytes[0]) ?? .unborn
        state.sequence = work.sessions.entries[state.edge].bytes[1]
        state.epoch = work.sessions.entries[state.edge].bytes.word32(at: 4)
        return state
    }

    private func openSession(
        _ source: SourceID, _ work: inout DecodingWorkspace
    ) throws(DecodeError) -> Int {
        let session = try work.sessions.open(source, .sparkplug, sender: work.sender)
        if work.sessions.entries[session].bytes.isEmpty {
            SparkplugSession.begin(&work.sessions.entries[session].bytes)
            work.sessions.noteSize(of: session)
        }
        return session
    }

    /// Follows the sequence, which a node and all its devices share, and decides what aliases are
    /// worth now.
    private func follow(
        _ heading: SparkplugHeading, _ place: SparkplugTopic, _ layout: ProtobufLayout,
        _ state: inout SparkplugState, _ work: inout DecodingWorkspace
    ) {
        if !place.isDevice {
            switch place.type {
            case .birth:
                state.edgeState = .born
                state.epoch &+= 1
                state.sequence = UInt8(truncatingIfNeeded: heading.sequence ?? 0)
                return
            case .death, .other: return
            case .data: break
            }
        }
        if state.edgeState == .unborn {
            work.outcome.wantsRebirth = true
        } else if let sequence = heading.sequence {
            let now = UInt8(truncatingIfNeeded: sequence)
            // The same number once more is the same message once more.
            if now != state.sequence, now != state.sequence &+ 1 {
                work.outcome.wantsRebirth = true
                if !layout.keepsAliasesAfterGap {
                    state.edgeState = .inDoubt
                    state.epoch &+= 1
                }
            }
            state.sequence = now
        }
        if place.isDevice {
            let owner = state.owner
            state.knowsAliases =
                state.edgeState != .unborn
                && work.sessions.entries[owner].bytes[0] == SparkplugSession.State.born.rawValue
                && work.sessions.entries[owner].bytes.word32(at: 4) == state.epoch
        } else {
            state.knowsAliases = state.edgeState == .born
        }
    }

    /// Writes down how far the node is.
    private func commitNode(_ state: SparkplugState, _ work: inout DecodingWorkspace) {
        work.sessions.entries[state.edge].bytes[0] = state.edgeState.rawValue
        work.sessions.entries[state.edge].bytes[1] = state.sequence
        work.sessions.entries[state.edge].bytes.set(state.epoch, at: 4)
    }

    private func commitBirth(
        _ state: SparkplugState, _ place: SparkplugTopic, _ bytes: RawSpan,
        _ work: inout DecodingWorkspace
    ) throws(DecodeError) {
        if place.isDevice { commitNode(state, &work) }
        work.draft[0] = SparkplugSession.State.born.rawValue
        work.draft[1] = state.sequence
        work.draft.set(state.epoch, at: 4)
        if !place.isDevice, let bdSeq = try sparkplugBdSeq(bytes) {
            work.draft[2] = 1
            work.draft.set(bdSeq, at: 8)
        }
        swap(&work.draft, &work.sessions.entries[state.owner].bytes)
        work.sessions.noteSize(of: state.owner)
    }

    private func commitDeath(
        _ state: SparkplugState, _ place: SparkplugTopic, _ bytes: RawSpan,
        _ work: inout DecodingWorkspace
    ) throws(DecodeError) {
        if place.isDevice {
            commitNode(state, &work)
            work.sessions.entries[state.owner].bytes[0] = SparkplugSession.State.unborn.rawValue
            return
        }
        let edge = state.edge
        let bdSeq = work.sessions.entries[edge].bytes.word64(at: 8)
        if work.sessions.entries[edge].bytes[2] == 1, let stated = try sparkplugBdSeq(bytes),
            stated != bdSeq
        {
            // The will of an earlier connection: its node was born again since.
            return
        }
        SparkplugSession.begin(&work.sessions.entries[edge].bytes)
        work.sessions.entries[edge].bytes.set(state.epoch &+ 1, at: 4)
        work.sessions.noteSize(of: edge)
    }
}
