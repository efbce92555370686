/// The needs that rules look for.
public enum TriggerCode: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    case serviceDueSoon = 1
    case serviceOverdue = 2
    case lowVoltageBattery = 12
    case troubleCodeWithLamp = 16

    /// `SV-01`.
    public var code: String {
        rawValue < 10 ? "SV-0\(rawValue)" : "SV-\(rawValue)"
    }

    /// `SERVICE_DUE_SOON`.
    public var name: String {
        switch self {
        case .serviceDueSoon: "SERVICE_DUE_SOON"
        case .serviceOverdue: "SERVICE_OVERDUE"
        case .lowVoltageBattery: "LV_BATTERY"
        case .troubleCodeWithLamp: "DTC_MIL"
        }
    }

    /// Reads `SV-01`, `sv-01` or `SERVICE_DUE_SOON`; `nil` for everything else.
    public init?(_ text: String) {
        let upper = text.uppercased()
        guard let match = Self.allCases.first(where: { $0.code == upper || $0.name == upper })
        else { return nil }
        self = match
    }

    /// What a dealer may offer; a short phrase for people.
    public var suggestedAction: String {
        switch self {
        case .serviceDueSoon: "Offer an appointment for the scheduled service."
        case .serviceOverdue: "Call and offer the next free appointment for the overdue service."
        case .lowVoltageBattery: "Offer a test of the 12 V battery."
        case .troubleCodeWithLamp: "Offer an appointment for a diagnosis."
        }
    }
}
