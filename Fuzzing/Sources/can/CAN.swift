internal import FuzzStage

/// Frames in payloads: the first byte chooses the carrier, the rest is the payload.
@main enum CAN: FuzzTarget {
    nonisolated(unsafe) private static var trial = PayloadTrial(FrameStage.sources)
    /// `0` and `1` as first character mean these.
    private static let topics = ["adapter/X", "logger/X"].map { Array($0.utf8) }

    static func main() { FuzzLoop.run(Self.self) }

    static func take(_ input: [UInt8]) {
        guard let first = input.first else { return }
        trial.take(
            topic: topics[Int(first) % topics.count], payload: Array(input.dropFirst()),
            isRetained: input.count & 1 == 1)
    }
}
