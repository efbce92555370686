import ConfigurationFiles
import Foundation
import Testing

/// The gateway's own file: what it may say, and what is said about each mistake in it.
@Suite struct GatewayFileTests {
    private static let file = "etc/gateway.yaml"

    private func read(
        _ text: String, _ environment: [String: String] = [:]
    ) throws(ConfigurationMistakes) -> GatewayConfiguration {
        try GatewayConfiguration.read(text: text, file: Self.file, environment: environment)
    }

    /// The mistakes of a text; empty if there are none.
    private func mistakes(
        _ text: String, _ environment: [String: String] = [:]
    ) -> [ConfigurationMistake] {
        do throws(ConfigurationMistakes) {
            _ = try read(text, environment)
            return []
        } catch {
            return error.all
        }
    }

    @Test func `an empty file gives every default`() throws {
        #expect(try read("log: {}") == GatewayConfiguration(folder: "etc"))
    }

    @Test func `the shipped file says the defaults, and every key that there is`() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(
            contentsOf: root.appending(path: "config/gateway.yaml"), encoding: .utf8)
        let shipped = try read(text)
        var expected = GatewayConfiguration(folder: "etc")
        expected.dataFolder = "etc/../data"
        #expect(shipped == expected)
        for path in GatewayConfiguration.knownPaths {
            let key = path.split(separator: ".").last.map(String.init) ?? path
            #expect(text.contains("\(key):"), "\(path) is not in the shipped file")
        }
    }

    @Test func `paths are taken from the file's folder unless they begin with a slash`() throws {
        let read = try read(
            """
            data: store
            signals: /srv/signals.yaml
            sources: [a, /b]
            delivery:
              tls_ca: ca.pem
            broker:
              tls_ca: /etc/ca.pem
            """)
        #expect(read.dataFolder == "etc/store" && read.signalsFile == "/srv/signals.yaml")
        #expect(read.sourcePaths == ["etc/a", "/b"])
        #expect(read.delivery.tlsAuthorityFile == "etc/ca.pem")
        #expect(read.broker.tlsAuthorityFile == "/etc/ca.pem")
    }

    @Test func `the authorities of the system are a word and no path`() throws {
        let read = try read(
            "broker:\n  tls_ca: system\n  tls_certificate: system\n  tls_key: system")
        #expect(read.broker.tlsAuthorityFile == GatewayConfiguration.Broker.systemAuthorities)
        #expect(read.broker.tlsKeyFile == "etc/system")
    }

    /// Text, line and column of the mistake, words of its message and of its remedy.
    struct Slip: Sendable {
        var text: String
        var line: Int
        var message: String
        var remedy: String
    }

    @Test(arguments: [
        Slip(
            text: "clock: wal", line: 1, message: "clock is \"wal\"", remedy: "did you mean wall?"),
        Slip(
            text: "time_zone: Europe/Amsterdm", line: 1, message: "Europe/Amsterdm",
            remedy: "IANA name"),
        Slip(
            text: "broker:\n  port: abc", line: 2, message: "broker.port is \"abc\"",
            remedy: "from 1 to 65535"),
        Slip(
            text: "broker:\n  host: h\n  prot: 1883", line: 3,
            message: "nobody knows the key broker.prot", remedy: "did you mean port?"),
        Slip(
            text: "broker:\n  connections: 4", line: 2, message: "without a shared subscription",
            remedy: "broker.share"),
        Slip(
            text: "broker:\n  tls_certificate: a.pem", line: 2, message: "belong together",
            remedy: "give both"),
        Slip(
            text: "broker:\n  last_will_topic: a/#", line: 2, message: "no topic to publish on",
            remedy: "turnpike/status"),
        Slip(
            text: "state:\n  quarantine_days: -1", line: 2,
            message: "state.quarantine_days is -1", remedy: "from 0 to 3650"),
        Slip(
            text: "api:\n  idempotency_days: 1", line: 2, message: "out of range",
            remedy: "from 7 to 3650"),
        Slip(
            text: "delivery:\n  retry_scale: nan", line: 2, message: "delivery.retry_scale",
            remedy: "write a number"),
        Slip(
            text: "ingest:\n  auto_enrol: maybe", line: 2, message: "neither true nor false",
            remedy: "write true or false"),
        Slip(
            text: "delivery:\n  allowed_private_targets: {a: b}", line: 2,
            message: "where a list is meant", remedy: "[one, two]"),
        Slip(text: "journal: 24", line: 1, message: "where a mapping is meant", remedy: "indented"),
        Slip(text: "- a\n- b", line: 1, message: "not a mapping", remedy: "key: value"),
        Slip(text: "data: [", line: 2, message: "this is not YAML", remedy: "indentation"),
        Slip(
            text: "data:\n  a: b", line: 2, message: "where one value is meant",
            remedy: "data: value"),
    ])
    func `each mistake has its line and its remedy`(slip: Slip) throws {
        let found = mistakes(slip.text)
        let mistake = try #require(found.first, "\(slip.text)")
        #expect(found.count == 1, "\(found)")
        #expect(mistake.file == Self.file && mistake.line == slip.line, "\(mistake)")
        #expect(mistake.message.contains(slip.message), "\(mistake)")
        #expect(mistake.remedy.contains(slip.remedy), "\(mistake)")
        #expect("\(mistake)".hasPrefix("\(Self.file):\(slip.line):"))
    }

    @Test func `all mistakes of a file are told at once`() {
        let found = mistakes(
            """
            clock: sundial
            broker:
              port: 0
              nonsense: 1
            state:
              flush_seconds: soon
            """)
        #expect(found.map(\.line) == [1, 3, 4, 6])
    }

    @Test func `the environment comes before the file, and its slips are told too`() throws {
        let read = try read(
            "broker:\n  host: file\n  password: file\n",
            [
                "TURNPIKE_BROKER_PASSWORD": "secret", "TURNPIKE_BROKER_LAST_WILL_TOPIC": "gone",
                "TURNPIKE_DELIVERY_ALLOWED_PRIVATE_TARGETS": "a:1, b:2", "PATH": "/bin",
            ])
        #expect(read.broker.host == "file" && read.broker.password == "secret")
        #expect(read.broker.lastWill.topic == "gone")
        #expect(read.delivery.allowedPrivateTargets == ["a:1", "b:2"])
        let unknown = mistakes("", ["TURNPIKE_BROKER_PASWORD": "x"])
        #expect(unknown.first?.message.contains("no setting has that name") == true)
        let wrong = mistakes("", ["TURNPIKE_BROKER_PORT": "x"])
        #expect(wrong.first?.file == "environment TURNPIKE_BROKER_PORT")
    }

    @Test func `every known path can be given by the environment`() {
        for path in GatewayConfiguration.knownPaths {
            let name = "TURNPIKE_" + path.uppercased().replacingOccurrences(of: ".", with: "_")
            // Whatever is wrong with the value: the name itself is known.
            let found = mistakes("", [name: "1"])
            #expect(!found.contains { $0.message == "no setting has that name" }, "\(name)")
        }
    }
}
