import VehicleSignals

// Values that are more than an object or a scalar: members whose meaning is known only when their
// object ends, arrays, and JSON within a text.

extension CompiledSources {
    func decodeShapedEdge(
        _ edge: DocumentEdge, _ byte: UInt8, depth: Int, _ bytes: RawSpan, _ at: inout Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let start = at
        if edge.capture >= 0 { work.captures[Int(edge.capture)] = Int32(truncatingIfNeeded: start) }
        if edge.node >= 0, byte == UInt8(ascii: "{") {
            try decodeObject(Int(edge.node), depth: depth, bytes, &at, &work, &readings, &texts)
        } else {
            try decodeValues(edge, depth: depth, bytes, &at, &work, &readings, &texts)
        }
        var end = at
        if edge.embedded >= 0, byte == UInt8(ascii: "\"") {
            at = start
            try decodeEmbedded(
                Int(edge.embedded), depth: depth, bytes, &at, &work, &readings, &texts)
            end = at
        }
        if edge.firstElement >= 0, byte != UInt8(ascii: "n") {
            at = start
            let (codes, empty) = (work.codes.packed.count, work.codes.emptyArrays)
            let (unread, outOfRange) = (work.codes.unreadArrays, work.outcome.outOfRange)
            if byte == UInt8(ascii: "[") {
                try decodeElements(edge, depth: depth, bytes, &at, &work, &readings, &texts)
            } else {
                try decodeOnlyElement(edge, depth: depth, bytes, &at, &work, &readings, &texts)
            }
            // Elements of which nothing was understood are no empty list: faults may be in them.
            let isRead = work.codes.packed.count > codes || work.codes.emptyArrays != empty
            if isRead { work.codes.open(edge.lists) } else { work.codes.unreadArrays &+= 1 }
            if work.codes.unreadArrays != unread || work.outcome.outOfRange > outOfRange {
                work.codes.leaveUnread(edge.lists)
            }
            end = at
        }
        at = end
        if at == start {
            try skipValue(bytes, &at, depth: depth)
            guard edge.capture >= 0 || byte == UInt8(ascii: "n") else {
                throw DecodeError(.wrongType, at: start)
            }
        }
    }

    func decodeElements(
        _ edge: DocumentEdge, depth: Int, _ bytes: RawSpan, _ at: inout Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        guard try open(closing: UInt8(ascii: "]"), depth: depth, bytes, &at) else {
            work.codes.emptyArrays &+= 1
            return
        }
        var place: Int16 = 0
        var last = at
        repeat {
            _ = try nextByte(bytes, &at)
            last = at
            var index = Int(edge.firstElement)
            while index >= 0 {
                let element = shapes.elements[index]
                if element.place == ElementEdge.every || element.place == place {
                    at = last
                    try decodeEdge(
                        Int(element.edge), depth: depth + 1, bytes, &at, &work, &readings, &texts)
                }
                index = Int(element.next)
            }
            if at == last { try skipValue(bytes, &at, depth: depth + 1) }
            if place < .max { place += 1 }
        } while try another(closing: UInt8(ascii: "]"), bytes, &at)
        let end = at
        var index = Int(edge.firstElement)
        while index >= 0 {
            let element = shapes.elements[index]
            if element.place == ElementEdge.last {
                at = last
                try decodeEdge(
                    Int(element.edge), depth: depth + 1, bytes, &at, &work, &readings, &texts)
            }
            index = Int(element.next)
        }
        at = end
    }

    /// A value that stands where an array could is the first, the last and every element.
    private func decodeOnlyElement(
        _ edge: DocumentEdge, depth: Int, _ bytes: RawSpan, _ at: inout Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let start = at
        var index = Int(edge.firstElement)
        while index >= 0 {
            let element = shapes.elements[index]
            if element.place <= 0 {
                at = start
                try decodeEdge(
                    Int(element.edge), depth: depth, bytes, &at, &work, &readings, &texts)
            }
            index = Int(element.next)
        }
        if at == start { try skipValue(bytes, &at, depth: depth) }
    }

    /// JSON within a text. Whatever is wrong in it is told at the text.
    private func decodeEmbedded(
        _ edge: Int, depth: Int, _ bytes: RawSpan, _ at: inout Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let start = at
        let text = try scanText(bytes, &at)
        guard text.count > 0 else {
            work.outcome.absent += 1
            return
        }
        guard text.count <= DecodingLimits.embeddedBytesMax else {
            throw DecodeError(.payloadTooLarge, at: start)
        }
        // Taken out of the workspace while it is read from, and put back behind.
        var scratch: [UInt8] = []
        swap(&scratch, &work.scratch)
        scratch.removeAll(keepingCapacity: true)
        try resolve(text, bytes, into: &scratch)
        var flaw: DecodeError?
        do throws(DecodeError) {
            try decodeResolved(scratch, edge, depth: depth, &work, &readings, &texts)
        } catch { flaw = error }
        swap(&scratch, &work.scratch)
        if let flaw {
            let isFull = flaw.reason == .tooManyReadings || flaw.reason == .tooMuchText
            throw DecodeError(isFull ? flaw.reason : .badNestedDocument, at: start)
        }
    }

    /// The characters of a text, its escapes resolved.
    func resolve(
        _ text: JSONText, _ bytes: RawSpan, into scratch: inout [UInt8]
    ) throws(DecodeError) {
        var index = text.start
        while index < text.end {
            var character = PackedCharacter(bytes: UInt32(bytes.byte(at: index)), count: 1)
            if character.bytes == 0x5C {
                character = try escapedCharacter(bytes, &index)
            } else {
                index += 1
            }
            for _ in 0..<character.count {
                scratch.append(UInt8(truncatingIfNeeded: character.bytes))
                character.bytes >>= 8
            }
        }
    }
}

extension DecodingWorkspace {
    /// Makes room for what the document needs; allocates only when it needs more than ever before.
    mutating func prepare(_ layout: DocumentLayout) {
        let count = Int(layout.captureCount)
        while captures.count < count { captures.append(-1) }
        codes.reset()
        spans.removeAll(keepingCapacity: true)
        topicValues.removeAll(keepingCapacity: true)
    }

    /// A new object whose keys must not repeat; the number under which they are noted.
    mutating func beginObject() -> UInt32 {
        beginKeys()
        return generation
    }

    /// `false` if the key was seen in this object already.
    @inline(always)
    mutating func isFirst(_ key: Int, in object: UInt32) -> Bool {
        if stamps[key] == object { return false }
        stamps[key] = object
        return true
    }

    mutating func forgetCaptures(of node: DocumentNode) {
        let start = Int(node.captureStart)
        for index in start..<(start + Int(node.captureCount)) { captures[index] = -1 }
    }
}
