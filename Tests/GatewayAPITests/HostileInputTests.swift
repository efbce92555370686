import Customers
import GatewayAPI
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import NIOPosix
import Synchronization
import Testing
import VehicleSignals

struct HostileInputTests {
    private static let keys = [
        "tpk_operator", "tpk_dealer_own", "tpk_manufacturer", "tpk_owner", "tpk_auditor",
    ]

    private static func junk(_ dice: inout Dice, upTo length: Int) -> [UInt8] {
        (0..<dice.below(length + 1)).map { _ in UInt8(dice.below(256)) }
    }

    /// Text that is likely to trip a parser: escapes, separators, other scripts, NUL.
    private static func oddText(_ dice: inout Dice) -> String {
        let parts = [
            "%", "%0", "%00", "%FF", "%C3%28", "/", "//", "..", "?", "&", "=", "#", ";", "{", "}",
            "\"", "'", "<script>", "é", "🚗", "٣", "a", "L1", "NL-0417", "9999999999999999999",
            "-1", "2026-02", "metric", "vehicles", ":", "*", "\\", "+", "%2F", "%252F",
        ]
        return (0..<dice.below(6)).map { _ in parts[dice.below(parts.count)] }.joined()
    }

    @Test func `odd paths, queries and headers get clear answers at every route`() async throws {
        let house = House()
        await house.book.add(house.lead("L1"))
        let routes = house.server().table.routes
        try await house.visit { client async throws in
            var dice = Dice(seed: 21)
            for round in 0..<3000 {
                let route = routes[round % routes.count]
                var path = route.path
                for name in route.pathParameters {
                    let plain = name == "dealer" ? FakeKeyRing.own : "L1"
                    path = path.filling([name: dice.below(2) == 0 ? plain : Self.oddText(&dice)])
                }
                if dice.below(2) == 0 { path += "?" + Self.oddText(&dice) }
                var headers = key(Self.keys[dice.below(Self.keys.count)])
                for name in [HTTPField.Name.purpose, .idempotencyKey, .ifNoneMatch, .accept] {
                    if dice.below(3) == 0 { headers[name] = Self.oddText(&dice) }
                }
                headers[.contentType] =
                    dice.below(4) == 0 ? Self.oddText(&dice) : "application/json"
                let body = Self.junk(&dice, upTo: 200)
                let answer = try await client.execute(
                    uri: path, method: dice.below(5) == 0 ? .post : route.method, headers: headers,
                    body: ByteBuffer(bytes: body)
                ) { $0 }
                #expect(answer.status.code < 500, "\(route.operation) \(path)")
                if answer.status.code >= 400 {
                    #expect(answer.code != nil && answer.json["remedy"] != nil, "\(path)")
                }
            }
        }
    }

    @Test func `random, nested, huge and non-UTF-8 reports are refused one by one`() async throws {
        let house = House()
        await house.book.add(house.lead("L1"))
        try await house.visit { client async throws in
            var dice = Dice(seed: 22)
            var bodies: [[UInt8]] = (0..<300).map { _ in Self.junk(&dice, upTo: 400) }
            bodies.append([UInt8](repeating: 0x5B, count: 16_000))
            bodies.append([UInt8](repeating: 0x7B, count: 16_000))
            bodies.append(Array("{\"status\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8))
            bodies.append([UInt8](repeating: 0x20, count: 10_000_000))
            for body in bodies {
                let answer = try await client.execute(
                    uri: "\(ownLeads)/L1/status", method: .post,
                    headers: key(
                        "tpk_dealer_own",
                        [.idempotencyKey: "r", .contentType: "application/json"]),
                    body: ByteBuffer(bytes: body)
                ) { $0 }
                #expect([400, 413, 422].contains(answer.status.code))
                #expect(answer.code != nil)
            }
            let lead = try await client.get("\(ownLeads)/L1", key("tpk_dealer_own"))
            #expect(lead.json["version"] == 1)
        }
    }

    @Test func `bytes that are no HTTP leave the server standing`() async throws {
        let house = House()
        try await house.visit(.live) { client async throws in
            let port = try #require(client.port)
            var dice = Dice(seed: 23)
            var attempts: [[UInt8]] = (0..<60).map { _ in Self.junk(&dice, upTo: 2000) }
            for text in [
                "GET / HTTP/9.9\r\n\r\n", "GET \0 HTTP/1.1\r\nHost: a\r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                "GET http://%zz:99999999/ HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /?=&&=%=%%& HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "GET ://?# HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "GET /?# HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "GET / HTTP/1.1\r\nX: " + String(repeating: "x", count: 200_000) + "\r\n\r\n",
                "GET / HTTP/1.1\r\n" + String(repeating: "a: b\r\n", count: 5000) + "\r\n",
                "GET /\(String(repeating: "a", count: 100_000)) HTTP/1.1\r\n\r\n",
                "POST /v1/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
            ] { attempts.append(Array(text.utf8)) }
            attempts.append(
                Array("GET /".utf8) + [0xFF, 0xFE] + Array(" HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
            for attempt in attempts {
                try await Self.send(attempt, to: port)
                let alive = try await TestClient.withClient(host: "127.0.0.1", port: port) {
                    try await $0.get("/health/live").status
                }
                #expect(alive == .ok)
            }
        }
    }

    /// Sends `bytes`, closes its own half and waits until the server has closed the other.
    private static func send(_ bytes: [UInt8], to port: Int) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        try? await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: bytes))
            outbound.finish()
            for try await _ in inbound {}
        }
    }

    @Test func `the chosen port is told`() async throws {
        let house = House()
        let told = Mutex(0)
        let server = house.server { port in told.withLock { $0 = port } }
        try await server.makeApplication().test(.live) { client async throws in
            #expect(try await client.get("/health/live").status == .ok)
            #expect(client.port == told.withLock { $0 })
        }
    }
}
