import PayloadDecoding
import VehicleSignals

/// Where a message goes: which source reads it, and whose it is.
struct RoutedMessage: Sendable {
    /// `nil`: no source takes the topic.
    var route: Route?
    /// `.unknown` where nothing in the message names a vehicle, or names are full.
    var vehicle: VehicleKey
}

/// Step 1½: finds source and vehicle of a message by its topic, or by the source's own quick
/// look into the body. Used by the gate when messages arrive and again when they are replayed.
struct MessageRouter: Sendable {
    let sources: CompiledSources
    let unlinked: UnlinkedNames

    /// - Parameter hint: the caller's own, from message to message; see ``RouteHint``.
    func route(
        topic: RawSpan, payload: RawSpan, arrival: Timestamp, registry: VehicleRegistry,
        after hint: inout RouteHint
    ) -> RoutedMessage {
        guard let route = sources.route(topic: topic, after: &hint) else {
            return RoutedMessage(route: nil, vehicle: .unknown)
        }
        guard let name = sources.vehicleName(route, topic: topic, payload: payload) else {
            return RoutedMessage(route: route, vehicle: .unknown)
        }
        let bytes = name.isInPayload ? payload : topic
        let linked = registry.vehicle(
            source: route.source, bytes, from: name.offset, count: name.length)
        if linked != .unknown { return RoutedMessage(route: route, vehicle: linked) }
        return RoutedMessage(
            route: route, vehicle: number(of: name, route, topic, payload, arrival: arrival))
    }

    /// Has the messages of a round stand under the numbers that their names have now, where names
    /// were forgotten since it was routed: under its old number a message would make a state that
    /// no name leads to.
    func renumber(_ round: inout Round) {
        let forgettings = unlinked.forgettings
        guard round.forgettings != forgettings else { return }
        round.forgettings = forgettings
        let batch = round.batch
        var routed = round.routed
        batch.withBytes { bytes in
            for place in routed.indices where routed[place].vehicle.isUnlinked {
                let view = batch.message(place)
                let topic = bytes.extracting(
                    view.topicOffset..<(view.topicOffset + view.topicLength))
                let payload = bytes.extracting(
                    view.payloadOffset..<(view.payloadOffset + view.payloadLength))
                guard let route = routed[place].route,
                    let name = sources.vehicleName(route, topic: topic, payload: payload)
                else { continue }
                routed[place].vehicle = number(
                    of: name, route, topic, payload, arrival: view.arrival)
            }
        }
        round.routed = routed
    }

    /// The number of a name that leads to no vehicle.
    private func number(
        of name: VehicleName, _ route: Route, _ topic: RawSpan, _ payload: RawSpan,
        arrival: Timestamp
    ) -> VehicleKey {
        let bytes = name.isInPayload ? payload : topic
        let externalID = [UInt8](
            copying: bytes.extracting(name.offset..<(name.offset + name.length)))
        return unlinked.key(
            for: UnlinkedNames.Name(source: route.source, externalID: externalID), at: arrival)
    }

    /// Routes all messages of a batch that is in the journal.
    func route(_ batch: MessageBatch, registry: VehicleRegistry) -> [RoutedMessage] {
        var routed: [RoutedMessage] = []
        var hint = RouteHint()
        routed.reserveCapacity(batch.count)
        batch.withBytes { bytes in
            for index in 0..<batch.count {
                let view = batch.message(index)
                let topic = bytes.extracting(
                    view.topicOffset..<(view.topicOffset + view.topicLength))
                let payload = bytes.extracting(
                    view.payloadOffset..<(view.payloadOffset + view.payloadLength))
                routed.append(
                    route(
                        topic: topic, payload: payload, arrival: view.arrival, registry: registry,
                        after: &hint))
            }
        }
        return routed
    }

    /// Whose an unlinked message is by a newer registry: the same answer to every worker that
    /// asks at the same place between rounds.
    func relink(
        _ message: RoutedMessage, topic: RawSpan, payload: RawSpan, registry: VehicleRegistry
    ) -> VehicleKey {
        guard let route = message.route,
            let name = sources.vehicleName(route, topic: topic, payload: payload)
        else { return message.vehicle }
        let linked = registry.vehicle(
            source: route.source, name.isInPayload ? payload : topic, from: name.offset,
            count: name.length)
        guard linked != .unknown else { return message.vehicle }
        // A connection that still had the older registry may have given the name a number again.
        let externalID = [UInt8](
            copying: (name.isInPayload ? payload : topic).extracting(
                name.offset..<(name.offset + name.length)))
        unlinked.remove([UnlinkedNames.Name(source: route.source, externalID: externalID)])
        return linked
    }
}

/// What messages are routed by at one time.
struct RoutingBasis: Sendable {
    var router: MessageRouter
    var registry: VehicleRegistry

    mutating func take(_ adoption: Adoption) {
        registry = adoption.registry
        if let sources = adoption.sources {
            router = MessageRouter(sources: sources, unlinked: router.unlinked)
        }
    }

    /// A batch of the journal as a round of this basis.
    func round(_ position: JournalPosition, _ batch: MessageBatch) -> Round {
        let forgettings = router.unlinked.forgettings
        return Round(
            position: position, batch: batch, routed: router.route(batch, registry: registry),
            forgettings: forgettings, sources: router.sources)
    }

    /// What a round that was routed earlier is by now: routed anew if the sources changed since,
    /// under other numbers if names were forgotten. Called once a round, between commands, so all
    /// workers see the same.
    func present(_ round: Round) -> Round {
        guard round.sources === router.sources else {
            return self.round(round.position, round.batch)
        }
        var round = round
        router.renumber(&round)
        return round
    }
}

extension [UInt8] {
    /// The bytes of a span as an array of their own.
    init(copying span: RawSpan) {
        self.init()
        append(addingCapacity: span.byteCount) { room in
            for place in 0..<span.byteCount { room.append(span.byte(at: place)) }
        }
    }
}
