/// A cell of the finest grid: one model and powertrain in one month.
public struct UsageCellName: Hashable, Comparable, Sendable {
    public let model: String
    public let powertrain: String

    /// Model first, then powertrain.
    public static func < (left: UsageCellName, right: UsageCellName) -> Bool {
        (left.model, left.powertrain) < (right.model, right.powertrain)
    }
}

/// Who is in a cell and with how much, added up per vehicle; never leaves the room.
struct CellMembers: Sendable, Equatable {
    struct Share: Sendable, Equatable {
        var metres: Int64
        var days: Int64
    }

    /// No vehicle of a registry has this number or a greater one: from here on count those that
    /// were erased.
    static let firstErased: UInt32 = 1 << 31

    private(set) var shares: [UInt32: Share] = [:]
    private var holders: Set<Int64> = []

    init() {}

    /// Members as they were when a cell was released; its holders were counted then.
    init(released shares: [UInt32: Share]) { self.shares = shares }

    /// The same vehicles with the same shares. Holders don't count: they were counted when the
    /// cell was released, and nothing is released of them.
    static func == (left: CellMembers, right: CellMembers) -> Bool { left.shares == right.shares }

    mutating func add(_ contribution: UsageContribution, _ limits: UsageLimits) {
        let metres = min(max(contribution.distanceMetres, 0), limits.maximumMetresAMonth)
        let days = min(max(Int64(contribution.daysDriven), 0), limits.maximumDaysAMonth)
        var share = shares[contribution.vehicle] ?? Share(metres: 0, days: 0)
        share.metres = min(share.metres + metres, limits.maximumMetresAMonth)
        share.days = min(share.days + days, limits.maximumDaysAMonth)
        shares[contribution.vehicle] = share
        holders.insert(contribution.holder)
    }

    /// Has the vehicle's share stand under a number that leads nowhere; `false` if it has none.
    ///
    /// The share itself stays: the published value holds it, so whatever is published next must go
    /// on to be compared with it, or the difference of the two could be this very vehicle.
    mutating func forget(_ vehicle: UInt32) -> Bool {
        guard let share = shares.removeValue(forKey: vehicle) else { return false }
        var number = Self.firstErased
        while shares[number] != nil { number += 1 }
        shares[number] = share
        return true
    }

    /// Whether the cell is large enough to be spoken of at all.
    func isPublishable(_ limits: UsageLimits) -> Bool {
        shares.count >= limits.minimumVehicles && holders.count >= limits.minimumHolders
    }

    /// The key of this set of vehicles, the same in whatever order they came.
    func membership(_ hash: CellHash) -> UInt64 {
        shares.keys.reduce(0) { $0 &+ hash.member($1) }
    }

    /// Whether so much is different from `earlier` that a new value may be published beside the
    /// old one: enough vehicles joined, left or changed, and none of them makes up more of the
    /// change than it may make up of a sum. Otherwise the difference of the two values would
    /// tell of one vehicle.
    ///
    /// One that was erased counts with its share but not as one of the vehicles that changed: it
    /// may have come again under its own number, and then would count twice.
    func differsEnough(from earlier: CellMembers, _ limits: UsageLimits) -> Bool {
        let nothing = Share(metres: 0, days: 0)
        var count = 0
        var total = nothing
        var greatest = nothing
        func add(_ before: Share?, _ after: Share?, counts: Bool = true) {
            guard before != after else { return }
            if counts { count += 1 }
            let metres = abs((after ?? nothing).metres - (before ?? nothing).metres)
            let days = abs((after ?? nothing).days - (before ?? nothing).days)
            total.metres += metres
            total.days += days
            greatest.metres = max(greatest.metres, metres)
            greatest.days = max(greatest.days, days)
        }
        for (vehicle, share) in shares { add(earlier.shares[vehicle], share) }
        for (vehicle, share) in earlier.shares where shares[vehicle] == nil {
            add(share, nil, counts: vehicle < Self.firstErased)
        }
        return count >= limits.minimumChangedVehicles
            && greatest.metres * 100 <= total.metres * limits.dominancePercent
            && greatest.days * 100 <= total.days * limits.dominancePercent
    }
}
