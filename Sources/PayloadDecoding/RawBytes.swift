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
        try unsafe decodeFleetWiseMessage(layout, unpacked.span.bytes, &work, &readings, &texts)
    }

    /// See ``missingManifest(topic:payload:)``.
    func missingManifest(ofPayload payload: [UInt8], _ layout: ProtobufLayout) -> String? {
        unsafe missingManifest(ofPayload: payload.span.bytes, layout)
    }

    /// The same of a FleetWise message that was unpacked into an array.
    func missingManifest(
        inUnpacked unpacked: [UInt8], isWhole: Bool, _ layout: ProtobufLayout
    ) -> String? {
        unsafe missingManifest(in: unpacked.span.bytes, isWhole: isWhole, layout)
    }
}

extension CompiledSources {
    /// Reads a document that was unpacked into an array.
    func decodeUnpacked(
        _ layout: DocumentLayout, route: Route, topic: RawSpan, _ unpacked: [UInt8],
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        try unsafe decodeDocument(
            layout, route: route, topic: topic, unpacked.span.bytes, &work, &readings, &texts)
    }
}

/// See ``unpackGzip(_:into:_:)``.
func unpackGzip(
    _ packed: [UInt8], into output: inout [UInt8], _ room: inout InflateRoom
) throws(DecodeError) {
    try unsafe unpackGzip(packed.span.bytes, into: &output, &room)
}

extension ShapeMemory {
    /// Follows a shape over numbers, truth values and times as far as they are plain.
    @inline(always)
    mutating func follow(
        _ shape: Shape, _ payload: RawSpan, _ cursor: inout ShapeCursor,
        _ captures: inout [Int32], _ readings: inout OutputSpan<Reading>, isRetained: Bool
    ) -> ShapeStop {
        let first = Int(shape.firstStep)
        return runSteps(
            steps.span.extracting(first..<(first + Int(shape.stepCount))),
            unsafe literals.span.bytes, payload, &cursor, dates, &captures, &readings, isRetained)
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

    /// Decodes a text of trouble codes whose escapes were resolved.
    func decodeResolvedCodes(
        _ document: DocumentRule, _ rule: ValueRule, time: OwnTime?, _ resolved: [UInt8],
        _ start: Int, _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let range = TextRange(from: 0, to: resolved.count, start: start)
        if document.format.isPlain {
            return try unsafe decodeCodes(
                rule, document.format, time, slot: Int(document.timeSlot), resolved.span.bytes,
                range, &work, &readings)
        }
        try unsafe decodeRange(
            document, rule, time: time, resolved.span.bytes, range, &work, &readings, &texts)
    }
}

extension SequenceNote {
    /// Hands out topic and payload.
    public func withBytes(_ body: (RawSpan) -> Void) { unsafe body(bytes.span.bytes) }
}

extension CompiledSources {
    /// The way of a topic that fills an array.
    func route(ofTopic bytes: [UInt8]) -> Route? { unsafe route(topic: bytes.span.bytes) }
}
