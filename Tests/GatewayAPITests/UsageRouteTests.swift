import GatewayAPI
import Hummingbird
import HummingbirdTesting
import Testing
import UsageAggregates
import VehicleSignals

struct UsageRouteTests {
    private func cells(_ answer: TestResponse) -> [JSONValue] {
        answer.json["cells"]?.elements ?? []
    }

    @Test func `a restart does not release a cell afresh`() async throws {
        var house = House()
        let usage = ChangingUsageBook()
        house.usage = usage
        let uri = "/v1/usage?metric=distance&by=model"
        func answer() async throws -> JSONValue? {
            // Each visit is a server of its own, as after a restart.
            try await house.visit { client async throws in
                try await client.get(uri, key("tpk_manufacturer")).json["cells"]
            }
        }
        let first = try await answer()
        #expect(first?.elements?.count == 1)
        let writes = await house.keeper.writes
        #expect(writes == 1)
        // One vehicle leaves: without a memory the difference would be that vehicle.
        await usage.set(0..<39)
        #expect(try await answer() == first)
        #expect(await house.keeper.writes == writes)
        // Enough of them change: now another value may be told.
        await usage.set(12..<52)
        #expect(try await answer() != first)
        #expect(await house.keeper.writes == writes + 1)
    }

    @Test func `an erased vehicle is forgotten in memory too, and the answer stays`() async throws {
        var house = House()
        let usage = ChangingUsageBook()
        // Numbers that do not stand in the bytes by chance.
        let victim: UInt32 = 11_259_375
        await usage.set(victim..<(victim + 40))
        house.usage = usage
        let keeper = house.keeper
        try await house.visit { client async throws in
            let uri = "/v1/usage?metric=distance&by=model"
            let first = try await client.get(uri, key("tpk_manufacturer"))
            #expect(await keeper.writes == 1)
            #expect(await keeper.holds(victim))
            keeper.noteErased(victim)
            let second = try await client.get(uri, key("tpk_manufacturer"))
            #expect(second.text == first.text)
            #expect(await keeper.writes == 2)
            #expect(await !keeper.holds(victim))
            #expect(await keeper.holds(victim + 1))
            _ = try await client.get(uri, key("tpk_manufacturer"))
            #expect(await keeper.writes == 2)
        }
    }

    @Test func `nothing is told that could not be kept`() async throws {
        let house = House()
        await house.keeper.set(broken: true)
        try await house.visit { client async throws in
            let uri = "/v1/usage?metric=vehicles&by=model"
            let refused = try await client.get(uri, key("tpk_manufacturer"))
            #expect(refused.status == .serviceUnavailable)
            #expect(!refused.text.contains("Common"))
            await house.keeper.set(broken: false)
            let told = try await client.get(uri, key("tpk_manufacturer"))
            #expect(told.status == .ok && !cells(told).isEmpty)
            #expect(await house.keeper.writes == 3)
        }
    }

    @Test(arguments: ["vehicles", "distance", "days_driven"])
    func `only cells that may be published are in any answer`(metric: String) async throws {
        try await House().visit { client async throws in
            for by in ["", "model", "powertrain", "month", "model,powertrain,month", "month,model"]
            {
                let answer = try await client.get(
                    "/v1/usage?metric=\(metric)&by=\(by)", key("tpk_manufacturer"))
                #expect(answer.status == .ok)
                #expect(!answer.text.contains("Rare") && !answer.text.contains("Fleet"))
                #expect(!cells(answer).isEmpty)
                for cell in cells(answer) { #expect((cell["value"]?.integer ?? 0) > 0) }
            }
        }
    }

    @Test func `counts are near the truth and multiples of five`() async throws {
        try await House().visit { client async throws in
            let answer = try await client.get(
                "/v1/usage?metric=vehicles&by=model,month&from=2026-01&to=2026-02",
                key("tpk_manufacturer"))
            #expect(answer.json["unit"] == "vehicles")
            #expect(answer.json["from"] == "2026-01" && answer.json["to"] == "2026-02")
            #expect(cells(answer).count == 4)
            for cell in cells(answer) {
                let value = try #require(cell["value"]?.integer)
                let truth: Int64 = cell["model"] == "=Common" ? 40 : 64
                #expect(value % 5 == 0)
                #expect(abs(value - truth) <= 9)
            }
        }
    }

    @Test func `the same answer comes as CSV by header or by parameter`() async throws {
        try await House().visit { client async throws in
            let uri = "/v1/usage?metric=distance&by=model,month&from=2026-01&to=2026-01"
            let byHeader = try await client.get(
                uri, key("tpk_manufacturer", [.accept: "text/csv, */*;q=0.1"]))
            let byParameter = try await client.get(uri + "&format=csv", key("tpk_auditor"))
            #expect(byHeader.text == byParameter.text)
            #expect(byHeader.headers[.contentType]?.hasPrefix("text/csv") == true)
            let lines = byHeader.text.split(separator: "\r\n")
            #expect(lines.first == "model,month,distance_km")
            #expect(lines.count == 3)
            #expect(byHeader.text.contains("\"Model \"\"A\"\", long\",2026-01,"))
            // A spreadsheet must not take a name for a formula.
            #expect(byHeader.text.contains("'=Common,2026-01,"))
            let refused = try await client.get(uri, key("tpk_auditor", [.accept: "image/png"]))
            #expect(refused.status == .notAcceptable)
        }
    }

    @Test(arguments: [
        "metric=cars", "by=model", "metric=vehicles&by=vin", "metric=vehicles&from=2026-13",
        "metric=vehicles&from=2026-03&to=2026-01", "metric=vehicles&from=2020-01&to=2026-01",
        "metric=vehicles&format=xml", "metric=vehicles&model=A", "metric=vehicles&from=2026-1",
    ])
    func `what cannot be asked is refused, not ignored`(query: String) async throws {
        try await House().visit { client async throws in
            let answer = try await client.get("/v1/usage?\(query)", key("tpk_manufacturer"))
            #expect(answer.status == .badRequest)
            #expect(answer.code == "BAD_PARAMETER")
        }
    }

    @Test func `months of which nothing is known are empty`() async throws {
        try await House().visit { client async throws in
            let answer = try await client.get(
                "/v1/usage?metric=vehicles&by=month&from=2020-01&to=2020-12",
                key("tpk_manufacturer"))
            #expect(answer.status == .ok)
            #expect(cells(answer).isEmpty)
        }
    }

    @Test func `asking a hundred times gives one answer`() async throws {
        try await House().visit { client async throws in
            var answers: Set<String> = []
            for _ in 0..<100 {
                let answer = try await client.get(
                    "/v1/usage?metric=distance&by=model", key("tpk_manufacturer"))
                answers.insert(answer.text)
            }
            #expect(answers.count == 1)
        }
    }

    @Test(arguments: [
        ("plain", "plain"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a\r\nb", "\"a\r\nb\""),
        ("=1+1", "'=1+1"), ("@x", "'@x"), ("", ""), ("a=b", "a=b"),
    ])
    func `a CSV field is quoted when it must be`(text: String, field: String) {
        #expect(csvField(text) == field)
    }
}
