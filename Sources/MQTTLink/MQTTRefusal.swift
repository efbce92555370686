/// Why a connection does not stand, or why the broker said no: a short word, what the machines
/// said about it, and what to do.
public struct MQTTRefusal: Error, Equatable, Sendable {
    /// Where on the way it happened.
    public enum Stage: String, Sendable {
        /// No socket: name, route or port.
        case network
        case encryption
        /// The broker's answer to CONNECT.
        case connect
        /// The broker's DISCONNECT, or silence, on a standing connection.
        case session
        case subscribe
        case publish
    }

    public var stage: Stage
    /// The reason code of MQTT 3.1.1 (1–5) or 5 (128–162); 0 if the broker gave none.
    public var code: Int
    /// A few words, the same for the same cause.
    public var word: String
    /// What the system or libmosquitto said, may be empty.
    public var detail: String
    public var remedy: String

    public init(stage: Stage, code: Int, word: String, detail: String = "", remedy: String) {
        self.stage = stage
        self.code = code
        self.word = word
        self.detail = detail
        self.remedy = remedy
    }

    /// All in one line.
    public var sentence: String {
        let number = code == 0 ? "" : " (code \(code))"
        let said = detail.isEmpty ? "" : ": \(detail)"
        return "\(stage.rawValue): \(word)\(number)\(said). \(remedy)"
    }
}
