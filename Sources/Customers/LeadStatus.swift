/// Where a lead stands between its opening and its end.
///
/// ```
/// NEW → DELIVERED → ACKNOWLEDGED → CONTACT_ATTEMPTED(n) → CONTACTED → BOOKED → SHOWED
///     → IN_WORKSHOP → DONE | DONE_PARTIAL
/// aside: DECLINED_BY_DEALER, UNREACHABLE, LOST, NO_SHOW → (BOOKED | LOST)
/// any:   WITHDRAWN, EXPIRED, REASSIGNED, DUPLICATE, FALSE_ALARM
/// ```
public enum LeadStatus: String, Sendable, CaseIterable, Codable {
    case new = "NEW"
    case delivered = "DELIVERED"
    case acknowledged = "ACKNOWLEDGED"
    case contactAttempted = "CONTACT_ATTEMPTED"
    case contacted = "CONTACTED"
    case booked = "BOOKED"
    case showed = "SHOWED"
    case inWorkshop = "IN_WORKSHOP"
    case done = "DONE"
    case donePartial = "DONE_PARTIAL"
    case noShow = "NO_SHOW"
    case unreachable = "UNREACHABLE"
    case declinedByDealer = "DECLINED_BY_DEALER"
    case lost = "LOST"
    case withdrawn = "WITHDRAWN"
    case expired = "EXPIRED"
    case reassigned = "REASSIGNED"
    case duplicate = "DUPLICATE"
    case falseAlarm = "FALSE_ALARM"

    /// How far along the way a status lies; statuses move forward only.
    private var rank: Int {
        switch self {
        case .new: 0
        case .delivered: 1
        case .acknowledged: 2
        case .contactAttempted: 3
        case .contacted: 4
        case .unreachable: 4
        case .booked: 5
        case .noShow: 6
        case .showed: 7
        case .inWorkshop: 8
        case .done, .donePartial, .declinedByDealer, .lost, .withdrawn, .expired, .reassigned,
            .duplicate, .falseAlarm:
            9
        }
    }

    /// Nothing follows a final status.
    public var isFinal: Bool { rank == 9 }

    /// Ends that may come whatever was before: they are not about what happened at the workshop.
    private var endsFromAnywhere: Bool {
        switch self {
        case .withdrawn, .expired, .reassigned, .duplicate, .falseAlarm: true
        default: false
        }
    }

    /// Nobody has arranged a visit yet: when the need goes away by itself, the lead expires.
    public var isBeforeAppointment: Bool { rank < LeadStatus.booked.rank }

    /// Statuses that a dealer may report; the others are the gateway's own.
    public var isReportedByDealer: Bool {
        switch self {
        case .new, .delivered, .withdrawn, .expired, .reassigned: false
        default: true
        }
    }

    /// Whether `next` may follow. Forward only, but that a customer who did not come may book
    /// again, and that contact may be attempted any number of times.
    public func allows(_ next: LeadStatus) -> Bool {
        if isFinal || next == .new { return false }
        if self == .contactAttempted, next == .contactAttempted { return true }
        if self == .noShow { return next == .booked || next == .lost || next.endsFromAnywhere }
        if next == .noShow { return self == .booked }
        if self == .unreachable, next == .contacted { return true }
        return next.rank > rank
    }
}

/// Why a lead was lost: a closed list, so that it can be counted.
public enum LossReason: String, Sendable, CaseIterable, Codable {
    case price = "PRICE"
    case servicedElsewhere = "SERVICED_ELSEWHERE"
    case noCapacity = "NO_CAPACITY"
    case noParts = "NO_PARTS"
    case notDueCustomerSays = "NOT_DUE_CUSTOMER_SAYS"
    case alreadyDone = "ALREADY_DONE"
    case soldVehicle = "SOLD_VEHICLE"
    case wrongPerson = "WRONG_PERSON"
    case noContact = "NO_CONTACT"
    case noInterest = "NO_INTEREST"
    case complaint = "COMPLAINT"
    case fleetRefusedApproval = "FLEET_REFUSED_APPROVAL"
    case other = "OTHER"
}
