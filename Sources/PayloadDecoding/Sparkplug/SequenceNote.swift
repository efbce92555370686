import VehicleSignals

/// What is left of a device's message that its holder does not let in: that its edge node spoke,
/// and under which number. Without it the node's other devices would seem to have missed something.
///
/// One is kept and written over from message to message, so that none allocates.
public struct SequenceNote: Sendable {
    /// The topic of the edge node's own data, which names no device, and behind it the number
    /// alone: nothing that was measured, and no time.
    var bytes: [UInt8] = []
    private var topicCount = 0

    /// An empty one, with no memory yet.
    public init() {}

    /// Where the topic lies in what ``withBytes(_:)`` hands out.
    public var topic: Range<Int> { 0..<topicCount }
    /// Where the payload lies there.
    public var payload: Range<Int> { topicCount..<bytes.count }

    fileprivate mutating func begin(_ place: SparkplugTopic, _ topic: RawSpan) {
        bytes.removeAll(keepingCapacity: true)
        // All that stands before the type, which ends with a slash.
        bytes.append(topic, from: 0, count: place.group.start + place.group.count + 1)
        // `NDAT` and `A/`, little-endian
        bytes.append(word: UInt32(0x5441_444E))
        bytes.append(word: UInt16(0x2F41))
        bytes.append(topic, from: place.edge.start, count: place.edge.count)
        topicCount = bytes.count
    }

    fileprivate mutating func end(_ sequence: UInt64) {
        // seq (3), a varint
        bytes.append(0x18)
        bytes.append(varint: sequence)
    }
}

extension CompiledSources {
    /// Writes the note for a message over what `note` held.
    ///
    /// - Returns: the note's own way; `nil` where nobody else depends on it: the route is not one
    ///   of Sparkplug's, the node itself is the vehicle, its source takes no messages of the node,
    ///   the message has no number, or it cannot be read. Then `note` means nothing.
    public func write(
        _ note: inout SequenceNote, _ route: Route, topic: RawSpan, payload: RawSpan
    ) -> Route? {
        guard isHeardByAll(route), route.vehicleLength > 0, let place = SparkplugTopic(topic),
            place.isDevice, place.type != .other, Int(route.vehicleOffset) >= place.device.start,
            payload.byteCount <= Int(payloadLimits[Int(route.source.number)]),
            let heading = try? SparkplugHeading(payload), let sequence = heading.sequence
        else { return nil }
        note.begin(place, topic)
        guard let way = self.route(ofTopic: note.bytes), way.source == route.source,
            isHeardByAll(way)
        else { return nil }
        note.end(sequence)
        return way
    }
}
