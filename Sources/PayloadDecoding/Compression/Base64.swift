import VehicleSignals

/// Reads base64 (RFC 4648, the standard alphabet) into `output`, whose content is replaced. Padding
/// may be left out; nothing else may stand there, line ends neither, and the bits that are left
/// over must be nought. Allocates nothing once `output` has grown.
func unpackBase64(_ text: RawSpan, into output: inout [UInt8]) throws(DecodeError) {
    output.removeAll(keepingCapacity: true)
    var end = text.byteCount
    if end % 4 == 0, end > 0, text.byte(at: end - 1) == UInt8(ascii: "=") {
        end -= text.byte(at: end - 2) == UInt8(ascii: "=") ? 2 : 1
    }
    guard end % 4 != 1 else { throw DecodeError(.badCompression, at: end) }
    var bits: UInt32 = 0
    var count = 0
    for at in 0..<end {
        guard let value = base64Value(text.byte(at: at)) else {
            throw DecodeError(.badCompression, at: at)
        }
        bits = bits << 6 | UInt32(value)
        count += 6
        if count >= 8 {
            count -= 8
            output.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
    }
    guard bits & ((1 << UInt32(count)) - 1) == 0 else {
        throw DecodeError(.badCompression, at: end - 1)
    }
}

@inline(always)
private func base64Value(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
}
