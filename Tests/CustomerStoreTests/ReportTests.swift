import CustomerStore
import Customers
import Testing
import VehicleSignals

@Suite struct ReportTests {
    private func opened() throws -> (world: StoreWorld, lead: Lead) {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        return (world, try #require(try world.lead()))
    }

    @Test func `a lead goes its way step by step`() throws {
        let (world, lead) = try opened()
        let steps: [LeadStatus] = [
            .acknowledged, .contactAttempted, .contactAttempted, .contacted, .booked, .noShow,
            .booked, .showed, .inWorkshop, .done,
        ]
        for (number, step) in steps.enumerated() {
            let answer = try world.store.report(
                dealer: "NL-1", lead: lead.id,
                world.status(step, key: "k\(number)", version: number + 1), now: world.now)
            guard case .accepted(let receipt) = answer else {
                Issue.record("\(step): \(answer)")
                return
            }
            #expect(receipt.status == step && receipt.version == number + 2)
        }
        #expect(try world.store.operatorCounts().leadsByStatus == ["DONE": 1])
        // The dealer has ended it: the open need does not come back to him.
        _ = try world.store.reconcile(now: world.now, everything: true)
        #expect(try world.store.operatorCounts().leadsByStatus == ["DONE": 1])
    }

    @Test func `the same key with the same body gets the same answer, with another a conflict`()
        throws
    {
        let (world, lead) = try opened()
        let report = world.status(.acknowledged, key: "k1")
        let first = try world.store.report(
            dealer: "NL-1", lead: lead.id, report, now: world.now)
        let moved = world.status(.contacted, key: "k2")
        _ = try world.store.report(dealer: "NL-1", lead: lead.id, moved, now: world.now)
        let later = world.now.advanced(by: .hours(1))
        #expect(
            try world.store.report(dealer: "NL-1", lead: lead.id, report, now: later) == first)
        #expect(try world.lead()?.status == .contacted)
        let other = world.status(.booked, key: "k1")
        #expect(
            try world.store.report(dealer: "NL-1", lead: lead.id, other, now: later)
                == .keyConflict)
        try world.fire(try world.firing(code: "SV-12"))
        let second = try #require(try world.lead())
        #expect(
            try world.store.report(dealer: "NL-1", lead: second.id, report, now: later)
                == .keyConflict)
    }

    @Test func `an old version and a step backwards are refused and say how it stands`() throws {
        let (world, lead) = try opened()
        _ = try world.store.report(
            dealer: "NL-1", lead: lead.id, world.status(.booked, key: "a", version: 1),
            now: world.now)
        #expect(
            try world.store.report(
                dealer: "NL-1", lead: lead.id, world.status(.showed, key: "b", version: 1),
                now: world.now) == .versionConflict(current: 2))
        #expect(
            try world.store.report(
                dealer: "NL-1", lead: lead.id, world.status(.contacted, key: "c"), now: world.now)
                == .stepRefused(from: .booked, to: .contacted))
        // A refused report does not use its key up.
        guard
            case .accepted = try world.store.report(
                dealer: "NL-1", lead: lead.id, world.status(.showed, key: "b", version: 2),
                now: world.now)
        else {
            Issue.record("the key was used up")
            return
        }
    }

    @Test func `a report that is wrong by itself names the field`() throws {
        let (world, lead) = try opened()
        let late = world.now.advanced(by: .minutes(6))
        let wrong: [(String, LeadStatusReport)] = [
            ("status", world.status(.withdrawn, key: "k")),
            ("status", world.status(.new, key: "k")),
            ("at", world.status(.acknowledged, key: "k", at: late)),
            ("idempotency_key", world.status(.acknowledged, key: "")),
            (
                "idempotency_key",
                world.status(.acknowledged, key: String(repeating: "k", count: 101))
            ),
            ("reason", world.status(.lost, key: "k")),
            ("text", world.status(.lost, key: "k", reason: .other)),
            (
                "text",
                world.status(
                    .lost, key: "k", reason: .price, text: String(repeating: "x", count: 501))
            ),
        ]
        for (field, report) in wrong {
            let answer = try world.store.report(
                dealer: "NL-1", lead: lead.id, report, now: world.now)
            guard case .invalid(let named, let reason) = answer else {
                Issue.record("\(field): \(answer)")
                continue
            }
            #expect(named == field && !reason.isEmpty)
        }
        #expect(try world.lead()?.version == 1)
    }

    @Test func `a report on a withdrawn lead is kept as late and changes nothing`() throws {
        let (world, lead) = try opened()
        try world.fire(try world.firing(.withdraw, hash: "h2"))
        let answer = try world.store.report(
            dealer: "NL-1", lead: lead.id, world.status(.contacted, key: "k", version: 1),
            now: world.now)
        guard case .accepted(let receipt) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(receipt.isLate && receipt.status == .withdrawn)
        #expect(try world.lead()?.status == .withdrawn)
    }

    @Test(arguments: [LossReason.soldVehicle, .wrongPerson])
    func `doubt about the holder stops every other lead of the vehicle at once`(
        reason: LossReason
    ) throws {
        let (world, lead) = try opened()
        try world.fire(try world.firing(code: "SV-12"))
        _ = try world.store.report(
            dealer: "NL-1", lead: lead.id, world.status(.lost, key: "k", reason: reason),
            now: world.now)
        let counts = try world.store.operatorCounts()
        #expect(counts.leadsByStatus == ["LOST": 1, "WITHDRAWN": 1])
        #expect(counts.parkedByReason == ["ownership_disputed": 2])
        #expect(try world.fire(try world.firing(code: "SV-16")).parked == 1)
    }

    @Test func `a complaint brings thirty days of silence`() throws {
        let (world, lead) = try opened()
        _ = try world.store.report(
            dealer: "NL-1", lead: lead.id, world.status(.lost, key: "k", reason: .complaint),
            now: world.now)
        #expect(try world.fire(try world.firing(code: "SV-16")).parked == 1)
        let before = world.now.advanced(by: .days(29))
        #expect(try world.store.reconcile(now: before, everything: true).leadsOpened == 0)
        let after = world.now.advanced(by: .days(30))
        #expect(try world.store.reconcile(now: after, everything: true).leadsOpened == 1)
    }

    @Test func `a declined lead goes to another dealer only when the holder chooses one`() throws {
        let (world, lead) = try opened()
        _ = try world.store.report(
            dealer: "NL-1", lead: lead.id, world.status(.declinedByDealer, key: "k"),
            now: world.now)
        #expect(try world.store.reconcile(now: world.now, everything: true).leadsOpened == 0)
        try world.load(.choices, "vehicle,dealer,chosen_at\ncar-1,NL-2,2026-02-20\n")
        #expect(try world.store.reconcile(now: world.now).leadsOpened == 1)
        #expect(try world.lead(of: "NL-2")?.status == .delivered)
    }
}
