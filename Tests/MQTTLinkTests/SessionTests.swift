import BrokerFixture
import MQTTLink
import Synchronization
import Testing
import VehicleSignals

@Suite(.serialized)
struct SessionTests {
    @Test func `the broker's restart keeps what came while nobody was connected`() throws {
        let broker = try MosquittoBroker()
        let setup = configuration(
            port: broker.port, client: "reader", MQTTSubscription(filter: "vss/#"))
        let before = try connected(setup, RecordingConsumer())
        #expect(before.status.sessionPresent == false)
        #expect(before.stop())
        try publish(300, to: "vss/car", port: broker.port)
        try broker.restart()
        let consumer = RecordingConsumer()
        let after = try connected(setup, consumer)
        #expect(after.status.sessionPresent)
        #expect(consumer.wait(forDistinct: 300))
        #expect(after.stop())
        #expect(consumer.messages.map(\.text) == (0..<300).map(String.init))
    }

    @Test func `a connection comes back with the broker, and a publisher resends`() throws {
        let broker = try MosquittoBroker()
        let consumer = RecordingConsumer()
        let connection = try connected(
            configuration(port: broker.port, client: "reader", MQTTSubscription(filter: "vss/#")),
            consumer)
        let writer = try publisher(port: broker.port)
        #expect(writer.wait(atMost: .seconds(20)) { $0.isConnected } != nil)
        for number in 0..<6_000 {
            if number == 2_000 { broker.stop() }
            if number == 2_500 { try broker.restart() }
            try writer.publish(topic: "vss/car", payload: Array("\(number)".utf8))
        }
        try writer.flush()
        #expect(consumer.wait(forDistinct: 6_000))
        #expect(connection.status.reconnects == 1)
        #expect(connection.status.lastRefusal != nil)
        #expect(writer.status.reconnects == 1)
        #expect(writer.counters.acknowledged == 6_000)
        try writer.close()
        #expect(connection.stop())
        #expect(consumer.distinct == numbers(6_000))
    }

    @Test func `state changes are told in order`() throws {
        let broker = try MosquittoBroker()
        let seen = Recorder()
        let connection = try MQTTConnection(
            configuration(port: broker.port, client: "reader"), consumer: RecordingConsumer(),
            clock: wallClock, onStateChange: { seen.append($0.state.word) })
        #expect(connection.status.state == .idle)
        try connection.start()
        #expect(connection.wait(atMost: .seconds(10)) { $0.isConnected } != nil)
        #expect(connection.stop())
        #expect(seen.words == ["connecting", "connected", "stopped"])
    }

    @Test func `two connections under one name are told what may be wrong`() throws {
        let broker = try MosquittoBroker()
        let setup = configuration(port: broker.port, client: "same")
        let first = try connected(setup, RecordingConsumer())
        var rival = setup
        rival.reconnectDelayMin = .seconds(5)
        rival.reconnectDelayMax = .seconds(5)
        let second = try connected(rival, RecordingConsumer())
        let told = first.wait(atMost: .seconds(10)) { $0.lastRefusal != nil }
        // mosquitto 2.0.11 closes without a word; the remedy names this cause among others.
        #expect(told?.lastRefusal?.remedy.contains("same client identifier") == true)
        #expect(first.stop())
        #expect(second.stop())
    }
}

/// Words in the order in which they came.
final class Recorder: Sendable {
    private let list = Mutex<[String]>([])
    var words: [String] { list.withLock { $0 } }
    func append(_ word: String) { list.withLock { $0.append(word) } }
}
