import CustomerStore
import Customers
import Foundation
import GRDB
import Testing
import VehicleSignals

@Suite struct RetentionTests {
    private func deliver(_ world: StoreWorld, at time: Timestamp) throws -> String {
        let event = try #require(try world.store.dueDeliveries(now: time).first?.event)
        _ = try world.store.beginAttempt(event: event, now: time)
        try world.store.finishAttempt(event: event, result: .delivered, now: time)
        return event
    }

    @Test func `events go with their time once the lead has ended, and not before`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        _ = try deliver(world, at: world.now)
        let later = world.now.advanced(by: .days(100))
        func removeOld() throws -> Int {
            try world.store.removeOld(
                eventsBefore: later.advanced(by: .days(-90)), keysBefore: .distantPast
            ).events
        }
        // The lead goes on: the event says which endpoint knows of it.
        #expect(try removeOld() == 0)
        let lead = try #require(try world.lead())
        _ = try world.store.report(
            dealer: "NL-1", lead: lead.id, world.status(.done, key: "k"), now: world.now)
        #expect(try removeOld() == 1)
        #expect(try world.store.operatorCounts().outboxByState.isEmpty)
        // The ledger and the lead stay.
        #expect(try world.store.disclosures(lead: lead.id).isEmpty == false)
        #expect(try world.store.leadStanding(dealer: "NL-1", id: lead.id)?.status == .done)
        // Nobody is told of it a second time.
        _ = try world.store.reconcile(now: later, everything: true)
        #expect(try world.store.dueDeliveries(now: later).isEmpty)
    }

    @Test func `what waits and what is young stays, whatever became of the lead`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        _ = try deliver(world, at: world.now)
        // Ends the lead; its tombstone waits.
        try world.fire(try world.firing(.withdraw, hash: "h2"))
        let cutoff = world.now.advanced(by: .days(1))
        #expect(
            try world.store.removeOld(eventsBefore: world.now, keysBefore: .distantPast).events == 0
        )
        #expect(
            try world.store.removeOld(eventsBefore: cutoff, keysBefore: .distantPast).events == 1)
        #expect(try world.store.dueDeliveries(now: cutoff).map(\.kind) == [.withdrawn])
    }

    @Test func `an idempotency key is forgotten after its time`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        let lead = try #require(try world.lead())
        let report = world.status(.acknowledged, key: "once")
        func send(at time: Timestamp) throws -> StatusAnswer {
            try world.store.report(dealer: "NL-1", lead: lead.id, report, now: time)
        }
        let first = try send(at: world.now)
        #expect(
            try world.store.removeOld(eventsBefore: .distantPast, keysBefore: world.now).keys == 0)
        #expect(try send(at: world.now.advanced(by: .days(1))) == first)
        let soon = world.now.advanced(by: TimeSpan(milliseconds: 1))
        #expect(
            try world.store.removeOld(eventsBefore: .distantPast, keysBefore: soon).keys == 1)
        // It counts as a new report now, and that step was taken already.
        #expect(
            try send(at: world.now.advanced(by: .days(1)))
                == .stepRefused(from: .acknowledged, to: .acknowledged))
    }

    @Test func `a replay by hand has the whole schedule before it and hides no withdrawal`() throws
    {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        let event = try #require(try world.store.dueDeliveries(now: world.now).first?.event)
        for attempt in 1...10 {
            _ = try world.store.beginAttempt(event: event, now: world.now)
            let result: AttemptResult =
                attempt < 10 ? .retry(at: world.now, error: "503") : .dead(error: "503")
            try world.store.finishAttempt(event: event, result: result, now: world.now)
        }
        #expect(try world.store.replay(event: event, now: world.now))
        let due = try #require(try world.store.dueDeliveries(now: world.now).first)
        #expect(due.attempts == 10 && due.scheduledAttempts == 0)
        _ = try world.store.beginAttempt(event: event, now: world.now)
        try world.store.finishAttempt(
            event: event, result: .retry(at: world.now, error: "503"), now: world.now)
        #expect(try world.store.dueDeliveries(now: world.now).first?.scheduledAttempts == 1)
        // Ten attempts may have reached the dealer: he is told that it is over.
        #expect(try world.store.replayAll(endpoint: due.endpoint, now: world.now) == 1)
        #expect(try world.store.dueDeliveries(now: world.now).first?.scheduledAttempts == 0)
        try world.fire(try world.firing(.withdraw, hash: "h2"))
        #expect(try world.store.dueDeliveries(now: world.now).map(\.kind) == [.withdrawn])
    }

    @Test func `deadlines follow the dealer's own calendar`() throws {
        let world = try StoreWorld.ready()
        try world.load(
            .dealers,
            """
            dealer,name,brands,time_zone,opening_hours,holidays
            NL-1,Garage One,ACME;NORD,Europe/Amsterdam,Mo-Fr 07:00-15:00,2026-03-02
            """)
        try world.fire(
            try world.firing(tier: .t1), try world.firing(code: "SV-16", tier: .t0))
        let leads = try world.store.leads(dealer: "NL-1", after: 0, now: world.now).leads
        // Sunday morning: the workshop opens on Tuesday, after its holiday.
        #expect(leads[0].acknowledgeBy?.rfc3339 == "2026-03-03T07:00:00.000Z")
        #expect(leads[0].contactBy?.rfc3339 == "2026-03-03T10:00:00.000Z")
        // What must not wait does not.
        #expect(leads[1].acknowledgeBy == world.now.advanced(by: .minutes(15)))
        let wrong = try world.load(
            .dealers,
            """
            dealer,name,brands,opening_hours,holidays
            NL-8,Eight,ACME,Mo-Fr 8-17,
            NL-9,Nine,ACME,,25.12.2026
            """)
        #expect(wrong.rejected.map(\.column) == ["opening_hours", "holidays"])
        // A file without the columns says nothing about them.
        let again = try world.load(
            .dealers, "dealer,name,brands,time_zone\nNL-1,Garage One,ACME;NORD,Europe/Amsterdam\n")
        #expect(again.unchanged == 1)
    }

    @Test func `what was released of the usage outlives the process`() throws {
        let world = try StoreWorld()
        let march = StoredUsageRelease(month: 2026 * 12 + 2, cells: [1, 2, 3])
        let april = StoredUsageRelease(month: 2026 * 12 + 3, cells: [4])
        try world.store.keep(march, now: world.now)
        try world.store.keep(april, now: world.now)
        try world.store.keep(StoredUsageRelease(month: march.month, cells: [9]), now: world.now)
        try world.reopen()
        #expect(
            try world.store.usageReleases()
                == [StoredUsageRelease(month: march.month, cells: [9]), april])
        try world.store.removeUsageReleases(before: april.month)
        #expect(try world.store.usageReleases() == [april])
    }

    @Test func `a file of the version before is taken over with what stands in it`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        let event = try #require(try world.store.dueDeliveries(now: world.now).first?.event)
        try world.store.close()
        // Undoes what the newer steps did, as the older version left it.
        let file = try DatabaseQueue(path: world.path)
        try file.write { db in
            for statement in [
                "DROP INDEX outbox_finished", "DROP INDEX idempotency_updated",
                "DROP INDEX leads_vehicle", "DROP TABLE usage_releases",
                "DROP TABLE merged_vehicles", "DROP TABLE reported_names",
                "ALTER TABLE outbox DROP COLUMN schedule_start",
                "ALTER TABLE permissions DROP COLUMN basis",
                "ALTER TABLE dealers DROP COLUMN opening_hours",
                "ALTER TABLE dealers DROP COLUMN holidays",
                "DELETE FROM grdb_migrations WHERE substr(identifier, 1, 1) > '3'",
            ] { try db.execute(sql: statement) }
        }
        try file.close()
        let store = try CustomerStore(path: world.path)
        #expect(try store.dueDeliveries(now: world.now).first?.scheduledAttempts == 0)
        guard case .send(let order) = try store.beginAttempt(event: event, now: world.now) else {
            Issue.record("not sent")
            return
        }
        #expect(order.legalBasis == "consent")
        try store.close()
    }
}
