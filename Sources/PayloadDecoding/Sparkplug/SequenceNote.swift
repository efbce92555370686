import VehicleSignals

/// What is left of a device's message that its holder does not let in: that its edge node spoke,
/// and under which number. Without it the node's other devices would seem to have missed something.
public struct SequenceNote: Sendable, Equatable {
    /// Of the edge node's own data; the device is not named.
    public var topic: [UInt8]
    /// The number alone: nothing that was measured, and no time.
    public var payload: [UInt8]
}

extension CompiledSources {
    /// The note for a message; `nil` where nobody else depends on it: the route is not one of
    /// Sparkplug's, the node itself is the vehicle, the message has no number, or it cannot be
    /// read.
    public func sequenceNote(_ route: Route, topic: RawSpan, payload: RawSpan) -> SequenceNote? {
        guard isHeardByAll(route), route.vehicleLength > 0, let place = SparkplugTopic(topic),
            place.isDevice, place.type != .other, Int(route.vehicleOffset) >= place.device.start,
            payload.byteCount <= Int(payloadLimits[Int(route.source.number)]),
            let heading = try? SparkplugHeading(payload), let sequence = heading.sequence
        else { return nil }
        var name = Array("spBv1.0/".utf8)
        name.append(topic, from: place.group.start, count: place.group.count)
        name += Array("/NDATA/".utf8)
        name.append(topic, from: place.edge.start, count: place.edge.count)
        // seq (3)
        return SequenceNote(topic: name, payload: [0x18] + varint(sequence))
    }
}
