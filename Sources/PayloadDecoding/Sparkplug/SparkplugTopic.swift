import VehicleSignals

/// What a topic of Sparkplug says: `spBv1.0/group/TYPE/edge`, or `…/edge/device`.
struct SparkplugTopic: BitwiseCopyable {
    enum MessageType: UInt8, BitwiseCopyable {
        case birth, data, death
        /// Commands, and whatever else.
        case other
    }

    var type: MessageType
    var isDevice: Bool
    /// Where the levels lie; `device` is empty for an edge node's own messages.
    var group: (start: Int, count: Int)
    var edge: (start: Int, count: Int)
    var device: (start: Int, count: Int) = (0, 0)

    /// `nil` if the topic has another number of levels, or its type does not fit to that number.
    init?(_ topic: RawSpan) {
        var starts = InlineArray<6, Int>(repeating: 0)
        var count = 1
        for index in 0..<topic.byteCount where topic.byte(at: index) == UInt8(ascii: "/") {
            guard count < 5 else { return nil }
            starts[count] = index + 1
            count += 1
        }
        guard count >= 4 else { return nil }
        starts[count] = topic.byteCount + 1
        func level(_ place: Int) -> (start: Int, count: Int) {
            (starts[place], starts[place + 1] - starts[place] - 1)
        }
        group = level(1)
        edge = level(3)
        isDevice = count == 5
        if isDevice { device = level(4) }
        let word = level(2)
        guard let found = Self.type(topic, word.start, word.count, isDevice: isDevice) else {
            return nil
        }
        type = found
    }

    private static func type(
        _ topic: RawSpan, _ start: Int, _ count: Int, isDevice: Bool
    ) -> MessageType? {
        guard count >= 1, topic.byte(at: start) == UInt8(ascii: isDevice ? "D" : "N") else {
            return nil
        }
        // Four letters behind the first one, and an H after two of them.
        let letters = count == 5 || count == 6 ? topic.word32(at: start + 1) : 0
        let hasH = count == 6 && topic.byte(at: start + 5) == UInt8(ascii: "H")
        switch (letters, count) {
        case (0x4154_4144, 5): return .data
        case (0x5452_4942, 6): return hasH ? .birth : .other
        case (0x5441_4544, 6): return hasH ? .death : .other
        default: return .other
        }
    }
}
