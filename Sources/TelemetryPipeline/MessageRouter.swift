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

    func route(
        topic: RawSpan, payload: RawSpan, arrival: Timestamp, registry: VehicleRegistry
    ) -> RoutedMessage {
        guard let route = sources.route(topic: topic) else {
            return RoutedMessage(route: nil, vehicle: .unknown)
        }
        guard let name = sources.vehicleName(route, topic: topic, payload: payload) else {
            return RoutedMessage(route: route, vehicle: .unknown)
        }
        let bytes = name.isInPayload ? payload : topic
        let linked = registry.vehicle(
            source: route.source, bytes, from: name.offset, count: name.length)
        if linked != .unknown { return RoutedMessage(route: route, vehicle: linked) }
        var externalID: [UInt8] = []
        externalID.reserveCapacity(name.length)
        for place in name.offset..<(name.offset + name.length) {
            externalID.append(bytes.byte(at: place))
        }
        let key = unlinked.key(
            for: UnlinkedNames.Name(source: route.source, externalID: externalID), at: arrival)
        return RoutedMessage(route: route, vehicle: key)
    }
}
