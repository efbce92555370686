/// What data may be used for; a permission names exactly one.
public enum Purpose: String, Sendable, CaseIterable, Codable {
    /// Stop-drive, recall, breakdown. Not withdrawable.
    case safety = "P1"
    /// Computing and showing the need for service to the user.
    case connectedService = "P2"
    /// Sharing a trigger and the contact with the repairer whom the holder chose.
    case dealerShare = "P3"
    case marketingManufacturer = "P4"
    case marketingDealer = "P5"
    case usageProfiling = "P6"
    case partner = "P7"
    /// Anonymous aggregates.
    case analytics = "P8"
    case location = "P9"
}

/// Kinds of data, as the sharing matrix and the disclosure ledger name them.
public enum DataClass: String, Sendable, CaseIterable, Codable {
    case vehicleStatic = "D1"
    case technicalState = "D2"
    case usage = "D3"
    case location = "D4"
    case drivingBehaviour = "D5"
    case identityContact = "D6"
    case consent = "D7"
    case ownServiceHistory = "D8"
    case otherServiceHistory = "D9"
    case triggers = "D10"
    case leadOutcome = "D11"
    case loyaltyAccount = "D12"
    case aggregates = "D13"
    case dealerCommercial = "D14"
    case accessLog = "D15"
}

/// Who a key of the interface speaks for.
public enum Role: String, Sendable, CaseIterable, Codable {
    /// Keeps the gateway alive: sees counts and health, no person and no lead.
    case gatewayOperator = "operator"
    case dealer
    case manufacturer
    case owner
    case auditor
}

/// How severe a trigger is, most severe first.
public enum Tier: UInt8, Sendable, CaseIterable, Comparable {
    case t0 = 0
    case t1 = 1
    case t2 = 2
    case t3 = 3
    case t4 = 4

    public var code: String { "T\(rawValue)" }

    /// STAR's `ServiceConcernSeverityTypes`.
    public var severityType: String {
        switch self {
        case .t0: "IMMEDIATE_STOP"
        case .t1: "SERVICE_NOW"
        case .t2: "SERVICE_SOON"
        case .t3: "DUE_FOR_SERVICE"
        case .t4: "INFORMATION_ONLY"
        }
    }

    /// `<` means more severe.
    public static func < (left: Tier, right: Tier) -> Bool { left.rawValue < right.rawValue }
}
