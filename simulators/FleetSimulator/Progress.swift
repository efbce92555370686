import FleetModel
import VehicleSignals

/// Counts what was sent, and says so as one JSON object a second.
struct Progress {
    var sent = 0
    var reports = 0
    var duplicates = 0
    var batches = 0
    var rubbish = 0
    var bytes = 0
    private var lastSent = 0
    private var lastTime = 0.0

    mutating func count(_ message: SentMessage) {
        sent += 1
        reports += message.reports
        bytes += message.payload.count
        switch message.kind {
        case .plain: break
        case .duplicate: duplicates += 1
        case .batch: batches += 1
        case .rubbish: rubbish += 1
        }
    }

    /// Whether a second has passed since the last line.
    func isDue(at seconds: Double) -> Bool { seconds - lastTime >= 1 }

    /// The line for now; begins the next second.
    mutating func line(
        at seconds: Double, simulated: Timestamp, pending: Int, state: String, isDone: Bool = false
    ) -> String {
        let span = max(seconds - lastTime, 0.001)
        let rate = Int(Double(sent - lastSent) / span)
        lastSent = sent
        lastTime = seconds
        return "{\"simulated\":\"\(simulated.rfc3339)\",\"sent\":\(sent),\"per_second\":\(rate),"
            + "\"pending\":\(pending),\"reports\":\(reports),\"duplicates\":\(duplicates),"
            + "\"batches\":\(batches),\"rubbish\":\(rubbish),\"bytes\":\(bytes),"
            + "\"state\":\"\(state)\",\"done\":\(isDone)}"
    }
}
