internal import FuzzStage
internal import PayloadDecoding
internal import VehicleSignals

/// Streams of Sparkplug messages: a byte for the source, then for each message a byte for type and
/// sender, one for the length, and the payload. Beside the worker that hears them all runs one that
/// is restarted from what is remembered before every message, and the plain twin with a memory of
/// its own; all must agree.
@main enum Sparkplug: FuzzTarget {
    private static let types = ["BIRTH", "DATA", "DEATH", "DATA"]

    static func main() { FuzzLoop.run(Self.self) }

    static func take(_ input: [UInt8]) {
        var input = InputBytes(input)
        let sources = Stage.sparkplugSources[Int(input.byte() & 3)]
        var stream = SessionTrial(sources)
        // More than a payload of 511 bytes can bring. The twin parses a payload before it looks at
        // what it means.
        var twin = TwinTrial(
            sources, readingsMax: 512, textBytesMax: 512, comparesErrors: false)
        while !input.isAtEnd {
            let plan = input.byte()
            let isDevice = plan >> 2 & 1 == 1
            let name =
                "spBv1.0/g/\(isDevice ? "D" : "N")\(types[Int(plan & 3)])/e\(plan >> 3 & 1)"
                + (isDevice ? "/d\(plan >> 4 & 1)" : "")
            let topic = Array(name.utf8)
            let payload = input.bytes(Int(input.byte()) + (plan >> 5 & 1 == 1 ? 256 : 0))
            let isRetained = plan >> 6 & 1 == 1
            stream.take(topic: topic, payload: payload, isRetained: isRetained)
            twin.take(topic: topic, payload: payload, isRetained: isRetained)
        }
        demand(
            stream.counters.bytes <= DecodingLimits.sessionBytesTotalMax
                && stream.counters.held <= UInt64(DecodingLimits.sessionsMax), "too much is held")
    }
}
