import Customers
import Testing
import VehicleSignals

/// One way to spoil a world that is in order, and what the refusal must be.
private struct Spoiling: Sendable, CustomTestStringConvertible {
    var name: String
    var reason: RefusalReason
    var spoil: @Sendable (inout SharingWorld) -> Void
    var testDescription: String { name }
}

private let spoilings: [Spoiling] = [
    Spoiling(name: "gate off", reason: .gateOff) { $0.facts.gate = .off },
    Spoiling(name: "no holder at the event", reason: .noHolder) {
        $0.question.eventTime = Timestamp(seconds: 99)
    },
    Spoiling(name: "sold after the event", reason: .ownershipChanged) {
        $0.facts.epochs[0].to = Timestamp(seconds: 1500)
    },
    Spoiling(name: "sold at this very moment", reason: .ownershipChanged) {
        $0.facts.epochs[0].to = SharingWorld.now
    },
    Spoiling(name: "sold and somebody else has it", reason: .ownershipChanged) {
        $0.facts.epochs[0].to = Timestamp(seconds: 1500)
        $0.facts.epochs.append(
            HoldingEpoch(
                id: 8, vehicle: VehicleKey(1), person: 2, role: .owner,
                from: Timestamp(seconds: 1500)))
    },
    Spoiling(name: "a holding that never was", reason: .noHolder) {
        $0.facts.epochs[0].to = $0.facts.epochs[0].from
    },
    Spoiling(name: "two owners at once", reason: .holderContested) {
        var twin = $0.facts.epochs[0]
        twin.id = 8
        twin.person = 2
        $0.facts.epochs.append(twin)
    },
    Spoiling(name: "disputed", reason: .ownershipDisputed) {
        $0.facts.epochs[0].disputed = "SOLD_VEHICLE"
    },
    Spoiling(name: "do not contact", reason: .doNotContact) { $0.facts.doNotContact = [1] },
    Spoiling(name: "complained", reason: .silenceAfterComplaint) {
        $0.facts.epochs[0].silentUntil = Timestamp(seconds: 2001)
    },
    Spoiling(name: "no choice", reason: .dealerUnset) { $0.facts.choices = [] },
    Spoiling(name: "choice taken back", reason: .dealerUnset) {
        $0.facts.choices.append(
            DealerChoice(id: 4, epoch: 7, dealer: nil, at: Timestamp(seconds: 1900)))
    },
    Spoiling(name: "choice still to come", reason: .dealerUnset) {
        $0.facts.choices[0].at = Timestamp(seconds: 2001)
    },
    Spoiling(name: "choice of the holder before", reason: .dealerUnset) {
        $0.facts.choices[0].epoch = 6
    },
    Spoiling(name: "other dealer chosen", reason: .dealerNotChosen) {
        $0.question.recipient = "D2"
    },
    Spoiling(name: "dealer unknown", reason: .dealerUnknown) { $0.facts.dealers = [] },
    Spoiling(name: "other brand", reason: .dealerLacksBrand) { $0.facts.brand = "NORD" },
    Spoiling(name: "no agreement", reason: .agreementMissing) { $0.facts.agreements = [] },
    Spoiling(name: "draft", reason: .agreementMissing) { $0.facts.agreements[0].status = .draft },
    Spoiling(name: "agreement to come", reason: .agreementMissing) {
        $0.facts.agreements[0].validFrom = Timestamp(seconds: 2001)
    },
    Spoiling(name: "agreement for another brand", reason: .agreementMissing) {
        $0.facts.agreements[0].brands = ["NORD"]
    },
    Spoiling(name: "agreement over", reason: .agreementEnded) {
        $0.facts.agreements[0].validTo = SharingWorld.now
    },
    Spoiling(name: "agreement suspended", reason: .agreementEnded) {
        $0.facts.agreements[0].status = .suspended
    },
    Spoiling(name: "newer version terminated", reason: .agreementEnded) {
        var newer = $0.facts.agreements[0]
        newer.id = 10
        newer.version = 2
        newer.status = .terminated
        $0.facts.agreements.append(newer)
    },
    Spoiling(name: "purpose not agreed", reason: .agreementLacksPurpose) {
        $0.facts.agreements[0].purposes = [.analytics]
    },
    Spoiling(name: "contact not agreed", reason: .agreementLacksData) {
        $0.question.dataClasses = contactDataClasses
    },
    Spoiling(name: "no permission", reason: .permissionMissing) { $0.facts.permissions = [] },
    Spoiling(name: "somebody else's permission", reason: .permissionMissing) {
        $0.facts.permissions[0].person = 2
    },
    Spoiling(name: "permission to come", reason: .permissionMissing) {
        $0.facts.permissions[0].at = Timestamp(seconds: 2001)
    },
    Spoiling(name: "permission lapsed", reason: .permissionLapsed) {
        $0.facts.permissions[0].validUntil = SharingWorld.now
    },
    Spoiling(name: "permission withdrawn", reason: .permissionWithdrawn) {
        var no = $0.facts.permissions[0]
        no.id = 12
        no.state = .withdrawn
        no.at = SharingWorld.now
        $0.facts.permissions.append(no)
    },
    Spoiling(name: "manufacturer told to stop", reason: .permissionWithdrawn) {
        var no = $0.facts.permissions[0]
        no.id = 12
        no.controller = "MAKER"
        no.state = .revoked
        $0.facts.permissions.append(no)
    },
]

@Suite struct AllowsTests {
    @Test func `with everything in order it is allowed and names its records`() {
        let basis = SharingBasis(epoch: 7, choice: 3, agreement: 9, permissions: [11])
        #expect(SharingWorld().decide() == .allowed(basis))
        #expect(basis.text == "permission:11 agreement:9 choice:3 epoch:7 ground:consent")
    }

    @Test(arguments: spoilings)
    private func `one thing amiss is refused with its reason`(spoiling: Spoiling) {
        var world = SharingWorld()
        spoiling.spoil(&world)
        #expect(world.decide() == .refused(spoiling.reason))
    }

    @Test func `every reason has a sentence of its own`() {
        let sentences = Set(RefusalReason.allCases.map(\.sentence))
        #expect(sentences.count == RefusalReason.allCases.count)
    }

    @Test func `an independent repairer may service every brand, a franchised one may not`() {
        var world = SharingWorld()
        world.facts.brand = "NORD"
        world.facts.dealers[0].brands = [Dealer.everyBrand]
        #expect(world.decide() == .refused(.dealerLacksBrand))
        world.facts.dealers[0].kind = .independent
        #expect(world.decide().isAllowed)
    }

    @Test func `brands compare without letter case and spaces`() {
        var world = SharingWorld()
        world.facts.brand = "Acme "
        #expect(world.decide().isAllowed)
    }

    @Test func `the lessee is the holder, not the owner, and a driver never is`() {
        var world = SharingWorld()
        let lease = HoldingEpoch(
            id: 8, vehicle: VehicleKey(1), person: 2, role: .lessee, from: Timestamp(seconds: 300))
        world.facts.epochs.append(lease)
        #expect(world.decide() == .refused(.dealerUnset))
        world.facts.epochs[1].role = .driver
        #expect(world.decide().isAllowed)
    }

    @Test func `safety needs no permission but still a dealer and an agreement`() {
        var world = SharingWorld()
        world.facts.permissions = []
        world.facts.doNotContact = [1]
        world.facts.agreements[0].purposes = [.safety]
        world.question.purpose = .safety
        #expect(world.decide().isAllowed)
        world.facts.agreements = []
        #expect(world.decide() == .refused(.agreementMissing))
    }

    @Test func `routing finds the chosen dealer or parks with the same reason`() {
        let world = SharingWorld()
        let there = route(
            purpose: .dealerShare, dataClasses: leadDataClasses, eventTime: SharingWorld.event,
            time: SharingWorld.now, facts: world.facts)
        guard case .dealer(let dealer, let basis) = there else {
            Issue.record("parked: \(there)")
            return
        }
        #expect(dealer.key == "D1" && basis.permissions == [11])
        for spoiling in spoilings where spoiling.reason != .dealerNotChosen {
            var spoilt = SharingWorld()
            spoiling.spoil(&spoilt)
            let routing = route(
                purpose: .dealerShare, dataClasses: spoilt.question.dataClasses,
                eventTime: spoilt.question.eventTime, time: spoilt.question.time,
                facts: spoilt.facts)
            #expect(routing == .parked(spoiling.reason), "\(spoiling.name)")
        }
    }
}
