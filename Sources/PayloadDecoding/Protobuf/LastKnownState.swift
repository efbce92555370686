import VehicleSignals

// FleetWise's last known state. `LastKnownStateData` comes from the vehicle:
// collection_event_time_ms_epoch (2), and captured_state_template_signals (6), each with
// state_template_sync_id (1), by which the numbers of its captured_signals (2) are to be read.
// `LastKnownState` comes from the cloud: time_ms (1), signals (3) with their whole names, and
// extra_dimensions (4), which are nothing about the vehicle's state.

extension CompiledSources {
    func decodeStateData(
        _ layout: ProtobufLayout, _ bytes: RawSpan, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let heading = try StateHeading(bytes, timeField: 2)
        let first = readings.count
        var at = 0
        while let group = try nextWireRange(6, bytes, &at, end: bytes.byteCount) {
            let template = try stateTemplate(layout, bytes, group)
            var place = group.lowerBound
            while let part = try nextWireRange(2, bytes, &place, end: group.upperBound) {
                let signal = try StateSignal(bytes, part)
                let index = protobuf.rule(ofSignal: signal.number, in: template)
                guard index >= 0 else {
                    work.outcome.unknownSignals += 1
                    continue
                }
                try takeState(
                    documentRules[index].rule, signal, bytes, &work, &readings, &texts)
            }
        }
        try setTimes(&readings, from: first, heading.time, 0, at: heading.timeAt)
    }

    /// By which table the numbers of a group's signals are to be read.
    private func stateTemplate(
        _ layout: ProtobufLayout, _ bytes: RawSpan, _ group: Range<Int>
    ) throws(DecodeError) -> ManifestTable {
        let syncID = try templateName(bytes, group)
        let template = names.value(
            scope: layout.scope, of: bytes, from: syncID.lowerBound, count: syncID.count)
        guard template >= 0 else { throw DecodeError(.unknownManifest, at: syncID.lowerBound) }
        return protobuf.manifests[Int(template)]
    }

    /// Where a group names its template; of no bytes if it names none.
    func templateName(
        _ bytes: RawSpan, _ group: Range<Int>
    ) throws(DecodeError) -> Range<Int> {
        var at = group.lowerBound
        var syncID = at..<at
        while let found = try nextWireRange(1, bytes, &at, end: group.upperBound) { syncID = found }
        return syncID
    }

    func decodeState(
        _ layout: ProtobufLayout, route: Route, topic: RawSpan, _ bytes: RawSpan,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        try checkVehicle(route: route, topic: topic, bytes, start: 0, &work)
        let heading = try StateHeading(bytes, timeField: 1)
        let edition = Int(editions[Int(route.source.number)])
        let first = readings.count
        var at = 0
        while let part = try nextWireRange(3, bytes, &at, end: bytes.byteCount) {
            let signal = try StateSignal(bytes, part)
            let count = signal.nameEnd - signal.nameStart
            work.sender.removeAll(keepingCapacity: true)
            // No table holds a longer name.
            if count <= DecodingLimits.resolvedBytesMax {
                work.sender.append(bytes, from: signal.nameStart, count: count)
            }
            guard let rules = rules(ofName: &work.sender, layout.scope, edition: edition) else {
                work.outcome.unknownSignals += 1
                continue
            }
            for index in rules.run.start..<(rules.run.start + rules.run.count) {
                try takeState(
                    rules.rule(at: index, self), signal, bytes, &work, &readings, &texts)
            }
        }
        try setTimes(&readings, from: first, heading.time, 0, at: heading.timeAt)
    }
}

/// The time over a state; reads the whole message's fields, not what is in them.
struct StateHeading: BitwiseCopyable {
    /// Milliseconds since 1970; 0 where the message says none.
    var time: UInt64 = 0
    var timeAt = 0

    init(_ bytes: RawSpan, timeField: UInt32) throws(DecodeError) {
        var at = 0
        let end = bytes.byteCount
        while at < end {
            let tag = try wireTag(bytes, &at, end: end)
            if tag.field == timeField, tag.type == .varint {
                timeAt = at
                time = try wireVarint(bytes, &at, end: end)
            } else {
                try wireSkip(tag.type, bytes, &at, end: end)
            }
        }
    }
}
