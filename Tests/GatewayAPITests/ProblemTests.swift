import GatewayAPI
import Hummingbird
import HummingbirdTesting
import Testing
import VehicleSignals

struct ProblemTests {
    @Test(arguments: ["/nowhere", "/v1", "/v1/dealers", "/v1/usage/x", "/V1/status", "/%2e%2e/etc"])
    func `an unknown path is a problem like any other`(path: String) async throws {
        try await House().visit { client async throws in
            let answer = try await client.get(path, key("tpk_operator"))
            #expect(answer.status == .notFound)
            #expect(answer.code == "UNKNOWN_ROUTE")
            #expect(answer.headers[.contentType] == "application/problem+json")
        }
    }

    @Test func `a wrong method is told the right ones`() async throws {
        try await House().visit { client async throws in
            let answer = try await client.execute(uri: ownLeads, method: .delete) { $0 }
            #expect(answer.status == .methodNotAllowed)
            #expect(answer.headers[.allow] == "GET")
            let live = try await client.execute(uri: "/health/live", method: .put) { $0 }
            #expect(live.headers[.allow] == "GET, HEAD")
            let head = try await client.execute(uri: "/health/live", method: .head) { $0 }
            #expect(head.status == .ok)
            #expect(head.body.readableBytes == 0)
        }
    }

    @Test func `an error inside shows nothing of itself`() async throws {
        let house = House()
        await house.book.set(.broken)
        try await house.visit { client async throws in
            let answer = try await client.get(ownLeads, key("tpk_dealer_own"))
            #expect(answer.status == .internalServerError)
            #expect(answer.code == "INTERNAL_ERROR")
            #expect(!answer.text.contains("WVWZZZ") && !answer.text.contains("SecretError"))
            let request = try #require(answer.headers[.requestID])
            #expect(answer.json["instance"]?.string?.hasSuffix(request) == true)
        }
    }

    @Test func `trouble that passes says when to come again`() async throws {
        let house = House()
        await house.book.set(.unavailable)
        try await house.visit { client async throws in
            let answer = try await client.get(ownLeads, key("tpk_dealer_own"))
            #expect(answer.status == .serviceUnavailable)
            #expect(answer.headers[.retryAfter] == "5")
        }
    }

    @Test func `an answer that takes too long is given up`() async throws {
        var house = House()
        house.configuration.requestTimeout = .milliseconds(50)
        await house.book.set(.slow)
        try await house.visit { client async throws in
            let answer = try await client.get(ownLeads, key("tpk_dealer_own"))
            #expect(answer.status == .gatewayTimeout)
            #expect(answer.code == "TIMED_OUT")
        }
    }

    @Test func `every answer carries the headers that protect a browser`() async throws {
        var house = House()
        house.configuration.isBehindTLS = true
        try await house.visit { client async throws in
            for path in ["/", "/nowhere", "/v1/status", "/openapi.json", "/health/live"] {
                let headers = try await client.get(path).headers
                #expect(headers[.xContentTypeOptions] == "nosniff", "\(path)")
                #expect(headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
                #expect(headers[.frameOptions] == "DENY")
                #expect(headers[.referrerPolicy] == "no-referrer")
                #expect(headers[.strictTransportSecurity] != nil)
                #expect(headers[.cacheControl] != nil)
            }
        }
    }

    @Test func `each kind of problem has words, a remedy and a fitting status`() {
        for code in ProblemCode.allCases {
            #expect((400...599).contains(code.status))
            #expect(!code.title.isEmpty && !code.remedy.isEmpty)
        }
    }

    @Test func `a bucket gives its burst, then its rate`() {
        var now = Timestamp(seconds: 1000)
        var bucket = TokenBucket(aMinute: 30, burst: 4, now: now)
        for _ in 0..<4 { #expect(bucket.take(now: now) == nil) }
        #expect(bucket.take(now: now) == 3)
        // Thirty a minute over ten minutes of asking ten times a second.
        var taken = 0
        for _ in 0..<6000 {
            now = now.advanced(by: TimeSpan(milliseconds: 100))
            if bucket.take(now: now) == nil { taken += 1 }
        }
        #expect(taken == 300)
        #expect(bucket.take(now: now.advanced(by: .hours(-1))) != nil)
    }

    @Test func `a limiter remembers only so many names`() {
        let limiter = RateLimiter(aMinute: 60, burst: 1, limit: 3)
        let now = Timestamp(seconds: 1000)
        for name in ["a", "b", "c"] { #expect(limiter.take(name, now: now) == nil) }
        #expect(limiter.take("d", now: now) != nil)
        #expect(limiter.take("a", now: now) != nil)
        #expect(limiter.take("d", now: now.advanced(by: .seconds(5))) == nil)
    }
}
