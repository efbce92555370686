import AsyncHTTPClient
import NIOCore
import NIOSSL
import VehicleSignals

/// HTTP clients, one for each endpoint and checked address: the address is pinned in the client, so
/// that what was checked is what is called, and connections are never shared between dealers.
actor EndpointClients {
    /// A client lent out for one attempt.
    struct Loan: Sendable {
        let client: HTTPClient
        fileprivate let number: Int
    }

    private struct Pin: Hashable {
        let host: String
        let address: IPAddress
    }

    private struct Entry {
        let client: HTTPClient
        let endpoint: String
        let pin: Pin
        var users = 0
        var lastUse = 0
    }

    /// Clients kept although nobody uses them now, for the connections they hold open.
    static let idleMax = 256

    private let configuration: DeliveryConfiguration
    private var entries: [Int: Entry] = [:]
    private var current: [String: Int] = [:]
    private var uses = 0

    init(configuration: DeliveryConfiguration) { self.configuration = configuration }

    /// A client of this endpoint that calls exactly `address` for `host`.
    func borrow(endpoint: String, host: String, address: IPAddress) async throws -> Loan {
        let pin = Pin(host: host, address: address)
        uses += 1
        if let number = current[endpoint], let entry = entries[number] {
            if entry.pin == pin {
                entries[number]?.users += 1
                entries[number]?.lastUse = uses
                return Loan(client: entry.client, number: number)
            }
            // The dealer moved: whoever still uses the old client ends it by returning it.
            current[endpoint] = nil
            if entry.users == 0 { await end(number) }
        }
        let number = uses
        let client = try makeClient(pin)
        entries[number] = Entry(
            client: client, endpoint: endpoint, pin: pin, users: 1, lastUse: number)
        // Another attempt may have come first while an old client ended; this one then stays
        // beside it and ends with its only use.
        if current[endpoint] == nil { current[endpoint] = number }
        await endIdle()
        return Loan(client: client, number: number)
    }

    func giveBack(_ loan: Loan) async {
        guard var entry = entries[loan.number] else { return }
        entry.users -= 1
        entries[loan.number] = entry
        if entry.users == 0, current[entry.endpoint] != loan.number { await end(loan.number) }
    }

    /// Ends every client; attempts still under way fail.
    func endAll() async {
        current = [:]
        for number in entries.keys { await end(number) }
    }

    private func endIdle() async {
        guard entries.count > Self.idleMax else { return }
        let idle = entries.filter { $0.value.users == 0 }
        guard idle.count > Self.idleMax else { return }
        guard let oldest = idle.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
        current[oldest.value.endpoint] = nil
        await end(oldest.key)
    }

    private func end(_ number: Int) async {
        guard let entry = entries.removeValue(forKey: number) else { return }
        // It says only that the client had been shut down or was still busy; both end it.
        try? await entry.client.shutdown()
    }

    private func makeClient(_ pin: Pin) throws -> HTTPClient {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let file = configuration.trustRootsFile { tls.trustRoots = .file(file) }
        var settings = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow)
        settings.dnsOverride = [pin.host: pin.address.description]
        settings.httpVersion = .http1Only
        settings.timeout.connect = .milliseconds(configuration.timeout.milliseconds)
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit =
            configuration.limits.perEndpoint
        settings.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }
}
