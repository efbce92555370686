/// Packs bytes as a Snappy block: the plain way, for fixtures. Uses every kind of element.
enum SnappyWriter {
    static func pack(_ bytes: [UInt8]) -> [UInt8] {
        var out = WireWriter()
        out.raw(UInt64(bytes.count))
        var packed = out.bytes
        var at = 0
        var literal: [UInt8] = []
        while at < bytes.count {
            if let (offset, length) = match(bytes, at) {
                flush(&literal, &packed)
                packed += copy(offset, length, at)
                at += length
            } else {
                literal.append(bytes[at])
                at += 1
            }
        }
        flush(&literal, &packed)
        return packed
    }

    /// The longest earlier run of at least four bytes, looked for near by.
    private static func match(_ bytes: [UInt8], _ at: Int) -> (offset: Int, length: Int)? {
        var best = (offset: 0, length: 3)
        for offset in 1...max(1, min(at, 300)) where at >= offset {
            var length = 0
            while length < 64, at + length < bytes.count,
                bytes[at + length] == bytes[at + length - offset]
            {
                length += 1
            }
            if length > best.length { best = (offset, length) }
        }
        return best.offset > 0 ? best : nil
    }

    private static func copy(_ offset: Int, _ length: Int, _ at: Int) -> [UInt8] {
        if length <= 11, at % 3 != 0 {
            return [
                UInt8(1 | (length - 4) << 2 | (offset >> 8) << 5), UInt8(offset & 0xFF),
            ]
        }
        let low = [UInt8(offset & 0xFF), UInt8(offset >> 8)]
        return at % 2 == 0
            ? [UInt8(2 | (length - 1) << 2)] + low : [UInt8(3 | (length - 1) << 2)] + low + [0, 0]
    }

    private static func flush(_ literal: inout [UInt8], _ out: inout [UInt8]) {
        guard !literal.isEmpty else { return }
        let length = literal.count - 1
        if length < 60 {
            out.append(UInt8(length << 2))
        } else if length < 256 {
            out += [60 << 2, UInt8(length)]
        } else {
            out += [61 << 2, UInt8(length & 0xFF), UInt8(length >> 8 & 0xFF)]
        }
        out += literal
        literal = []
    }
}
