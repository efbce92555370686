public import VehicleSignals

/// Who holds a vehicle and what the holder allows: what decides whether a need becomes a lead.
public struct CustomerStory: Sendable {
    /// The person's number; every twentieth vehicle has the holder of the one before it.
    public var person: Int
    /// Allows that a need is shared with the chosen dealer.
    public var permitsDealerShare: Bool
    /// Allows that the vehicle counts in anonymous figures.
    public var permitsAnalytics: Bool
    /// The dealer's place in the list of dealers; `nil` if none is chosen.
    public var dealer: Int?
    public var gate: TelemetryGate
    /// Whether the vehicle's names were imported, so that its messages find it.
    public var isLinked: Bool

    /// - Parameter dealers: how many dealers there are to choose from.
    public init(seed: UInt64, vehicle: Int, dealers: Int) {
        person = vehicle % 20 == 19 ? vehicle - 1 : vehicle
        // What belongs to the person is drawn by the person's number, so that two vehicles of one
        // holder agree.
        var personal = Draw(seed: seed, vehicle: person, question: .customer)
        permitsDealerShare = !personal.chance(0.12)
        permitsAnalytics = !personal.chance(0.2)
        var draw = Draw(seed: seed, vehicle: vehicle, question: .customer, place: 1)
        let hasDealer = !draw.chance(0.08)
        dealer = hasDealer && dealers > 0 ? draw.whole(0...dealers - 1) : nil
        switch draw.unit() {
        case ..<0.02: gate = .off
        case ..<0.06: gate = .serviceOnly
        default: gate = .all
        }
        isLinked = !draw.chance(0.02)
    }

    /// Whether a need of this vehicle becomes a lead at all.
    public var letsLeadsThrough: Bool {
        permitsDealerShare && dealer != nil && gate != .off && isLinked
    }
}
