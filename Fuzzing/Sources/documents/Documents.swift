internal import FuzzStage

/// Documents of many signals: the first byte chooses the topic, the rest is the payload.
@main enum Documents: FuzzTarget {
    nonisolated(unsafe) private static var trial = PayloadTrial(Stage.sources)
    /// `0` to `;` as first character mean these, in this order.
    private static let topics = [
        "skoda/X/maintenance", "skoda/X/health", "skoda/X/charging", "skoda/X/driving_range",
        "fleet/document", "skoda/X/info", "GCID/X", "live/level13/A", "onstar/X/diagnostics",
        "X/data", "fleetwise/signals", "viss/X/a",
    ].map { Array($0.utf8) }

    static func main() { FuzzLoop.run(Self.self) }

    static func take(_ input: [UInt8]) {
        guard let first = input.first else { return }
        trial.take(
            topic: topics[Int(first) % topics.count], payload: Array(input.dropFirst()),
            isRetained: input.count & 1 == 1)
    }
}
