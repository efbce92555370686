import CustomerStore
import Customers
import Testing
import VehicleSignals

@Suite struct PullTests {
    @Test func `the cursor walks over changes, and asking in vain costs no line`() throws {
        let world = try StoreWorld.ready()
        for code in ["SV-01", "SV-12", "SV-16"] { try world.fire(try world.firing(code: code)) }
        let first = try world.store.leads(dealer: "NL-1", after: 0, limit: 2, now: world.now)
        #expect(first.leads.map(\.triggerCode) == ["SV-01", "SV-12"] && first.hasMore)
        let rest = try world.store.leads(dealer: "NL-1", after: first.cursor, now: world.now)
        #expect(rest.leads.map(\.triggerCode) == ["SV-16"] && !rest.hasMore)
        #expect(try world.store.disclosures().map(\.door) == [.leadList, .leadList, .leadList])
        let none = try world.store.leads(dealer: "NL-1", after: rest.cursor, now: world.now)
        #expect(none.leads.isEmpty && none.cursor == rest.cursor)
        #expect(try world.store.disclosures().count == 3)
        try world.fire(try world.firing(.escalate, tier: .t2, hash: "h2"))
        let changed = try world.store.leads(dealer: "NL-1", after: rest.cursor, now: world.now)
        #expect(changed.leads.map(\.triggerCode) == ["SV-01"])
    }

    @Test func `a lead withdrawn while its page is read does not move the cursor past others`()
        throws
    {
        let world = try StoreWorld.ready()
        try world.load(.vehicles, "vehicle,brand,model\ncar-2,ACME,Wander\n")
        try world.load(.holdings, "vehicle,person,from\ncar-2,bob,2024-01-01\n")
        try world.load(.choices, "vehicle,dealer,chosen_at\ncar-2,NL-1,2024-01-02\n")
        try world.load(
            .permissions, "person,controller,purpose,state,at\nbob,NL-1,P3,Given,2024-01-02\n")
        try world.fire(try world.firing(vehicle: "car-2"))
        try world.fire(try world.firing(code: "SV-01"), try world.firing(code: "SV-12"))
        try world.load(
            .permissions, "person,controller,purpose,state,at\nbob,NL-1,P3,Withdrawn,2026-03-01\n")
        let first = try world.store.leads(dealer: "NL-1", after: 0, limit: 1, now: world.now)
        let withdrawn = try #require(first.leads.first)
        #expect(withdrawn.status == .withdrawn && withdrawn.sequence > first.cursor)
        let rest = try world.store.leads(dealer: "NL-1", after: first.cursor, now: world.now)
        #expect(rest.leads.map(\.triggerCode) == ["SV-01", "SV-12", "SV-01"])
        #expect(rest.leads.last?.id == withdrawn.id)
    }

    @Test func `pages of all sizes show every lead once`() throws {
        let world = try StoreWorld.ready()
        for code in 0..<7 { try world.fire(try world.firing(code: "X-\(code)")) }
        for size in 1...8 {
            var seen: [String] = []
            var cursor: Int64 = 0
            while true {
                let page = try world.store.leads(
                    dealer: "NL-1", after: cursor, limit: size, now: world.now)
                if page.leads.isEmpty { break }
                seen += page.leads.map(\.triggerCode)
                cursor = page.cursor
            }
            #expect(seen == (0..<7).map { "X-\($0)" })
        }
    }

    @Test func `another dealer's lead does not exist`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        let lead = try #require(try world.lead())
        #expect(try world.store.lead(dealer: "NL-1", id: lead.id, now: world.now)?.id == lead.id)
        for dealer in ["NL-2", "NL-9", ""] {
            #expect(try world.store.lead(dealer: dealer, id: lead.id, now: world.now) == nil)
            #expect(try world.store.leads(dealer: dealer, after: 0, now: world.now).leads.isEmpty)
            #expect(
                try world.store.contact(dealer: dealer, lead: lead.id, now: world.now) == .notFound)
            let report = world.status(.acknowledged, key: "k")
            #expect(
                try world.store.report(dealer: dealer, lead: lead.id, report, now: world.now)
                    == .notFound)
        }
        #expect(try world.store.lead(dealer: "NL-1", id: "none", now: world.now) == nil)
    }

    @Test func `a pull asks the permission itself and gives a tombstone at once`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        try world.load(
            .permissions, "person,controller,purpose,state,at\nann,NL-1,P3,Withdrawn,2026-03-01\n")
        let lead = try #require(try world.lead())
        #expect(lead.status == .withdrawn && lead.reason.isEmpty && lead.model.isEmpty)
        #expect(try world.store.disclosures().isEmpty)
    }

    @Test func `the contact has the permitted channels only and writes its line`() throws {
        let world = try StoreWorld.ready()
        try world.load(
            .permissions,
            """
            person,controller,purpose,state,at,channel
            ann,NL-1,P3,Refused,2026-02-01,email
            """)
        try world.fire(try world.firing())
        let lead = try #require(try world.lead())
        let answer = try world.store.contact(dealer: "NL-1", lead: lead.id, now: world.now)
        guard case .contact(let contact) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(contact.name == "Ann de Vries" && contact.language == "nl")
        #expect(contact.channels == ["phone": "+31201234567"] && contact.advisor == "Kees")
        #expect(contact.vin == "TMBJG7NX8M0000017" && contact.plate == "AB-12-CD")
        let line = try #require(try world.store.disclosures(lead: lead.id).last)
        #expect(line.door == .contact && line.dataClasses == [.vehicleStatic, .identityContact])
    }

    @Test func `a contact is refused when permission or agreement do not cover it now`() throws {
        let world = try StoreWorld.ready()
        try world.load(
            .agreements,
            """
            manufacturer,dealer,version,purposes,data_classes,valid_from
            MAKER,NL-1,2,P3,D1 D2 D10,2026-01-01
            """)
        try world.fire(try world.firing())
        let lead = try #require(try world.lead())
        let before = try world.store.disclosures().count
        guard
            case .refused(let first) = try world.store.contact(
                dealer: "NL-1", lead: lead.id, now: world.now),
            case .refused(let other) = try world.store.contact(
                dealer: "NL-1", lead: lead.id, purpose: .marketingDealer, now: world.now)
        else {
            Issue.record("not refused")
            return
        }
        #expect(first.code == .permissionWithdrawn && other.code == .permissionWithdrawn)
        #expect(first.sentence == RefusalReason.agreementLacksData.sentence)
        // The lead itself may still be told: it stays.
        #expect(try world.lead()?.status == .delivered)
        try world.load(
            .permissions, "person,controller,purpose,state,at\nann,NL-1,P3,Withdrawn,2026-03-01\n")
        guard
            case .refused(let gone) = try world.store.contact(
                dealer: "NL-1", lead: lead.id, now: world.now)
        else {
            Issue.record("not refused")
            return
        }
        #expect(gone.code == .permissionWithdrawn)
        #expect(try world.lead()?.status == .withdrawn)
        #expect(try world.store.disclosures(lead: lead.id).filter { $0.door == .contact }.isEmpty)
        #expect(try world.store.disclosures().count == before + 1)
    }

    @Test func `an owner sees what was told of his vehicle while it was his`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        let lead = try #require(try world.lead())
        _ = try world.store.contact(dealer: "NL-1", lead: lead.id, now: world.now)
        let own = try world.store.disclosures(about: "ann")
        #expect(own.map(\.door) == [.leadList, .contact])
        #expect(own == (try world.store.disclosures()))
        #expect(try world.store.disclosures(about: "bob").isEmpty)
        // The car passes to Bob, with a need of his own time.
        try world.load(.holdings, "vehicle,person,from\ncar-1,bob,2026-03-02\n")
        let later = world.now.advanced(by: .days(3))
        try world.load(
            .permissions, "person,controller,purpose,state,at\nbob,NL-1,P3,Given,2026-03-02\n")
        try world.load(.choices, "vehicle,dealer,chosen_at\ncar-1,NL-1,2026-03-02\n", at: later)
        _ = try world.store.reconcile(now: later)
        try world.fire(
            try world.firing(code: "SV-12", at: later.advanced(by: .hours(-1))), at: later)
        _ = try world.lead(at: later)
        let his = try world.store.disclosures(about: "bob")
        #expect(!his.isEmpty && his.allSatisfy { $0.at == later })
        #expect(try world.store.disclosures(about: "ann").allSatisfy { $0.at == world.now })
        #expect(try world.store.disclosures(about: "ann", after: own[0].id, limit: 1) == [own[1]])
    }

    @Test func `a closed lead has no contact`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing())
        let lead = try #require(try world.lead())
        _ = try world.store.report(
            dealer: "NL-1", lead: lead.id, world.status(.done, key: "k"), now: world.now)
        guard
            case .refused(let refusal) = try world.store.contact(
                dealer: "NL-1", lead: lead.id, now: world.now)
        else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.code == .leadClosed)
    }

    @Test func `two dealers know the same vehicle by different names that stay the same`() throws {
        let world = try StoreWorld.ready()
        try world.fire(try world.firing(), try world.firing(code: "SV-12"))
        let leads = try world.store.leads(dealer: "NL-1", after: 0, now: world.now).leads
        #expect(Set(leads.map(\.vehicleReference)).count == 1)
        try world.load(.choices, "vehicle,dealer,chosen_at\ncar-1,NL-2,2026-02-20\n")
        _ = try world.store.reconcile(now: world.now)
        let theirs = try world.store.leads(dealer: "NL-2", after: 0, now: world.now).leads
        #expect(Set(theirs.map(\.vehicleReference)).count == 1)
        #expect(theirs.first?.vehicleReference != leads.first?.vehicleReference)
        try world.reopen()
        try world.load(.choices, "vehicle,dealer,chosen_at\ncar-1,NL-1,2026-02-21\n")
        _ = try world.store.reconcile(now: world.now)
        #expect(try world.lead()?.vehicleReference == leads.first?.vehicleReference)
    }
}
