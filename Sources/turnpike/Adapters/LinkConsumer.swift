import MQTTLink
import TelemetryPipeline
import VehicleSignals

/// A connection's rounds on their way into the pipeline.
final class LinkConsumer: RoundConsumer, @unchecked Sendable {
    // Used by the connection's thread alone, as `RoundConsumer` promises.
    private let lane: IngestLane

    init(lane: IngestLane) { self.lane = lane }

    func receive(topic: RawSpan, payload: RawSpan, flags: MessageFlags) -> RoundRoom {
        lane.receive(topic: topic, payload: payload, flags: flags) ? .full : .room
    }

    func commitRound() -> RoundOutcome {
        do {
            try lane.commit()
            return .durable
        } catch {
            return .notDurable(reason: "\(error)")
        }
    }
}
