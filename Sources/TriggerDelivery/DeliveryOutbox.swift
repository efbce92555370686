public import VehicleSignals

/// What delivery needs from whoever keeps the outbox; the executable hands it the customer store.
///
/// Every function may be called from any thread and must be durable when it returns. An error
/// thrown
/// means "nothing changed": the runner counts it, waits and asks again.
public protocol DeliveryOutbox: Sendable {
    /// Rows whose time has come, earliest first, each of them
    /// - pending (not delivered, withdrawn or dead) and due at or before `query.now`,
    /// - at an endpoint that is enabled and not in `query.excludedEndpoints`,
    /// - not in `query.excludedEvents`,
    /// - the earliest pending row of its `orderKey` at its endpoint, due or not: a later event of a
    ///   vehicle waits for the earlier one, unless that one is dead.
    ///
    /// At most `query.limit` rows, of them at most `query.perEndpointLimit` of one endpoint.
    func due(_ query: DueQuery) async throws -> DueBatch

    /// Asks for permission to make attempt number `attempt` of this event now, and for what to
    /// send.
    ///
    /// For `.send` the outbox has written the line of the disclosure ledger before it returns. For
    /// `.withdrawn` it has made the row a tombstone in the same transaction, and for
    /// `.endpointDisabled` it leaves the row as it is; after both the runner records nothing.
    func decide(eventID: String, attempt: Int, now: Timestamp) async throws -> SendDecision

    /// Writes how the attempt ended. Repeating the same record changes nothing.
    func record(_ record: AttemptRecord) async throws
}

/// The question behind ``DeliveryOutbox/due(_:)``.
public struct DueQuery: Sendable, Hashable {
    /// Wall clock.
    public var now: Timestamp
    /// Rows at most, over all endpoints.
    public var limit: Int
    /// Rows at most of one endpoint, so that one long queue never hides the others.
    public var perEndpointLimit: Int
    /// Endpoints that cannot take more now: busy, or held by their breaker.
    public var excludedEndpoints: Set<String>
    /// Rows that the runner already holds.
    public var excludedEvents: Set<String>

    public init(
        now: Timestamp, limit: Int, perEndpointLimit: Int, excludedEndpoints: Set<String> = [],
        excludedEvents: Set<String> = []
    ) {
        self.now = now
        self.limit = limit
        self.perEndpointLimit = perEndpointLimit
        self.excludedEndpoints = excludedEndpoints
        self.excludedEvents = excludedEvents
    }
}

/// Rows that are due, and when the next one will be.
public struct DueBatch: Sendable, Hashable {
    public var rows: [PendingDelivery]
    /// The earliest due time after `now` of any pending row; `nil` if there is none or it is not
    /// known, in which case the runner looks again after its reconcile interval.
    public var nextDue: Timestamp?

    public init(rows: [PendingDelivery], nextDue: Timestamp? = nil) {
        self.rows = rows
        self.nextDue = nextDue
    }
}

/// One event on its way to one endpoint.
public struct PendingDelivery: Sendable, Hashable {
    /// Id of the event at this endpoint: stable over all attempts, without a dot, since it becomes
    /// the `webhook-id` by which the receiver knows a repetition.
    public var eventID: String
    public var endpointID: String
    /// Key of the dealer whose endpoint it is; for counters only.
    public var dealer: String
    /// What keeps its order within an endpoint: the reference of the vehicle.
    public var orderKey: String
    /// Number of the attempt to make now, from 1.
    public var attempt: Int

    public init(
        eventID: String, endpointID: String, dealer: String, orderKey: String, attempt: Int
    ) {
        self.eventID = eventID
        self.endpointID = endpointID
        self.dealer = dealer
        self.orderKey = orderKey
        self.attempt = attempt
    }
}

/// Whether an attempt may be made, asked at each one.
public enum SendDecision: Sendable {
    case send(DeliveryRequest)
    /// No permission holds now, or the lead has ended; `reason` is a short word for the counters.
    case withdrawn(reason: String)
    /// Somebody disabled the endpoint since the row was handed out.
    case endpointDisabled
}

/// What is to be sent where.
public struct DeliveryRequest: Sendable, CustomStringConvertible {
    public var url: String
    /// `whsec_…`; two while a secret is being exchanged. Every one of them signs.
    public var secrets: [String]
    /// A CloudEvent in its JSON form.
    public var body: [UInt8]

    public init(url: String, secrets: [String], body: [UInt8]) {
        self.url = url
        self.secrets = secrets
        self.body = body
    }

    /// Without the secrets.
    public var description: String {
        "DeliveryRequest(\(url), \(secrets.count) secrets, \(body.count) bytes)"
    }
}

/// How one attempt ended, for the outbox.
public struct AttemptRecord: Sendable, Hashable {
    public var eventID: String
    public var endpointID: String
    public var attempt: Int
    /// When the attempt ended, wall clock.
    public var at: Timestamp
    public var result: DeliveryResult

    public init(
        eventID: String, endpointID: String, attempt: Int, at: Timestamp, result: DeliveryResult
    ) {
        self.eventID = eventID
        self.endpointID = endpointID
        self.attempt = attempt
        self.at = at
        self.result = result
    }
}

/// What becomes of a row after an attempt.
public enum DeliveryResult: Sendable, Hashable {
    /// The receiver answered 2xx.
    case delivered(status: Int)
    /// The row is due again at `at`, as the next attempt.
    case retry(at: Timestamp, failure: DeliveryFailure)
    /// The last attempt failed; only somebody's hand brings the row back.
    case dead(failure: DeliveryFailure)
    /// The receiver answered 410: the endpoint is to be disabled, and the row stays pending until
    /// somebody enables it again.
    case endpointGone
}

/// Why an attempt failed, in words that may be shown: no body, no secret, no person.
public struct DeliveryFailure: Sendable, Hashable {
    /// A closed list, so that failures can be counted.
    public enum Code: String, Sendable, CaseIterable {
        /// No answer within the time limit.
        case timeout
        /// No connection, or it broke.
        case connection
        /// The certificate or the handshake was wrong.
        case tls
        /// The name has no address, or the lookup failed.
        case unresolved
        /// The address is one that must not be called, or the URL is not acceptable.
        case targetRefused = "target_refused"
        /// A secret of the endpoint cannot be read.
        case secretInvalid = "secret_invalid"
        /// An answer outside 2xx.
        case status
        /// An answer of 3xx, which is never followed.
        case redirect
        /// A limit of the gateway itself was hit.
        case busy
    }

    public var code: Code
    /// The status, where there was an answer.
    public var status: Int?
    /// At most 200 characters for the operator.
    public var detail: String

    public init(code: Code, status: Int? = nil, detail: String) {
        self.code = code
        self.status = status
        self.detail = String(detail.prefix(200))
    }
}
