internal import FuzzStage

/// Documents of many signals: the first byte chooses the topic, the rest is the payload.
@main enum Documents: FuzzTarget {
    nonisolated(unsafe) private static var trial = PayloadTrial(Stage.sources)
    /// `0` and what follows it in ASCII, as first character, mean these, in this order.
    private static let topics = [
        "skoda/X/maintenance", "skoda/X/health", "skoda/X/charging", "skoda/X/driving_range",
        "fleet/document", "skoda/X/info", "GCID/X", "live/level13/A", "onstar/X/diagnostics",
        "X/data", "fleetwise/signals", "viss/X/a", "telemetry/X/alerts/A/current",
        "telemetry/X/alerts/A/history", "tesla/json", "ruptela/X/data", "ruptela/X/status",
        "flespi/message/gw/devices/7", "traccar/positions", "autopi/X/status", "wican/aa/can/rx",
        "carconnectivity/0/garage/X/maintenance/inspection_due_at_json",
    ].map { Array($0.utf8) }

    static func main() { FuzzLoop.run(Self.self) }

    static func take(_ input: [UInt8]) {
        guard let first = input.first else { return }
        trial.take(
            topic: topics[Int(first &- 0x30) % topics.count], payload: Array(input.dropFirst()),
            isRetained: input.count & 1 == 1)
    }
}
