import CustomerStore
import Customers
import Testing
import VehicleSignals

@Suite struct DeliveryTests {
    private func begin(_ world: StoreWorld, _ event: String, at time: Timestamp? = nil) throws
        -> DeliveryOrder?
    {
        let decision = try world.store.beginAttempt(event: event, now: time ?? world.now)
        if case .send(let order) = decision { return order }
        return nil
    }

    @Test func `an attempt carries what it needs and writes its line before anything leaves`()
        throws
    {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        let due = try #require(try world.store.dueDeliveries(now: world.now).first)
        #expect(due.dealer == "NL-1" && due.attempts == 0 && !due.event.contains("."))
        let order = try #require(try begin(world, due.event))
        #expect(order.url == "https://one.example/hook" && order.secret == StoreWorld.secret)
        #expect(order.attempt == 1 && order.kind == .opened && order.lead.brand == "ACME")
        let line = try #require(try world.store.disclosures().first)
        #expect(line.recipient == "NL-1" && line.door == .webhook && line.attempt == 1)
        #expect(line.dataClasses == [.vehicleStatic, .triggers, .technicalState])
        #expect(line.reference == order.lead.vehicleReference && line.purpose == .dealerShare)
        #expect(line.basis.hasPrefix("permission:1 agreement:1 choice:1 epoch:1"))
        #expect(line.lead == order.lead.id && line.event == due.event && line.at == world.now)
        // Under way: nobody else takes it.
        #expect(try world.store.dueDeliveries(now: world.now).isEmpty)
        #expect(try world.store.beginAttempt(event: due.event, now: world.now) == .gone)
        try world.store.finishAttempt(event: due.event, result: .delivered, now: world.now)
        #expect(try world.lead()?.status == .delivered)
        #expect(try world.store.operatorCounts().outboxByState == ["delivered": 1])
    }

    @Test func `the ground on which it is told is that of the records`() throws {
        let world = try StoreWorld.ready()
        try world.load(
            .permissions,
            "person,controller,purpose,state,at,basis\nann,NL-1,P3,Given,2024-01-02,contract\n")
        try world.fire(try world.firing())
        let event = try #require(try world.store.dueDeliveries(now: world.now).first?.event)
        let order = try #require(try begin(world, event))
        #expect(order.legalBasis == "consent+contract")
        let line = try #require(try world.store.disclosures().first)
        #expect(
            line.basis.hasPrefix("permission:1+3 ")
                && line.basis.hasSuffix("ground:consent+contract"))
        try world.fire(try world.firing(.withdraw, hash: "h2"))
        let tombstone = try #require(try world.store.dueDeliveries(now: world.now).first?.event)
        #expect(try begin(world, tombstone)?.legalBasis == "legal_obligation")
        let wrong = try world.load(
            .permissions,
            "person,controller,purpose,state,at,basis\nann,NL-1,P3,Given,2024-01-03,because\n")
        #expect(wrong.rejected.first?.column == "basis")
    }

    @Test func `permission is asked at the moment at which the file is ours`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        let event = try #require(try world.store.dueDeliveries(now: world.now).first?.event)
        var moments = [world.now.advanced(by: .hours(1))]
        // Withdrawn after the attempt was asked for, before the store came to decide.
        try world.load(
            .permissions,
            "person,controller,purpose,state,at\nann,NL-1,P3,Withdrawn,2026-03-01T08:30:00Z\n")
        #expect(
            try world.store.beginAttempt(event: event, now: moments.removeFirst())
                == .withdrawn(.permissionWithdrawn))
        #expect(moments.isEmpty)
    }

    @Test func `a retry comes at its time with the same event and one attempt more`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        let event = try #require(try world.store.dueDeliveries(now: world.now).first?.event)
        _ = try begin(world, event)
        let later = world.now.advanced(by: .minutes(5))
        try world.store.finishAttempt(
            event: event, result: .retry(at: later, error: "503"), now: world.now)
        #expect(try world.store.dueDeliveries(now: world.now).isEmpty)
        #expect(try world.store.nextDeliveryTime() == later)
        #expect(try world.store.dueDeliveries(now: later).first?.attempts == 1)
        #expect(try begin(world, event, at: later)?.attempt == 2)
        #expect(try world.store.disclosures().count == 2)
    }

    @Test func `a withdrawal before the first attempt means that nothing ever leaves`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        let event = try #require(try world.store.dueDeliveries(now: world.now).first?.event)
        try world.load(
            .permissions, "person,controller,purpose,state,at\nann,NL-1,P3,Withdrawn,2026-03-01\n")
        // No reconciliation in between: the attempt itself asks.
        #expect(
            try world.store.beginAttempt(event: event, now: world.now)
                == .withdrawn(.permissionWithdrawn))
        #expect(try world.store.dueDeliveries(now: world.now).isEmpty)
        #expect(try world.store.disclosures().isEmpty)
        #expect(try world.store.triggers(of: world.key()).first?.parked == .permissionWithdrawn)
    }

    @Test func `a withdrawal between two attempts becomes a tombstone without content`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        let event = try #require(try world.store.dueDeliveries(now: world.now).first?.event)
        _ = try begin(world, event)
        let later = world.now.advanced(by: .hours(2))
        try world.store.finishAttempt(
            event: event, result: .retry(at: later, error: "timeout"), now: world.now)
        try world.load(
            .permissions,
            "person,controller,purpose,state,at\nann,MAKER,P3,Revoked,2026-03-01T09:00:00Z\n")
        #expect(
            try world.store.beginAttempt(event: event, now: later)
                == .withdrawn(.permissionWithdrawn))
        let tombstone = try #require(try world.store.dueDeliveries(now: later).first)
        #expect(tombstone.kind == .withdrawn && tombstone.event != event)
        let order = try #require(try begin(world, tombstone.event, at: later))
        #expect(order.lead.status == .withdrawn && order.lead.reason.isEmpty)
        #expect(order.lead.brand.isEmpty && order.endedReason == "permission_withdrawn")
        let line = try #require(try world.store.disclosures().last)
        #expect(line.basis == "duty:withdrawal" && line.dataClasses == [.triggers])
    }

    @Test func `an answer that comes after the withdrawal changes nothing`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        let event = try #require(try world.store.dueDeliveries(now: world.now).first?.event)
        _ = try begin(world, event)
        try world.fire(try world.firing(.withdraw, hash: "h2"))
        try world.store.finishAttempt(event: event, result: .delivered, now: world.now)
        #expect(
            try world.store.operatorCounts().outboxByState == ["withdrawn": 1, "pending": 1])
        #expect(try world.store.dueDeliveries(now: world.now).map(\.kind) == [.withdrawn])
        #expect(try world.store.replay(event: event, now: world.now) == false)
    }

    @Test func `events of a lead go one after the other`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        try world.fire(try world.firing(.escalate, tier: .t2, hash: "h2"))
        let first = try world.store.dueDeliveries(now: world.now)
        #expect(first.map(\.kind) == [.opened])
        _ = try begin(world, first[0].event)
        #expect(try world.store.dueDeliveries(now: world.now).isEmpty)
        try world.store.finishAttempt(event: first[0].event, result: .delivered, now: world.now)
        #expect(try world.store.dueDeliveries(now: world.now).map(\.kind) == [.escalated])
    }

    @Test func `a dealer with a full queue leaves the others their turn`() throws {
        let world = try StoreWorld.ready()
        try world.load(
            .endpoints, "dealer,url,secret\nNL-2,https://two.example,\(StoreWorld.secret)\n")
        for code in 0..<30 { try world.fire(try world.firing(code: "X-\(code)")) }
        try world.load(.choices, "vehicle,dealer,chosen_at\ncar-1,NL-2,2026-02-20\n")
        try world.fire(try world.firing(code: "SV-12"))
        let due = try world.store.dueDeliveries(now: world.now, limit: 4, perEndpoint: 10)
        #expect(due.contains { $0.dealer == "NL-2" })
        let few = try world.store.dueDeliveries(now: world.now, limit: 100, perEndpoint: 3)
        #expect(few.filter { $0.dealer == "NL-1" }.count == 3)
        let busy = Set(due.filter { $0.dealer == "NL-1" }.map(\.endpoint))
        let others = try world.store.dueDeliveries(now: world.now, excluding: busy)
        #expect(others.allSatisfy { $0.dealer == "NL-2" } && !others.isEmpty)
    }

    @Test func `an endpoint that is gone waits until somebody switches it on`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        let due = try #require(try world.store.dueDeliveries(now: world.now).first)
        _ = try begin(world, due.event)
        try world.store.finishAttempt(
            event: due.event, result: .endpointGone(error: "410 Gone"), now: world.now)
        #expect(try world.store.dueDeliveries(now: world.now).isEmpty)
        let off = try #require(try world.store.disabledEndpoints().first)
        #expect(off.dealer == "NL-1" && off.reason == "410 Gone" && off.waiting == 1)
        // The same import again does not undo it; a word on it does.
        try world.load(
            .endpoints, "dealer,url,secret\nNL-1,https://one.example/hook,\(StoreWorld.secret)\n")
        #expect(try world.store.dueDeliveries(now: world.now).isEmpty)
        let on = try world.load(
            .endpoints, "dealer,url,secret,enabled\nNL-1,https://one.example/hook,,yes\n")
        #expect(on.changed == 1)
        #expect(try world.store.dueDeliveries(now: world.now).count == 1)
    }

    @Test func `dead events come back by hand, one or all of an endpoint`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        let due = try #require(try world.store.dueDeliveries(now: world.now).first)
        for round in 0..<2 {
            _ = try begin(world, due.event)
            try world.store.finishAttempt(
                event: due.event, result: .dead(error: "gave up"), now: world.now)
            #expect(try world.store.dueDeliveries(now: world.now).isEmpty)
            if round == 0 {
                #expect(try world.store.replay(event: due.event, now: world.now))
            } else {
                #expect(try world.store.replayAll(endpoint: due.endpoint, now: world.now) == 1)
            }
            #expect(try world.store.dueDeliveries(now: world.now).first?.event == due.event)
        }
        #expect(try world.store.replay(event: "evt_none", now: world.now) == false)
    }

    @Test func `attempts under way when the process ended are due after a start`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        let event = try #require(try world.store.dueDeliveries(now: world.now).first?.event)
        _ = try begin(world, event)
        try world.reopen()
        #expect(try world.store.dueDeliveries(now: world.now).isEmpty)
        #expect(try world.store.releaseDeliveriesUnderWay(now: world.now) == 1)
        #expect(try world.store.dueDeliveries(now: world.now).first?.event == event)
    }
}
