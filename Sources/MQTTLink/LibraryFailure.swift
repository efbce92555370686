internal import CMosquitto
internal import Glibc

/// Makes a refusal from what libmosquitto returned (`MOSQ_ERR_…`), errno and its log lines.
enum LibraryFailure {
    static func refusal(
        code: Int32, errno failure: Int32, log: [String], host: String, port: Int
    ) -> MQTTRefusal {
        if let refusal = encryption(code: code, log: log) { return refusal }
        let said = log.joined(separator: "; ")
        switch code {
        case Int32(MOSQ_ERR_EAI.rawValue):
            return MQTTRefusal(
                stage: .network, code: 0, word: "host name not found", detail: host,
                remedy: "Check the broker's name and this machine's DNS.")
        case Int32(MOSQ_ERR_ERRNO.rawValue):
            return system(failure, host: host, port: port, said: said)
        case Int32(MOSQ_ERR_CONN_LOST.rawValue), Int32(MOSQ_ERR_NO_CONN.rawValue),
            Int32(MOSQ_ERR_SUCCESS.rawValue):
            return closedByBroker
        case Int32(MOSQ_ERR_KEEPALIVE.rawValue):
            return MQTTRefusal(
                stage: .session, code: 0, word: "broker silent",
                detail: "no answer within the keep-alive time",
                remedy: "Check the network and whether the broker hangs.")
        case Int32(MOSQ_ERR_NOMEM.rawValue):
            return MQTTRefusal(
                stage: .session, code: 0, word: "out of memory",
                detail: said, remedy: "Give the process more memory.")
        default:
            let text = unsafe String(cString: mosquitto_strerror(code))
            return MQTTRefusal(
                stage: .session, code: 0, word: "protocol broken",
                detail: said.isEmpty ? text : "\(text); \(said)",
                remedy: "Check that host and port lead to an MQTT broker of this kind.")
        }
    }

    static let closedByBroker = MQTTRefusal(
        stage: .session, code: 0, word: "connection closed by the broker",
        remedy: "The broker went away, threw the connection out, or another one uses the same "
            + "client identifier: its log has the reason.")

    /// Hung up before CONNACK. With TLS 1.3 a broker that misses the client's certificate finds
    /// out after the client's handshake is over; its alert may be lost to the reset.
    static func closedUnanswered(_ tls: MQTTConnectionConfiguration.TLS?) -> MQTTRefusal {
        var remedy = "Check that the port is an MQTT listener, and whether it wants TLS."
        if let tls {
            remedy =
                tls.certificateFile == nil
                ? "Set certificate and key files if the broker requires them; its log has more."
                : "The broker may not trust the client's certificate, or it has expired: the "
                    + "broker's log says which."
        }
        return MQTTRefusal(
            stage: tls == nil ? .connect : .encryption, code: 0,
            word: "connection closed by the broker before it answered", remedy: remedy)
    }

    static func unanswered(host: String, port: Int) -> MQTTRefusal {
        MQTTRefusal(
            stage: .connect, code: 0, word: "no answer to CONNECT",
            detail: "\(host):\(port) accepted the connection and said nothing",
            remedy: "Check that the port is an MQTT listener, and whether it wants TLS.")
    }

    private static func system(
        _ failure: Int32, host: String, port: Int, said: String
    ) -> MQTTRefusal {
        let text = unsafe String(cString: strerror(failure))
        switch failure {
        case ECONNREFUSED:
            return MQTTRefusal(
                stage: .network, code: 0, word: "connection refused", detail: "\(host):\(port)",
                remedy: "Start the broker, or correct host and port.")
        case ETIMEDOUT, EHOSTUNREACH, ENETUNREACH:
            return MQTTRefusal(
                stage: .network, code: 0, word: "host not reachable",
                detail: "\(host):\(port), \(text)",
                remedy: "Check the route and firewalls between gateway and broker.")
        case ECONNRESET, EPIPE, EPROTO:
            // EPROTO is libmosquitto's number for a TLS connection broken off without a reason.
            return closedByBroker
        default:
            return MQTTRefusal(
                stage: .network, code: 0, word: "network error",
                detail: said.isEmpty ? text : "\(text); \(said)",
                remedy: "Check the network between gateway and broker.")
        }
    }

    /// OpenSSL's reasons come only as log lines; the telling piece of each is looked for.
    private static func encryption(code: Int32, log: [String]) -> MQTTRefusal? {
        let said = log.joined(separator: "; ")
        for (sign, word, remedy) in signs where said.contains(sign) {
            return MQTTRefusal(
                stage: .encryption, code: 0, word: word, detail: said, remedy: remedy)
        }
        guard code == Int32(MOSQ_ERR_TLS.rawValue) || said.contains("OpenSSL") else { return nil }
        return MQTTRefusal(
            stage: .encryption, code: 0, word: "TLS failed", detail: said,
            remedy: "Check that the port speaks TLS and that both sides share a version.")
    }

    private static let signs: [(sign: String, word: String, remedy: String)] = [
        (
            "host name verification failed", "certificate made out to another host",
            "Use the name in the broker's certificate as host, or give it a matching one."
        ),
        (
            "certificate verify failed", "broker's certificate not trusted",
            "Set the CA file to the authority that signed the broker's certificate. If it is that "
                + "one, the certificate has expired or is not valid yet: renew it, and check this "
                + "machine's clock."
        ),
        (
            "alert certificate required", "client certificate required",
            "Set certificate and key files for this connection."
        ),
        (
            "alert handshake failure", "handshake refused by the broker",
            "Set certificate and key files if the broker requires them; compare TLS versions."
        ),
        (
            "alert unknown ca", "client certificate not trusted by the broker",
            "Use a certificate signed by the authority that the broker trusts."
        ),
        (
            "alert certificate expired", "client certificate expired",
            "Renew the client's certificate."
        ),
        (
            "wrong version number", "the port does not speak TLS",
            "Use the broker's TLS port, or turn TLS off for this connection."
        ),
        (
            "Unable to load CA certificates", "CA file not usable",
            "Check that the CA file holds PEM certificates."
        ),
        (
            "Unable to load client certificate", "client certificate not usable",
            "Check that the certificate file holds a PEM certificate."
        ),
        (
            "key values mismatch", "certificate and key do not match",
            "Use the key with which the certificate was requested."
        ),
        (
            "Unable to load client key", "private key not usable",
            "Check that the key file holds an unencrypted PEM key."
        ),
    ]
}
