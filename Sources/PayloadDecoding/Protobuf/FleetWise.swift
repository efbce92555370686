import VehicleSignals

// Messages of the FleetWise edge agent, plain or as Snappy blocks. Of `VehicleData`,
// decoder_sync_id (2) says by which manifest the numbers of signals are to be read,
// collection_event_time_ms_epoch (4) from when their relative times count, captured_signals (5) and
// dtc_data (6) hold the values. The rest is of no use here. For the other message see
// LastKnownState.swift, for the blocks FleetWiseBlocks.swift.

extension CompiledSources {
    func decodeFleetWise(
        _ layout: ProtobufLayout, route: Route, topic: RawSpan, _ bytes: RawSpan,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        try checkVehicle(route: route, topic: topic, bytes, start: 0, &work)
        // Taken out of the workspace while it is read, since the workspace changes meanwhile.
        var unpacked: [UInt8] = []
        swap(&unpacked, &work.unpacked)
        defer { swap(&unpacked, &work.unpacked) }
        guard try unpackBlock(layout, bytes, into: &unpacked) else {
            return try decodeFleetWiseMessage(layout, bytes, &work, &readings, &texts)
        }
        do throws(DecodeError) {
            try decodeUnpacked(layout, unpacked, &work, &readings, &texts)
        } catch {
            // A place in the unpacked bytes is none in the payload.
            throw DecodeError(error.reason, at: 0)
        }
    }

    func decodeFleetWiseMessage(
        _ layout: ProtobufLayout, _ bytes: RawSpan, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        if layout.kind == .lastKnownStateData {
            try decodeStateData(layout, bytes, &work, &readings, &texts)
        } else {
            try decodeVehicleData(layout, bytes, &work, &readings, &texts)
        }
    }

    private func decodeVehicleData(
        _ layout: ProtobufLayout, _ bytes: RawSpan, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let heading = try VehicleDataHeading(bytes)
        let manifest = names.value(
            scope: layout.scope, of: bytes, from: heading.manifestStart,
            count: heading.manifestEnd - heading.manifestStart)
        guard manifest >= 0 else {
            throw DecodeError(.unknownManifest, at: heading.manifestStart)
        }
        let table = protobuf.manifests[Int(manifest)]
        var at = 0
        while at < bytes.byteCount {
            let tag = try wireTag(bytes, &at, end: bytes.byteCount)
            guard tag.type == .lengthDelimited else {
                try wireSkip(tag.type, bytes, &at, end: bytes.byteCount)
                continue
            }
            let stop = try wireRange(bytes, &at, end: bytes.byteCount)
            let first = readings.count
            var relative: Int64 = 0
            if tag.field == 5 {
                relative = try decodeCapturedSignal(
                    table, bytes, from: at, end: stop, &work, &readings, &texts)
            } else if tag.field == 6, table.troubleCodes >= 0 {
                relative = try decodeActiveCodes(
                    documentRules[Int(table.troubleCodes)].rule, bytes, from: at, end: stop, &work,
                    &readings)
            }
            try setTimes(&readings, from: first, heading.time, relative, at: at)
            at = stop
        }
    }

    /// A message without a time of its own leaves its readings to the time of arrival.
    func setTimes(
        _ readings: inout OutputSpan<Reading>, from first: Int, _ base: UInt64, _ relative: Int64,
        at start: Int
    ) throws(DecodeError) {
        guard readings.count > first, base > 0 else { return }
        guard base <= UInt64(DecodingLimits.latestTime) else {
            throw DecodeError(.badTime, at: start)
        }
        let (time, overflow) = Int64(base).addingReportingOverflow(relative)
        guard !overflow, time >= DecodingLimits.earliestTime, time <= DecodingLimits.latestTime
        else { throw DecodeError(.badTime, at: start) }
        for index in first..<readings.count {
            readings[index].time = Timestamp(milliseconds: time)
            readings[index].timeQuality = .event
        }
    }

    /// One captured signal; its relative time.
    private func decodeCapturedSignal(
        _ table: ManifestTable, _ bytes: RawSpan, from start: Int, end: Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) -> Int64 {
        var at = start
        var relative: Int64 = 0
        var signal: Int64 = -1
        var number = -1
        var text = (start: -1, end: -1)
        while at < end {
            let tag = try wireTag(bytes, &at, end: end)
            switch (tag.field, tag.type) {
            case (1, .varint): relative = zigzag(try wireVarint(bytes, &at, end: end))
            case (2, .varint):
                signal = Int64(UInt32(truncatingIfNeeded: try wireVarint(bytes, &at, end: end)))
            case (3, .fixed64):
                number = at
                text.start = -1
                _ = try wireFixed64(bytes, &at, end: end)
            case (4, .lengthDelimited):
                text.end = try wireRange(bytes, &at, end: end)
                text.start = at
                number = -1
                at = text.end
            case (10, .lengthDelimited):
                // A part of a structure; manifests here name whole signals.
                at = try wireRange(bytes, &at, end: end)
                signal = -1
            default: try wireSkip(tag.type, bytes, &at, end: end)
            }
        }
        let place = signal < 0 ? -1 : protobuf.rule(ofSignal: UInt32(signal), in: table)
        guard place >= 0 else {
            work.outcome.unknownSignals += 1
            return relative
        }
        let rule = documentRules[place].rule
        do throws(DecodeError) {
            if number >= 0 {
                let value = Double(bitPattern: bytes.word64(at: number))
                try takeFleetWiseNumber(rule, value, at: number, &work, &readings)
            } else if text.start >= 0 {
                try takeText(
                    rule, bytes, from: text.start, to: text.end, slot: -1, &work, &readings,
                    &texts)
            } else {
                work.outcome.absent += 1
            }
        } catch {
            // One signal that the manifest describes wrongly must not cost the others.
            guard error.reason == .wrongType else { throw error }
            work.outcome.outOfRange += 1
        }
        return relative
    }

    /// A number, which for a truth may also be 0 or 1.
    func takeFleetWiseNumber(
        _ rule: ValueRule, _ value: Double, at start: Int, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        if rule.kind == .boolean, !rule.hasWords, value == 0 || value == 1 {
            try takeBoolean(rule, value == 1, slot: -1, at: start, &work, &readings)
        } else {
            try takeDouble(rule, value, slot: -1, at: start, &work, &readings)
        }
    }

    /// The active trouble codes as one list; its relative time. A maker's own code is counted and
    /// left out; of a list that has no other one nothing is said, since it is not empty.
    private func decodeActiveCodes(
        _ rule: ValueRule, _ bytes: RawSpan, from start: Int, end: Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) -> Int64 {
        var at = start
        var relative: Int64 = 0
        var place = -1
        let outOfRange = work.outcome.outOfRange
        while at < end {
            let tag = try wireTag(bytes, &at, end: end)
            if tag.field == 1, tag.type == .varint {
                relative = zigzag(try wireVarint(bytes, &at, end: end))
            } else if tag.field == 2, tag.type == .lengthDelimited {
                let stop = try wireRange(bytes, &at, end: end)
                if let code = TroubleCode(Span<UInt8>(_bytes: bytes), in: at..<stop) {
                    if place < 0 {
                        place = readings.count
                        try append(
                            rule.signal, .listCount, 0, slot: -1, at: start, &work, &readings)
                    }
                    try append(
                        rule.signal, .troubleCode, UInt64(code.packed), slot: -1, at: at, &work,
                        &readings)
                    readings[place].bits += 1
                } else {
                    work.outcome.outOfRange += 1
                }
                at = stop
            } else {
                try wireSkip(tag.type, bytes, &at, end: end)
            }
        }
        if place < 0, work.outcome.outOfRange == outOfRange {
            try append(rule.signal, .listCount, 0, slot: -1, at: start, &work, &readings)
        }
        return relative
    }
}

/// What stands over a `VehicleData`; reads the whole message's fields, not what is in them.
struct VehicleDataHeading: BitwiseCopyable {
    var manifestStart = 0
    var manifestEnd = 0
    /// Milliseconds since 1970; 0 where the message says none.
    var time: UInt64 = 0

    init(_ bytes: RawSpan) throws(DecodeError) {
        var at = 0
        let end = bytes.byteCount
        while at < end {
            let tag = try wireTag(bytes, &at, end: end)
            switch (tag.field, tag.type) {
            case (2, .lengthDelimited):
                manifestEnd = try wireRange(bytes, &at, end: end)
                manifestStart = at
                at = manifestEnd
            case (4, .varint): time = try wireVarint(bytes, &at, end: end)
            default: try wireSkip(tag.type, bytes, &at, end: end)
            }
        }
    }
}
