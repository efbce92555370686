import VehicleSignals

/// SV-01 and SV-02: what the vehicle says of its next service, or the plan.
public struct ServiceRule: Sendable, Hashable {
    public var isEnabled = true
    public var version: UInt16 = 1
    /// Opens when the service is expected within so many days, or this near by distance.
    public var openDays = 30.0
    public var openKilometres = 1_000.0
    /// Escalates when it is so far overdue.
    public var overdueDays = 14.0
    public var overdueKilometres = 500.0
    /// Nothing opens so soon after a visit: displays are reset late. Signs of a visit within
    /// this span of each other are one visit.
    public var quietDaysAfterVisit = 14.0
    /// Older readings never open anything.
    public var staleDays = 30.0
    /// Beyond this width between the early and the late due date the estimate is uncertain.
    public var uncertainDays = 45.0
    /// For vehicles of which too little driving is known.
    public var dailyKilometresDefault = 33.0
    /// A display that rises by this share of the interval was reset.
    public var resetShare = 0.5
    /// The interval where no plan is known.
    public var intervalKilometres = 15_000.0
    public var intervalDays = 365.0
    /// The expected date must move by so many days for an update to be told.
    public var updateDays = 7.0

    public init() {}
}

/// SV-12: the 12 V battery at rest.
public struct BatteryRule: Sendable, Hashable {
    public var isEnabled = true
    public var version: UInt16 = 1
    /// A vehicle is at rest when it was left alone for so long.
    public var restHours = 4.0
    /// Higher voltages are those of a generator or a charger.
    public var chargingVolts = 13.2
    public var lowVolts = 12.2
    public var lowRests = 3
    /// Of how many of the latest rests; at most 8.
    public var ofRests = 5
    public var veryLowVolts = 11.9
    public var veryLowRests = 2
    public var clearVolts = 12.5
    public var clearRests = 3
    /// Added to the three thresholds for AGM batteries.
    public var agmOffsetVolts = 0.1

    public init() {}
}

/// SV-16: a trouble code with the malfunction lamp, or confirmed.
public struct CodeRule: Sendable, Hashable {
    public var isEnabled = true
    public var version: UInt16 = 1
    /// Drive cycles in which the same code must have been seen.
    public var cyclesMin = 2
    /// Signs of driving further apart than this belong to two cycles.
    public var cycleGapMinutes = 30.0
    /// Gone when absent from the lists of so many cycles, or for so many days.
    public var clearCycles = 3
    public var clearDays = 30.0

    public init() {}
}

/// All rules of a gateway as plain values; the rule files are read elsewhere.
public struct RuleSet: Sendable, Hashable {
    public var service = ServiceRule()
    public var battery = BatteryRule()
    public var codes = CodeRule()
    /// Names of vehicle classes with a service rule of their own, and those rules.
    public private(set) var classNames: [String] = []
    private var classRules: [ServiceRule] = []

    /// Most vehicle classes.
    public static let classesMax = 254

    public init() {}

    /// Gives a class of vehicles thresholds of its own. Says `false` beyond the limit.
    public mutating func setService(_ rule: ServiceRule, forClass name: String) -> Bool {
        if let place = classNames.firstIndex(of: name) {
            classRules[place] = rule
            return true
        }
        guard classNames.count < Self.classesMax else { return false }
        classNames.append(name)
        classRules.append(rule)
        return true
    }

    /// The number for ``VehicleFacts/ruleClass``; 0 for names without a rule of their own.
    public func classNumber(_ name: String) -> UInt8 {
        UInt8((classNames.firstIndex(of: name) ?? -1) + 1)
    }

    /// Changes with every threshold; stored beside snapshots, so that rules which were changed
    /// while nothing ran are noticed. For the start: it spells everything out.
    public var fingerprint: UInt64 {
        let text = Array(String(reflecting: self).utf8)
        return unsafe text.span.bytes.stableHash(from: 0, count: text.count)
    }

    /// The service rule that holds for a vehicle.
    public func service(for facts: VehicleFacts) -> ServiceRule {
        let number = Int(facts.ruleClass)
        return number > 0 && number <= classRules.count ? classRules[number - 1] : service
    }
}
