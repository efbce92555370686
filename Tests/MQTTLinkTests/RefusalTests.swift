import BrokerFixture
import Glibc
import LocalStage
import MQTTLink
import Testing
import VehicleSignals

@Suite(.serialized)
struct RefusalTests {
    /// The first refusal that a connection with this configuration meets.
    private func refusal(_ configuration: MQTTConnectionConfiguration) throws -> MQTTRefusal {
        let connection = try MQTTConnection(
            configuration, consumer: RecordingConsumer(), clock: wallClock)
        try connection.start()
        let status = connection.wait(atMost: .seconds(20)) {
            $0.lastRefusal != nil || $0.isConnected
        }
        #expect(connection.stop())
        return try #require(status?.lastRefusal)
    }

    @Test func `wrong user or password is said in words`() throws {
        var options = MosquittoBroker.Options()
        options.users = ["gateway": "right"]
        let broker = try MosquittoBroker(options)
        var setup = configuration(port: broker.port, client: "reader")
        setup.username = "gateway"
        setup.password = "right"
        let connection = try connected(setup, RecordingConsumer())
        #expect(connection.stop())
        setup.password = "wrong"
        let told = try refusal(setup)
        #expect(told.stage == .connect)
        #expect(told.code == 135)
        #expect(told.word == "not authorised")
        #expect(told.remedy.contains("password"))
        #expect(!"\(setup)".contains("wrong"))
    }

    @Test func `a port without a broker is said in words`() throws {
        let told = try refusal(configuration(port: freeLoopbackPort(), client: "reader"))
        #expect(told.stage == .network)
        #expect(told.word == "connection refused")
    }

    @Test func `a host that does not exist is said in words`() throws {
        var setup = configuration(port: 1883, client: "reader")
        setup.host = "no-such-host.invalid"
        #expect(try refusal(setup).word == "host name not found")
    }

    @Test func `encryption with certificates on both sides carries messages`() throws {
        let certificates = try TestCertificates()
        let broker = try encryptedBroker(certificates)
        let consumer = RecordingConsumer()
        var setup = configuration(
            port: broker.port, client: "reader", MQTTSubscription(filter: "vss/#"))
        setup.tls = encryption(certificates)
        let connection = try connected(setup, consumer)
        var writing = configuration(port: broker.port, client: "writer")
        writing.tls = setup.tls
        let writer = try MQTTPublisher(writing, allowance: .everything, clock: wallClock)
        try writer.start()
        for number in 0..<5_000 {
            try writer.publish(topic: "vss/car", payload: Array("\(number)".utf8))
        }
        let large = [UInt8](repeating: 0x61, count: 200_000)
        try writer.publish(topic: "vss/large", payload: large)
        try writer.close()
        #expect(consumer.wait(forDistinct: 5_001))
        #expect(connection.stop())
        #expect(connection.counters.acknowledgements == 5_001)
        #expect(consumer.messages.last?.payload == large)
    }

    @Test func `without a file of authorities the system's own are trusted`() throws {
        let certificates = try TestCertificates()
        let broker = try encryptedBroker(certificates)
        var setup = configuration(port: broker.port, client: "reader")
        setup.tls = encryption(certificates)
        setup.tls?.authorityFile = nil
        #expect(try refusal(setup).word == "broker's certificate not trusted")
        // What OpenSSL takes for the system's.
        unsafe setenv("SSL_CERT_FILE", certificates.authorityFile, 1)
        defer { unsafe unsetenv("SSL_CERT_FILE") }
        let connection = try connected(setup, RecordingConsumer())
        #expect(connection.stop())
        setup.tls?.certificateFile = nil
        setup.tls?.privateKeyFile = nil
        #expect(try refusal(setup).remedy.contains("certificate and key files"))
    }

    @Test func `a key that belongs to another certificate is said in words`() throws {
        let certificates = try TestCertificates()
        let broker = try encryptedBroker(certificates)
        var setup = configuration(port: broker.port, client: "reader")
        setup.tls = encryption(certificates)
        setup.tls?.privateKeyFile = certificates.serverKeyFile
        #expect(try refusal(setup).word == "certificate and key do not match")
    }

    @Test func `a broker's certificate from elsewhere is refused in words`() throws {
        let certificates = try TestCertificates()
        let broker = try encryptedBroker(certificates)
        var setup = configuration(port: broker.port, client: "reader")
        setup.tls = encryption(certificates)
        setup.tls?.authorityFile = certificates.strangeAuthorityFile
        let told = try refusal(setup)
        #expect(told.stage == .encryption)
        #expect(told.word == "broker's certificate not trusted")
        #expect(told.remedy.contains("CA file"))
    }

    @Test func `a missing client certificate and a plain port are said in words`() throws {
        let certificates = try TestCertificates()
        let broker = try encryptedBroker(certificates)
        var setup = configuration(port: broker.port, client: "reader")
        setup.tls = encryption(certificates)
        setup.tls?.certificateFile = nil
        setup.tls?.privateKeyFile = nil
        let told = try refusal(setup)
        #expect(told.stage == .encryption)
        #expect(told.remedy.contains("certificate and key files"))
        let plain = try MosquittoBroker()
        setup = configuration(port: plain.port, client: "reader")
        setup.tls = encryption(certificates)
        setup.connectTimeout = .seconds(2)
        #expect(try !refusal(setup).word.isEmpty)
    }

    @Test func `a certificate made out to another host is refused unless permitted`() throws {
        let certificates = try TestCertificates(serverNames: "DNS:elsewhere.example")
        let broker = try encryptedBroker(certificates)
        var setup = configuration(port: broker.port, client: "reader")
        setup.tls = encryption(certificates)
        #expect(try refusal(setup).word == "certificate made out to another host")
        setup.tls?.insecure = true
        #expect(throws: MQTTConfigurationMistake.insecureNotPermitted) { try setup.validate() }
        setup.tls?.permitsInsecure = true
        let connection = try connected(setup, RecordingConsumer())
        #expect(connection.stop())
    }

    /// A broker that shows its certificate and wants one.
    private func encryptedBroker(_ certificates: TestCertificates) throws -> MosquittoBroker {
        var options = MosquittoBroker.Options()
        options.encryption = certificates
        return try MosquittoBroker(options)
    }

    private func encryption(
        _ certificates: TestCertificates
    ) -> MQTTConnectionConfiguration.TLS {
        var tls = MQTTConnectionConfiguration.TLS()
        tls.authorityFile = certificates.authorityFile
        tls.certificateFile = certificates.clientFile
        tls.privateKeyFile = certificates.clientKeyFile
        return tls
    }
}
