import BrokerFixture
import MQTTLink
import Testing
import VehicleSignals

@Suite(.serialized)
struct DeliveryTests {
    @Test(arguments: DeliveryQuality.allCases)
    func `messages of every quality arrive in order and whole`(
        quality: DeliveryQuality
    ) throws {
        let broker = try MosquittoBroker()
        let consumer = RecordingConsumer()
        let connection = try connected(
            configuration(
                port: broker.port, client: "reader", MQTTSubscription(filter: "vss/+/telemetry")),
            consumer)
        try publish(500, to: "vss/car/telemetry", port: broker.port, quality: quality)
        #expect(consumer.wait(forDistinct: 500))
        #expect(connection.stop())
        #expect(consumer.messages.map(\.text) == (0..<500).map(String.init))
        #expect(consumer.messages.allSatisfy { $0.topic == "vss/car/telemetry" })
        let expected = min(Int(quality.rawValue), 1)
        #expect(consumer.messages.allSatisfy { $0.flags.qualityOfService == expected })
        let counters = connection.counters
        #expect(counters.messages == 500)
        #expect(counters.acknowledgements == (expected == 0 ? 0 : 500))
        #expect(counters.rounds == UInt64(consumer.rounds.count))
        #expect(connection.status.state == .stopped)
    }

    @Test func `a payload of ten megabytes arrives whole and an empty one too`() throws {
        let broker = try MosquittoBroker()
        let consumer = RecordingConsumer()
        let connection = try connected(
            configuration(port: broker.port, client: "reader", MQTTSubscription(filter: "big")),
            consumer)
        defer { connection.stop() }
        let payload = (0..<10_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let writer = try publisher(port: broker.port)
        try writer.publish(topic: "big", payload: payload)
        try writer.publish(topic: "big", payload: [])
        try writer.close()
        #expect(consumer.wait { $0.count == 2 })
        #expect(consumer.messages.first?.payload == payload)
        #expect(consumer.messages.last?.payload == [])
    }

    @Test func `only messages from the broker's store bear the retain flag`() throws {
        let broker = try MosquittoBroker()
        let writer = try publisher(port: broker.port)
        try writer.publish(topic: "state", payload: Array("old".utf8), isRetained: true)
        try writer.flush()
        let consumer = RecordingConsumer()
        let connection = try connected(
            configuration(port: broker.port, client: "reader", MQTTSubscription(filter: "state")),
            consumer)
        defer { connection.stop() }
        #expect(consumer.wait { $0.count == 1 })
        try writer.publish(topic: "state", payload: Array("new".utf8), isRetained: true)
        try writer.close()
        #expect(consumer.wait { $0.count == 2 })
        #expect(consumer.messages.map { $0.flags.contains(.retained) } == [true, false])
    }

    @Test func `two connections of a group share the messages, each message once`() throws {
        let broker = try MosquittoBroker()
        let subscription = MQTTSubscription(filter: "vss/#", sharedGroup: "gateway")
        let consumers = [RecordingConsumer(), RecordingConsumer()]
        let connections = try consumers.enumerated().map { index, consumer in
            try connected(
                configuration(port: broker.port, client: "reader-\(index)", subscription), consumer)
        }
        try publish(2_000, to: "vss/car", port: broker.port)
        #expect(eventually { consumers.map(\.messages.count).reduce(0, +) == 2_000 })
        for connection in connections { connection.stop() }
        let texts = consumers.flatMap { $0.messages.map(\.text) }
        #expect(texts.count == 2_000)
        #expect(Set(texts) == numbers(2_000))
        #expect(consumers.allSatisfy { $0.messages.count > 100 })
    }

    @Test func `the last will speaks when the connection breaks, not at a farewell`() throws {
        let broker = try MosquittoBroker()
        let consumer = RecordingConsumer()
        let watcher = try connected(
            configuration(port: broker.port, client: "watcher", MQTTSubscription(filter: "will/+")),
            consumer)
        defer { watcher.stop() }
        let allowance = try TopicAllowance(below: ["will"])
        for name in ["polite", "broken"] {
            // The broken one cannot commit what it reads and is stopped: no farewell is sent then.
            let reader = RecordingConsumer(outcome: { _ in
                name == "polite" ? .durable : .notDurable(reason: "test")
            })
            var configuration = configuration(
                port: broker.port, client: name, MQTTSubscription(filter: "poke/\(name)"))
            configuration.lastWill = try LastWill(
                topic: "will/\(name)", payload: Array("gone".utf8), allowance: allowance)
            let connection = try connected(configuration, reader)
            try publish(1, to: "poke/\(name)", port: broker.port)
            #expect(reader.wait(forAttempts: 1))
            #expect(connection.stop())
        }
        #expect(consumer.wait { $0.count == 1 })
        #expect(consumer.messages.map(\.topic) == ["will/broken"])
        #expect(throws: PublishError.topicNotAllowed(topic: "vss/car")) {
            try LastWill(topic: "vss/car", payload: [], allowance: allowance)
        }
    }
}
