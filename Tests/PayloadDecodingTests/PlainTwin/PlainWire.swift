import PayloadDecoding

/// One level of a Protocol Buffers message, the obvious way: a list of fields.
struct PlainField {
    enum Value: Equatable {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        /// Where the bytes lie.
        case bytes(Range<Int>)
    }

    var number: Int
    /// Where the value begins, behind the field's head.
    var at: Int
    var value: Value
}

struct PlainWire {
    let bytes: [UInt8]
    var at: Int
    let end: Int

    static func fields(
        _ bytes: [UInt8], _ range: Range<Int>
    ) throws(DecodeError) -> [PlainField] {
        var reader = PlainWire(bytes: bytes, at: range.lowerBound, end: range.upperBound)
        var fields: [PlainField] = []
        while reader.at < reader.end { fields.append(try reader.field()) }
        return fields
    }

    private mutating func byte() throws(DecodeError) -> UInt8 {
        guard at < end else { throw DecodeError(.truncated, at: end) }
        at += 1
        return bytes[at - 1]
    }

    private mutating func varint() throws(DecodeError) -> UInt64 {
        let start = at
        var groups: [UInt8] = []
        repeat {
            groups.append(try byte())
            if groups.count == 10, groups[9] > 1 { throw DecodeError(.badVarint, at: start) }
        } while groups[groups.count - 1] >= 0x80
        return groups.reversed().reduce(0) { $0 << 7 | UInt64($1 & 0x7F) }
    }

    private mutating func little(_ count: Int) throws(DecodeError) -> UInt64 {
        guard end - at >= count else { throw DecodeError(.truncated, at: end) }
        at += count
        return bytes[(at - count)..<at].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func field() throws(DecodeError) -> PlainField {
        let start = at
        let head = try varint()
        guard head >> 3 > 0, head < 1 << 32 else { throw DecodeError(.badWireType, at: start) }
        let first = at
        let value: PlainField.Value
        switch head & 7 {
        case 0: value = .varint(try varint())
        case 1: value = .fixed64(try little(8))
        case 2:
            let length = try varint()
            guard length <= UInt64(end - at) else { throw DecodeError(.truncated, at: end) }
            value = .bytes(at..<(at + Int(length)))
            at += Int(length)
        case 5: value = .fixed32(UInt32(try little(4)))
        default: throw DecodeError(.badWireType, at: start)
        }
        return PlainField(number: Int(head >> 3), at: first, value: value)
    }
}

extension [PlainField] {
    /// The last field of that number and kind: the one that counts.
    func varint(_ number: Int) -> UInt64? {
        reversed().lazy.compactMap {
            if $0.number == number, case .varint(let value) = $0.value { value } else { nil }
        }.first
    }

    func bytes(_ number: Int) -> Range<Int>? { all(number).last }

    func all(_ number: Int) -> [Range<Int>] {
        compactMap {
            if $0.number == number, case .bytes(let range) = $0.value { range } else { nil }
        }
    }
}
