/// The broker's reason codes in words, with a remedy each. Codes as in MQTT 3.1.1 §3.2.2.3 and
/// MQTT 5 §2.4.
enum MQTTReasonCode {
    struct Meaning {
        let word: String
        let remedy: String
    }

    static func refusal(
        _ code: Int, stage: MQTTRefusal.Stage, detail: String = ""
    ) -> MQTTRefusal {
        let meaning =
            meanings[code]
            ?? Meaning(
                word: "unknown reason", remedy: "Look the code up in the broker's manual and log.")
        // MQTT 3.1.1 has 128 alone for every reason.
        let isForbidden = stage == .subscribe && (code == 128 || code == 135)
        let remedy =
            isForbidden
            ? "Let this client subscribe to it, in the broker's access list." : meaning.remedy
        return MQTTRefusal(
            stage: stage, code: code, word: meaning.word, detail: detail, remedy: remedy)
    }

    /// Codes from 128 on refuse; below they inform.
    static func isRefusal(_ code: Int) -> Bool { code >= 0x80 }

    private static let meanings: [Int: Meaning] = [
        // MQTT 3.1.1, and brokers that fall back to it.
        1: Meaning(
            word: "protocol version not supported",
            remedy: "The broker does not speak MQTT 5: update it."),
        2: Meaning(
            word: "client identifier not valid",
            remedy: "Choose another client identifier; the broker's rules say which."),
        3: Meaning(
            word: "server unavailable", remedy: "The broker is not ready: look at its log."),
        4: Meaning(
            word: "bad user name or password",
            remedy: "Check user name and password against the broker's password file."),
        5: Meaning(
            word: "not authorised",
            remedy: "Let this user or client in, in the broker's access rules."),
        // MQTT 5.
        128: Meaning(
            word: "unspecified error", remedy: "The broker's log has the reason."),
        129: Meaning(
            word: "malformed packet",
            remedy: "Something between gateway and broker changes the bytes: check the port."),
        130: Meaning(
            word: "protocol error",
            remedy: "The broker disagrees about the protocol: its log has the reason."),
        131: Meaning(
            word: "refused by the broker's own rules",
            remedy: "A limit or plug-in of the broker refused: its log has the reason."),
        132: Meaning(
            word: "protocol version not supported",
            remedy: "The broker does not speak MQTT 5: update it."),
        133: Meaning(
            word: "client identifier not valid",
            remedy: "Choose another client identifier; the broker's rules say which."),
        134: Meaning(
            word: "bad user name or password",
            remedy: "Check user name and password against the broker's password file."),
        135: Meaning(
            word: "not authorised",
            remedy: "Check user name and password, or let this client in, in the access rules."),
        136: Meaning(
            word: "server unavailable", remedy: "The broker is not ready: look at its log."),
        137: Meaning(
            word: "server busy", remedy: "The broker is overloaded: give it room, or wait."),
        138: Meaning(
            word: "banned", remedy: "The broker's operator banned this client: ask there."),
        139: Meaning(
            word: "server shutting down",
            remedy: "Nothing to do: the connection comes back with the broker."),
        140: Meaning(
            word: "bad authentication method",
            remedy: "The broker wants another way of authenticating: use user and password."),
        141: Meaning(
            word: "keep-alive timeout",
            remedy: "The gateway was silent too long, as by a slow disk: see its commit times."),
        142: Meaning(
            word: "session taken over",
            remedy: "Another connection uses the same client identifier: make them differ."),
        143: Meaning(
            word: "topic filter not valid", remedy: "Correct the filter of the source."),
        144: Meaning(
            word: "topic name not valid",
            remedy: "The broker does not accept this topic: its access rules say which."),
        145: Meaning(
            word: "packet identifier in use",
            remedy: "Two clients share a session: make client identifiers differ."),
        146: Meaning(
            word: "packet identifier not found",
            remedy: "The broker lost its session: turn its persistence on."),
        147: Meaning(
            word: "receive maximum exceeded",
            remedy: "Lower the number of messages in flight."),
        148: Meaning(
            word: "topic alias not valid", remedy: "The broker's log has the reason."),
        149: Meaning(
            word: "packet too large",
            remedy: "Raise the broker's max_packet_size or message_size_limit."),
        150: Meaning(
            word: "message rate too high", remedy: "Slow down, or raise the broker's rate limit."),
        151: Meaning(
            word: "quota exceeded",
            remedy: "Raise the broker's limits for this client (queue, memory, connections)."),
        152: Meaning(
            word: "closed by an administrator", remedy: "Ask the broker's operator."),
        153: Meaning(
            word: "payload format not valid", remedy: "The broker's log has the reason."),
        154: Meaning(
            word: "retain not supported",
            remedy: "Publish without retain, or set retain_available true at the broker."),
        155: Meaning(
            word: "quality of service not supported",
            remedy: "Raise the broker's max_qos to 1 or 2."),
        156: Meaning(
            word: "use another server", remedy: "Set the host to the server named."),
        157: Meaning(
            word: "server moved", remedy: "Set the host to the server's new address."),
        158: Meaning(
            word: "shared subscriptions not supported",
            remedy: "Leave the shared group out (one connection only), or change the broker."),
        159: Meaning(
            word: "connection rate exceeded",
            remedy: "Raise the broker's limit on new connections, or the reconnect delay."),
        160: Meaning(
            word: "maximum connect time reached",
            remedy: "Nothing to do: the connection comes back by itself."),
        161: Meaning(
            word: "subscription identifiers not supported",
            remedy: "The broker's log has the reason."),
        162: Meaning(
            word: "wildcard subscriptions not supported",
            remedy: "Name topics without + and #, or change the broker."),
    ]
}
