import VehicleSignals

extension CompiledSources {
    /// Lays the metrics of a birth down in `work.draft`, head and all; the session itself stays as
    /// it is until the whole message is known to be good.
    func draftBirth(
        _ bytes: RawSpan, metrics: Int, _ work: inout DecodingWorkspace
    ) throws(DecodeError) {
        SparkplugSession.begin(&work.draft)
        let roomForRecords =
            (DecodingLimits.sessionBytesMax - SparkplugSession.headBytes)
            / SparkplugSession.recordBytes
        guard metrics <= roomForRecords else { throw DecodeError(.tooMuchState, at: 0) }
        // Records first, names behind them; records of metrics without a name are cut off later.
        var at = 0
        var count = 0
        var names = 0
        while let metric = try nextSparkplugMetric(bytes, &at) {
            guard metric.hasName else { continue }
            let length = metric.nameEnd - metric.nameStart
            guard length <= SparkplugSession.nameBytesMax else {
                throw DecodeError(.tooMuchState, at: metric.nameStart)
            }
            let hash = bytes.stableHash(from: metric.nameStart, count: length)
            work.draft.append(word: metric.hasAlias ? metric.alias : hash)
            work.draft.append(word: UInt32(names))
            work.draft.append(word: UInt16(length))
            work.draft.append(metric.type <= SparkplugType.lastScalar ? UInt8(metric.type) : 255)
            work.draft.append(metric.hasAlias ? 0 : 1)
            names += length
            count += 1
        }
        guard work.draft.count + names <= DecodingLimits.sessionBytesMax else {
            throw DecodeError(.tooMuchState, at: 0)
        }
        at = 0
        while let metric = try nextSparkplugMetric(bytes, &at) {
            guard metric.hasName else { continue }
            work.draft.append(
                bytes, from: metric.nameStart, count: metric.nameEnd - metric.nameStart)
        }
        work.draft.set(UInt32(count), at: 16)
        guard SparkplugSession.sortRecords(&work.draft, count: count) else {
            // Two metrics with one alias, or one name twice.
            throw DecodeError(.duplicateKey, at: 0)
        }
    }

    /// The number of the session of which a birth's certificate and will speak; `nil` if none does.
    func sparkplugBdSeq(_ bytes: RawSpan) throws(DecodeError) -> UInt64? {
        var at = 0
        while let metric = try nextSparkplugMetric(bytes, &at) {
            guard metric.valueField == 10 || metric.valueField == 11,
                isBdSeq(bytes, metric.nameStart, metric.nameEnd)
            else { continue }
            var place = metric.valueAt
            return try wireVarint(bytes, &place, end: bytes.byteCount)
        }
        return nil
    }

    func isBdSeq(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        end - start == 5 && bytes.word32(at: start) == 0x6553_6462
            && bytes.byte(at: start + 4) == UInt8(ascii: "q")
    }
}
