public import VehicleSignals

/// What delivery has done since it was started, and how its endpoints stand.
public struct DeliverySnapshot: Sendable, Hashable {
    /// Attempts that asked for permission.
    public var attempts: UInt64 = 0
    public var delivered: UInt64 = 0
    /// Attempts that failed and will be repeated.
    public var retries: UInt64 = 0
    /// Events that permission was refused for.
    public var withdrawn: UInt64 = 0
    /// Events given up after the last attempt: somebody has to look.
    public var dead: UInt64 = 0
    /// Answers of 410.
    public var endpointsGone: UInt64 = 0
    /// Attempts that ended without a result: stopped, or the store could not be asked.
    public var released: UInt64 = 0
    /// Calls of the outbox that threw.
    public var outboxErrors: UInt64 = 0
    /// Failed attempts by reason.
    public var failures: [DeliveryFailure.Code: UInt64] = [:]
    /// Attempts under way now.
    public var inFlight = 0
    /// Rows in memory that wait for a place.
    public var waiting = 0
    /// By endpoint id; only endpoints that something was sent to since the start.
    public var endpoints: [String: EndpointStatus] = [:]

    public init() {}
}

/// How one endpoint stands.
public struct EndpointStatus: Sendable, Hashable {
    /// In words that a page may show.
    public enum Health: String, Sendable, CaseIterable {
        case healthy
        /// Failing now and then, or slow: one attempt at a time.
        case troubled
        /// Left alone until its breaker tries again.
        case held
        /// It answered 410; nothing is sent until somebody enables it.
        case gone
    }

    public var dealer: String
    public var health: Health
    /// Until when it is left alone, if it is.
    public var heldUntil: Timestamp?
    public var delivered: UInt64
    public var failed: UInt64
    public var lastSuccess: Timestamp?
    public var lastFailure: DeliveryFailure?
    public var inFlight: Int
    public var waiting: Int
}
