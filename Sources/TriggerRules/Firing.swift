public import VehicleSignals

/// What a rule did to a trigger.
public enum Deed: UInt8, Sendable, CaseIterable {
    /// The need is there. Said again of a trigger that was closed, it is open again.
    case open
    case escalate
    case update
    /// The need is over.
    case resolve
    /// The need never was: later evidence showed it.
    case withdraw

    /// The word used at the doors.
    public var word: String {
        switch self {
        case .open: "open"
        case .escalate: "escalate"
        case .update: "update"
        case .resolve: "resolve"
        case .withdraw: "withdraw"
        }
    }
}

/// Where a due date comes from.
public enum DueBasis: UInt8, Sendable {
    /// The vehicle's own display.
    case vehicle
    /// The service plan and the last service known from an import.
    case plan
    case estimate

    public var word: String {
        switch self {
        case .vehicle: "VEHICLE"
        case .plan: "PLAN"
        case .estimate: "ESTIMATE"
        }
    }
}

/// A number that a decision was made of.
public struct FiringFact: Sendable, Hashable {
    /// What the number is.
    public enum Name: UInt8, Sendable, CaseIterable {
        case distanceToService, timeToService, distanceToOilService, timeToOilService
        case isServiceDue, plannedDistance, plannedTime, dailyDistance
        case restVoltage, lowRests, rests, troubleCode, driveCycles, isLampOn, isConfirmed
    }

    public var name: Name
    /// In the unit of ``unit``.
    public var value: Double
    /// When it was observed; `nil` for what was computed.
    public var observed: Timestamp?

    public init(_ name: Name, _ value: Double, observed: Timestamp? = nil) {
        self.name = name
        self.value = value
        self.observed = observed
    }

    /// `km`, `days`, `km/day`, `V` or empty.
    public var unit: String {
        switch name {
        case .distanceToService, .distanceToOilService, .plannedDistance: "km"
        case .timeToService, .timeToOilService, .plannedTime: "days"
        case .dailyDistance: "km/day"
        case .restVoltage: "V"
        case .isServiceDue, .lowRests, .rests, .troubleCode, .driveCycles, .isLampOn,
            .isConfirmed:
            ""
        }
    }

    /// The word used in explanations, `distance_to_service`.
    public var word: String {
        switch name {
        case .distanceToService: "distance_to_service"
        case .timeToService: "time_to_service"
        case .distanceToOilService: "distance_to_oil_service"
        case .timeToOilService: "time_to_oil_service"
        case .isServiceDue: "is_service_due"
        case .plannedDistance: "planned_distance"
        case .plannedTime: "planned_time"
        case .dailyDistance: "daily_distance"
        case .restVoltage: "rest_voltage"
        case .lowRests: "low_rests"
        case .rests: "rests"
        case .troubleCode: "trouble_code"
        case .driveCycles: "drive_cycles"
        case .isLampOn: "is_lamp_on"
        case .isConfirmed: "is_confirmed"
        }
    }
}

/// Up to eight facts without an array on the heap.
public struct FiringFacts: Sendable {
    public static let countMax = 8
    private var places = [8 of FiringFact](repeating: FiringFact(.rests, 0))
    public private(set) var count = 0

    public init() {}

    /// Facts beyond the limit are left out.
    public mutating func append(_ fact: FiringFact) {
        guard count < Self.countMax else { return }
        places[count] = fact
        count += 1
    }

    public subscript(_ place: Int) -> FiringFact {
        precondition(place < count, "a fact is asked for by a place that holds one")
        return places[place]
    }

    /// The fact of that name, if it is there.
    public subscript(_ name: FiringFact.Name) -> FiringFact? {
        for place in 0..<count where places[place].name == name { return places[place] }
        return nil
    }
}

/// What a rule says of one need of one vehicle: values only, so that making it allocates nothing.
///
/// The key of a trigger is vehicle, ``code``, ``position`` and ``cycle``. An overdue service
/// escalates the SV-01 of its cycle (``escalatedBy`` is then SV-02); it has a trigger of its own
/// only where the vehicle was overdue when it was first seen in that cycle.
public struct Firing: Sendable {
    public var vehicle: VehicleKey
    public var code: TriggerCode
    /// 0 for needs of the whole vehicle; the packed trouble code for SV-16.
    public var position: UInt32 = 0
    /// From 1; grows with each service visit, cleared battery or vanished trouble code.
    public var cycle: UInt16
    public var deed: Deed
    /// 0 (stop now) to 4 (tip).
    public var tier: UInt8
    public var escalatedBy: TriggerCode?
    public var ruleVersion: UInt16
    /// Event time of the evidence that made the rule fire, or the moment a date came near.
    public var eventTime: Timestamp
    public var dueEarly: Day?
    public var dueExpected: Day?
    public var dueLate: Day?
    public var remainingKilometres: Double?
    public var remainingDays: Double?
    public var basis = DueBasis.estimate
    public var isConfident = true
    public var odometerMetres: Int64?
    public var odometerTime: Timestamp?
    /// The trigger ends because of a visit or a reset (service), because the sign is gone (else).
    public var isEndedByVisit = false
    public var facts = FiringFacts()
    /// Of the evidence behind the decision: the same inputs give the same number.
    public var inputsHash: UInt64 = 0

    public init(
        vehicle: VehicleKey, code: TriggerCode, cycle: UInt16, deed: Deed, tier: UInt8,
        ruleVersion: UInt16, eventTime: Timestamp
    ) {
        self.vehicle = vehicle
        self.code = code
        self.cycle = cycle
        self.deed = deed
        self.tier = tier
        self.ruleVersion = ruleVersion
        self.eventTime = eventTime
    }

    /// Empty for needs of the whole vehicle, else the trouble code: `P0420`.
    public var positionText: String {
        position == 0 ? "" : TroubleCode(packed: position).text
    }

    /// What is to be offered, for people.
    public var suggestedAction: String { (escalatedBy ?? code).suggestedAction }
}
