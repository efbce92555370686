/// A vehicle identification number of ISO 3779: 17 characters of A–Z and 0–9 without I, O, Q.
public struct VIN: Hashable, Sendable {
    /// Upper case, 17 characters.
    public let text: String

    /// Why a text is no VIN.
    public enum Flaw: Error, Equatable, Sendable {
        /// Not 17 characters.
        case length(Int)
        /// A character that a VIN never holds, with its place from 1.
        case character(Character, place: Int)
        /// The check digit is wrong where it is mandatory: North America (1–5) and China (L).
        case checkDigit(expected: Character, found: Character)
    }

    /// Checks and takes a VIN. Blanks around it are cut and small letters raised.
    ///
    /// The check digit is enforced only where it is mandatory (ISO 3779 leaves it to the market);
    /// elsewhere ``hasValidCheckDigit`` tells, as a warning.
    public init(_ raw: String) throws(Flaw) {
        var trimmed = raw[...]
        while let first = trimmed.first, Self.isBlank(first) { trimmed.removeFirst() }
        while let last = trimmed.last, Self.isBlank(last) { trimmed.removeLast() }
        guard trimmed.count == 17 else { throw .length(trimmed.count) }
        var characters: [UInt8] = []
        for (index, character) in trimmed.enumerated() {
            let byte = character.asciiValue ?? 0
            let raised = byte >= 0x61 && byte <= 0x7A ? byte - 32 : byte
            guard Self.value(of: raised) != nil else {
                throw .character(character, place: index + 1)
            }
            characters.append(raised)
        }
        text = String(decoding: characters, as: UTF8.self)
        let first = characters[0]
        let mandatory = (first >= 0x31 && first <= 0x35) || first == UInt8(ascii: "L")
        let expected = Self.checkDigit(of: characters)
        if mandatory, expected != characters[8] {
            throw .checkDigit(
                expected: Character(UnicodeScalar(expected)),
                found: Character(UnicodeScalar(characters[8])))
        }
    }

    /// Whether position 9 is what the weights of 49 CFR 565 ask for.
    public var hasValidCheckDigit: Bool {
        let bytes = Array(text.utf8)
        return Self.checkDigit(of: bytes) == bytes[8]
    }

    private static func isBlank(_ character: Character) -> Bool {
        character == " " || character == "\t" || character == "\u{A0}"
    }

    private static func checkDigit(of characters: [UInt8]) -> UInt8 {
        let weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
        var sum = 0
        for (index, byte) in characters.enumerated() {
            sum += (value(of: byte) ?? 0) * weights[index]
        }
        let rest = sum % 11
        return rest == 10 ? UInt8(ascii: "X") : UInt8(0x30 + rest)
    }

    private static func value(of byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte) - 0x30
        case 0x41...0x48: Int(byte) - 0x40  // A–H: 1–8
        case 0x4A...0x4E: Int(byte) - 0x49  // J–N: 1–5
        case UInt8(ascii: "P"): 7
        case UInt8(ascii: "R"): 9
        case 0x53...0x5A: Int(byte) - 0x51  // S–Z: 2–9
        default: nil
        }
    }
}
