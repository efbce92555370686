import VehicleSignals

// The one file of this room that says `unsafe`: it looks at arrays and stack buffers as raw bytes.
// Every access is bounds-checked, and the views end with the call that made them.

extension [UInt8] {
    func stableHash(seed: UInt64) -> UInt64 {
        unsafe span.bytes.stableHash(from: 0, count: count, seed: seed)
    }

    /// Whether `count` bytes of this array from `offset` equal those of `text` from `textOffset`.
    @inline(always)
    func equals(from offset: Int, count: Int, _ text: RawSpan, from textOffset: Int) -> Bool {
        unsafe text.equals(from: textOffset, count: count, span.bytes, from: offset)
    }
}

extension ResolvedText {
    func value(in names: NameTable, scope: UInt32) -> Int32 {
        unsafe names.value(scope: scope, of: bytes.span.bytes, from: 0, count: count)
    }

    /// The time that the text is, in milliseconds since 1970.
    func time(_ kind: TimeKind) -> Int64? {
        unsafe timeInText(kind, bytes.span.bytes, from: 0, to: count)
    }
}

extension NameTable {
    /// The number of a name that lies in an array.
    func value(scope: UInt32, in list: [UInt8], _ range: Range<Int>) -> Int32 {
        unsafe value(scope: scope, of: list.span.bytes, from: range.lowerBound, count: range.count)
    }
}

extension CompiledSources {
    /// The word for a whole number, as it would be written.
    func wordOfInteger(_ value: Int64, scope: UInt32) -> Int32 {
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var place = 20
        var rest = value.magnitude
        repeat {
            place -= 1
            digits[place] = UInt8(truncatingIfNeeded: rest % 10) + 0x30
            rest /= 10
        } while rest > 0
        if value < 0 {
            place -= 1
            digits[place] = UInt8(ascii: "-")
        }
        return unsafe names.value(
            scope: scope, of: digits.span.bytes, from: place, count: 20 - place)
    }

    /// The word for `true` or `false`.
    func wordOfBoolean(_ value: Bool, scope: UInt32) -> Int32 {
        let words: InlineArray<9, UInt8> = [
            0x74, 0x72, 0x75, 0x65, 0x66, 0x61, 0x6C, 0x73, 0x65,
        ]
        return unsafe names.value(
            scope: scope, of: words.span.bytes, from: value ? 0 : 4, count: value ? 4 : 5)
    }
}

extension SessionTable {
    /// The session of a sender whose name lies in an array.
    mutating func open(
        _ source: SourceID, _ format: SessionFormat, sender: [UInt8]
    ) throws(DecodeError) -> Int {
        try unsafe open(
            source, format, sender: sender.span.bytes, from: 0, count: sender.count)
    }
}

extension CompiledSources {
    /// Decodes a FleetWise message that was unpacked into an array.
    func decodeUnpacked(
        _ layout: ProtobufLayout, _ unpacked: [UInt8], _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        try unsafe decodeVehicleData(layout, unpacked.span.bytes, &work, &readings, &texts)
    }
}
