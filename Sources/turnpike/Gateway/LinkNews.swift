import Logging
import MQTTLink
import Synchronization

/// Tells the log how connections to the broker stand: changes alone, and each subscription that
/// the broker refuses.
final class LinkNews: Sendable {
    private struct Known {
        var word = ""
        var refused: Set<String> = []
    }

    private let logger: Logger
    private let known = Mutex<[Int: Known]>([:])

    init(logger: Logger) { self.logger = logger }

    /// - Parameter number: of the connection, from 1.
    func tell(_ status: MQTTLinkStatus, of number: Int) {
        let refused = Set(status.refusedSubscriptions.map(\.filter))
        let before = known.withLock { known in
            known.updateValue(Known(word: status.state.word, refused: refused), forKey: number)
                ?? Known()
        }
        if before.word != status.state.word {
            var metadata: Logger.Metadata = [
                "connection": "\(number)", "state": "\(status.state.word)",
            ]
            if let refusal = status.lastRefusal, !status.isConnected {
                metadata["reason"] = "\(refusal.sentence)"
            }
            logger.info("broker connection", metadata: metadata)
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
