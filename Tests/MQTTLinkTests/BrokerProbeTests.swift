import BrokerFixture
import MQTTLink
import Testing

@Suite(.serialized)
struct BrokerProbeTests {
    private func level(_ check: String, _ report: BrokerReport) -> BrokerReport.Level? {
        report.findings.first { $0.check == check }?.level
    }

    @Test func `a broker set up well gets no warning`() throws {
        let broker = try MosquittoBroker()
        let probe = BrokerProbe(
            configuration(port: broker.port, client: "gateway"), topicPrefix: "turnpike/probe")
        let report = probe.run()
        #expect(report.isUsable)
        for check in ["connection", "in_flight", "shared_subscription", "session", "queue"] {
            #expect(level(check, report) == .good, "\(check): \(report.findings)")
        }
        #expect(!report.findings.contains { $0.level == .warning })
    }

    @Test func `mosquitto's own limits are found and named`() throws {
        var options = MosquittoBroker.Options()
        options.isUnlimited = false
        let broker = try MosquittoBroker(options)
        let probe = BrokerProbe(
            configuration(port: broker.port, client: "gateway"), topicPrefix: "turnpike/probe")
        let report = probe.run()
        #expect(level("in_flight", report) == .warning)
        #expect(level("queue", report) == .warning)
        let remedies = report.findings.map(\.remedy).joined()
        #expect(remedies.contains("max_inflight_messages 0"))
        #expect(remedies.contains("max_queued_messages 0"))
    }

    @Test func `a broker that refuses is reported with its word`() throws {
        var options = MosquittoBroker.Options()
        options.users = ["gateway": "right"]
        let broker = try MosquittoBroker(options)
        let report = BrokerProbe(
            configuration(port: broker.port, client: "gateway"), topicPrefix: "turnpike/probe"
        ).run()
        #expect(!report.isUsable)
        #expect(report.findings.first?.sentence.contains("not authorised") == true)
    }
}
