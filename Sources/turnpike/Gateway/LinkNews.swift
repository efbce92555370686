import Logging
import MQTTLink
import Synchronization

/// Tells the log how connections to the broker stand: changes alone, and each subscription that
/// the broker refuses.
final class LinkNews: Sendable {
    private struct Known {
        var word = ""
        /// The last reason that was told; empty again once a connection stands.
        var reason = ""
        var refused: Set<String> = []
    }

    private let logger: Logger
    private let known = Mutex<[Int: Known]>([:])

    init(logger: Logger) { self.logger = logger }

    /// - Parameter number: of the connection, from 1.
    func tell(_ status: MQTTLinkStatus, of number: Int) {
        let refused = Set(status.refusedSubscriptions.map(\.filter))
        let (before, now) = known.withLock { known in
            let before = known[number] ?? Known()
            var now = Known(word: status.state.word, refused: refused)
            switch status.state {
            // What a new attempt is for was told when the last one failed.
            case .connecting: now.reason = before.reason
            case .waiting: now.reason = status.lastRefusal?.sentence ?? ""
            default: break
            }
            known[number] = now
            return (before, now)
        }
        if before.word != now.word {
            var metadata: Logger.Metadata = [
                "connection": "\(number)", "state": "\(now.word)",
            ]
            if now.word == "waiting", !now.reason.isEmpty { metadata["reason"] = "\(now.reason)" }
            // The same reason again and again is told as often, but is no alarm each time.
            let isNew = !now.reason.isEmpty && now.reason != before.reason
            logger.log(level: isNew ? .warning : .info, "broker connection", metadata: metadata)
        }
        for one in status.refusedSubscriptions where !before.refused.contains(one.filter) {
            logger.error(
                "the broker refuses a subscription; nothing of it is read",
                metadata: [
                    "connection": "\(number)", "filter": "\(one.filter)",
                    "reason": "\(one.refusal.sentence)",
                ])
        }
    }
}
