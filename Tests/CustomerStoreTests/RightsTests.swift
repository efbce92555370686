import CustomerStore
import Customers
import Testing
import VehicleSignals

/// What happens to triggers and leads when rights come, end and change.
@Suite struct RightsTests {
    /// What is missing at first, the reason that the trigger waits with, and the file that mends
    /// it.
    static let missing: [(ImportKind, String, RefusalReason)] = [
        (.choices, "vehicle,dealer,chosen_at\ncar-1,,2026-02-28\n", .dealerUnset),
        (
            .permissions, "person,controller,purpose,state,at\nann,NL-1,P3,Refused,2026-02-28\n",
            .permissionWithdrawn
        ),
        (
            .agreements,
            """
            manufacturer,dealer,version,purposes,data_classes,valid_from,valid_to,status
            MAKER,NL-1,2,P3,D1 D2 D6 D10,2026-02-01,,suspended
            """, .agreementEnded
        ),
        (.dealers, "dealer,name,brands\nNL-1,Garage One,NORD\n", .dealerLacksBrand),
        (.gates, "vehicle,gate,at\ncar-1,off,2026-02-28\n", .gateOff),
        (
            .persons, "person,name,do_not_contact\nann,Ann de Vries,yes\n", .doNotContact
        ),
        (
            .holdings, "vehicle,person,role,from,disputed\ncar-1,ann,owner,2024-01-01,yes\n",
            .ownershipDisputed
        ),
    ]
    static let mendings: [ImportKind: String] = [
        .choices: "vehicle,dealer,chosen_at\ncar-1,NL-1,2026-02-28T12:00:00Z\n",
        .permissions:
            "person,controller,purpose,state,at\n"
            + "ann,NL-1,P3,RenewedConsentGiven,2026-02-28T12:00:00Z\n",
        .agreements: """
        manufacturer,dealer,version,purposes,data_classes,valid_from,valid_to,status
        MAKER,NL-1,2,P3,D1 D2 D6 D10,2026-02-01,,active
        """,
        .dealers: "dealer,name,brands\nNL-1,Garage One,ACME\n",
        .gates: "vehicle,gate,at\ncar-1,service_only,2026-02-28T12:00:00Z\n",
        .persons: "person,name,do_not_contact\nann,Ann de Vries,no\n",
        .holdings: "vehicle,person,role,from,disputed\ncar-1,ann,owner,2024-01-01,no\n",
    ]

    @Test(arguments: missing)
    func `a trigger without a right waits with its reason and goes out when the right comes`(
        kind: ImportKind, spoiling: String, reason: RefusalReason
    ) throws {
        let world = try StoreWorld.ready()
        #expect(try world.load(kind, spoiling).rejected == [])
        let version = try world.store.registryVersion()
        #expect(try world.fire(try world.firing()).parked == 1)
        let waiting = try #require(try world.store.triggers(of: world.key()).first)
        #expect(waiting.status == .suppressed && waiting.parked == reason)
        #expect(try world.store.operatorCounts().parkedByReason == [reason.rawValue: 1])
        #expect(try world.lead() == nil)
        #expect(try world.store.reconcile(now: world.now).leadsOpened == 0)

        let mending = try #require(Self.mendings[kind])
        #expect(try world.load(kind, mending).rejected == [])
        #expect(try world.store.registryVersion() > version)
        let outcome = try world.store.reconcile(now: world.now)
        #expect(outcome.leadsOpened == 1 && outcome.eventsQueued == 1)
        #expect(try world.lead()?.status == .delivered)
        #expect(try world.store.reconcile(now: world.now, everything: true).leadsOpened == 0)
    }

    @Test(arguments: missing)
    func `a lead whose right ends is withdrawn and comes back as a new lead`(
        kind: ImportKind, spoiling: String, reason: RefusalReason
    ) throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        let first = try #require(try world.lead())
        try world.load(kind, spoiling)
        #expect(try world.store.reconcile(now: world.now).leadsWithdrawn == 1)
        let trigger = try #require(try world.store.triggers(of: world.key()).first)
        #expect(trigger.status == .suppressed && trigger.parked == reason)
        #expect(trigger.leads.map(\.endedReason) == [reason.rawValue])
        let gone = try #require(try world.lead())
        #expect(gone.id == first.id && gone.status == .withdrawn)
        #expect(gone.reason.isEmpty && gone.brand.isEmpty && gone.odometerKilometres == nil)

        try world.load(kind, try #require(Self.mendings[kind]))
        #expect(try world.store.reconcile(now: world.now).leadsOpened == 1)
        let second = try #require(try world.lead())
        #expect(second.id != first.id && second.status == .delivered)
    }

    @Test func `another choice reassigns the lead under the same correlation`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        let old = try #require(try world.lead())
        try world.load(.choices, "vehicle,dealer,chosen_at\ncar-1,NL-2,2026-02-20\n")
        let outcome = try world.store.reconcile(now: world.now)
        #expect(outcome.leadsReassigned == 1 && outcome.leadsOpened == 1)
        #expect(try world.lead()?.status == .reassigned)
        let new = try #require(try world.lead(of: "NL-2"))
        #expect(new.id != old.id && new.correlationID == old.correlationID)
        #expect(new.vehicleReference != old.vehicleReference)
        #expect(try world.store.lead(dealer: "NL-2", id: old.id, now: world.now) == nil)
    }

    @Test func `after a sale the need waits for the new holder's own choice`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        let old = try #require(try world.lead())
        // A sale in the past: the need arose later, with the new holder.
        try world.load(.holdings, "vehicle,person,role,from,to\ncar-1,bob,owner,2026-02-25,\n")
        #expect(try world.store.reconcile(now: world.now).leadsWithdrawn == 1)
        let trigger = try #require(try world.store.triggers(of: world.key()).first)
        #expect(trigger.parked == .dealerUnset)
        #expect(try world.lead()?.status == .withdrawn)
        let answer = try world.store.contact(dealer: "NL-1", lead: old.id, now: world.now)
        guard case .refused(let refusal) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(refusal.code == .ownershipChanged || refusal.code == .permissionWithdrawn)

        try world.load(.choices, "vehicle,dealer,chosen_at\ncar-1,NL-1,2026-02-26\n")
        try world.load(
            .permissions, "person,controller,purpose,state,at\nbob,NL-1,P3,Given,2026-02-26\n")
        #expect(try world.store.reconcile(now: world.now).leadsOpened == 1)
        let new = try #require(try world.lead())
        #expect(new.id != old.id && new.vehicleReference != old.vehicleReference)
        let contact = try world.store.contact(dealer: "NL-1", lead: new.id, now: world.now)
        guard case .contact(let bob) = contact else {
            Issue.record("\(contact)")
            return
        }
        #expect(bob.name == "Bob Jansen")
    }

    @Test func `a sale after the need passes it on from the beginning of the new holding`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing(at: world.now.advanced(by: .days(-10))))
        try world.load(
            .holdings, "vehicle,person,role,from,to\ncar-1,bob,owner,2026-02-28,\n")
        _ = try world.store.reconcile(now: world.now)
        let trigger = try #require(try world.store.triggers(of: world.key()).first)
        #expect(trigger.parked == .dealerUnset)
        #expect(trigger.leads.first?.endedReason == RefusalReason.ownershipChanged.rawValue)
    }

    @Test func `a wrong owner that is corrected takes every lead back`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing(), try world.firing(code: "SV-16"))
        try world.load(
            .holdings, "vehicle,person,role,from,to\ncar-1,ann,owner,2024-01-01,2024-01-01\n")
        #expect(try world.store.reconcile(now: world.now).leadsWithdrawn == 2)
        #expect(try world.store.operatorCounts().parkedByReason == ["no_holder": 2])
    }

    @Test func `a buy-back does not revive the old choice`() throws {
        let world = try StoreWorld.ready()
        try world.load(.holdings, "vehicle,person,role,from\ncar-1,bob,owner,2025-01-01\n")
        try world.load(.holdings, "vehicle,person,role,from\ncar-1,ann,owner,2026-01-01\n")
        #expect(try world.fire(try world.firing()).parked == 1)
        #expect(try world.store.triggers(of: world.key()).first?.parked == .dealerUnset)
    }

    @Test func `an agreement that runs out by the clock is noticed by the full look`() throws {
        let world = try StoreWorld.ready()
        try world.load(
            .agreements,
            """
            manufacturer,dealer,version,purposes,data_classes,valid_from,valid_to
            MAKER,NL-1,2,P3,D1 D2 D6 D10,2026-01-01,2026-03-05
            """)
        try world.fire(try world.firing())
        let later = world.now.advanced(by: .days(5))
        _ = try world.store.reconcile(now: world.now)
        #expect(try world.store.reconcile(now: later).leadsWithdrawn == 0)
        #expect(try world.store.reconcile(now: later, everything: true).leadsWithdrawn == 1)
    }

    @Test func `a lead that nobody takes up expires a month after it was due`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        let due = Day(year: 2026, month: 4, day: 2).startUTC
        #expect(try world.store.reconcile(now: due.advanced(by: .days(29))).leadsExpired == 0)
        #expect(try world.store.reconcile(now: due.advanced(by: .days(30))).leadsExpired == 1)
        #expect(try world.lead()?.status == .expired)
    }

    @Test func `an endpoint that comes later is told of the open leads`() throws {
        let world = try StoreWorld.ready(withEndpoint: false)
        #expect(try world.fire(try world.firing()).eventsQueued == 0)
        try world.load(
            .endpoints, "dealer,url,secret\nNL-1,https://late.example,\(StoreWorld.secret)\n")
        #expect(try world.store.reconcile(now: world.now).eventsQueued == 1)
        #expect(try world.store.dueDeliveries(now: world.now).map(\.kind) == [.opened])
    }
}
