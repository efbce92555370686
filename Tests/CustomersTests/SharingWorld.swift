import Customers
import VehicleSignals

/// Facts under which a lead may be shared, to be spoilt one by one.
struct SharingWorld {
    static let event = Timestamp(seconds: 1000)
    static let now = Timestamp(seconds: 2000)

    var facts = SharingFacts(
        brand: "ACME", gate: .serviceOnly,
        epochs: [
            HoldingEpoch(
                id: 7, vehicle: VehicleKey(1), person: 1, role: .owner,
                from: Timestamp(seconds: 100))
        ],
        choices: [DealerChoice(id: 3, epoch: 7, dealer: 5, at: Timestamp(seconds: 150))],
        dealers: [
            Dealer(
                id: 5, key: "D1", name: "Dealer", timeZone: "UTC", kind: .franchised,
                brands: ["ACME"])
        ],
        agreements: [
            Agreement(
                id: 9, manufacturer: "MAKER", dealer: 5, version: 1, purposes: [.dealerShare],
                dataClasses: [.vehicleStatic, .technicalState, .triggers],
                validFrom: Timestamp(seconds: 50))
        ],
        permissions: [
            PermissionRecord(
                id: 11, person: 1, controller: "D1", purpose: .dealerShare, state: .given,
                at: Timestamp(seconds: 200))
        ])

    var question = SharingQuestion(
        recipient: "D1", purpose: .dealerShare, dataClasses: leadDataClasses,
        eventTime: SharingWorld.event, time: SharingWorld.now)

    func decide() -> SharingDecision { allows(question, facts: facts) }
}

/// A small seeded generator (SplitMix64), so that a failing history can be made again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
