/// Everything that `config/gateway.yaml` decides, as checked values with units in their names.
/// The comments of that file explain each; the defaults here are the ones written there.
public struct GatewayConfiguration: Sendable, Equatable {
    public var dataFolder: String
    /// `wall` or `recorded`.
    public var clock: String
    public var timeZone: String
    public var signalsFile: String
    public var sourcePaths: [String]
    public var rulePaths: [String]
    public var broker = Broker()
    public var ingest = Ingest()
    public var journal = Journal()
    public var state = State()
    public var api = API()
    public var delivery = Delivery()
    public var logLevel = "info"

    /// The way in.
    public struct Broker: Sendable, Equatable {
        public var host = "127.0.0.1"
        public var port = 1883
        public var clientID = "turnpike"
        public var connections = 1
        /// Group of the shared subscription; empty for a plain one.
        public var share = ""
        public var qualityOfService = 1
        public var username = ""
        public var password = ""
        /// The word for those that the machine trusts anyway, in the place of a file.
        public static let systemAuthorities = "system"
        /// PEM file of the authorities that may have signed the broker's certificate, or
        /// ``systemAuthorities``.
        public var tlsAuthorityFile = ""
        /// With its key. Without a file of authorities the system's are trusted; without both
        /// there is no encryption.
        public var tlsCertificateFile = ""
        public var tlsKeyFile = ""
        public var sessionExpiryHours = 72
        public var keepAliveSeconds = 60
        public var roundPauseMilliseconds = 5
        public var roundMessagesMax = 20_000
        public var roundBytesMax = 8_388_608
        /// Empty: the filters of the configured sources.
        public var subscriptions: [String] = []
        public var lastWill = LastWill()
    }

    /// What the broker says in our stead when the connection breaks.
    public struct LastWill: Sendable, Equatable {
        /// Empty: nothing is said.
        public var topic = ""
        public var payload = "offline"
        public var qualityOfService = 1
        public var isRetained = false
    }

    public struct Ingest: Sendable, Equatable {
        public var workers = 1
        public var unlinkedNamesMax = 100_000
        public var unlinkedDays = 30
        public var autoEnrol = false
    }

    public struct Journal: Sendable, Equatable {
        public var retentionHours = 24
    }

    public struct State: Sendable, Equatable {
        public var flushSeconds = 30
        public var latenessDays = 7
        public var vehicleDaysYears = 7
        public var quarantineMessagesMax = 10_000
        /// 0: no limit of age.
        public var quarantineDays = 30
    }

    public struct API: Sendable, Equatable {
        public var host = "127.0.0.1"
        public var port = 8080
        /// Controller whose analytics permission counts for usage; empty: any that a holder named.
        public var manufacturer = ""
        public var metricsWithoutKeyOnLoopback = true
        public var idempotencyDays = 90
    }

    public struct Delivery: Sendable, Equatable {
        public var eventSource = "urn:turnpike:gateway"
        public var eventTypePrefix = "eu.turnpike"
        public var timeoutSeconds = 15
        public var allowedPrivateTargets: [String] = []
        public var retryScale = 1.0
        /// Authority that signs dealers' certificates; empty: the system's.
        public var tlsAuthorityFile = ""
        public var eventsDays = 90
    }

    /// The defaults, with paths beside `folder`, the folder of the configuration file.
    public init(folder: String) {
        dataFolder = folder + "/../data"
        clock = "wall"
        timeZone = "Europe/Amsterdam"
        signalsFile = folder + "/signals.yaml"
        sourcePaths = [folder + "/sources"]
        rulePaths = [folder + "/rules"]
    }
}
