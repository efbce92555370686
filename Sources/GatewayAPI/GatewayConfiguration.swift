/// What a site sets about its HTTP door. Defaults suit one machine behind a TLS-ending proxy.
public struct GatewayConfiguration: Sendable {
    /// Address to listen on.
    public var host = "127.0.0.1"
    /// Port to listen on; 0 lets the system choose, and `onRunning` tells.
    public var port = 8080
    /// Version shown on the page and in the OpenAPI document.
    public var version = "0.1.0"
    /// How long one answer may take before the caller gets 504.
    public var requestTimeout = Duration.seconds(15)
    /// How long a connection may stay idle, half-sent heads and bodies included.
    public var idleTimeout = Duration.seconds(60)
    /// Connections at a time; more wait in the backlog.
    public var maximumConnections = 1_024
    /// Requests a minute of one key, and how many of them may come at once.
    public var requestsAMinute = 1_500
    public var burst = 300
    /// Wrong keys a minute from one address, and how many at once; then 429.
    public var wrongKeysAMinute = 60
    public var wrongKeyBurst = 20
    /// Whether `/metrics` answers callers on the loopback interface without a key. Only safe
    /// where no proxy on this machine forwards `/metrics`.
    public var metricsOpenOnLoopback = false
    /// Whether a proxy speaks TLS to the outside: then HSTS is sent.
    public var isBehindTLS = false
    /// Language in which rules give their reasons (BCP 47); the same as in deliveries.
    public var reasonLanguage = "en"
    /// How long a month's usage is answered from memory before the book is asked again.
    public var usageRefresh = Duration.seconds(30)

    public init() {}
}

/// Limits that are no matter of taste.
package enum GatewayLimit {
    /// Bytes of a status report: 500 characters of text and eight short members need 3 KB.
    package static let bodyBytes = 16 * 1024
    /// Leads or ledger lines a page.
    package static let pageSize = 200
    /// Bytes of a path parameter, decoded.
    package static let pathValueBytes = 128
    /// Bytes of a bearer key.
    package static let keyBytes = 256
    /// Bytes of a query.
    package static let queryBytes = 2_048
    /// Bytes of all header fields together, and their number.
    package static let headerBytes = 16 * 1024
    package static let headerCount = 100
    /// Months of one usage answer.
    package static let usageMonths = 36
    /// Months of which releases are remembered; older ones are not answered.
    package static let usageMonthsKept = 120
    /// Keys and addresses whose rate is remembered; the fullest buckets go first.
    package static let rateEntries = 10_000
    /// How far in the future a reported time may lie, for clocks that differ.
    package static let futureSeconds: Int64 = 300
}
