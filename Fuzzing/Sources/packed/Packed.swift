internal import FuzzStage

/// Documents that may be packed: the input as it is (plain, gzip, or gzip in base64, as its first
/// byte says); as compressed data behind a good heading; and as what a good gzip file holds, with
/// base64 around it and without.
@main enum Packed: FuzzTarget {
    nonisolated(unsafe) private static var trial = PayloadTrial(Stage.packedSources)
    private static let topic = Array("cms/telemetry/X".utf8)
    /// Magic number, deflate, no flags, no time, unknown system.
    private static let heading: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]

    static func main() { FuzzLoop.run(Self.self) }

    static func take(_ input: [UInt8]) {
        let file = gzip(input)
        let text = base64(file)
        for payload in [input, heading + input, file, text] {
            trial.take(topic: topic, payload: payload, isRetained: false)
        }
        let isDocument = input.first == UInt8(ascii: "{")
        trial.takeAlike(((isDocument ? [input] : []) + [file, text]).map { (topic, $0) })
    }

    /// One stored block, with the right checksum and size.
    private static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        func word(_ value: UInt32, _ count: UInt32) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        }
        let size = UInt32(bytes.count)
        return heading + [1] + word(size, 2) + word(~size, 2) + bytes + word(checksum(bytes), 4)
            + word(size, 4)
    }

    /// CRC-32 of ISO 3309, a bit at a time.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum = UInt32.max
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return ~sum
    }

    private static func base64(_ bytes: [UInt8]) -> [UInt8] {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = Array(bytes[start..<min(start + 3, bytes.count)])
            let word = part.enumerated().reduce(0) { $0 | Int($1.element) << (16 - 8 * $1.offset) }
            for place in 0...part.count { text.append(letters[word >> (18 - 6 * place) & 63]) }
            text += [UInt8](repeating: UInt8(ascii: "="), count: 3 - part.count)
        }
        return text
    }
}
