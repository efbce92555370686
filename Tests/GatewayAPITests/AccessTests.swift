import Customers
import GatewayAPI
import Hummingbird
import HummingbirdTesting
import Testing
import VehicleSignals

/// Who knocks.
private enum Knocker: String, CaseIterable, Sendable {
    case nobody, wrongKey, noBearer, gatewayOperator, dealer, otherDealer, manufacturer, owner,
        auditor

    var headers: HTTPFields {
        switch self {
        case .nobody: [:]
        case .wrongKey: key("tpk_wrong")
        case .noBearer: [.authorization: "Basic dHBrX29wZXJhdG9y"]
        case .gatewayOperator: key("tpk_operator")
        case .dealer: key("tpk_dealer_own")
        case .otherDealer: key("tpk_dealer_other")
        case .manufacturer: key("tpk_manufacturer")
        case .owner: key("tpk_owner")
        case .auditor: key("tpk_auditor")
        }
    }
}

/// The matrix, written out by hand: which knockers each operation lets through. It stands beside
/// the route table so that a change there must be made here too.
private let mayPass: [String: Set<Knocker>] = [
    "listLeads": [.dealer], "readLead": [.dealer], "readContact": [.dealer],
    "reportStatus": [.dealer],
    "readUsage": [.manufacturer, .auditor],
    "listDisclosures": [.dealer, .otherDealer, .owner, .auditor],
    "readStatus": [.gatewayOperator], "readMetrics": [.gatewayOperator],
    "replayEvent": [.gatewayOperator],
    "readCaller": [.gatewayOperator, .dealer, .otherDealer, .manufacturer, .owner, .auditor],
    "readLiveness": Set(Knocker.allCases), "readReadiness": Set(Knocker.allCases),
    "readPage": Set(Knocker.allCases), "readDocument": Set(Knocker.allCases),
]

struct AccessTests {
    @Test func `every route answers every role as the matrix says`() async throws {
        let house = House()
        await house.book.add(house.lead("L1"))
        let routes = house.server().table.routes
        #expect(Set(routes.map(\.operation)) == Set(mayPass.keys))
        try await house.visit { client async throws in
            for route in routes {
                let uri = route.path.filling([
                    "dealer": FakeKeyRing.own, "id": "L1", "event": "evt-1",
                ])
                for knocker in Knocker.allCases {
                    let answer = try await client.execute(
                        uri: uri, method: route.method, headers: knocker.headers
                    ) { $0 }
                    let passed = ![401, 403].contains(answer.status.code)
                    let expected = mayPass[route.operation]?.contains(knocker) ?? false
                    #expect(passed == expected, "\(route.operation) for \(knocker)")
                    guard !passed else { continue }
                    let stranger = [.nobody, .wrongKey, .noBearer].contains(knocker)
                    #expect(answer.status.code == (stranger ? 401 : 403))
                    #expect(answer.headers[.contentType] == "application/problem+json")
                    #expect(answer.json["remedy"] != nil)
                    if stranger {
                        #expect(answer.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true)
                    }
                }
            }
        }
    }

    @Test func `no route is open that does not say so`() {
        for route in House().server().table.routes where route.access.roles == nil {
            #expect(["/", "/openapi.json", "/health/live", "/health/ready"].contains(route.path))
        }
    }

    @Test func `a dealer's name cannot be disguised`() async throws {
        let house = House()
        await house.book.add(house.lead("L1"))
        try await house.visit { client async throws in
            for dealer in [
                "NL-0417%2F..%2FNL-0999", "nl-0417", "NL-0417%00", "%4EL-0417x", "NL-0417%20", "..",
            ] {
                let answer = try await client.get(
                    "/v1/dealers/\(dealer)/leads", key("tpk_dealer_own"))
                #expect([400, 403, 404].contains(answer.status.code), "\(dealer)")
            }
            let same = try await client.get("/v1/dealers/%4EL-0417/leads", key("tpk_dealer_own"))
            #expect(same.status == .ok)
        }
    }

    @Test func `two keys, a long key and a key with spaces are no key`() async throws {
        try await House().visit { client async throws in
            var two = key("tpk_operator")
            two.append(.init(name: .authorization, value: "Bearer tpk_dealer_own"))
            #expect(try await client.get("/v1/status", two).status == .unauthorized)
            let long = String(repeating: "k", count: 300)
            #expect(try await client.get("/v1/status", key(long)).status == .unauthorized)
            #expect(try await client.get("/v1/status", key("tpk operator")).status == .unauthorized)
            #expect(
                try await client.get("/v1/status", [.authorization: "Bearer"]).code == "WRONG_KEY")
        }
    }

    @Test func `a key that asks too often is told when to come again`() async throws {
        var house = House()
        house.configuration.requestsAMinute = 60
        house.configuration.burst = 3
        let clock = house.clock
        try await house.visit { client async throws in
            for _ in 0..<3 {
                #expect(try await client.get("/v1/whoami", key("tpk_owner")).status == .ok)
            }
            let refused = try await client.get("/v1/whoami", key("tpk_owner"))
            #expect(refused.status == .tooManyRequests)
            #expect(refused.code == "TOO_MANY_REQUESTS")
            let wait = try #require(refused.headers[.retryAfter].flatMap { Int64($0) })
            #expect(wait >= 1)
            #expect(try await client.get("/v1/whoami", key("tpk_auditor")).status == .ok)
            clock.advance(by: .seconds(wait))
            #expect(try await client.get("/v1/whoami", key("tpk_owner")).status == .ok)
        }
    }

    @Test func `wrong keys from one address run out, right ones do not`() async throws {
        var house = House()
        house.configuration.wrongKeysAMinute = 1
        house.configuration.wrongKeyBurst = 2
        try await house.visit { client async throws in
            #expect(try await client.get("/v1/whoami", key("a")).status == .unauthorized)
            #expect(try await client.get("/v1/whoami", key("b")).status == .unauthorized)
            #expect(try await client.get("/v1/whoami", key("c")).status == .tooManyRequests)
            #expect(try await client.get("/v1/whoami", key("tpk_owner")).status == .ok)
        }
    }

    @Test func `metrics open to the loopback interface only if so configured`() async throws {
        var house = House()
        try await house.visit(.live) { client async throws in
            #expect(try await client.get("/metrics").status == .unauthorized)
        }
        house.configuration.metricsOpenOnLoopback = true
        try await house.visit(.live) { client async throws in
            #expect(try await client.get("/metrics").status == .ok)
            #expect(try await client.get("/metrics", key("tpk_dealer_own")).status == .forbidden)
            #expect(try await client.get("/v1/status").status == .unauthorized)
        }
        // Without a socket there is no address, hence no loopback.
        try await house.visit { client async throws in
            #expect(try await client.get("/metrics").status == .unauthorized)
        }
    }

    @Test func `a store that cannot be asked lets nobody in`() async throws {
        try await House().visit { client async throws in
            let answer = try await client.get("/v1/status", key("tpk_broken_store"))
            #expect(answer.status == .serviceUnavailable)
            #expect(answer.headers[.retryAfter] != nil)
        }
    }
}

extension String {
    /// This path template with its braces filled.
    func filling(_ values: [String: String]) -> String {
        var path = self
        for (name, value) in values {
            path = path.split(separator: "{\(name)}", omittingEmptySubsequences: false)
                .joined(separator: value)
        }
        return path
    }
}
