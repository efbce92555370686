internal import FuzzStage

/// Single values whose meaning the topic tells: the input's first line is a field of Tesla's, or a
/// whole topic if it begins with a slash, which is left out; the rest is the payload.
@main enum Fields: FuzzTarget {
    nonisolated(unsafe) private static var trial = PayloadTrial(Stage.sources)
    private static let prefix = Array("telemetry/X/v/".utf8)

    static func main() { FuzzLoop.run(Self.self) }

    static func take(_ input: [UInt8]) {
        let parts = input.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
        let isWhole = parts[0].first == UInt8(ascii: "/")
        trial.take(
            topic: isWhole ? Array(parts[0].dropFirst()) : prefix + parts[0],
            payload: parts.count > 1 ? Array(parts[1]) : [],
            isRetained: input.count & 1 == 1)
    }
}
