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

extension SessionTable {
    /// The session of a sender whose name lies in an array.
    mutating func open(
        _ source: SourceID, _ format: SessionFormat, sender: [UInt8]
    ) throws(DecodeError) -> Int {
        try unsafe open(
            source, format, sender: sender.span.bytes, from: 0, count: sender.count)
    }
}
