public import VehicleSignals

/// What a rule did to the trigger of one vehicle, code, position and cycle.
public enum FiringDeed: String, Sendable, CaseIterable, Codable {
    case open
    case escalate
    case update
    /// The need is over: the vehicle says so.
    case resolve
    /// The need never was: later data showed it.
    case withdraw
}

/// A firing as the store takes it: plain values and texts, so that it knows nothing of a rule.
public struct FiringRecord: Sendable, Hashable {
    public var vehicle: VehicleKey
    /// `SV-01`.
    public var code: String
    /// Where in the vehicle, for needs that may come more than once at a time; empty otherwise.
    public var position: String
    public var cycle: Int
    public var deed: FiringDeed
    public var tier: Tier
    public var ruleVersion: Int
    /// Event time of the reading that made the rule fire.
    public var eventTime: Timestamp
    public var dueEarly: Day?
    public var dueExpected: Day?
    public var dueLate: Day?
    /// `VEHICLE`, `PLAN`, `ESTIMATE`.
    public var dueBasis: String
    /// `HIGH` or `LOW`.
    public var confidence: String
    public var odometerKilometres: Int64?
    public var odometerTime: Timestamp?
    /// Plain words for the dealer, without a person.
    public var reason: String
    public var suggestedAction: String
    /// A JSON object with the inputs of the decision, for its explanation.
    public var facts: String
    /// Hash of the inputs: the same inputs again change nothing.
    public var inputsHash: String

    public init(
        vehicle: VehicleKey, code: String, position: String = "", cycle: Int, deed: FiringDeed,
        tier: Tier, ruleVersion: Int, eventTime: Timestamp, dueEarly: Day? = nil,
        dueExpected: Day? = nil, dueLate: Day? = nil, dueBasis: String = "ESTIMATE",
        confidence: String = "HIGH", odometerKilometres: Int64? = nil,
        odometerTime: Timestamp? = nil, reason: String, suggestedAction: String = "",
        facts: String = "{}", inputsHash: String = ""
    ) {
        self.vehicle = vehicle
        self.code = code
        self.position = position
        self.cycle = cycle
        self.deed = deed
        self.tier = tier
        self.ruleVersion = ruleVersion
        self.eventTime = eventTime
        self.dueEarly = dueEarly
        self.dueExpected = dueExpected
        self.dueLate = dueLate
        self.dueBasis = dueBasis
        self.confidence = confidence
        self.odometerKilometres = odometerKilometres
        self.odometerTime = odometerTime
        self.reason = reason
        self.suggestedAction = suggestedAction
        self.facts = facts
        self.inputsHash = inputsHash
    }
}

/// Where a trigger stands. Parked ones wait, with a reason, until they may go to a dealer.
public enum TriggerStatus: String, Sendable, CaseIterable, Codable {
    case open = "OPEN"
    case escalated = "ESCALATED"
    case resolved = "RESOLVED"
    case withdrawn = "WITHDRAWN"
    case suppressed = "SUPPRESSED"
}
