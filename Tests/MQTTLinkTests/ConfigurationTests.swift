import MQTTLink
import Testing

struct ConfigurationTests {
    private typealias Change = @Sendable (inout MQTTConnectionConfiguration) -> Void

    private static let mistakes: [(MQTTConfigurationMistake, Change)] = [
        (.emptyHost, { $0.host = "" }),
        (.portOutOfRange(0), { $0.port = 0 }),
        (.portOutOfRange(65_536), { $0.port = 65_536 }),
        (.clientIdentifierLength(bytes: 0), { $0.clientIdentifier = "" }),
        (.keepAliveOutOfRange(4), { $0.keepAliveSeconds = 4 }),
        (.receiveMaximumOutOfRange(0), { $0.receiveMaximum = 0 }),
        (.emptyRound, { $0.roundMessagesMax = 0 }),
        (.emptyRound, { $0.roundBytesMax = 0 }),
        (.reconnectDelaysReversed, { $0.reconnectDelayMax = .milliseconds(1) }),
        (.passwordWithoutUsername, { $0.password = "secret" }),
        (.invalidFilter("a/#/b"), { $0.subscriptions = [.init(filter: "a/#/b")] }),
        (.invalidFilter("a+"), { $0.subscriptions = [.init(filter: "a+")] }),
        (.invalidFilter(""), { $0.subscriptions = [.init(filter: "")] }),
        (
            .invalidSharedGroup("a/b"),
            { $0.subscriptions = [.init(filter: "x", sharedGroup: "a/b")] }
        ),
        (
            .unreadableFile("/nowhere/ca.pem"),
            {
                $0.tls = .init()
                $0.tls?.authorityFile = "/nowhere/ca.pem"
            }
        ),
        (
            .keyWithoutCertificate,
            {
                $0.tls = .init()
                $0.tls?.privateKeyFile = "/dev/null"
            }
        ),
        (
            .certificateWithoutKey,
            {
                $0.tls = .init()
                $0.tls?.certificateFile = "/dev/null"
            }
        ),
        (
            .insecureNotPermitted,
            {
                $0.tls = .init()
                $0.tls?.insecure = true
            }
        ),
    ]

    @Test func `every mistake in a configuration is named`() {
        for (mistake, change) in Self.mistakes {
            var configuration = configuration(port: 1883, client: "reader")
            #expect(throws: Never.self) { try configuration.validate() }
            change(&configuration)
            #expect(throws: mistake) { try configuration.validate() }
            #expect(!mistake.sentence.isEmpty)
        }
    }

    @Test func `a shared group becomes part of the filter on the wire`() {
        #expect(MQTTSubscription(filter: "vss/#").wireFilter == "vss/#")
        let shared = MQTTSubscription(filter: "vss/#", sharedGroup: "gateway")
        #expect(shared.wireFilter == "$share/gateway/vss/#")
    }
}
