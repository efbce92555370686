import UsageAggregates

/// Seeded, so that a failure can be repeated.
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }
}

func month(_ year: Int, _ month: Int) -> UsageMonth {
    guard let month = UsageMonth(year: year, month: month) else { preconditionFailure("no month") }
    return month
}

let january = month(2026, 1)

/// A contribution of its own holder unless another is named.
func car(
    _ vehicle: UInt32, _ model: String = "A", _ power: String = "BEV",
    in month: UsageMonth = january,
    holder: Int64? = nil, kilometres: Int64 = 1000, days: Int = 20
) -> UsageContribution {
    UsageContribution(
        vehicle: vehicle, holder: holder ?? Int64(vehicle), model: model, powertrain: power,
        month: month, distanceMetres: kilometres * 1000, daysDriven: days)
}

func releases(key: UInt64 = 7) -> UsageReleases { UsageReleases(hash: CellHash(key: (key, ~key))) }

extension UsageReleases {
    /// The one value of the total of `range`, `nil` if nothing is published.
    func total(_ metric: UsageMetric, in range: ClosedRange<UsageMonth> = january...january)
        -> Int64?
    {
        rows(metric, by: [], in: range).first?.value
    }
}

/// A random fleet: cells of 1 to 40 vehicles, some of a single holder, some with one vehicle that
/// drives more than all others.
func randomFleet(_ dice: inout Dice, months: Int = 1) -> [UsageMonth: [UsageContribution]] {
    var fleet: [UsageMonth: [UsageContribution]] = [:]
    var vehicle: UInt32 = 0
    for model in 0..<(1 + dice.below(5)) {
        for power in ["BEV", "ICE"] where dice.below(5) > 0 {
            let size = 1 + dice.below(40)
            let holders = Int64(1 + dice.below(30))
            let heavy = dice.below(4) == 0
            for member in 0..<size {
                vehicle += 1
                for offset in 0..<months where dice.below(8) > 0 {
                    let month = january.advanced(by: offset)
                    fleet[month, default: []].append(
                        car(
                            vehicle, "M\(model)", power, in: month,
                            holder: Int64(vehicle) % holders,
                            kilometres: heavy && member == 0
                                ? 90_000 : Int64(200 + dice.below(2500)),
                            days: dice.below(31)))
                }
            }
        }
    }
    return fleet
}
