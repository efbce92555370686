import VehicleSignals

/// Tesla records as a live feed sends them: 24 data each, typed values, a third of them of fields
/// that no mapping names. The same numbers in every run.
struct Records {
    var payloads: [[UInt8]] = []
    private var state: UInt64 = 7

    init(count: Int) {
        for index in 0..<count { payloads.append(record(index)) }
    }

    /// Length (four bytes, little-endian) and bytes of each record, for the peer in C++.
    var file: [UInt8] {
        payloads.flatMap { payload in
            (0..<4).map { UInt8(truncatingIfNeeded: payload.count >> ($0 * 8)) } + payload
        }
    }

    private mutating func random(_ range: ClosedRange<Double>) -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let share = Double(state >> 11) / 0x1p53
        return range.lowerBound + share * (range.upperBound - range.lowerBound)
    }

    private mutating func record(_ index: Int) -> [UInt8] {
        var out: [UInt8] = []
        func number(_ key: Int, _ value: Double) {
            datum(key, Self.field(5, 1, Self.little(value.bitPattern)), &out)
        }
        func word(_ key: Int, _ member: Int, _ value: UInt64) {
            datum(key, Self.varint(UInt64(member << 3)) + Self.varint(value), &out)
        }
        number(5, random(1...200_000))
        number(4, random(0...85))
        let place =
            Self.field(1, 1, Self.little(random(-90...90).bitPattern))
            + Self.field(2, 1, Self.little(random(-180...180).bitPattern))
        datum(21, Self.bytes(7, place), &out)
        number(8, random(0...100))
        number(42, random(0...100))
        number(158, random(0...100))
        number(40, random(0...300))
        number(86, random(-30...45))
        for key in 69...72 { number(key, random(2...3.4)) }
        word(179, 32, UInt64(index % 7))
        datum(224, Self.bytes(39, index % 9 == 0 ? [8, 1, 32, 1] : []), &out)
        number(35, random(0...150))
        number(258, random(0...900))
        word(10, 9, UInt64(index % 6))
        // Known to the schema, of no use to the gateway.
        number(6, random(300...420))
        number(7, random(-200...900))
        number(85, random(-10...50))
        datum(68, Self.bytes(1, Array("2026.8.3 6d5a2e1".utf8)), &out)
        word(59, 6, 1)
        datum(58, Self.bytes(21, [8, 1, 16, 1]), &out)
        word(60, 24, 1)
        let time =
            Self.varint(8) + Self.varint(1_770_000_000 + UInt64(index)) + Self.varint(16)
            + Self.varint(UInt64(index % 1000) * 1_000_000)
        out += Self.bytes(2, time)
        out += Self.bytes(3, Array("5YJ3E1EA7KF\(100_000 + index % 100_000)".utf8))
        return out
    }

    private func datum(_ key: Int, _ value: [UInt8], _ out: inout [UInt8]) {
        out += Self.bytes(1, [8] + Self.varint(UInt64(key)) + Self.bytes(2, value))
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    private static func field(_ number: Int, _ type: Int, _ value: [UInt8]) -> [UInt8] {
        varint(UInt64(number << 3 | type)) + value
    }

    private static func bytes(_ number: Int, _ value: [UInt8]) -> [UInt8] {
        field(number, 2, varint(UInt64(value.count)) + value)
    }

    private static func little(_ bits: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: bits >> UInt64($0 * 8)) }
    }
}
