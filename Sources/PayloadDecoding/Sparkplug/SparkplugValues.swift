import VehicleSignals

// The metrics of a birth or of data: which name, which signal, which value.

extension CompiledSources {
    /// `owner`: place of the session that explains aliases; -1 where none does.
    func decodeMetrics(
        _ layout: ProtobufLayout, edition: Int, owner: Int,
        _ heading: SparkplugHeading, _ bytes: RawSpan, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        var at = 0
        while let metric = try nextSparkplugMetric(bytes, &at) {
            guard let type = explain(metric, owner: owner, bytes, &work) else {
                work.outcome.unexplained += 1
                work.outcome.wantsRebirth = true
                continue
            }
            // Neither a session's number nor a switch is something about the vehicle.
            if isControl(work.sender) { continue }
            guard let rules = rules(ofName: &work.sender, layout.scope, edition: edition) else {
                work.outcome.unknownSignals += 1
                continue
            }
            // Transient: of no worth a moment later.
            guard !metric.isNull, !metric.isTransient, metric.valueField != 0 else {
                work.outcome.absent += 1
                continue
            }
            let time = metric.time ?? heading.time
            let first = readings.count
            for index in rules.run.start..<(rules.run.start + rules.run.count) {
                do throws(DecodeError) {
                    try takeMetric(
                        rules.rule(at: index, self), metric, type, bytes, &work, &readings, &texts)
                } catch {
                    // One metric of another kind than its signal, or a text that is none, must not
                    // cost the others: without its birth a node's data means nothing.
                    switch error.reason {
                    case .wrongType, .badTroubleCode, .invalidUTF8: break
                    default: throw error
                    }
                    work.outcome.outOfRange += 1
                }
            }
            setTime(time, from: first, &readings, &work)
        }
    }

    /// Puts the metric's name into `work.sender`, and says its datatype (0: unknown, not needed);
    /// `nil` if only a birth could tell.
    private func explain(
        _ metric: SparkplugMetric, owner: Int, _ bytes: RawSpan, _ work: inout DecodingWorkspace
    ) -> UInt32? {
        work.sender.removeAll(keepingCapacity: true)
        let needsType = metric.valueField == 10 || metric.valueField == 11
        if metric.hasName {
            let count = metric.nameEnd - metric.nameStart
            guard count <= SparkplugSession.nameBytesMax else { return nil }
            work.sender.append(bytes, from: metric.nameStart, count: count)
            if metric.type != 0 || !needsType { return metric.type }
            guard owner >= 0 else { return nil }
            let hash = bytes.stableHash(from: metric.nameStart, count: count)
            guard
                let found = SparkplugSession.find(
                    work.sessions.entries[owner].bytes, kind: metric.hasAlias ? 0 : 1,
                    key: metric.hasAlias ? metric.alias : hash),
                found.nameCount == count,
                work.sessions.entries[owner].bytes.equals(
                    from: found.nameStart, count: count, bytes, from: metric.nameStart)
            else { return nil }
            return found.type == 0 ? nil : found.type
        }
        guard metric.hasAlias, owner >= 0,
            let found = SparkplugSession.find(
                work.sessions.entries[owner].bytes, kind: 0, key: metric.alias)
        else { return nil }
        for place in found.nameStart..<(found.nameStart + found.nameCount) {
            work.sender.append(work.sessions.entries[owner].bytes[place])
        }
        let type = metric.type != 0 ? metric.type : found.type
        return type == 0 && needsType ? nil : type
    }

    /// `bdSeq`, `Node Control/…` and `Device Control/…`.
    private func isControl(_ name: [UInt8]) -> Bool {
        if name.count == 5 { return name.word32(at: 0) == 0x6553_6462 && name[4] == 0x71 }
        guard name.count > 12 else { return false }
        switch name.word64(at: 0) {
        case 0x6E6F_4320_6564_6F4E:
            return name.word32(at: 8) == 0x6C6F_7274 && name[12] == UInt8(ascii: "/")
        case 0x4320_6563_6976_6544:
            return name.count > 14 && name.word32(at: 8) == 0x7274_6E6F
                && name.word16(at: 12) == 0x6C6F && name[14] == UInt8(ascii: "/")
        default: return false
        }
    }

    private func takeMetric(
        _ rule: ValueRule, _ metric: SparkplugMetric, _ type: UInt32, _ bytes: RawSpan,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        var at = metric.valueAt
        let end = bytes.byteCount
        switch metric.valueField {
        case 10, 11:
            let word = try wireVarint(bytes, &at, end: end)
            let value: Int64?
            switch type {
            case SparkplugType.int8: value = Int64(Int8(truncatingIfNeeded: word))
            case SparkplugType.int16: value = Int64(Int16(truncatingIfNeeded: word))
            case SparkplugType.int32: value = Int64(Int32(truncatingIfNeeded: word))
            case SparkplugType.int64: value = Int64(bitPattern: word)
            default: value = Int64(exactly: word)
            }
            guard let value else {
                work.outcome.outOfRange += 1
                return
            }
            try takeInteger(rule, value, slot: -1, at: metric.valueAt, &work, &readings)
        case 12:
            let value = Float(bitPattern: try wireFixed32(bytes, &at, end: end))
            try takeDouble(rule, Double(value), slot: -1, at: metric.valueAt, &work, &readings)
        case 13:
            let value = Double(bitPattern: try wireFixed64(bytes, &at, end: end))
            try takeDouble(rule, value, slot: -1, at: metric.valueAt, &work, &readings)
        case 14:
            let value = try wireVarint(bytes, &at, end: end) != 0
            try takeBoolean(rule, value, slot: -1, at: metric.valueAt, &work, &readings)
        case 15:
            let stop = try wireRange(bytes, &at, end: end)
            try takeText(rule, bytes, from: at, to: stop, slot: -1, &work, &readings, &texts)
        default:
            // Bytes, data sets and templates are no values of signals.
            work.outcome.outOfRange += 1
        }
    }

    /// Gives a metric's readings its time. One that nobody can believe (a clock that was never set)
    /// costs them, not the birth that they came in.
    private func setTime(
        _ time: UInt64, from first: Int, _ readings: inout OutputSpan<Reading>,
        _ work: inout DecodingWorkspace
    ) {
        guard readings.count > first, time != 0 else { return }
        guard time >= UInt64(DecodingLimits.earliestTime),
            time <= UInt64(DecodingLimits.latestTime)
        else {
            readings.removeLast(readings.count - first)
            work.outcome.outOfRange += 1
            return
        }
        for index in first..<readings.count {
            readings[index].time = Timestamp(milliseconds: Int64(time))
            readings[index].timeQuality = .event
        }
    }
}
