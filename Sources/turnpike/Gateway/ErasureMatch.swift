import PayloadDecoding
import TelemetryPipeline
import VehicleSignals

/// Knows the messages of one vehicle, or of one name that leads to none. Looks into raw bytes,
/// since that is what journal and quarantine hold.
struct ErasureMatch: Sendable {
    /// What has so many characters is a VIN or as good as one: where it stands in a message that no
    /// source can attribute, the message is about this vehicle.
    static let tellingBytes = 17

    /// Mappings by which a message may have come: those in force, and those before them since the
    /// start.
    let sources: [CompiledSources]
    /// Leads from names of all of them.
    let registry: VehicleRegistry
    /// `.unknown`: only `name` is meant.
    let vehicle: VehicleKey
    let name: UnlinkedNames.Name?
    /// Names of the vehicle that nobody else can have.
    let tellingNames: [[UInt8]]

    init(
        sources: [CompiledSources], registry: VehicleRegistry, vehicle: VehicleKey,
        name: UnlinkedNames.Name?, names: [[UInt8]]
    ) {
        self.sources = sources
        self.registry = registry
        self.vehicle = vehicle
        self.name = name
        tellingNames = names.filter { $0.count >= Self.tellingBytes }
    }

    func isMeant(_ topic: RawSpan, _ payload: RawSpan) -> Bool {
        var isAttributed = false
        for mappings in sources {
            guard let route = mappings.route(topic: topic),
                let found = mappings.vehicleName(route, topic: topic, payload: payload)
            else { continue }
            isAttributed = true
            let bytes = found.isInPayload ? payload : topic
            if leads(route.source, bytes, from: found.offset, count: found.length) { return true }
        }
        guard !isAttributed else { return false }
        return tellingNames.contains { Self.holds(topic, $0) || Self.holds(payload, $0) }
    }

    /// Whether a name in a message is the vehicle's, or the one that is meant.
    private func leads(
        _ source: SourceID, _ bytes: RawSpan, from offset: Int, count: Int
    ) -> Bool {
        if vehicle != .unknown {
            return registry.vehicle(source: source, bytes, from: offset, count: count) == vehicle
        }
        guard let name, name.source == source, name.externalID.count == count else { return false }
        return unsafe name.externalID.span.bytes.equals(
            from: 0, count: count, bytes, from: offset)
    }

    /// Whether a sender on this topic is the vehicle, as far as the topic tells.
    func isMeant(senderOn topic: [UInt8]) -> Bool {
        let nothing: [UInt8] = []
        return unsafe isMeant(topic.span.bytes, nothing.span.bytes)
    }

    /// Whether an unlinked name is this one, or another one of the vehicle's that is about to be
    /// linked.
    func isMeant(_ other: UnlinkedNames.Name) -> Bool {
        if let name, other == name { return true }
        guard vehicle != .unknown else { return false }
        return unsafe registry.vehicle(
            source: other.source, other.externalID.span.bytes, from: 0,
            count: other.externalID.count) == vehicle
    }

    private static func holds(_ bytes: RawSpan, _ name: [UInt8]) -> Bool {
        guard bytes.byteCount >= name.count else { return false }
        let wanted = unsafe name.span.bytes
        for start in 0...(bytes.byteCount - name.count)
        where wanted.equals(from: 0, count: name.count, bytes, from: start) {
            return true
        }
        return false
    }
}
