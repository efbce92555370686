public import VehicleSignals

/// How a connection or a publisher stands, as a snapshot.
public struct MQTTLinkStatus: Sendable, Equatable {
    public enum State: Sendable, Equatable {
        /// Made, not started.
        case idle
        case connecting
        case connected
        /// Connected, but the consumer cannot make its round durable: nothing is read and nothing
        /// acknowledged until it can.
        case held(reason: String)
        /// Waiting before the next attempt.
        case waiting(Duration)
        case stopped

        /// A word for metrics and pages.
        public var word: String {
            switch self {
            case .idle: "idle"
            case .connecting: "connecting"
            case .connected: "connected"
            case .held: "held"
            case .waiting: "waiting"
            case .stopped: "stopped"
            }
        }
    }

    public var state: State
    /// When ``state`` began.
    public var since: Timestamp
    /// When the present connection was accepted; `nil` without one.
    public var connectedSince: Timestamp?
    /// Whether the broker had kept the session when the connection was accepted last.
    public var sessionPresent = false
    /// Connections accepted after the first.
    public var reconnects = 0
    /// The last reason for which no connection came about or one ended; stays for the record.
    public var lastRefusal: MQTTRefusal?
    public var lastRefusalAt: Timestamp?
    /// Filters that the broker did not accept on the present connection.
    public var refusedSubscriptions: [RefusedSubscription] = []
    /// Filters that the broker accepted on the present connection.
    public var acceptedSubscriptions = 0

    public struct RefusedSubscription: Sendable, Equatable {
        public var filter: String
        public var refusal: MQTTRefusal
    }

    public var isConnected: Bool { connectedSince != nil }
}

/// What has passed through a connection since it was made.
public struct MQTTConnectionCounters: Sendable, Equatable {
    /// Messages handed to the consumer, repetitions included.
    public var messages: UInt64 = 0
    /// Bytes of their topics and payloads.
    public var bytes: UInt64 = 0
    /// Rounds with at least one message that became durable.
    public var rounds: UInt64 = 0
    /// Acknowledgements that left after their round was durable.
    public var acknowledgements: UInt64 = 0
    /// Commits that the consumer could not make durable at once, tried again later.
    public var commitFailures: UInt64 = 0

    public init() {}
}
