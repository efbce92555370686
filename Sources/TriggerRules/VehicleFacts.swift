public import VehicleSignals

/// What is known of a vehicle beside its signals: from imports and the registry.
public struct VehicleFacts: Sendable, Hashable {
    public enum Battery: UInt8, Sendable, CaseIterable {
        case unknown, flooded, agm

        public var word: String {
            switch self {
            case .unknown: "unknown"
            case .flooded: "flooded"
            case .agm: "agm"
            }
        }

        public init?(word: String) {
            guard let match = Self.allCases.first(where: { $0.word == word }) else { return nil }
            self = match
        }
    }

    /// Whether a name leads to the vehicle; what is unlinked never fires.
    public var isLinked = true
    /// Which overrides of the rule files hold; 0: none. See ``RuleSet/classNumber(_:)``.
    public var ruleClass: UInt8 = 0
    public var battery = Battery.unknown
    /// The service plan, whichever comes first.
    public var intervalKilometres: UInt32?
    public var intervalMonths: UInt16?
    /// The last service that a workshop reported.
    public var lastServiceDay: Day?
    public var lastServiceKilometres: UInt32?

    public init() {}

    /// Noon of the day of the last service, in seconds since 1970; 0: none known.
    var visitSeconds: UInt32 {
        guard let lastServiceDay, lastServiceDay.daysSinceEpoch > 0 else { return 0 }
        return UInt32(lastServiceDay.daysSinceEpoch) * 86_400 + 43_200
    }
}
