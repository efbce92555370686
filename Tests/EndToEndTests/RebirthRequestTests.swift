import Foundation
import LocalStage
import MQTTLink
import Synchronization
import Testing
import VehicleSignals

/// Requests for births, as a broker and an edge node see them.
@Suite(.serialized)
struct RebirthRequestTests {
    /// A second source under another group, which allows nothing.
    private func write(allowed: Bool, version: String, _ folder: String) throws {
        let text = """
            source: nodes
            version: "\(version)"
            topics:
              - topic: "spBv1.0/fleet/{+}/{vehicle}"
                form: sparkplug
                rebirth_requests: \(allowed)
              - {topic: "spBv1.0/other/{+}/{vehicle}", form: sparkplug}
            """
        try text.write(toFile: folder + "/nodes.yaml", atomically: true, encoding: .utf8)
    }

    /// Data of a node that never was born.
    private func publish(_ group: String, _ node: String, _ stage: Stage) throws {
        let payload: [UInt8] = [
            0x12, 0x0B, 0x10, 0x01, 0x69, 0xCD, 0xCC, 0xCC, 0xCC, 0xCC, 0x0C, 0x4B, 0x40, 0x18, 1,
        ]
        try stage.publish(payload, to: "spBv1.0/\(group)/NDATA/\(node)")
    }

    private func requests(_ outcome: String, _ stage: Stage) throws -> Double {
        try stage.metric("turnpike_rebirth_requests_total{outcome=\"\(outcome)\"}")
    }

    @Test func `only nodes whose file allows it are asked, seldom, and only on their own topic`()
        throws
    {
        let sources = NSTemporaryDirectory() + "turnpike-sources-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: sources, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: sources) }
        try write(allowed: false, version: "1", sources)
        let stage = try Stage {
            $0.sources = sources
            $0.clock = "wall"
        }
        try stage.start()
        let heard = HeardTopics()
        var configuration = MQTTConnectionConfiguration(
            host: "127.0.0.1", port: stage.broker.port, clientIdentifier: "edge-nodes")
        configuration.subscriptions = [
            MQTTSubscription(filter: "spBv1.0/+/NCMD/#"), MQTTSubscription(filter: "turnpike/#"),
        ]
        let ear = try MQTTConnection(
            configuration, consumer: heard, clock: { Timestamp(milliseconds: 0) })
        try ear.start()
        #expect(ear.wait(atMost: .seconds(20)) { $0.acceptedSubscriptions == 2 } != nil)
        // As shipped: nothing leaves.
        try publish("fleet", "CAR1", stage)
        #expect(
            try stage.wait(seconds: 20) {
                try stage.metric("turnpike_messages_received_total") == 1
            })
        #expect(try requests("sent", stage) == 0 && requests("unsent", stage) == 0)
        // The file comes to allow it for one group.
        try write(allowed: true, version: "2", sources)
        stage.gateway.signal(SIGHUP)
        #expect(
            try stage.wait(seconds: 20) {
                try stage.metric("turnpike_mapping_reloads_total{outcome=\"taken\"}") == 1
            })
        var nodes = 1
        // The connection for it may not stand yet.
        #expect(
            try stage.wait(seconds: 20) {
                nodes += 1
                try publish("fleet", "CAR\(nodes)", stage)
                return try requests("sent", stage) >= 1
            })
        let node = "spBv1.0/fleet/NCMD/CAR\(nodes)"
        #expect(try stage.wait(seconds: 10) { heard.count(node) == 1 })
        for _ in 0..<5 { try publish("fleet", "CAR\(nodes)", stage) }
        try publish("other", "CAR9", stage)
        try publish("fleet", "last", stage)
        #expect(
            try stage.wait(seconds: 20) { heard.count("spBv1.0/fleet/NCMD/last") == 1 })
        #expect(heard.count(node) == 1)
        #expect(heard.topics.allSatisfy { $0.hasPrefix("spBv1.0/fleet/NCMD/") })
        #expect(try requests("sent", stage) == Double(heard.topics.count))
        #expect(ear.stop())
    }
}

/// Topics in the order of coming.
private final class HeardTopics: RoundConsumer {
    private let list = Mutex<[String]>([])

    func receive(topic: RawSpan, payload: RawSpan, flags: MessageFlags) -> RoundRoom {
        let text = (0..<topic.byteCount).map { topic.byte(at: $0) }
        list.withLock { $0.append(String(decoding: text, as: UTF8.self)) }
        return .room
    }

    func commitRound() -> RoundOutcome { .durable }

    var topics: [String] { list.withLock { $0 } }
    func count(_ topic: String) -> Int { topics.count { $0 == topic } }
}
