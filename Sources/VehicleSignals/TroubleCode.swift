/// A diagnostic trouble code of SAE J2012 / ISO 15031-6, with the failure type byte where the
/// source gives one: `P0128`, `P0128-00`, `U1123`.
public struct TroubleCode: Hashable, Sendable, BitwiseCopyable {
    /// Bits 0–15 the two code bytes, 16–23 the failure type, bit 24 "has a failure type".
    public var packed: UInt32

    @inline(always)
    public init(packed: UInt32) { self.packed = packed }

    /// The two bytes of a code as they stand on the bus (top two bits P, C, B, U).
    public init(code: UInt16, failureType: UInt8? = nil) {
        packed = UInt32(code) | (failureType.map { UInt32($0) << 16 | 1 << 24 } ?? 0)
    }

    /// Reads `^[PCBU][0-3][0-9A-F]{3}(-?[0-9A-F]{2})?$`, letters in either case; `nil` otherwise.
    public init?(_ bytes: Span<UInt8>, in range: Range<Int>) {
        guard range.count == 5 || range.count == 7 || range.count == 8 else { return nil }
        let base = range.lowerBound
        let letter: UInt16
        switch bytes[base] & 0xDF {
        case UInt8(ascii: "P"): letter = 0
        case UInt8(ascii: "C"): letter = 1
        case UInt8(ascii: "B"): letter = 2
        case UInt8(ascii: "U"): letter = 3
        default: return nil
        }
        var code = letter
        for index in 1...4 {
            guard let digit = Self.hexDigit(bytes[base + index]) else { return nil }
            if index == 1, digit > 3 { return nil }
            code = index == 1 ? code << 2 | digit : code << 4 | digit
        }
        guard range.count > 5 else {
            self.init(code: code)
            return
        }
        if range.count == 8, bytes[base + 5] != UInt8(ascii: "-") { return nil }
        let end = range.upperBound
        guard let high = Self.hexDigit(bytes[end - 2]), let low = Self.hexDigit(bytes[end - 1])
        else { return nil }
        self.init(code: code, failureType: UInt8(high << 4 | low))
    }

    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(bytes.span, in: 0..<bytes.count)
    }

    /// `P0128` or `P0128-00`.
    public var text: String {
        let code = UInt16(truncatingIfNeeded: packed)
        let letters = ["P", "C", "B", "U"]
        let hex = String(code & 0x0FFF, radix: 16, uppercase: true)
        let main =
            letters[Int(code >> 14)] + String(code >> 12 & 3)
            + String(repeating: "0", count: 3 - hex.utf8.count) + hex
        guard packed >> 24 & 1 == 1 else { return main }
        let failure = String(packed >> 16 & 0xFF, radix: 16, uppercase: true)
        return main + "-" + (failure.count == 1 ? "0" + failure : failure)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case 0x30...0x39: UInt16(byte - 0x30)
        case 0x41...0x46: UInt16(byte - 0x41 + 10)
        case 0x61...0x66: UInt16(byte - 0x61 + 10)
        default: nil
        }
    }
}
