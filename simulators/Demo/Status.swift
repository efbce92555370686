import Foundation

/// What `/v1/status` answers, as far as the demo's line needs it.
struct Status: Decodable {
    struct Messages: Decodable {
        var received, applied, duplicate, gated, unlinked, quarantined: Int
    }
    struct Rates: Decodable {
        var received_per_second: Double
    }
    struct Journal: Decodable {
        var position: Int
    }

    var messages: Messages
    var rates: Rates
    var journal: Journal
    var leads: [String: Int]
    var outbox: [String: Int]

    /// Statuses that come back from a dealer.
    private static let answered: Set<String> = [
        "ACKNOWLEDGED", "CONTACT_ATTEMPTED", "CONTACTED", "BOOKED", "SHOWED", "IN_WORKSHOP",
        "DONE", "DONE_PARTIAL", "NO_SHOW", "UNREACHABLE", "DECLINED_BY_DEALER", "LOST",
        "FALSE_ALARM",
    ]

    var line: String {
        let opened = leads.values.reduce(0, +)
        let answered = leads.filter { Self.answered.contains($0.key) }.values.reduce(0, +)
        let rate = String(format: "%5.0f/s", rates.received_per_second)
        return "messages \(messages.received) (\(rate), journal batch \(journal.position))"
            + "  leads \(opened)  delivered \(outbox["delivered"] ?? 0)  answered \(answered)"
            + "  done \(leads["DONE"] ?? 0)"
            + (messages.quarantined > 0 ? "  quarantined \(messages.quarantined)" : "")
    }
}
