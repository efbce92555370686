internal import FuzzStage

/// Payloads that are laid beside the shapes of earlier ones. The first character chooses the topic,
/// the nine that follow say how the payload changes from one message to the next: three times two
/// bytes for a place and one to write there. The rest is the payload.
@main enum Shapes: FuzzTarget {
    nonisolated(unsafe) private static var trial = PayloadTrial(Stage.sources)
    nonisolated(unsafe) private static var inputs = 0
    /// `0` to `6` as first character mean these, in this order.
    private static let topics = [
        "vss/X/telemetry", "fleet/native", "fleet/document", "skoda/X/maintenance",
        "skoda/X/charging", "skoda/X/health", "skoda/X/driving_range",
    ].map { Array($0.utf8) }

    static func main() { FuzzLoop.run(Self.self) }

    static func take(_ input: [UInt8]) {
        guard input.count > 10 else { return }
        inputs += 1
        if inputs % 64 == 0 { trial.forget() }
        let whole = Array(input[10...])
        var payloads = [whole, whole]
        var changed = whole
        for change in 0..<3 {
            let at = 1 + change * 3
            let place = (Int(input[at]) << 8 | Int(input[at + 1])) % whole.count
            changed[place] = input[at + 2]
            payloads.append(changed)
        }
        payloads.append(whole)
        trial.takeInTurn(
            topic: topics[Int(input[0] &- 0x30) % topics.count], payloads: payloads,
            isRetained: input.count & 1 == 1)
    }
}
