internal import FuzzStage

/// The native form: any payload, under a topic that names the vehicle and under one that leaves it
/// to the payload.
@main enum NativeJSON: FuzzTarget {
    nonisolated(unsafe) private static var trial = PayloadTrial(Stage.sources)
    private static let topics = ["vss/X/telemetry", "fleet/native"].map { Array($0.utf8) }

    static func main() { FuzzLoop.run(Self.self) }

    static func take(_ input: [UInt8]) {
        for topic in topics {
            trial.take(topic: topic, payload: input, isRetained: input.count & 1 == 1)
        }
    }
}
