internal import FuzzStage

/// FleetWise messages: plain, or as the decoder thinks they are. Each input as each of the three
/// messages.
@main enum FleetWise: FuzzTarget {
    nonisolated(unsafe) private static var trial = PayloadTrial(
        Stage.protobufSources, comparesErrors: false)
    private static let topics = [
        "cms/fleetwise/vehicles/X/signals", "cms/fleetwise/vehicles/X/last_known_states/data",
        "$aws/iotfleetwise/vehicles/X/last_known_state/T/data",
    ].map { Array($0.utf8) }

    static func main() { FuzzLoop.run(Self.self) }

    static func take(_ input: [UInt8]) {
        for topic in topics {
            trial.take(topic: topic, payload: input, isRetained: input.count & 1 == 1)
        }
    }
}
