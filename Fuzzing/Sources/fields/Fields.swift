internal import FuzzStage

/// Single values whose meaning the topic tells: the input's first line is the field, or the end of
/// the topic, and the rest is the payload.
@main enum Fields: FuzzTarget {
    nonisolated(unsafe) private static var trial = PayloadTrial(Stage.sources)
    private static let prefix = Array("telemetry/X/v/".utf8)

    static func main() { FuzzLoop.run(Self.self) }

    static func take(_ input: [UInt8]) {
        let parts = input.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
        trial.take(
            topic: prefix + parts[0], payload: parts.count > 1 ? Array(parts[1]) : [],
            isRetained: input.count & 1 == 1)
    }
}
