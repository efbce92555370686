/// What a probe found out about a broker; see ``BrokerProbe``.
public struct BrokerReport: Sendable {
    public enum Level: String, Sendable {
        case good
        /// Works, but loses or slows in a situation that the finding names.
        case warning
        /// The gateway cannot do its work.
        case problem
        /// Not visible to a client.
        case unknown
    }

    public struct Finding: Sendable {
        /// What was looked at, a short name such as `queue`.
        public var check: String
        public var level: Level
        public var sentence: String
        /// What to do; empty for good findings.
        public var remedy: String
    }

    public internal(set) var findings: [Finding] = []

    /// Whether nothing found keeps the gateway from working.
    public var isUsable: Bool { !findings.contains { $0.level == .problem } }

    mutating func add(_ check: String, _ level: Level, _ sentence: String, _ remedy: String = "") {
        findings.append(
            Finding(check: check, level: level, sentence: sentence, remedy: remedy))
    }

    mutating func add(_ check: String, _ refusal: MQTTRefusal) {
        let code = refusal.code == 0 ? "" : " (code \(refusal.code))"
        let detail = refusal.detail.isEmpty ? "" : ": \(refusal.detail)"
        add(check, .problem, "\(refusal.word)\(code)\(detail)", refusal.remedy)
    }
}
