import VehicleSignals

// Values that the topic holds, as the name of an alert does: the payload says only that there is
// one, and when.

/// A reading whose value is added at the end of the document, where the topic is at hand.
struct WaitingTopicValue: Sendable, BitwiseCopyable {
    var document: DocumentRule
    var time: OwnTime?
    /// Where in the payload its errors are told.
    var start: Int32
}

extension CompiledSources {
    /// Notes that the topic's field is a value, unless the payload says that there is none.
    func takeTopicValue(
        _ document: DocumentRule, time: OwnTime?, depth: Int, _ bytes: RawSpan, _ at: inout Int,
        _ work: inout DecodingWorkspace
    ) throws(DecodeError) {
        let start = at
        try skipValue(bytes, &at, depth: depth)
        let isEmpty = bytes.byte(at: start) == UInt8(ascii: "\"") && at == start + 2
        guard bytes.byte(at: start) != UInt8(ascii: "n"), !isEmpty else {
            work.outcome.absent += 1
            return
        }
        guard work.topicValues.count < DecodingLimits.waitingSpansMax else {
            throw DecodeError(.tooManyReadings, at: start)
        }
        work.topicValues.append(
            WaitingTopicValue(
                document: document, time: time, start: Int32(truncatingIfNeeded: start)))
    }

    /// Makes the readings that waited.
    func appendTopicValues(
        _ route: Route, _ topic: RawSpan, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let from = Int(route.fieldOffset)
        for index in 0..<work.topicValues.count {
            let waiting = work.topicValues[index]
            let first = readings.count
            try decodeRange(
                waiting.document, waiting.document.rule, time: nil, topic,
                TextRange(
                    from: from, to: from + Int(route.fieldLength), start: Int(waiting.start)),
                &work, &readings, &texts)
            guard let time = waiting.time else { continue }
            for place in first..<readings.count { settleOne(&readings, place, time) }
        }
    }
}
