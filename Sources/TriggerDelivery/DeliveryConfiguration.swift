public import VehicleSignals

/// Everything about delivery that a site may change.
///
/// ## Configuration keys (below `delivery`)
/// - `timeout` (seconds, default 15): the longest an attempt may take, name lookup included.
/// - `concurrency` (default 256), `per_endpoint` (default 4): attempts under way at once.
/// - `reconcile` (seconds, default 5): how often the outbox is looked at unasked.
/// - `drain` (seconds, default 10): how long attempts under way may take when stopping.
/// - `retry_schedule` (list of spans), `time_scale` (default 1): see ``RetrySchedule``.
/// - `allow_private_targets`, `allowed_targets`, `ports`: see ``TargetPolicy``.
/// - `trust_roots` (file, default the system's): certificates in PEM form that sign dealers'.
public struct DeliveryConfiguration: Sendable {
    public var timeout: TimeSpan
    public var limits: DeliveryLimits
    public var reconcileInterval: TimeSpan
    public var drainDeadline: TimeSpan
    public var schedule: RetrySchedule
    public var targets: TargetPolicy
    /// Path of a PEM file; `nil` for the system's.
    public var trustRootsFile: String?
    public var userAgent: String

    public init(
        timeout: TimeSpan = .seconds(15), limits: DeliveryLimits = DeliveryLimits(),
        reconcileInterval: TimeSpan = .seconds(5), drainDeadline: TimeSpan = .seconds(10),
        schedule: RetrySchedule = .standard, targets: TargetPolicy = TargetPolicy(),
        trustRootsFile: String? = nil, userAgent: String = "turnpike"
    ) {
        self.timeout = timeout
        self.limits = limits
        self.reconcileInterval = reconcileInterval
        self.drainDeadline = drainDeadline
        self.schedule = schedule
        self.targets = targets
        self.trustRootsFile = trustRootsFile
        self.userAgent = userAgent
    }
}

/// The bounds of delivery. Attempts wait on the network, not on a thread, so many may be under way;
/// what they share is memory: at 20 kB an event, 2,048 rows are 40 MB only if all are being sent.
public struct DeliveryLimits: Sendable, Hashable {
    /// Attempts under way at once. Endpoints in trouble (failing or slow) may use half of them, so
    /// that the others always find a place.
    public var concurrency: Int
    /// Attempts under way at once at one endpoint; one at an endpoint in trouble or not yet known.
    public var perEndpoint: Int
    /// Rows held in memory, waiting or under way.
    public var heldRows: Int
    /// Rows of one endpoint waiting in memory.
    public var rowsPerEndpoint: Int
    /// An endpoint that takes longer than this to answer is in trouble.
    public var slowAfter: TimeSpan
    public var breaker: CircuitBreaker.Settings
    /// Endpoints whose counters are remembered; the longest unused is forgotten first.
    public var rememberedEndpoints: Int

    public init(
        concurrency: Int = 256, perEndpoint: Int = 4, heldRows: Int = 2048,
        rowsPerEndpoint: Int = 32, slowAfter: TimeSpan = .seconds(2),
        breaker: CircuitBreaker.Settings = CircuitBreaker.Settings(),
        rememberedEndpoints: Int = 20_000
    ) {
        precondition(concurrency >= 2 && perEndpoint >= 1, "at least one healthy and one not")
        precondition(rowsPerEndpoint >= 1 && heldRows >= rowsPerEndpoint, "room for one endpoint")
        precondition(rememberedEndpoints >= heldRows, "every endpoint with a row is remembered")
        self.concurrency = concurrency
        self.perEndpoint = perEndpoint
        self.heldRows = heldRows
        self.rowsPerEndpoint = rowsPerEndpoint
        self.slowAfter = slowAfter
        self.breaker = breaker
        self.rememberedEndpoints = rememberedEndpoints
    }
}
