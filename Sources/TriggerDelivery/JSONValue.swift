/// A JSON value whose members stay in the order in which they were given, so that the same event
/// always has the same bytes and an attempt can be repeated and compared.
indirect enum JSONValue {
    case string(String)
    case integer(Int64)
    /// Written in the shortest form that reads back the same; not finite becomes `null`.
    case number(Double)
    case array([JSONValue])
    /// Members without a value are left out.
    case object([(name: String, value: JSONValue?)])

    /// The UTF-8 text, without blanks.
    var bytes: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(1024)
        write(to: &text)
        return text
    }

    private func write(to text: inout [UInt8]) {
        switch self {
        case .string(let value): Self.quote(value, to: &text)
        case .integer(let value): text += Array(String(value).utf8)
        case .number(let value):
            text += Array((value.isFinite ? String(value) : "null").utf8)
        case .array(let values):
            text.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                value.write(to: &text)
            }
            text.append(UInt8(ascii: "]"))
        case .object(let members):
            text.append(UInt8(ascii: "{"))
            var first = true
            for case (let name, let value?) in members {
                if !first { text.append(UInt8(ascii: ",")) }
                first = false
                Self.quote(name, to: &text)
                text.append(UInt8(ascii: ":"))
                value.write(to: &text)
            }
            text.append(UInt8(ascii: "}"))
        }
    }

    private static func quote(_ value: String, to text: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        text.append(UInt8(ascii: "\""))
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                text.append(UInt8(ascii: "\\"))
                text.append(byte)
            case 0x0A: text += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case 0..<0x20, 0x7F:
                text += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: text.append(byte)
            }
        }
        text.append(UInt8(ascii: "\""))
    }
}

extension JSONValue {
    /// `nil` stays `nil`, so that a member is left out.
    static func text(_ value: String?) -> JSONValue? { value.map { .string($0) } }
}
