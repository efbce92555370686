import CustomerStore
import Customers
import Testing
import VehicleSignals

@Suite struct FiringTests {
    @Test func `a firing becomes a trigger, a lead and an event in one go`() throws {
        let world = try StoreWorld.ready()
        let outcome = try world.store.store(
            firings: [try world.firing()], position: JournalPosition(4), now: world.now)
        #expect(outcome.opened == 1 && outcome.leadsOpened == 1 && outcome.eventsQueued == 1)
        #expect(try world.store.position() == JournalPosition(4))
        let lead = try #require(try world.lead())
        #expect(lead.brand == "ACME" && lead.model == "Wander" && lead.modelYear == 2023)
        #expect(lead.odometerKilometres == 48_217 && lead.tier == 3 && lead.dueBasis == "VEHICLE")
        #expect(lead.dueExpected?.text == "2026-03-25" && lead.reason == "Service due in 24 days")
        #expect(lead.vehicleReference.hasPrefix("vr_") && !lead.id.contains("."))
        // 1 March 2026 is a Sunday: two working days on is Tuesday, three is Wednesday.
        #expect(lead.acknowledgeBy?.rfc3339 == "2026-03-03T16:00:00.000Z")
        #expect(lead.contactBy?.rfc3339 == "2026-03-04T16:00:00.000Z")
        #expect(try world.store.triggers(of: world.key()).first?.status == .open)
    }

    @Test func `the same position again is skipped as a whole`() throws {
        let world = try StoreWorld.ready()
        let firings = [try world.firing()]
        _ = try world.store.store(firings: firings, position: JournalPosition(4), now: world.now)
        for number in [4, 3] {
            let again = try world.store.store(
                firings: [try world.firing(code: "SV-16")],
                position: JournalPosition(Int64(number)),
                now: world.now)
            #expect(again.isSkipped)
        }
        #expect(try world.store.triggers(of: world.key()).count == 1)
    }

    @Test func `one need gives one trigger and one lead however often it is told`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        for _ in 0..<3 {
            let again = try world.fire(try world.firing(), try world.firing(hash: "other"))
            #expect(again.repeated == 2 && again.leadsOpened == 0)
        }
        #expect(try world.store.triggers(of: world.key()).count == 1)
        #expect(try world.store.leads(dealer: "NL-1", after: 0, now: world.now).leads.count == 1)
        try world.fire(try world.firing(cycle: 2))
        #expect(try world.store.triggers(of: world.key()).count == 2)
    }

    @Test func `escalation and update keep the lead and tell of it once`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        let before = try #require(try world.lead())
        let escalated = try world.fire(try world.firing(.escalate, tier: .t2, hash: "h2"))
        #expect(escalated.escalated == 1 && escalated.eventsQueued == 1)
        let again = try world.fire(try world.firing(.escalate, tier: .t2, hash: "h2"))
        #expect(again.repeated == 1 && again.eventsQueued == 0)
        let after = try #require(try world.lead())
        #expect(after.id == before.id && after.tier == 2 && after.sequence > before.sequence)
        #expect(after.version == before.version)
        let updated = try world.fire(try world.firing(.update, hash: "h3"))
        #expect(updated.updated == 1)
        #expect(try world.store.triggers(of: world.key()).first?.status == .escalated)
    }

    @Test func `a resolved need ends a lead that nobody booked and closes the cycle`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        #expect(try world.fire(try world.firing(.resolve, hash: "h2")).resolved == 1)
        #expect(try world.lead()?.status == .expired)
        let late = try world.fire(try world.firing(.open), try world.firing(.escalate, hash: "h4"))
        #expect(late.repeated == 2 && late.leadsOpened == 0)
        #expect(try world.store.triggers(of: world.key()).first?.status == .resolved)
    }

    @Test func `a need that stands again after late evidence gets its trigger back and a new lead`()
        throws
    {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing(), through: 4)
        let first = try #require(try world.lead())
        try world.fire(try world.firing(.resolve, hash: "h2"), through: 5)
        #expect(try world.lead()?.status == .expired)
        // What opened it has not changed: same hash, same time.
        let again = try world.fire(
            try world.firing(), try world.firing(.escalate, tier: .t2, hash: "h4"), through: 6)
        #expect(again.opened == 1 && again.escalated == 1 && again.leadsOpened == 1)
        let second = try #require(try world.lead())
        #expect(second.id != first.id && !second.status.isFinal && second.tier == 2)
        #expect(second.correlationID == first.correlationID)
        #expect(try world.store.triggers(of: world.key()).map(\.status) == [.escalated])
        try world.fire(try world.firing(.resolve, hash: "h5"), through: 7)
        #expect(try world.store.triggers(of: world.key()).map(\.status) == [.resolved])
        #expect(try world.lead()?.status == .expired)
    }

    @Test func `a replay of what was resolved changes nothing, within a position or beyond it`()
        throws
    {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing(), through: 4)
        try world.fire(try world.firing(.resolve, hash: "h2"), through: 5)
        let before = try #require(try world.lead())
        let within = try world.fire(try world.firing(), through: 5)
        #expect(within.isSkipped)
        let beyond = try world.fire(
            try world.firing(), try world.firing(.escalate, tier: .t2, hash: "h4"),
            try world.firing(.resolve, hash: "h2"), through: 8)
        #expect(beyond.repeated == 3 && beyond.leadsOpened == 0 && beyond.eventsQueued == 0)
        let timer = try world.fire(try world.firing(hash: "other"))
        #expect(timer.repeated == 1)
        #expect(try world.store.triggers(of: world.key()).map(\.status) == [.resolved])
        #expect(try world.lead() == before)
    }

    @Test func `what a timer says of a time after the end stands again`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        try world.fire(try world.firing(.resolve, hash: "h2"))
        let later = try world.fire(try world.firing(hash: "h3", at: world.now))
        #expect(later.opened == 1 && later.leadsOpened == 1)
    }

    @Test func `a need that stands again leaves an appointment as it is`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing(), through: 4)
        let lead = try #require(try world.lead())
        _ = try world.store.report(
            dealer: "NL-1", lead: lead.id, world.status(.booked, key: "k1"), now: world.now)
        try world.fire(try world.firing(.resolve, hash: "h2"), through: 5)
        let again = try world.fire(try world.firing(), through: 6)
        #expect(again.opened == 1 && again.leadsOpened == 0 && again.eventsQueued == 1)
        let after = try #require(try world.lead())
        #expect(after.id == lead.id && after.status == .booked && after.sequence > lead.sequence)
        #expect(try world.store.triggers(of: world.key()).map(\.status) == [.open])
    }

    @Test func `a lead that the dealer has done does not come again with its need`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing(), through: 4)
        let lead = try #require(try world.lead())
        for (status, key) in [(LeadStatus.booked, "k1"), (.done, "k2")] {
            _ = try world.store.report(
                dealer: "NL-1", lead: lead.id, world.status(status, key: key), now: world.now)
        }
        try world.fire(try world.firing(.resolve, hash: "h2"), through: 5)
        let again = try world.fire(try world.firing(), through: 6)
        #expect(again.opened == 1 && again.leadsOpened == 0)
        #expect(try world.lead()?.status == .done)
    }

    @Test func `a resolved need leaves a booked lead to the dealer`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        let lead = try #require(try world.lead())
        _ = try world.store.report(
            dealer: "NL-1", lead: lead.id, world.status(.booked, key: "k1"), now: world.now)
        try world.fire(try world.firing(.resolve, hash: "h2"))
        #expect(try world.lead()?.status == .booked)
        let done = try world.store.report(
            dealer: "NL-1", lead: lead.id, world.status(.done, key: "k2"), now: world.now)
        guard case .accepted(let receipt) = done else {
            Issue.record("\(done)")
            return
        }
        #expect(receipt.status == .done && !receipt.isLate)
    }

    @Test func `a need taken back and told again is the same trigger with a new lead`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        let first = try #require(try world.lead())
        try world.fire(try world.firing(.withdraw, hash: "h2"))
        #expect(try world.lead()?.status == .withdrawn)
        let again = try world.fire(try world.firing(hash: "h3"))
        #expect(again.opened == 1 && again.leadsOpened == 1)
        let second = try #require(try world.lead())
        #expect(second.id != first.id && second.correlationID == first.correlationID)
        var all: [String] = []
        try world.store.forEachTrigger { key, trigger in
            all.append("\(key.number) \(trigger.code) \(trigger.leads.map(\.status.rawValue))")
        }
        #expect(all == ["1 SV-01 [\"WITHDRAWN\", \"DELIVERED\"]"])
    }

    @Test func `a vehicle that nobody knows is counted, not lost silently`() throws {
        let world = try StoreWorld.ready()
        var firing = try world.firing()
        firing.vehicle = VehicleKey(99)
        #expect(try world.fire(firing).unknownVehicle == 1)
        firing.vehicle = .firstUnlinked
        #expect(try world.fire(firing).unknownVehicle == 1)
    }

    @Test func `whatever comes first opens the trigger and what ends nothing is a repetition`()
        throws
    {
        let world = try StoreWorld.ready()
        let outcome = try world.fire(
            try world.firing(.resolve), try world.firing(.withdraw),
            try world.firing(.escalate, tier: .t2))
        #expect(outcome.repeated == 2 && outcome.opened == 1 && outcome.leadsOpened == 1)
        #expect(try world.store.triggers(of: world.key()).first?.status == .escalated)
    }

    @Test func `what is stored is there after the file is opened again`() throws {
        let world = try StoreWorld.ready()
        _ = try world.store.store(
            firings: [try world.firing()], position: JournalPosition(9), now: world.now)
        let lead = try #require(try world.lead())
        try world.reopen()
        #expect(try world.store.position() == JournalPosition(9))
        #expect(try world.lead() == lead)
    }
}

extension StoreWorld {
    func status(
        _ status: LeadStatus, key: String, reason: LossReason? = nil, text: String? = nil,
        version: Int? = nil, at time: Timestamp? = nil
    ) -> LeadStatusReport {
        LeadStatusReport(
            status: status, at: time ?? now, by: "desk", reason: reason, text: text,
            appointmentID: nil, repairOrderID: nil, idempotencyKey: key, expectedVersion: version)
    }
}
