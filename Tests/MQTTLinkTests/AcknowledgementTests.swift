import BrokerFixture
import Glibc
import MQTTLink
import Synchronization
import Testing
import VehicleSignals

@Suite(.serialized)
struct AcknowledgementTests {
    @Test(arguments: [DeliveryQuality.atLeastOnce, .exactlyOnce])
    func `a connection killed between read and commit gets everything again`(
        quality: DeliveryQuality
    ) throws {
        let broker = try MosquittoBroker()
        let setup = configuration(
            port: broker.port, client: "reader", MQTTSubscription(filter: "vss/#"))
        let failing = RecordingConsumer(outcome: { _ in .notDurable(reason: "disk full") })
        let first = try connected(setup, failing)
        try publish(300, to: "vss/car", port: broker.port, quality: quality)
        #expect(failing.wait(forAttempts: 2))
        let held = first.wait(atMost: .seconds(5)) { $0.state == .held(reason: "disk full") }
        #expect(held != nil)
        #expect(first.stop())
        #expect(first.counters.acknowledgements == 0)

        let consumer = RecordingConsumer()
        let second = try connected(setup, consumer)
        #expect(second.status.sessionPresent)
        #expect(consumer.wait(forDistinct: 300))
        #expect(second.stop())
        #expect(consumer.distinct == numbers(300))

        // Acknowledged now: a third connection gets nothing.
        let third = RecordingConsumer()
        let last = try connected(setup, third)
        try publish(1, to: "vss/end", port: broker.port)
        #expect(third.wait { !$0.isEmpty })
        #expect(last.stop())
        #expect(third.messages.map(\.topic) == ["vss/end"])
    }

    @Test func `a consumer that cannot commit for a while loses nothing`() throws {
        let broker = try MosquittoBroker()
        let consumer = RecordingConsumer(outcome: {
            $0 <= 3 ? .notDurable(reason: "disk full") : .durable
        })
        let connection = try connected(
            configuration(port: broker.port, client: "reader", MQTTSubscription(filter: "vss/#")),
            consumer)
        try publish(100, to: "vss/car", port: broker.port)
        #expect(consumer.wait(forDistinct: 100))
        // Stopping while a round is held leaves it unacknowledged, as promised: so not before.
        let deadline = ContinuousClock.now + .seconds(20)
        while connection.counters.acknowledgements < 100, ContinuousClock.now < deadline {
            usleep(5000)
        }
        #expect(connection.stop())
        #expect(consumer.messages.count == 100)
        #expect(connection.counters.commitFailures == 3)
        #expect(connection.counters.acknowledgements == 100)
    }

    @Test func `a full consumer ends the round early`() throws {
        let broker = try MosquittoBroker()
        let consumer = RecordingConsumer(room: { $0 >= 10 ? .full : .room })
        let connection = try connected(
            configuration(port: broker.port, client: "reader", MQTTSubscription(filter: "vss/#")),
            consumer)
        try publish(1_000, to: "vss/car", port: broker.port)
        #expect(consumer.wait(forDistinct: 1_000))
        #expect(connection.stop())
        #expect(consumer.rounds.allSatisfy { $0 <= 10 })
        #expect(consumer.rounds.reduce(0, +) == 1_000)
    }

    @Test(arguments: [false, true])
    func `rounds keep to the configured limits`(byBytes: Bool) throws {
        let broker = try MosquittoBroker()
        let consumer = RecordingConsumer()
        var setup = configuration(
            port: broker.port, client: "reader", MQTTSubscription(filter: "vss/#"))
        if byBytes { setup.roundBytesMax = 50 } else { setup.roundMessagesMax = 5 }
        let connection = try connected(setup, consumer)
        try publish(200, to: "vss/car", port: broker.port)
        #expect(consumer.wait(forDistinct: 200))
        #expect(connection.stop())
        // Seven bytes of topic and one to three of payload: at most seven make 50.
        #expect(consumer.rounds.allSatisfy { $0 <= (byBytes ? 7 : 5) })
    }

    @Test func `a commit that outlasts the keep-alive costs the connection, not a message`() throws
    {
        let broker = try MosquittoBroker()
        let door = Door()
        let consumer = RecordingConsumer(outcome: { attempt in
            if attempt == 1 { door.pass() }
            return .durable
        })
        var setup = configuration(
            port: broker.port, client: "reader", MQTTSubscription(filter: "vss/#"))
        setup.keepAliveSeconds = 5
        let connection = try connected(setup, consumer)
        try publish(200, to: "vss/car", port: broker.port)
        #expect(consumer.wait(forAttempts: 1))
        // The broker gives up after one and a half keep-alives; its log says when.
        #expect(broker.waitForLog("reader has exceeded timeout"))
        door.open()
        let reconnected = connection.wait(atMost: .seconds(20)) {
            $0.isConnected && $0.reconnects == 1
        }
        #expect(reconnected?.sessionPresent == true)
        #expect(consumer.wait(forDistinct: 200))
        try publish(1, to: "vss/end", port: broker.port)
        #expect(consumer.wait { $0.contains { $0.topic == "vss/end" } })
        #expect(connection.stop())
        #expect(consumer.distinct == numbers(200))
        // The round that was read before the broker gave up came again.
        #expect(consumer.messages.count > 201)
        #expect(connection.counters.messages == UInt64(consumer.messages.count))
    }
}
