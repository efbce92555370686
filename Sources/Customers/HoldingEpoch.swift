public import VehicleSignals

/// The capacity in which somebody has a vehicle.
public enum HolderRole: String, Sendable, CaseIterable, Codable {
    case owner
    case lessee
    /// Drives a vehicle that somebody else holds; never asked for, and never the end of, a lead.
    case driver

    /// Who counts as the holder where several have the vehicle at once: the lessee before the
    /// owner, since the right to the data goes with the use. `nil`: never the holder.
    var precedence: Int? {
        switch self {
        case .lessee: 0
        case .owner: 1
        case .driver: nil
        }
    }
}

/// One person's time with one vehicle: `[from, to)`. Signals and triggers belong to the epoch
/// that contains their event time.
public struct HoldingEpoch: Sendable, Hashable {
    public var id: Int64
    public var vehicle: VehicleKey
    public var person: Int64
    public var role: HolderRole
    public var from: Timestamp
    /// `nil` while it lasts. Equal to `from`: the holding was a mistake and never was.
    public var to: Timestamp?
    /// Why it is in doubt who holds the vehicle; contact is frozen until it is settled.
    public var disputed: String?
    /// No lead before this moment, after a complaint.
    public var silentUntil: Timestamp?

    public init(
        id: Int64, vehicle: VehicleKey, person: Int64, role: HolderRole, from: Timestamp,
        to: Timestamp? = nil, disputed: String? = nil, silentUntil: Timestamp? = nil
    ) {
        self.id = id
        self.vehicle = vehicle
        self.person = person
        self.role = role
        self.from = from
        self.to = to
        self.disputed = disputed
        self.silentUntil = silentUntil
    }

    /// Whether `time` lies in `[from, to)`.
    public func contains(_ time: Timestamp) -> Bool {
        guard from <= time else { return false }
        guard let to else { return true }
        return time < to
    }
}

/// What the epochs of a vehicle say about its holder at one moment.
public enum HolderAnswer: Sendable, Hashable {
    case nobody
    case holder(HoldingEpoch)
    /// Two people in the same capacity at once: it goes to neither.
    case contested
}

/// Who holds the vehicle at `time`, of `epochs` that all belong to it.
public func holder(of epochs: [HoldingEpoch], at time: Timestamp) -> HolderAnswer {
    var best: (precedence: Int, epoch: HoldingEpoch)?
    var isContested = false
    for epoch in epochs where epoch.contains(time) {
        guard let precedence = epoch.role.precedence else { continue }
        if let current = best, current.precedence <= precedence {
            if current.precedence == precedence { isContested = true }
        } else {
            best = (precedence, epoch)
            isContested = false
        }
    }
    guard let best else { return .nobody }
    return isContested ? .contested : .holder(best.epoch)
}
