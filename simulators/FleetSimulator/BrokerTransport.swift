import FleetModel
import Foundation
import MQTTLink
import VehicleSignals

/// Publishes over one or more connections; a vehicle always uses the same one, so that the order
/// of its messages is the order of sending.
final class BrokerTransport: FleetTransport {
    private let publishers: [MQTTPublisher]
    private let quality: DeliveryQuality

    /// How long to wait for the first connection.
    private static let patience = Duration.seconds(30)
    /// How long one message may wait for room before the caller looks round.
    private static let turn = Duration.seconds(1)

    /// Connects, and waits until every connection stands.
    init(broker: BrokerAddress, connections: Int, quality: DeliveryQuality) throws {
        self.quality = quality
        let process = ProcessInfo.processInfo.processIdentifier
        var made: [MQTTPublisher] = []
        for index in 0..<max(connections, 1) {
            let configuration = broker.configuration(
                clientIdentifier: "fleet-\(process)-\(index)")
            do {
                let publisher = try MQTTPublisher(
                    configuration, allowance: .everything, inFlightMax: 200,
                    clock: {
                        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
                    })
                try publisher.start()
                made.append(publisher)
            } catch {
                throw FleetError.notConnected(error.sentence)
            }
        }
        publishers = made
        for publisher in made
        where publisher.wait(atMost: Self.patience, until: { $0.isConnected }) == nil {
            let refusal = publisher.status.lastRefusal?.sentence
            throw FleetError.notConnected(refusal ?? "Is it running at \(broker.text)?")
        }
    }

    func take(_ message: SentMessage) throws -> Bool {
        do throws(PublishError) {
            try publishers[message.vehicle % publishers.count].publish(
                topic: message.topic, payload: message.payload, quality: quality,
                waitingAtMost: Self.turn)
            return true
        } catch .queueFull {
            return false
        } catch {
            throw FleetError.notConnected(error.sentence)
        }
    }

    func settle() throws -> Bool {
        for publisher in publishers {
            do throws(PublishError) {
                try publisher.flush(atMost: Self.turn)
            } catch .timedOut {
                return false
            } catch {
                throw FleetError.notConnected(error.sentence)
            }
        }
        return true
    }

    var pending: Int { publishers.reduce(0) { $0 + $1.unacknowledged } }

    var word: String {
        publishers.first { !$0.status.isConnected }?.status.state.word ?? "connected"
    }

    func close() throws {
        for publisher in publishers {
            do throws(PublishError) {
                try publisher.close(atMost: .seconds(10))
            } catch {
                throw FleetError.notConnected(error.sentence)
            }
        }
    }
}

/// Where the broker is: `mqtt://[user:password@]host[:port]`, or `mqtts://` with TLS.
struct BrokerAddress {
    var host: String
    var port: Int
    var user: String?
    var password: String?
    var isEncrypted: Bool
    var authorityFile: String?

    var text: String { "\(isEncrypted ? "mqtts" : "mqtt")://\(host):\(port)" }

    init(_ text: String, authorityFile: String?) throws {
        guard let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty,
            parts.scheme == "mqtt" || parts.scheme == "mqtts"
        else { throw FleetError.badBroker(text) }
        isEncrypted = parts.scheme == "mqtts"
        self.host = host
        port = parts.port ?? (isEncrypted ? 8883 : 1883)
        user = parts.user
        password = parts.password
        self.authorityFile = authorityFile
    }

    func configuration(clientIdentifier: String) -> MQTTConnectionConfiguration {
        var configuration = MQTTConnectionConfiguration(
            host: host, port: port, clientIdentifier: clientIdentifier)
        configuration.username = user
        configuration.password = password
        // A publisher's session need not outlive it by long; an hour covers a broker's restart.
        configuration.sessionExpirySeconds = 3600
        configuration.reconnectDelayMax = .seconds(2)
        if isEncrypted {
            var tls = MQTTConnectionConfiguration.TLS()
            tls.authorityFile = authorityFile
            configuration.tls = tls
        }
        return configuration
    }
}
