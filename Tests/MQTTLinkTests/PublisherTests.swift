import BrokerFixture
import Foundation
import LocalStage
import MQTTLink
import Testing
import VehicleSignals

@Suite(.serialized)
struct PublisherTests {
    @Test func `a publisher with a list writes nowhere else`() throws {
        let broker = try MosquittoBroker()
        let consumer = RecordingConsumer()
        let connection = try connected(
            configuration(port: broker.port, client: "reader", MQTTSubscription(filter: "#")),
            consumer)
        let writer = try MQTTPublisher(
            configuration(port: broker.port, client: "writer"),
            allowance: try TopicAllowance(below: ["turnpike/leads", "turnpike/status/"]),
            clock: wallClock)
        try writer.start()
        for topic in ["vss/car/telemetry", "turnpike/leadsheet", "turnpike", "Turnpike/leads"] {
            #expect(throws: PublishError.topicNotAllowed(topic: topic)) {
                try writer.publish(topic: topic, payload: [1])
            }
        }
        for topic in ["", "turnpike/leads/+", "turnpike/#", "$SYS/x", "a\0b"] {
            #expect(throws: PublishError.invalidTopic(topic: topic)) {
                try writer.publish(topic: topic, payload: [1])
            }
        }
        for topic in ["turnpike/leads", "turnpike/leads/42", "turnpike/status/on"] {
            try writer.publish(topic: topic, payload: [1])
        }
        try writer.close()
        #expect(consumer.wait { $0.count == 3 })
        #expect(connection.stop())
        #expect(consumer.messages.allSatisfy { $0.topic.hasPrefix("turnpike/") })
    }

    @Test func `an allowance of wildcards or nothing at all is refused`() throws {
        for prefix in ["", "/", "#", "a/+/b"] {
            #expect(throws: PublishError.self) { try TopicAllowance(below: [prefix]) }
        }
        let nothing = try TopicAllowance(below: [])
        #expect(throws: PublishError.topicNotAllowed(topic: "a")) { try nothing.check("a") }
    }

    @Test func `an allowance of filters takes topics of as many levels, and no others`() throws {
        let allowance = try TopicAllowance(matching: ["spBv1.0/plant/NCMD/+"])
        try allowance.check("spBv1.0/plant/NCMD/CAR1")
        for topic in [
            "spBv1.0/plant/NCMD", "spBv1.0/plant/NCMD/CAR1/hub", "spBv1.0/yard/NCMD/CAR1",
            "spBv1.0/plant/NDATA/CAR1", "xspBv1.0/plant/NCMD/CAR1",
        ] {
            #expect(throws: PublishError.topicNotAllowed(topic: topic)) {
                try allowance.check(topic)
            }
        }
        for filter in ["spBv1.0/#", "a/b+", ""] {
            #expect(throws: PublishError.invalidTopic(topic: filter)) {
                try TopicAllowance(matching: [filter])
            }
        }
        let none = try TopicAllowance(matching: [])
        #expect(throws: PublishError.topicNotAllowed(topic: "a")) { try none.check("a") }
    }

    @Test func `a full queue pushes back, and closing says what was left`() throws {
        let writer = try MQTTPublisher(
            configuration(port: try freeLoopbackPort(), client: "writer"),
            allowance: .everything, queueMessagesMax: 10, clock: wallClock)
        try writer.start()
        for _ in 0..<10 { try writer.publish(topic: "t", payload: [1], waitingAtMost: .zero) }
        #expect(throws: PublishError.queueFull) {
            try writer.publish(topic: "t", payload: [1], waitingAtMost: .milliseconds(20))
        }
        #expect(throws: PublishError.timedOut(unacknowledged: 10)) {
            try writer.flush(atMost: .milliseconds(10))
        }
        #expect(throws: PublishError.timedOut(unacknowledged: 10)) {
            try writer.close(atMost: .milliseconds(10))
        }
        #expect(throws: PublishError.self) { try writer.publish(topic: "t", payload: [1]) }
    }

    @Test func `a broker's no reaches whoever waits for the yes`() async throws {
        let folder = try TestFolder.make("acl")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try "topic readwrite open/#\n".write(
            toFile: folder + "/acl", atomically: true, encoding: .utf8)
        var options = MosquittoBroker.Options()
        options.extraLines = ["acl_file \(folder)/acl"]
        let broker = try MosquittoBroker(options)
        let writer = try publisher(port: broker.port)
        for quality in DeliveryQuality.allCases {
            try await writer.publishAndConfirm(topic: "open/a", payload: [1], quality: quality)
        }
        for quality in [DeliveryQuality.atLeastOnce, .exactlyOnce] {
            do {
                try await writer.publishAndConfirm(
                    topic: "closed/a", payload: [1], quality: quality)
                Issue.record("the broker's refusal was not passed on")
            } catch PublishError.refused(let refusal) {
                #expect(refusal.code == 135)
                #expect(refusal.word == "not authorised")
            }
        }
        #expect(writer.counters.acknowledged == 3)
        #expect(writer.counters.refused == 2)
        try writer.close()
    }

    @Test func `a payload beyond the broker's limit is refused with both numbers`() async throws {
        var options = MosquittoBroker.Options()
        options.extraLines = ["max_packet_size 2000"]
        let broker = try MosquittoBroker(options)
        let writer = try publisher(port: broker.port)
        #expect(writer.wait(atMost: .seconds(10)) { $0.isConnected } != nil)
        await #expect(throws: PublishError.payloadTooLarge(bytes: 5_000, limit: 2_000)) {
            try await writer.publishAndConfirm(
                topic: "t", payload: [UInt8](repeating: 1, count: 5_000))
        }
        try await writer.publishAndConfirm(topic: "t", payload: [1])
        try writer.close()
    }

    @Test func `several threads publish at once and nothing is lost`() async throws {
        let broker = try MosquittoBroker()
        let consumer = RecordingConsumer()
        let connection = try connected(
            configuration(port: broker.port, client: "reader", MQTTSubscription(filter: "vss/#")),
            consumer)
        let writer = try publisher(port: broker.port)
        await withTaskGroup(of: Void.self) { group in
            for part in 0..<4 {
                group.addTask { @concurrent in
                    for number in (part * 5_000)..<((part + 1) * 5_000) {
                        do {
                            try writer.publish(topic: "vss/car", payload: Array("\(number)".utf8))
                        } catch {
                            Issue.record("\(error)")
                        }
                    }
                }
            }
        }
        try writer.close()
        #expect(writer.counters.acknowledged == 20_000)
        #expect(consumer.wait(forDistinct: 20_000))
        #expect(connection.stop())
        #expect(consumer.messages.count == 20_000)
    }
}
