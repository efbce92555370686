public import Customers
public import VehicleSignals

/// The gateway at one moment, in counts: no vehicle, no person, no lead can be told apart.
public struct GatewaySnapshot: Sendable {
    /// Messages since the data folder was made. `received` is the sum of the others once nothing
    /// is under way.
    public struct Messages: Sendable, Hashable {
        public var received: UInt64 = 0
        public var applied: UInt64 = 0
        public var duplicate: UInt64 = 0
        public var gated: UInt64 = 0
        public var unlinked: UInt64 = 0
        public var quarantined: UInt64 = 0

        public init() {}

        /// Received and not yet counted as anything else.
        public var underWay: UInt64 {
            let settled = applied + duplicate + gated + unlinked + quarantined
            return received > settled ? received - settled : 0
        }
    }

    /// Quarantined messages of one source for one reason; both are words of the configuration.
    public struct Refusals: Sendable, Hashable {
        /// Empty where no source takes the topic.
        public var source: String
        /// `identity_disagrees`, `no_source`, `truncated`…
        public var reason: String
        public var count: UInt64

        public init(source: String, reason: String, count: UInt64) {
            self.source = source
            self.reason = reason
            self.count = count
        }
    }

    /// What was in messages that were decoded, since the data folder was made.
    public struct Readings: Sendable, Hashable {
        /// Readings that the messages brought.
        public var decoded: UInt64 = 0
        /// What became no reading, or was not let in, by reason: `absent`, `out_of_range`…
        public var dropped: [Dropped] = []

        public struct Dropped: Sendable, Hashable {
            public var reason: String
            public var count: UInt64

            public init(_ reason: String, _ count: UInt64) {
                self.reason = reason
                self.count = count
            }
        }

        public init() {}
    }

    /// A connection to a broker.
    public struct Connection: Sendable, Hashable {
        public var name: String
        /// `connected`, `connecting`, `waiting`, `refused`, `stopped`.
        public var state: String
        /// Why, in words; empty if there is nothing to say. Never a secret.
        public var detail: String
        public var since: Timestamp

        public init(name: String, state: String, detail: String, since: Timestamp) {
            self.name = name
            self.state = state
            self.detail = detail
            self.since = since
        }
    }

    public var takenAt: Timestamp
    public var startedAt: Timestamp
    public var version = ""
    public var messages = Messages()
    /// The quarantined ones, in the order of sources and reasons.
    public var refusals: [Refusals] = []
    public var readings = Readings()
    /// Messages a second over the last few seconds.
    public var receivedASecond = 0.0
    public var appliedASecond = 0.0
    public var connections: [Connection] = []
    /// Registered vehicles that were heard within the configured time, and those that were not.
    public var vehiclesHeard = 0
    public var vehiclesSilent = 0
    /// Names that no vehicle is linked to, held apart.
    public var unlinkedNames = 0
    /// Payloads held in quarantine now.
    public var quarantineHeld = 0
    /// How often mappings were read anew since the start, and refused whole.
    public var reloads: (taken: UInt64, refused: UInt64) = (0, 0)
    /// Names that were linked by the VIN that came under them since the start, and those refused.
    public var reportedNames: (linked: UInt64, refused: UInt64) = (0, 0)
    /// Requests for births sent to edge nodes since the start, and those that no connection took.
    public var rebirthRequests: (sent: UInt64, unsent: UInt64) = (0, 0)
    /// Senders whose memory had to go for that of others.
    public var sessionsEvicted: UInt64 = 0
    public var leads: [LeadStatus: Int] = [:]
    /// Deliveries by state word: `pending`, `delivered`, `withdrawn`, `parked`, `disabled`…
    public var outbox: [String: Int] = [:]
    public var journalBytes: Int64 = 0
    /// Newest batch on disk, and up to which batch firings are stored.
    public var journalPosition = JournalPosition.start
    public var appliedPosition = JournalPosition.start
    /// Why the gateway cannot do its work now, in words; empty if it can.
    public var notReady: [String] = []

    public init(takenAt: Timestamp, startedAt: Timestamp) {
        self.takenAt = takenAt
        self.startedAt = startedAt
    }
}

/// Who knows how the gateway is.
public protocol GatewayStatus: Sendable {
    /// The newest snapshot; must be cheap, it is asked for at each scrape and each refresh.
    func snapshot() async throws -> GatewaySnapshot
}
