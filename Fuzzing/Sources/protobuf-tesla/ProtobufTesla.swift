internal import FuzzStage

/// Tesla's binary records, with the vehicle in the topic or without.
@main enum ProtobufTesla: FuzzTarget {
    nonisolated(unsafe) private static var trial = PayloadTrial(
        Stage.protobufSources, comparesErrors: false)
    private static let topics = ["tesla/payload", "tesla/5YJ3/payload"].map { Array($0.utf8) }

    static func main() { FuzzLoop.run(Self.self) }

    static func take(_ input: [UInt8]) {
        trial.take(
            topic: topics[input.count >> 1 & 1], payload: input,
            isRetained: input.count & 1 == 1)
    }
}
