import BrokerFixture
import Foundation
import Glibc
import MQTTLink
import Testing
import VehicleSignals

/// The wall clock for statuses.
let wallClock: @Sendable () -> Timestamp = {
    Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
}

/// What every test of a connection needs: short delays and a name.
func configuration(
    port: Int, client: String, _ filters: MQTTSubscription...
) -> MQTTConnectionConfiguration {
    var configuration = MQTTConnectionConfiguration(
        host: "127.0.0.1", port: port, clientIdentifier: client)
    configuration.reconnectDelayMin = .milliseconds(20)
    configuration.reconnectDelayMax = .milliseconds(200)
    configuration.subscriptions = filters
    return configuration
}

/// Starts a connection and waits until the broker has answered all subscriptions.
func connected(
    _ configuration: MQTTConnectionConfiguration, _ consumer: RecordingConsumer
) throws -> MQTTConnection {
    let connection = try MQTTConnection(configuration, consumer: consumer, clock: wallClock)
    try connection.start()
    let status = connection.wait(atMost: .seconds(20)) {
        $0.isConnected
            && $0.acceptedSubscriptions + $0.refusedSubscriptions.count
                == configuration.subscriptions.count
    }
    try #require(status != nil, "not connected: \(connection.status)")
    return connection
}

/// A started publisher that may write anywhere.
func publisher(port: Int, client: String = "writer") throws -> MQTTPublisher {
    var configuration = configuration(port: port, client: client)
    configuration.cleanStart = true
    configuration.sessionExpirySeconds = 0
    let publisher = try MQTTPublisher(configuration, allowance: .everything, clock: wallClock)
    try publisher.start()
    return publisher
}

/// Publishes `count` messages with the texts `0`, `1`, … and waits for their acknowledgements.
func publish(
    _ count: Int, to topic: String, port: Int, quality: DeliveryQuality = .atLeastOnce
) throws {
    let publisher = try publisher(port: port)
    for number in 0..<count {
        try publisher.publish(topic: topic, payload: Array("\(number)".utf8), quality: quality)
    }
    try publisher.close()
}

/// The texts `0`, `1`, … below `count`.
func numbers(_ count: Int) -> Set<String> { Set((0..<count).map(String.init)) }

/// Looks again and again until `condition` holds; `false` after half a minute.
func eventually(_ condition: () -> Bool) -> Bool {
    let deadline = ContinuousClock.now + .seconds(30)
    while !condition() {
        if ContinuousClock.now >= deadline { return false }
        usleep(2_000)
    }
    return true
}
