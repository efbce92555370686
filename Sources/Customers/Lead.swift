public import VehicleSignals

/// A trigger at one dealer, without any person: what webhook and pull both carry.
public struct Lead: Sendable, Hashable {
    /// Opaque, sortable by creation, without a dot (it is the idempotency key of a webhook).
    public var id: String
    /// Ascending number in the order of changes; the cursor of the pull interface.
    public var sequence: Int64
    /// The key of the dealer to whom it belongs.
    public var dealer: String
    /// Opaque name of the vehicle, different for each recipient.
    public var vehicleReference: String
    public var triggerCode: String
    public var triggerVersion: Int
    public var cycle: Int
    public var tier: UInt8
    public var status: LeadStatus
    /// Ascending with each change of status; for optimistic checks.
    public var version: Int
    public var brand: String
    public var model: String
    public var modelYear: Int?
    public var powertrain: String
    /// Last believed odometer in whole kilometres and when it was read.
    public var odometerKilometres: Int64?
    public var odometerTime: Timestamp?
    /// The days between which the need falls (10 %, 50 %, 90 %).
    public var dueEarly: Day?
    public var dueExpected: Day?
    public var dueLate: Day?
    /// `VEHICLE`, `PLAN`, `ESTIMATE`.
    public var dueBasis: String
    /// `HIGH` or `LOW`.
    public var confidence: String
    /// Plain words for the dealer.
    public var reason: String
    public var suggestedAction: String
    public var createdAt: Timestamp
    public var updatedAt: Timestamp
    public var acknowledgeBy: Timestamp?
    public var contactBy: Timestamp?
    public var expires: Timestamp?
    public var correlationID: String

    public init(
        id: String, sequence: Int64, dealer: String, vehicleReference: String, triggerCode: String,
        triggerVersion: Int, cycle: Int, tier: UInt8, status: LeadStatus, version: Int,
        brand: String, model: String, modelYear: Int?, powertrain: String,
        odometerKilometres: Int64?, odometerTime: Timestamp?, dueEarly: Day?, dueExpected: Day?,
        dueLate: Day?, dueBasis: String, confidence: String, reason: String,
        suggestedAction: String, createdAt: Timestamp, updatedAt: Timestamp,
        acknowledgeBy: Timestamp?, contactBy: Timestamp?, expires: Timestamp?,
        correlationID: String
    ) {
        self.id = id
        self.sequence = sequence
        self.dealer = dealer
        self.vehicleReference = vehicleReference
        self.triggerCode = triggerCode
        self.triggerVersion = triggerVersion
        self.cycle = cycle
        self.tier = tier
        self.status = status
        self.version = version
        self.brand = brand
        self.model = model
        self.modelYear = modelYear
        self.powertrain = powertrain
        self.odometerKilometres = odometerKilometres
        self.odometerTime = odometerTime
        self.dueEarly = dueEarly
        self.dueExpected = dueExpected
        self.dueLate = dueLate
        self.dueBasis = dueBasis
        self.confidence = confidence
        self.reason = reason
        self.suggestedAction = suggestedAction
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.acknowledgeBy = acknowledgeBy
        self.contactBy = contactBy
        self.expires = expires
        self.correlationID = correlationID
    }
}

/// What a dealer needs to reach the customer; handed out by one call only, under a permission
/// that holds at that moment, with a line in the ledger.
public struct LeadContact: Sendable, Hashable {
    public var name: String
    public var language: String
    public var advisor: String?
    public var bestTime: String?
    /// Only channels that the permission covers: `phone`, `email`, `sms`, `post` and the address.
    public var channels: [String: String]
    public var vin: String?
    public var plate: String?

    public init(
        name: String, language: String, advisor: String?, bestTime: String?,
        channels: [String: String], vin: String?, plate: String?
    ) {
        self.name = name
        self.language = language
        self.advisor = advisor
        self.bestTime = bestTime
        self.channels = channels
        self.vin = vin
        self.plate = plate
    }
}

/// A status as a dealer reports it.
public struct LeadStatusReport: Sendable, Hashable {
    public var status: LeadStatus
    /// When it happened at the dealer.
    public var at: Timestamp
    /// The dealer's name for whoever reports.
    public var by: String
    public var reason: LossReason?
    /// Free text without personal data, at most 500 characters; needed with `OTHER`.
    public var text: String?
    public var appointmentID: String?
    public var repairOrderID: String?
    /// Repeating a report with the same key changes nothing.
    public var idempotencyKey: String
    /// The version that the dealer has seen; `nil` skips the check.
    public var expectedVersion: Int?

    public init(
        status: LeadStatus, at: Timestamp, by: String, reason: LossReason?, text: String?,
        appointmentID: String?, repairOrderID: String?, idempotencyKey: String,
        expectedVersion: Int?
    ) {
        self.status = status
        self.at = at
        self.by = by
        self.reason = reason
        self.text = text
        self.appointmentID = appointmentID
        self.repairOrderID = repairOrderID
        self.idempotencyKey = idempotencyKey
        self.expectedVersion = expectedVersion
    }
}
