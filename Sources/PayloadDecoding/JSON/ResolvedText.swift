import VehicleSignals

/// The characters of a short string after its escapes were resolved, on the stack. For the rare
/// string with an escape; all others are read where they lie.
struct ResolvedText: BitwiseCopyable {
    var bytes = InlineArray<256, UInt8>(repeating: 0)
    var count = 0

    /// `nil` if the text is longer than ``DecodingLimits/resolvedBytesMax``: no key, word, number
    /// or time that the gateway knows is.
    init?(_ source: RawSpan, _ text: JSONText) throws(DecodeError) {
        var index = text.start
        while index < text.end {
            var character = PackedCharacter(bytes: UInt32(source.byte(at: index)), count: 1)
            if character.bytes == 0x5C {
                character = try escapedCharacter(source, &index)
            } else {
                index += 1
            }
            guard count + character.count <= DecodingLimits.resolvedBytesMax else { return nil }
            for _ in 0..<character.count {
                bytes[count] = UInt8(truncatingIfNeeded: character.bytes)
                character.bytes >>= 8
                count += 1
            }
        }
    }
}

extension NameTable {
    /// The number of the name that a JSON string spells, or ``missing``.
    @inline(always)
    func value(scope: UInt32, of source: RawSpan, _ text: JSONText) throws(DecodeError) -> Int32 {
        if !text.hasEscapes {
            return value(scope: scope, of: source, from: text.start, count: text.count)
        }
        return try resolvedValue(scope: scope, of: source, text)
    }

    private func resolvedValue(
        scope: UInt32, of source: RawSpan, _ text: JSONText
    ) throws(DecodeError) -> Int32 {
        guard let resolved = try ResolvedText(source, text) else { return Self.missing }
        return resolved.value(in: self, scope: scope)
    }
}
