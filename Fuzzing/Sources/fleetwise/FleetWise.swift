internal import FuzzStage

/// FleetWise messages: plain, or as the decoder thinks they are.
@main enum FleetWise: FuzzTarget {
    nonisolated(unsafe) private static var trial = PayloadTrial(Stage.protobufSources)
    private static let topic = Array("cms/fleetwise/vehicles/X/signals".utf8)

    static func main() { FuzzLoop.run(Self.self) }

    static func take(_ input: [UInt8]) {
        trial.take(topic: topic, payload: input, isRetained: input.count & 1 == 1)
    }
}
