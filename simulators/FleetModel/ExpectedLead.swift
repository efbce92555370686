public import VehicleSignals

/// A lead that must come, and when at the earliest and latest by event time.
public struct ExpectedLead: Sendable, Equatable {
    public var key: LeadKey
    /// VIN of the vehicle, where it has one.
    public var vin: String?
    public var person: Int
    /// Place of the dealer in the fleet's list.
    public var dealer: Int
    /// Event times between which the readings come that open it.
    public var opensBetween: ClosedRange<Timestamp>
    /// Event times between which it becomes overdue, for a service need that does.
    public var escalatesBetween: ClosedRange<Timestamp>?

    /// One JSON object without line end.
    public var json: String {
        var text = "{\"vehicle\":\"\(key.vehicle)\""
        if let vin { text += ",\"vin\":\"\(vin)\"" }
        text += ",\"code\":\"\(key.code)\",\"position\":\"\(key.position)\",\"cycle\":\(key.cycle)"
        text += ",\"dealer\":\(dealer),\"opens_between\":" + Self.span(opensBetween)
        if let escalatesBetween { text += ",\"escalates_between\":" + Self.span(escalatesBetween) }
        return text + "}"
    }

    private static func span(_ times: ClosedRange<Timestamp>) -> String {
        "[\"" + times.lowerBound.rfc3339 + "\",\"" + times.upperBound.rfc3339 + "\"]"
    }
}

/// What makes a lead one and the same.
public struct LeadKey: Sendable, Hashable, Comparable {
    /// The id in the vehicle's topic.
    public var vehicle: String
    public var code: String
    /// Part of the vehicle or trouble code; empty where the rule knows no places.
    public var position: String
    public var cycle: Int

    public init(vehicle: String, code: String, position: String, cycle: Int) {
        self.vehicle = vehicle
        self.code = code
        self.position = position
        self.cycle = cycle
    }

    public static func < (left: LeadKey, right: LeadKey) -> Bool {
        (left.vehicle, left.code, left.position, left.cycle)
            < (right.vehicle, right.code, right.position, right.cycle)
    }

    /// For people: `VIN SV-16 P0420 cycle 1`.
    public var text: String {
        vehicle + " " + code + (position.isEmpty ? "" : " " + position) + " cycle \(cycle)"
    }
}

/// The leads of a whole fleet.
public struct Expectation: Sendable {
    public private(set) var leads: [ExpectedLead] = []
    /// Needs that cross a threshold neither clearly nor not at all: 0, or the list is worthless.
    public private(set) var unclear: [LeadKey] = []
    /// Needs of vehicles without permission, dealer, link or open gate: no lead may come of them.
    public private(set) var withheld = 0

    /// Evaluates the documented rules over everything that the fleet says.
    public init(_ settings: FleetSettings, plans: [VehiclePlan], dealers: Int) {
        for plan in plans {
            let customer = CustomerStory(
                seed: settings.seed, vehicle: plan.identity.index, dealers: dealers)
            var watch = VehicleWatch(settings, plan: plan)
            var course = VehicleCourse(settings, plan: plan)
            while let evidence = course.next() { watch.see(evidence) }
            for need in watch.finish() {
                guard case .sure(let opens, let escalates) = need.outcome else {
                    unclear.append(need.key)
                    continue
                }
                guard customer.letsLeadsThrough, let dealer = customer.dealer else {
                    withheld += 1
                    continue
                }
                leads.append(
                    ExpectedLead(
                        key: need.key, vin: plan.identity.vin, person: customer.person,
                        dealer: dealer, opensBetween: opens, escalatesBetween: escalates))
            }
        }
    }
}
