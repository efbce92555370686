/// Writes messages of Protocol Buffers, field by field: what fixtures are made with.
struct WireWriter {
    var bytes: [UInt8] = []

    init() {}

    init(_ build: (inout WireWriter) -> Void) { build(&self) }

    mutating func raw(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func tag(_ field: Int, _ type: Int) { raw(UInt64(field << 3 | type)) }

    mutating func varint(_ field: Int, _ value: UInt64) {
        tag(field, 0)
        raw(value)
    }

    mutating func int(_ field: Int, _ value: Int64) { varint(field, UInt64(bitPattern: value)) }

    mutating func sint(_ field: Int, _ value: Int64) {
        varint(field, UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    mutating func double(_ field: Int, _ value: Double) { fixed64(field, value.bitPattern) }

    mutating func fixed64(_ field: Int, _ value: UInt64) {
        tag(field, 1)
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    mutating func float(_ field: Int, _ value: Float) {
        tag(field, 5)
        for shift in stride(from: UInt32(0), to: 32, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift))
        }
    }

    mutating func text(_ field: Int, _ value: String) { blob(field, Array(value.utf8)) }

    mutating func blob(_ field: Int, _ value: [UInt8]) {
        tag(field, 2)
        raw(UInt64(value.count))
        bytes += value
    }

    mutating func message(_ field: Int, _ build: (inout WireWriter) -> Void) {
        blob(field, WireWriter(build).bytes)
    }
}

extension [UInt8] {
    /// Bytes from hexadecimal digits; blanks between them do not matter.
    init(hex: String) {
        let digits = hex.compactMap(\.hexDigitValue)
        self = stride(from: 0, to: digits.count - 1, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }

    var hex: String {
        map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
