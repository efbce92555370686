import Customers
import GatewayAPI
import Hummingbird
import HummingbirdTesting
import Testing
import VehicleSignals

struct LeadRouteTests {
    @Test func `pages follow the cursor and meet every change once`() async throws {
        let house = House()
        for number in 1...7 { await house.book.add(house.lead("L\(number)")) }
        await house.book.add(house.lead("X1", dealer: FakeKeyRing.other))
        try await house.visit { client async throws in
            var seen: [String] = []
            var next = ""
            var more = true
            while more {
                let page = try await client.get(
                    "\(ownLeads)?limit=3&after=\(next)", key("tpk_dealer_own"))
                #expect(page.status == .ok)
                seen += (page.json["leads"]?.elements ?? []).compactMap { $0["lead_id"]?.string }
                next = try #require(page.json["next"]?.string)
                more = page.json["has_more"] == true
            }
            #expect(seen == (1...7).map { "L\($0)" })
            let report = try await client.post(
                "\(ownLeads)/L2/status", key("tpk_dealer_own", [.idempotencyKey: "a"]),
                #"{"status":"ACKNOWLEDGED"}"#)
            #expect(report.status == .ok)
            let changed = try await client.get("\(ownLeads)?after=\(next)", key("tpk_dealer_own"))
            #expect(changed.json["leads"]?.elements?.count == 1)
            #expect(changed.json["leads"]?.elements?.first?["status"] == "ACKNOWLEDGED")
        }
    }

    @Test func `a lead that is withdrawn while it is read hides none behind it`() async throws {
        let house = House()
        for number in 1...6 { await house.book.add(house.lead("L\(number)")) }
        await house.book.withdrawWhenRead("L2")
        try await house.visit { client async throws in
            var seen: [String] = []
            var next = ""
            var more = true
            while more {
                let page = try await client.get(
                    "\(ownLeads)?limit=2&after=\(next)", key("tpk_dealer_own"))
                seen += (page.json["leads"]?.elements ?? []).compactMap { $0["lead_id"]?.string }
                next = try #require(page.json["next"]?.string)
                more = page.json["has_more"] == true
            }
            // Once as its page is read, and once more at the place of its withdrawal.
            #expect(seen == ["L1", "L2", "L3", "L4", "L5", "L6", "L2"])
        }
    }

    @Test func `an unchanged list costs no disclosure`() async throws {
        let house = House()
        await house.book.add(house.lead("L1"))
        try await house.visit { client async throws in
            let first = try await client.get(ownLeads, key("tpk_dealer_own"))
            let tag = try #require(first.headers[.eTag])
            let disclosed = await house.book.disclosed
            for list in [tag, "W/" + tag, "\"x\", " + tag, "*"] {
                let again = try await client.get(
                    ownLeads, key("tpk_dealer_own", [.ifNoneMatch: list]))
                #expect(again.status == .notModified, "\(list)")
                #expect(again.body.readableBytes == 0)
                #expect(again.headers[.eTag] == tag)
            }
            #expect(await house.book.disclosed == disclosed)
            await house.book.add(house.lead("L2"))
            let changed = try await client.get(ownLeads, key("tpk_dealer_own", [.ifNoneMatch: tag]))
            #expect(changed.status == .ok)
            #expect(changed.headers[.eTag] != tag)
        }
    }

    @Test(arguments: [
        ("limit=0", "BAD_PARAMETER"), ("limit=201", "BAD_PARAMETER"), ("limit=x", "BAD_PARAMETER"),
        ("after=D1", "BAD_CURSOR"), ("after=L-1", "BAD_CURSOR"), ("after=7", "BAD_CURSOR"),
        ("after=Lzzzzzzzzzzzzzzzzz", "BAD_CURSOR"), ("limits=5", "BAD_PARAMETER"),
        ("limit=5&limit=6", "BAD_PARAMETER"), ("after=%ZZ", "BAD_PARAMETER"),
        ("after=%FF", "BAD_PARAMETER"),
    ])
    func `a wrong parameter is named`(query: String, code: String) async throws {
        try await House().visit { client async throws in
            let answer = try await client.get("\(ownLeads)?\(query)", key("tpk_dealer_own"))
            #expect(answer.status == .badRequest)
            #expect(answer.code == code)
        }
    }

    @Test func `a lead shows no person and no VIN`() async throws {
        let house = House()
        await house.book.add(house.lead("L1"))
        try await house.visit { client async throws in
            let answer = try await client.get("\(ownLeads)/L1", key("tpk_dealer_own"))
            #expect(answer.status == .ok)
            #expect(!answer.text.contains("Löwe") && !answer.text.contains("1HGCM82633A004352"))
            #expect(answer.json["odometer"]?["value"] == 48_217)
            #expect(answer.json["tier"] == "T3")
            #expect(answer.json["due"]?["p50"]?.string?.count == 10)
            #expect(answer.json["reason_text"]?["en"]?.string?.contains("service") == true)
            let contact = try #require(answer.json["links"]?["contact"]?.string)
            let called = try await client.get(contact, key("tpk_dealer_own", [.purpose: "P3"]))
            #expect(called.json["vin"] == "1HGCM82633A004352")
        }
    }

    @Test(arguments: [LeadStatus.withdrawn, .expired, .reassigned])
    func `a lead that was taken away keeps its names only`(status: LeadStatus) async throws {
        let house = House()
        await house.book.add(house.lead("L1", status: status))
        try await house.visit { client async throws in
            let lead = try await client.get("\(ownLeads)/L1", key("tpk_dealer_own")).json
            #expect(lead["status"]?.string == status.rawValue)
            for name in ["brand", "model", "odometer", "due", "reason_text", "suggested_action"] {
                #expect(lead[name] == nil)
            }
        }
    }

    @Test func `another dealer's lead is unknown, not forbidden`() async throws {
        let house = House()
        await house.book.add(house.lead("X1", dealer: FakeKeyRing.other))
        try await house.visit { client async throws in
            for path in ["", "/contact"] {
                let answer = try await client.get(
                    "\(ownLeads)/X1\(path)", key("tpk_dealer_own", [.purpose: "P3"]))
                #expect(answer.status == .notFound)
                #expect(answer.code == "UNKNOWN_LEAD")
            }
        }
    }

    @Test func `a contact needs its purpose and a permission that holds now`() async throws {
        let house = House()
        await house.book.add(house.lead("L1"))
        let uri = "\(ownLeads)/L1/contact"
        try await house.visit { client async throws in
            for purpose in [nil, "P4", "p3", ""] {
                var headers = key("tpk_dealer_own")
                headers[.purpose] = purpose
                let answer = try await client.get(uri, headers)
                #expect(answer.status == .badRequest)
                #expect(answer.code == "PURPOSE_REQUIRED")
            }
            #expect(await house.book.contactsAsked.isEmpty)
            let headers = key("tpk_dealer_own", [.purpose: "P3"])
            let given = try await client.get(uri, headers)
            #expect(given.status == .ok)
            #expect(given.json["name"] == "Ada \"Countess\" Löwe")
            #expect(given.headers[.cacheControl] == "no-store")
            #expect(await house.book.contactsAsked == [house.clock.now])
            await house.book.refuse("L1", .permissionWithdrawn)
            let withdrawn = try await client.get(uri, headers)
            #expect(withdrawn.status == .gone)
            #expect(withdrawn.code == "PERMISSION_WITHDRAWN")
            #expect(!withdrawn.text.contains("Löwe"))
            await house.book.refuse("L1", .ownershipChanged)
            #expect(try await client.get(uri, headers).code == "OWNERSHIP_CHANGED")
        }
    }

    @Test func `the same idempotency key changes nothing`() async throws {
        let house = House()
        await house.book.add(house.lead("L1"))
        let uri = "\(ownLeads)/L1/status"
        let headers = key("tpk_dealer_own", [.idempotencyKey: "r-1"])
        try await house.visit { client async throws in
            let body =
                #"{"status":"ACKNOWLEDGED","at":"2026-02-03T07:00:00Z","by":"Kim","version":1}"#
            let first = try await client.post(uri, headers, body)
            #expect(first.status == .ok)
            #expect(first.json["version"] == 2)
            #expect(first.json["repeated"] == false)
            let second = try await client.post(uri, headers, body)
            #expect(second.json["version"] == 2)
            #expect(second.json["repeated"] == true)
            let other = try await client.post(uri, headers, #"{"status":"BOOKED"}"#)
            #expect(other.status == .conflict)
            #expect(other.code == "IDEMPOTENCY_KEY_REUSED")
            let none = try await client.post(uri, key("tpk_dealer_own"), body)
            #expect(none.code == "IDEMPOTENCY_KEY_REQUIRED")
        }
    }

    @Test func `a conflict shows where the lead stands`() async throws {
        let house = House()
        await house.book.add(house.lead("L1", status: .booked))
        let uri = "\(ownLeads)/L1/status"
        try await house.visit { client async throws in
            let back = try await client.post(
                uri, key("tpk_dealer_own", [.idempotencyKey: "r-1"]), #"{"status":"CONTACTED"}"#)
            #expect(back.status == .conflict)
            #expect(back.code == "LIFE_CYCLE_CONFLICT")
            #expect(back.json["current"]?["status"] == "BOOKED")
            let stale = try await client.post(
                uri, key("tpk_dealer_own", [.idempotencyKey: "r-2"]),
                #"{"status":"SHOWED","version":0}"#)
            #expect(stale.status == .conflict)
            #expect(stale.code == "VERSION_CONFLICT")
            #expect(stale.json["current"]?["version"] == 1)
        }
    }

    @Test(arguments: [
        (#"{"status":"SOLD"}"#, ["status"]),
        (#"{"status":"WITHDRAWN"}"#, ["status"]),
        (#"{}"#, ["status"]),
        (#"[]"#, [""]),
        (#"{"status":"LOST"}"#, ["reason"]),
        (#"{"status":"LOST","reason":"OTHER"}"#, ["text"]),
        (#"{"status":"LOST","reason":"CHEAPER"}"#, ["reason"]),
        (#"{"status":"LOST","reason":"OTHER","text":"call 06-1234 5678"}"#, ["text"]),
        (#"{"status":"LOST","reason":"OTHER","text":"ada@example.org"}"#, ["text"]),
        (#"{"status":"LOST","reason":"OTHER","text":"car WVWZZZ1JZXW000001"}"#, ["text"]),
        (#"{"status":"BOOKED","at":"yesterday","by":"","version":"1"}"#, ["at", "by", "version"]),
        (#"{"status":"BOOKED","at":"2027-02-03T07:11:00Z"}"#, ["at"]),
        (#"{"status":"BOOKED","reson":"PRICE"}"#, ["reson"]),
        (#"{"status":"BOOKED","appointment_id":"a\nb"}"#, ["appointment_id"]),
    ])
    func `every wrong value of a report is named`(body: String, members: [String]) async throws {
        let house = House()
        await house.book.add(house.lead("L1"))
        try await house.visit { client async throws in
            let answer = try await client.post(
                "\(ownLeads)/L1/status", key("tpk_dealer_own", [.idempotencyKey: "r"]), body)
            #expect(answer.status.code == 422)
            let named = (answer.json["errors"]?.elements ?? []).compactMap { $0["member"]?.string }
            #expect(Set(named) == Set(members))
        }
    }

    @Test func `wrong JSON is answered with its position`() async throws {
        let house = House()
        await house.book.add(house.lead("L1"))
        try await house.visit { client async throws in
            let answer = try await client.post(
                "\(ownLeads)/L1/status", key("tpk_dealer_own", [.idempotencyKey: "r"]),
                "{\"status\":\n  BOOKED}")
            #expect(answer.status == .badRequest)
            #expect(answer.code == "BAD_JSON")
            #expect(answer.json["position"] == ["offset": 13, "line": 2, "column": 3])
        }
    }

    @Test func `a body that is too large or no JSON by its type is not read`() async throws {
        let house = House()
        await house.book.add(house.lead("L1"))
        try await house.visit { client async throws in
            let headers = key("tpk_dealer_own", [.idempotencyKey: "r"])
            let large = try await client.post(
                "\(ownLeads)/L1/status", headers, String(repeating: " ", count: 20_000))
            #expect(large.status == .contentTooLarge)
            #expect(large.code == "BODY_TOO_LARGE")
            var plain = headers
            plain[.contentType] = "text/plain"
            let typed = try await client.post("\(ownLeads)/L1/status", plain, "{}")
            #expect(typed.status == .unsupportedMediaType)
        }
    }
}
