import ConfigurationFiles
import Logging
import MQTTLink
import PayloadDecoding
import Synchronization
import VehicleSignals

/// What the gateway says to edge nodes, where a source's file allows it: requests for their births.
/// Where no file does, as shipped, there is no connection for it at all.
final class VehicleCommands: Sendable {
    private struct State {
        var filters: [String] = []
        var publisher: MQTTPublisher?
    }

    /// A request is worth nothing once it is old: few wait for the broker.
    private static let waitingMax = 256

    private let broker: GatewayConfiguration.Broker
    private let logger: Logger
    private let state = Mutex(State())
    /// Whether it is over; held while connections change, so that one follows the other.
    private let following = Mutex(false)
    private let sentCount = Atomic<UInt64>(0)
    private let unsentCount = Atomic<UInt64>(0)

    init(broker: GatewayConfiguration.Broker, logger: Logger) {
        self.broker = broker
        self.logger = logger
    }

    /// Requests handed to the connection, and those for which there was none.
    var sent: UInt64 { sentCount.load(ordering: .relaxed) }
    var unsent: UInt64 { unsentCount.load(ordering: .relaxed) }

    /// Opens a connection that may write to the topics of `sources` and nowhere else, in place of
    /// the one before; none where no source allows anything.
    func follow(_ sources: CompiledSources) throws {
        let filters = sources.rebirthFilters
        let isNew = try following.withLock { isOver in
            if isOver || state.withLock({ $0.filters == filters }) { return false }
            // One name, one connection: the older one leaves before the newer one comes.
            leave()
            let publisher = try filters.isEmpty ? nil : makePublisher(filters)
            try publisher?.start()
            state.withLock { $0 = State(filters: filters, publisher: publisher) }
            return true
        }
        if isNew, !filters.isEmpty {
            logger.notice(
                "edge nodes are asked for births that are missing",
                metadata: ["topics": "\(filters.joined(separator: ", "))"])
        }
    }

    private func makePublisher(_ filters: [String]) throws -> MQTTPublisher {
        var configuration = try broker.connection(number: 1, filters: [])
        configuration.clientIdentifier = broker.clientID + "-commands"
        configuration.cleanStart = true
        configuration.sessionExpirySeconds = 0
        configuration.subscriptions = []
        configuration.lastWill = nil
        return try MQTTPublisher(
            configuration, allowance: TopicAllowance(matching: filters),
            queueMessagesMax: Self.waitingMax, clock: { systemNow() })
    }

    /// Publishes a request as the specification asks for: at QoS 0, not retained. Never waits.
    ///
    /// - Returns: whether a connection took it.
    func ask(_ request: RebirthRequest) -> Bool {
        let publisher = state.withLock { $0.publisher }
        guard let publisher, publisher.status.isConnected,
            let topic = String(validating: request.topic, as: UTF8.self)
        else {
            unsentCount.wrappingAdd(1, ordering: .relaxed)
            return false
        }
        do throws(PublishError) {
            try publisher.publish(
                topic: topic, payload: request.payload, quality: .atMostOnce, isRetained: false,
                waitingAtMost: .zero)
            sentCount.wrappingAdd(1, ordering: .relaxed)
            return true
        } catch {
            unsentCount.wrappingAdd(1, ordering: .relaxed)
            return false
        }
    }

    /// Ends the connection for good.
    func close() {
        following.withLock { isOver in
            isOver = true
            leave()
        }
    }

    private func leave() {
        let publisher = state.withLock { state in
            defer { state = State() }
            return state.publisher
        }
        try? publisher?.close(atMost: .seconds(1))
    }
}
