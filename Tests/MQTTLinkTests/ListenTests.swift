import BrokerFixture
import Foundation
import Glibc
import MQTTLink
import Testing

/// A connection that comes to listen to other topics.
@Suite(.serialized) struct ListenTests {
    private func filter(_ text: String) -> MQTTSubscription {
        MQTTSubscription(filter: text, sharedGroup: "g")
    }

    @Test func `new filters are heard and dropped ones are not, on the same connection`() throws {
        let broker = try MosquittoBroker()
        let consumer = RecordingConsumer()
        let connection = try connected(
            configuration(port: broker.port, client: "reader", filter("a/+"), filter("b/+")),
            consumer)
        try publish(3, to: "a/x", port: broker.port)
        #expect(consumer.wait(forDistinct: 3))
        try connection.listen(to: [filter("b/+"), filter("c/+")])
        // The answer for c is the second that is accepted; a is given up in the same breath.
        #expect(eventually { Self.isHeard("c/x", by: consumer, port: broker.port) })
        try publish(5, to: "a/x", port: broker.port)
        try publish(4, to: "b/x", port: broker.port)
        #expect(eventually { Self.heard("b/x", consumer) == 4 })
        #expect(Self.heard("a/x", consumer) == 3)
        #expect(connection.status.acceptedSubscriptions == 2)
        #expect(connection.status.reconnects == 0)
        #expect(throws: MQTTConfigurationMistake.invalidFilter("c/#/d")) {
            try connection.listen(to: [filter("c/#/d")])
        }
        #expect(connection.stop())
    }

    @Test func `what was dropped while the broker was away stays dropped in the kept session`()
        throws
    {
        let broker = try MosquittoBroker()
        let consumer = RecordingConsumer()
        let connection = try connected(
            configuration(port: broker.port, client: "reader", filter("a/+")), consumer)
        broker.stop()
        #expect(connection.wait(atMost: .seconds(10)) { !$0.isConnected } != nil)
        try connection.listen(to: [filter("b/+")])
        try broker.restart()
        #expect(eventually { Self.isHeard("b/x", by: consumer, port: broker.port) })
        usleep(200_000)
        let before = Self.heard("b/x", consumer)
        try publish(5, to: "a/x", port: broker.port)
        try publish(2, to: "b/x", port: broker.port)
        #expect(eventually { Self.heard("b/x", consumer) == before + 2 })
        #expect(Self.heard("a/x", consumer) == 0)
        #expect(connection.status.sessionPresent)
        #expect(connection.stop())
    }

    private static func heard(_ topic: String, _ consumer: RecordingConsumer) -> Int {
        consumer.messages.count { $0.topic == topic }
    }

    /// Publishes a message and says whether something of that topic came by now.
    private static func isHeard(
        _ topic: String, by consumer: RecordingConsumer, port: Int
    ) -> Bool {
        try? publish(1, to: topic, port: port)
        usleep(200_000)
        return heard(topic, consumer) > 0
    }
}
