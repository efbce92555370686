import CustomerStore
import Customers
import Foundation
import Testing
import VehicleSignals

/// What an erasure leaves of needs and leads, and whom it tells.
@Suite struct NeedErasureTests {
    private func holds(_ text: String, _ world: StoreWorld) throws -> Bool {
        for name in try FileManager.default.contentsOfDirectory(atPath: world.folder.path) {
            let bytes = try Data(contentsOf: world.folder.appending(path: name))
            if bytes.range(of: Data(text.utf8)) != nil { return true }
        }
        return false
    }

    private func firing(_ world: StoreWorld, _ code: String, _ mark: String) throws -> FiringRecord
    {
        var firing = try world.firing(code: code)
        firing.reason = "WORDS-\(mark)"
        firing.facts = "{\"inputs\":\"FACTS-\(mark)\"}"
        firing.inputsHash = "HASH-\(mark)"
        return firing
    }

    @Test func `an open lead is withdrawn, its dealer hears it, and then its content is gone`()
        throws
    {
        let world = try StoreWorld.ready()
        let store = world.store
        try world.fire(firing(world, "SV-01", "A"))
        let opened = try #require(try store.dueDeliveries(now: world.now).first)
        guard case .send(let order) = try store.beginAttempt(event: opened.event, now: world.now)
        else { return #expect(Bool(false), "the lead may leave") }
        try store.finishAttempt(event: opened.event, result: .delivered, now: world.now)
        #expect(order.lead.reason == "WORDS-A")
        let lines = try store.disclosures().count
        #expect(try holds("FACTS-A", world))

        let outcome = try store.eraseNeeds(of: try world.key(), now: world.now)
        #expect(outcome.leadsWithdrawn == 1 && outcome.eventsQueued == 1)
        #expect(outcome.triggersBlanked == 1 && outcome.triggersRemoved == 0)
        // As when a permission ends: a word of the withdrawal, and nothing but opaque names.
        let told = try #require(try store.dueDeliveries(now: world.now).first)
        guard case .send(let last) = try store.beginAttempt(event: told.event, now: world.now)
        else { return #expect(Bool(false), "the withdrawal may leave") }
        #expect(last.kind == .withdrawn && last.endedReason == "erasure")
        #expect(last.lead.id == order.lead.id && last.lead.reason.isEmpty)
        #expect(last.lead.odometerKilometres == nil && last.lead.brand.isEmpty)
        // Whoever pulls sees the same, and a contact is refused.
        #expect(try world.lead()?.status == .withdrawn)
        guard
            case .refused(let why) = try store.contact(
                dealer: "NL-1", lead: order.lead.id, now: world.now)
        else { return #expect(Bool(false), "there is nobody to call") }
        #expect(why.code == .leadClosed)

        for word in ["WORDS-A", "FACTS-A", "HASH-A"] { #expect(try !holds(word, world)) }
        let trigger = try #require(try store.triggers(of: try world.key()).first)
        #expect(trigger.status == .withdrawn && trigger.reason.isEmpty && trigger.facts == "{}")
        #expect(trigger.dueExpected == nil && trigger.leads.map(\.endedReason) == ["erasure"])
        // The record of what was shared stays.
        #expect(try store.disclosures().count == lines + 1)
        // Again: nothing more to do, and nothing is told twice.
        #expect(try store.eraseNeeds(of: try world.key(), now: world.now) == NeedErasure())
        #expect(try store.reconcile(now: world.now, everything: true).leadsOpened == 0)
    }

    @Test func `a dealer who never heard of the lead hears nothing`() throws {
        let world = try StoreWorld.ready()
        try world.fire(firing(world, "SV-01", "A"))
        let outcome = try world.store.eraseNeeds(of: try world.key(), now: world.now)
        #expect(outcome.leadsWithdrawn == 1 && outcome.eventsQueued == 0)
        #expect(try world.store.dueDeliveries(now: world.now).isEmpty)
    }

    @Test func `needs that were no lead go whole, and other vehicles keep theirs`() throws {
        let world = try StoreWorld.ready()
        try world.load(.vehicles, "vehicle,brand,model\ncar-2,ACME,Wander\ncar-3,ACME,Wander\n")
        for car in ["car-2", "car-3"] {
            var parked = try firing(world, "SV-12", car)
            parked.vehicle = try world.key(car)
            try world.fire(parked)
        }
        let outcome = try world.store.eraseNeeds(of: try world.key("car-2"), now: world.now)
        #expect(outcome.triggersRemoved == 1 && outcome.triggersBlanked == 0)
        #expect(try world.store.triggers(of: try world.key("car-2")).isEmpty)
        #expect(try !holds("FACTS-car-2", world))
        #expect(try world.store.triggers(of: try world.key("car-3")).count == 1)
        #expect(try holds("FACTS-car-3", world))
    }

    @Test func `what comes after an erasure begins anew`() throws {
        let world = try StoreWorld.ready()
        let old = try firing(world, "SV-01", "A")
        try world.fire(old)
        let first = try #require(try world.lead())
        _ = try world.store.eraseNeeds(of: try world.key(), now: world.now)
        // The same car speaks on, and says what it said before.
        let outcome = try world.fire(old, at: world.now.advanced(by: .hours(1)))
        #expect(outcome.opened == 1 && outcome.leadsOpened == 1)
        let again = try #require(try world.lead(at: world.now.advanced(by: .hours(1))))
        #expect(again.id != first.id && again.status == .delivered && again.reason == "WORDS-A")
    }
}
