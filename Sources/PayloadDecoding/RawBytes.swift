import VehicleSignals

// Says `unsafe` because it looks at arrays and stack buffers as raw bytes. Every access is
// bounds-checked, and the views end with the call that made them. The other file of this room that
// says so is Shapes/UncheckedBytes.swift.

extension [UInt8] {
    func nameHash(scope: UInt32) -> UInt64 {
        unsafe span.bytes.nameHash(from: 0, count: Place(count), scope: scope)
    }

    /// Whether `text` holds `count` bytes of this array, from `start`, at `place`. Behind them the
    /// array must have eight more.
    @inline(always)
    func isHeld(by text: RawSpan, at place: Place, from start: Place, count: Place) -> Bool {
        unsafe text.holds(at: place, span.bytes, from: start, count: count)
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

extension ShapeMemory {
    /// Follows a shape over numbers, truth values and times as far as they are plain.
    @inline(always)
    mutating func follow(
        _ shape: Shape, _ payload: RawSpan, _ cursor: inout ShapeCursor,
        _ readings: inout OutputSpan<Reading>, isRetained: Bool
    ) -> ShapeStop {
        let first = Int(shape.firstStep)
        return runSteps(
            steps.span.extracting(first..<(first + Int(shape.stepCount))),
            unsafe literals.span.bytes, payload, &cursor, dates, &readings, isRetained)
    }
}

extension ResolvedText {
    func takeUnit(_ sources: CompiledSources, _ scope: UInt32, _ rule: inout ValueRule) -> Bool {
        unsafe sources.takeUnit(scope, bytes.span.bytes, from: 0, to: count, &rule)
    }
}

extension FoldedWord {
    func value(in names: NameTable, scope: UInt32) -> Int32 {
        unsafe names.value(scope: scope, of: bytes.span.bytes, from: 0, count: count)
    }
}

extension CompiledSources {
    /// Decodes JSON that was taken out of a text.
    func decodeResolved(
        _ scratch: [UInt8], _ edge: Int, depth: Int, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        var at = 0
        try unsafe decodeEdge(
            edge, depth: depth, scratch.span.bytes, &at, &work, &readings, &texts)
        try unsafe expectEnd(scratch.span.bytes, &at)
    }
}
