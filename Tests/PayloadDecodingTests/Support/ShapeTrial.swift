import PayloadDecoding
import VehicleSignals

/// The same message through a decoder that remembers shapes and through one that does not. Both
/// must give the same readings, texts, counts and errors to the last bit.
struct ShapeTrial {
    var warm: MessageDecoder
    var cold: MessageDecoder
    var plain: PlainDecoder

    init(_ sources: CompiledSources) {
        warm = MessageDecoder(sources)
        cold = MessageDecoder(sources)
        cold.workspace.remembersShapes = false
        plain = PlainDecoder(definitions: sources.definitions, catalogue: sources.catalogue)
    }

    var fitted: UInt64 { warm.workspace.shapeFigures.fitted }

    /// `nil` where all agree; else what differs.
    mutating func difference(
        _ topic: String, _ payload: [UInt8], isRetained: Bool = false
    ) -> String? {
        let left = Result { () throws(DecodeError) in
            try warm.decode(topic, payload, isRetained: isRetained)
        }
        let right = Result { () throws(DecodeError) in
            try cold.decode(topic, payload, isRetained: isRetained)
        }
        if left != right {
            return """
                topic \(topic)
                payload \(String(decoding: payload.prefix(2000), as: UTF8.self))
                by shape  \(left)
                generally \(right)
                """
        }
        return TwinComparison.difference(
            &cold, &plain, topic, payload, isRetained: isRetained)
    }
}

extension SeededNumbers {
    /// The payload with other values between the same keys: digits changed, and now and then a
    /// value of another kind, another length or with white space about it.
    mutating func revalued(_ payload: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var isInText = false
        var at = 0
        while at < payload.count {
            let byte = payload[at]
            if byte == UInt8(ascii: "\""), at == 0 || payload[at - 1] != UInt8(ascii: "\\") {
                isInText.toggle()
            }
            let startsValue = at > 0 && payload[at - 1] == UInt8(ascii: ":") && !isInText
            if startsValue, byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte) {
                while at < payload.count, Array("+-.eE0123456789".utf8).contains(payload[at]) {
                    at += 1
                }
                result += Array(value().utf8)
                continue
            }
            if (0x30...0x39).contains(byte), isInText, chance(1, of: 30) {
                result.append(UInt8.random(in: 0x30...0x39, using: &self))
            } else {
                result.append(byte)
            }
            at += 1
        }
        return result
    }

    private mutating func value() -> String {
        switch Int.random(in: 0..<24, using: &self) {
        case 0: pick(["null", "true", "false", "\"x\"", "{}", "[]", "[1]", "\"12\"", " 7 ", ""])
        case 1: pick(["-0", "0", "-0.0", "1e3", "1E-2", "01", "1.", "-", ".5", "1.5.2", "+1"])
        case 2: pick(["9007199254740993", "12345678", "123456789012345", "1234567890123456"])
        case 3: pick(["1234567.12345678", "0.00000001", "0.1234567890123456", "61026.7740550624"])
        case 4: "\(Int64.random(in: .min ... .max, using: &self))"
        case 5: "\(Double.random(in: -1e9...1e9, using: &self))"
        case 6..<12: "\(Int.random(in: -200...200_000, using: &self))"
        case 12..<14: "\(Int.random(in: 1_700_000_000_000...1_800_000_000_000, using: &self))"
        default:
            "\(Int.random(in: -99...9999, using: &self))."
                + "\(Int.random(in: 0...999, using: &self))"
        }
    }
}
