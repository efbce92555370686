import BrokerFixture
import HTTPTypes
import Hummingbird
import NIOSSL
import Testing
import TriggerDelivery
import VehicleSignals

/// Webhooks over TLS, against a real server with certificates of an authority of our own.
@Suite(.timeLimit(.minutes(2)))
struct EncryptionTests {
    private static let host = "dealer.test"

    private func serverConfiguration(_ certificates: TestCertificates) throws -> TLSConfiguration {
        TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(certificates.serverFile)
                .map { .certificate($0) },
            privateKey: .privateKey(
                try NIOSSLPrivateKey(file: certificates.serverKeyFile, format: .pem)))
    }

    /// Delivers one event to a server that shows `certificates`, trusting `authority` only.
    private func deliver(
        _ certificates: TestCertificates, trusting authority: String?, status: Int = 202,
        until: @escaping @Sendable (DeliverySnapshot) -> Bool
    ) async throws -> (calls: [Receiver.Call], snapshot: DeliverySnapshot) {
        let outbox = MemoryOutbox()
        return try await Receiver.with(encryption: serverConfiguration(certificates)) { _, dealer in
            Response(
                status: .init(code: status),
                headers: [.location: "https://\(Self.host):\(dealer.port)/elsewhere"])
        } body: { dealer in
            await outbox.addEndpoint("e1", url: "https://\(Self.host):\(dealer.port)/hook")
            await outbox.add("evt_1", endpoint: "e1")
            var configuration = quickConfiguration(delays: [0, 10])
            configuration.trustRootsFile = authority
            let resolver = TableResolver(table: [Self.host: ["127.0.0.1"]])
            let snapshot = try await withRunner(outbox, configuration, resolver: resolver) {
                await $0.waitFor(until)
                return $0.snapshot()
            }
            return (dealer.calls, snapshot)
        }
    }

    @Test func `a certificate of the configured authority is believed`() async throws {
        let certificates = try TestCertificates(serverNames: "DNS:\(Self.host)")
        let (calls, snapshot) = try await deliver(
            certificates, trusting: certificates.authorityFile
        ) { $0.delivered == 1 }
        #expect(calls.map(\.id) == ["evt_1"] && snapshot.failures.isEmpty)
    }

    @Test func `a certificate of another authority, the system's included, is not`() async throws {
        let certificates = try TestCertificates(serverNames: "DNS:\(Self.host)")
        for authority in [certificates.strangeAuthorityFile, nil] {
            let (calls, snapshot) = try await deliver(certificates, trusting: authority) {
                $0.dead == 1
            }
            #expect(calls.isEmpty && snapshot.failures == [.tls: 2])
        }
    }

    @Test func `a certificate made out to somebody else is not believed`() async throws {
        let certificates = try TestCertificates(serverNames: "DNS:another.test")
        let (calls, snapshot) = try await deliver(
            certificates, trusting: certificates.authorityFile
        ) { $0.dead == 1 }
        #expect(calls.isEmpty && snapshot.failures == [.tls: 2])
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `a redirect is not followed`(status: Int) async throws {
        let certificates = try TestCertificates(serverNames: "DNS:\(Self.host)")
        let (calls, snapshot) = try await deliver(
            certificates, trusting: certificates.authorityFile, status: status
        ) { $0.dead == 1 }
        #expect(calls.map(\.path) == ["/hook", "/hook"])
        #expect(snapshot.failures == [.redirect: 2])
    }
}
