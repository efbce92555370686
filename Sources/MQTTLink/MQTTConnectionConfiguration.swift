/// Everything that a connection to a broker needs to know; plain values, read from nowhere.
///
/// ``validate()`` says what is wrong with them before anything is opened.
public struct MQTTConnectionConfiguration: Sendable {
    /// Name or address of the broker.
    public var host: String
    /// 1883 by custom, 8883 with TLS.
    public var port: Int
    /// Identifies the session at the broker: must be the same after a restart and different for
    /// every connection of every gateway. 1–65,535 bytes of UTF-8.
    public var clientIdentifier: String
    /// Whether the broker forgets what it kept. False by default: mosquitto carries a session over
    /// its own restart only if it was begun without a clean start.
    public var cleanStart = false
    /// How long the broker keeps the session without a connection, in seconds. 0 ends it with the
    /// connection; 4,294,967,295 means for ever. Default: 7 days, the allowed lateness.
    public var sessionExpirySeconds: UInt32 = 7 * 86_400
    /// Silence after which either side asks whether the other lives, in seconds; 0 turns it off,
    /// otherwise 5–65,535 (libmosquitto's own limits).
    public var keepAliveSeconds = 60
    public var username: String?
    public var password: String?
    /// `nil`: no encryption.
    public var tls: TLS?
    public var lastWill: LastWill?
    public var subscriptions: [MQTTSubscription] = []
    /// How many unacknowledged messages the broker may send; 1–65,535. It bounds a round as well.
    public var receiveMaximum = 65_535
    /// Wait between two rounds. 2–10 ms halve the cost a message against reading as they come.
    public var pauseBetweenRounds: Duration = .milliseconds(5)
    /// A round ends after so many messages even if more are waiting.
    public var roundMessagesMax = 16_384
    /// A round ends once topics and payloads together reach so many bytes; a single message may
    /// exceed it, and with TLS the rest of a record (16 KB) comes on top.
    public var roundBytesMax = 4 << 20
    /// First wait after a lost connection; doubled up to the maximum, with jitter.
    public var reconnectDelayMin: Duration = .milliseconds(250)
    public var reconnectDelayMax: Duration = .seconds(30)
    /// How long the broker may take from the opened socket to its answer to CONNECT.
    public var connectTimeout: Duration = .seconds(10)

    public init(host: String, port: Int, clientIdentifier: String) {
        self.host = host
        self.port = port
        self.clientIdentifier = clientIdentifier
    }

    /// Encryption and identities. TLS 1.2 is the oldest version spoken.
    public struct TLS: Sendable {
        /// PEM file with the authorities to trust. Neither file nor folder: the system's own, for
        /// which OpenSSL's `SSL_CERT_FILE` and `SSL_CERT_DIR` hold.
        public var authorityFile: String?
        /// Folder of hashed PEM files with the authorities to trust.
        public var authorityFolder: String?
        /// PEM file with the client's certificate chain; with ``privateKeyFile`` or not at all.
        public var certificateFile: String?
        public var privateKeyFile: String?
        /// Accepts a certificate made out to another host. For test brokers only: refused by
        /// ``MQTTConnectionConfiguration/validate()`` unless ``permitsInsecure`` says so too.
        public var insecure = false
        /// The second key to ``insecure``; set only from a setting of its own.
        public var permitsInsecure = false

        public init() {}
    }
}

/// A message that the broker publishes when the connection breaks without a farewell.
public struct LastWill: Sendable {
    public let topic: String
    public let payload: [UInt8]
    public let quality: DeliveryQuality
    public let isRetained: Bool

    /// - Throws: ``PublishError/topicNotAllowed(topic:)`` or ``PublishError/invalidTopic(topic:)``,
    ///   since a will is a publication like any other.
    public init(
        topic: String, payload: [UInt8], quality: DeliveryQuality = .atLeastOnce,
        isRetained: Bool = false, allowance: TopicAllowance
    ) throws(PublishError) {
        try allowance.check(topic)
        self.topic = topic
        self.payload = payload
        self.quality = quality
        self.isRetained = isRetained
    }
}

/// MQTT's three levels of insistence.
public enum DeliveryQuality: UInt8, Sendable, CaseIterable {
    case atMostOnce = 0
    case atLeastOnce = 1
    case exactlyOnce = 2
}

extension MQTTConnectionConfiguration: CustomStringConvertible {
    /// Names the connection without its secrets.
    public var description: String {
        let scheme = tls == nil ? "mqtt" : "mqtts"
        return "\(scheme)://\(host):\(port) as \(clientIdentifier)"
    }
}
