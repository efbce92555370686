import FleetModel
import Testing
import VehicleSignals

@Suite struct `the expected leads` {
    @Test(arguments: [UInt64](1...40))
    func `no need is unclear, whatever the seed`(seed: UInt64) {
        for days in [10, 60] {
            let fleet = settings(seed: seed, vehicles: 250, days: days)
            let expectation = Expectation(fleet, plans: plans(fleet), dealers: 2)
            #expect(expectation.unclear.isEmpty, "seed \(seed), \(days) days")
        }
    }

    @Test func `no need is unclear over a year, and cycles follow each other`() {
        let fleet = settings(vehicles: 150, days: 365, restHours: 3)
        let expectation = Expectation(fleet, plans: plans(fleet), dealers: 2)
        #expect(expectation.unclear.isEmpty)
        #expect(expectation.leads.contains { $0.key.cycle > 1 })
    }

    @Test func `every rule has its cases`() {
        let fleet = settings(vehicles: 500, days: 60, restHours: 3)
        let expectation = Expectation(fleet, plans: plans(fleet), dealers: 2)
        func count(_ code: String) -> Int { expectation.leads.count { $0.key.code == code } }
        #expect(count("SV-01") > 50)
        #expect(count("SV-02") > 5)
        #expect(count("SV-12") > 5)
        #expect(count("SV-16") > 5)
        #expect(expectation.leads.count { $0.escalatesBetween != nil } > 10)
        #expect(expectation.withheld > 10)
        #expect(Set(expectation.leads.map(\.dealer)) == [0, 1])
        #expect(Set(expectation.leads.map(\.key)).count == expectation.leads.count)
    }

    @Test func `leads are open early enough for a demo`() {
        let fleet = settings(vehicles: 500, days: 60, restHours: 3)
        let expectation = Expectation(fleet, plans: plans(fleet), dealers: 2)
        let soon = fleet.start.advanced(by: .days(10))
        #expect(expectation.leads.count { $0.opensBetween.upperBound < soon } > 20)
    }

    @Test func `the list does not depend on faults of transport`() {
        let quiet = settings(vehicles: 120, days: 40, faults: .none)
        let troubled = settings(vehicles: 120, days: 40, faults: .many)
        let first = Expectation(quiet, plans: plans(quiet), dealers: 2)
        let second = Expectation(troubled, plans: plans(troubled), dealers: 2)
        #expect(first.leads == second.leads)
    }

    @Test func `vehicles without permission, dealer, link or gate get none`() {
        let fleet = settings(vehicles: 300, days: 60, restHours: 3)
        let made = plans(fleet)
        let expectation = Expectation(fleet, plans: made, dealers: 2)
        let withLead = Set(expectation.leads.map(\.key.vehicle))
        for plan in made {
            let customer = CustomerStory(seed: fleet.seed, vehicle: plan.identity.index, dealers: 2)
            if !customer.letsLeadsThrough { #expect(!withLead.contains(plan.identity.topicID)) }
        }
    }

    @Test func `the judge names what is missing, unexpected and twice`() {
        let keys = ["A", "B", "C"].map {
            LeadKey(vehicle: $0, code: "SV-01", position: "", cycle: 1)
        }
        #expect(Judgement(expected: keys, actual: keys.reversed()).isPerfect)
        let judgement = Judgement(
            expected: [keys[0], keys[1]], actual: [keys[1], keys[1], keys[2]])
        #expect(judgement.missing == [keys[0]])
        #expect(judgement.unexpected == [keys[2]])
        #expect(judgement.twice == [keys[1]])
        #expect(judgement.right == 1)
        #expect(!judgement.isPerfect)
    }
}
