internal import FuzzStage
internal import PayloadDecoding
internal import VehicleSignals

/// Streams of Sparkplug messages: a byte for type and sender, one or two for the length, then the
/// payload, and so on. Beside the worker that hears them all runs one that is restarted from what
/// is remembered before every message; they must agree.
@main enum Sparkplug: FuzzTarget {
    private static let types = ["BIRTH", "DATA", "DEATH", "DATA"]

    static func main() { FuzzLoop.run(Self.self) }

    static func take(_ input: [UInt8]) {
        var input = InputBytes(input)
        var stream = SessionTrial(
            input.byte() & 1 == 0 ? Stage.protobufSources : Stage.keepingSources)
        while !input.isAtEnd {
            let plan = input.byte()
            let isDevice = plan >> 2 & 1 == 1
            let topic =
                "spBv1.0/g/\(isDevice ? "D" : "N")\(types[Int(plan & 3)])/e\(plan >> 3 & 1)"
                + (isDevice ? "/d\(plan >> 4 & 1)" : "")
            let count = Int(input.byte()) + (plan >> 5 & 1 == 1 ? 256 : 0)
            stream.take(topic: Array(topic.utf8), payload: input.bytes(count))
        }
        demand(
            stream.counters.bytes <= DecodingLimits.sessionBytesTotalMax
                && stream.counters.held <= UInt64(DecodingLimits.sessionsMax), "too much is held")
    }
}
