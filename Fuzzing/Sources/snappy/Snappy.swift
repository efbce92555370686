internal import FuzzStage

/// Snappy blocks: the input as it is, and the input packed, which must decode as the input does.
@main enum Snappy: FuzzTarget {
    nonisolated(unsafe) private static var trial = PayloadTrial(
        Stage.protobufSources, comparesErrors: false)
    private static let topic = Array("blocks/cms/fleetwise/vehicles/X/signals".utf8)
    private static let bare = Array("bare/cms/fleetwise/vehicles/X/signals".utf8)

    static func main() { FuzzLoop.run(Self.self) }

    static func take(_ input: [UInt8]) {
        trial.take(topic: topic, payload: input, isRetained: false)
        let packed = pack(input)
        trial.take(topic: topic, payload: packed, isRetained: false)
        trial.takeAlike([(bare, input), (topic, packed)])
    }

    /// Literals of up to sixty bytes, and copies of what stands eight bytes before.
    private static func pack(_ bytes: [UInt8]) -> [UInt8] {
        var packed: [UInt8] = []
        var size = bytes.count
        while size >= 0x80 {
            packed.append(UInt8(truncatingIfNeeded: size) | 0x80)
            size >>= 7
        }
        packed.append(UInt8(size))
        var at = 0
        while at < bytes.count {
            var length = 0
            while at >= 8, length < 11, at + length < bytes.count,
                bytes[at + length] == bytes[at + length - 8]
            {
                length += 1
            }
            if length >= 4 {
                packed += [UInt8(1 | (length - 4) << 2), 8]
                at += length
            } else {
                let count = min(8, bytes.count - at)
                packed.append(UInt8((count - 1) << 2))
                packed += bytes[at..<(at + count)]
                at += count
            }
        }
        return packed
    }
}
