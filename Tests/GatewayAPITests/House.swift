import Customers
import GatewayAPI
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import UsageAggregates
import VehicleSignals

/// A gateway's door over books in memory.
struct House: Sendable {
    let clock = FakeClock()
    let book = FakeLeadBook()
    let status: FakeStatus
    let keeper = FakeReleaseKeeper()
    var usage: any UsageBook = FakeUsageBook()
    var configuration = GatewayConfiguration()

    init() {
        status = FakeStatus(now: clock.now)
        configuration.port = 0
        configuration.usageRefresh = .zero
        configuration.requestsAMinute = 100_000
        configuration.burst = 100_000
        configuration.wrongKeysAMinute = 100_000
        configuration.wrongKeyBurst = 100_000
    }

    var dependencies: GatewayDependencies {
        let clock = clock
        return GatewayDependencies(
            keyRing: FakeKeyRing(), leads: book, usage: usage, usageReleases: keeper,
            status: status, deliveries: FakeDesk(), disclosures: FakeLedger(),
            usageHash: CellHash(key: (1, 2)), now: { clock.now })
    }

    func server(onRunning: @escaping @Sendable (Int) async -> Void = { _ in }) -> GatewayServer {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return GatewayServer(
            configuration: configuration, dependencies: dependencies, logger: logger,
            onRunning: onRunning)
    }

    /// Runs `test` against the routes, without a socket.
    func visit<Value>(
        _ setup: TestingSetup = .router,
        _ test: @Sendable (any TestClientProtocol) async throws -> Value
    ) async throws -> Value {
        try await server().makeApplication().test(setup, test)
    }

    /// A lead of the own dealer.
    func lead(_ id: String, status: LeadStatus = .delivered, dealer: String = FakeKeyRing.own)
        -> Lead
    {
        let now = clock.now
        return Lead(
            id: id, sequence: 0, dealer: dealer, vehicleReference: "vr_8f\(id)",
            triggerCode: "SV-01", triggerVersion: 3, cycle: 2, tier: 3, status: status, version: 1,
            brand: "ACME", model: "Roadster", modelYear: 2023, powertrain: "BEV",
            odometerKilometres: 48_217, odometerTime: now, dueEarly: Day(utc: now),
            dueExpected: Day(daysSinceEpoch: Day(utc: now).daysSinceEpoch + 12),
            dueLate: Day(daysSinceEpoch: Day(utc: now).daysSinceEpoch + 30), dueBasis: "VEHICLE",
            confidence: "HIGH", reason: "The car asks for its yearly service in about 12 days.",
            suggestedAction: "BOOK_SERVICE", createdAt: now, updatedAt: now,
            acknowledgeBy: now.advanced(by: .days(2)), contactBy: now.advanced(by: .days(3)),
            expires: nil, correlationID: "c-\(id)")
    }
}

/// Headers with a key.
func key(_ name: String, _ more: HTTPFields = [:]) -> HTTPFields {
    var fields: HTTPFields = [.authorization: "Bearer \(name)"]
    for field in more { fields.append(field) }
    return fields
}

let ownLeads = "/v1/dealers/\(FakeKeyRing.own)/leads"

extension TestResponse {
    /// The body as JSON; null if it is none.
    var json: JSONValue { (try? JSONValue(reading: Array(body.readableBytesView))) ?? .null }
    var text: String { String(decoding: body.readableBytesView, as: UTF8.self) }
    var code: String? { json["code"]?.string }
}

extension TestClientProtocol {
    func get(_ uri: String, _ headers: HTTPFields = [:]) async throws -> TestResponse {
        try await execute(uri: uri, method: .get, headers: headers) { $0 }
    }

    func post(_ uri: String, _ headers: HTTPFields = [:], _ body: String) async throws
        -> TestResponse
    {
        var headers = headers
        if headers[.contentType] == nil { headers[.contentType] = "application/json" }
        return try await execute(
            uri: uri, method: .post, headers: headers, body: ByteBuffer(string: body)
        ) { $0 }
    }
}
