import VehicleSignals

// Readings out of several members of an object: the members' places were kept while the object was
// read, so their order does not matter.

/// A time that is known already, beside a value.
struct OwnTime: BitwiseCopyable {
    var milliseconds: Int64
    var quality: TimeQuality
}

extension CompiledSources {
    /// Makes the readings of all groups of an object that was read to its end.
    func decodeGroups(
        _ node: Int, depth: Int, _ bytes: RawSpan, start: Int, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        var unless = UnlessAnswer()
        var index = Int(nodes[node].firstGroup)
        while index >= 0 {
            let group = shapes.groups[index]
            index = Int(group.next)
            var range = group.rules
            if group.whenCapture >= 0 {
                let place = Int(work.captures[Int(group.whenCapture)])
                guard place >= 0 else { continue }
                let choice = try memberWord(group.whenScope, bytes, at: place)
                guard choice >= 0 else {
                    if group.countsUnknown { work.outcome.unknownSignals += 1 }
                    continue
                }
                range = shapes.choices[Int(choice)]
            }
            for place in range.start..<(range.start + range.count) {
                if try decodePartQuickly(Int(place), bytes, &unless, &work, &readings) { continue }
                try decodeGroupRule(
                    shapes.rules[Int(place)], depth: depth, bytes, &work, &readings, &texts)
            }
        }
    }

    private func decodeGroupRule(
        _ group: GroupRule, depth: Int, _ bytes: RawSpan, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        guard group.eachCapture >= 0 else {
            return try decodeMembers(group, depth: depth, bytes, &work, &readings, &texts)
        }
        var at = Int(work.captures[Int(group.eachCapture)])
        guard at >= 0, bytes.byte(at: at) != UInt8(ascii: "n") else { return }
        guard bytes.byte(at: at) == UInt8(ascii: "[") else {
            return try decodeInner(group, depth: depth + 1, bytes, &at, &work, &readings, &texts)
        }
        guard try open(closing: UInt8(ascii: "]"), depth: depth + 1, bytes, &at) else { return }
        repeat {
            _ = try nextByte(bytes, &at)
            try decodeInner(group, depth: depth + 2, bytes, &at, &work, &readings, &texts)
        } while try another(closing: UInt8(ascii: "]"), bytes, &at)
    }

    /// One of several readings in a member.
    private func decodeInner(
        _ group: GroupRule, depth: Int, _ bytes: RawSpan, _ at: inout Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        guard bytes.byte(at: at) == UInt8(ascii: "{") else {
            throw DecodeError(.wrongType, at: at)
        }
        work.forgetCaptures(of: nodes[Int(group.node)])
        try decodeObject(Int(group.node), depth: depth, bytes, &at, &work, &readings, &texts)
        try decodeMembers(group, depth: depth, bytes, &work, &readings, &texts)
    }

    /// Where the value stands, -1 where it is missing: the first of its places that is there, or,
    /// where they are parts of one text, the last if all are there.
    private func placeOfValue(_ group: GroupRule, _ work: borrowing DecodingWorkspace) -> Int {
        var place = -1
        for index in group.values.start..<(group.values.start + group.values.count) {
            place = Int(work.captures[Int(shapes.valueCaptures[Int(index)])])
            if (place < 0) == group.rule.format.joinsValues { break }
        }
        return place
    }

    /// The reading whose members' places are known.
    private func decodeMembers(
        _ group: GroupRule, depth: Int, _ bytes: RawSpan, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        var value = placeOfValue(group, work)
        guard value >= 0 else { return }
        if group.unlessCapture >= 0 {
            let place = Int(work.captures[Int(group.unlessCapture)])
            if place >= 0, try memberWord(group.unlessScope, bytes, at: place) >= 0 {
                work.outcome.absent += 1
                return
            }
        }
        var rule = group.rule.rule
        if group.unitCapture >= 0, group.rule.format.unitScope != 0 {
            let place = Int(work.captures[Int(group.unitCapture)])
            if place >= 0 {
                let known = try takeUnit(group.rule.format.unitScope, bytes, at: place, &rule)
                guard known else {
                    work.outcome.outOfRange += 1
                    return
                }
            }
        }
        var time: OwnTime?
        if group.timeCapture >= 0 {
            var place = Int(work.captures[Int(group.timeCapture)])
            if place >= 0, let found = try scanTime(group.timeKind, depth: depth + 1, bytes, &place)
            {
                time = OwnTime(milliseconds: found, quality: group.timeQuality)
            }
        }
        let first = readings.count
        if group.rule.format.joinsValues {
            try decodeJoined(group, bytes, &work, &readings, &texts)
        } else if group.rule.format.isPlain {
            try decodeScalar(
                rule, slot: Int(group.rule.timeSlot), depth: depth + 1, bytes, &value, &work,
                &readings, &texts)
        } else {
            try decodeFormatted(
                group.rule, rule, time: time, depth: depth + 1, bytes, &value, &work, &readings,
                &texts)
        }
        guard let time else { return }
        for index in first..<readings.count where readings[index].timeQuality == .none {
            settleOne(&readings, index, time)
        }
    }

    /// What a member's text, number or literal leads to in `scope`; of an array, the first of its
    /// elements that leads to something.
    func memberWord(
        _ scope: UInt32, _ bytes: RawSpan, at place: Int
    ) throws(DecodeError) -> Int32 {
        var at = place
        switch bytes.byte(at: at) {
        case UInt8(ascii: "\""):
            let text = try scanText(bytes, &at)
            return try names.value(scope: scope, of: bytes, text)
        case UInt8(ascii: "["): return try elementWord(scope, bytes, at: place)
        case UInt8(ascii: "{"): return NameTable.missing
        case UInt8(ascii: "n"), UInt8(ascii: "t"), UInt8(ascii: "f"):
            _ = try scanLiteral(bytes, &at)
        default: _ = try scanNumber(bytes, &at)
        }
        return names.value(scope: scope, of: bytes, from: place, count: at - place)
    }

    @inline(never)
    private func elementWord(
        _ scope: UInt32, _ bytes: RawSpan, at place: Int
    ) throws(DecodeError) -> Int32 {
        var at = place
        guard try open(closing: UInt8(ascii: "]"), depth: 1, bytes, &at) else {
            return NameTable.missing
        }
        repeat {
            // An array within an array says nothing.
            if try nextByte(bytes, &at) != UInt8(ascii: "[") {
                let word = try memberWord(scope, bytes, at: at)
                if word >= 0 { return word }
            }
            try skipValue(bytes, &at, depth: 2)
        } while try another(closing: UInt8(ascii: "]"), bytes, &at)
        return NameTable.missing
    }

    /// Sets the conversion that the unit's word asks for; `false` if the word is unknown.
    func takeUnit(
        _ scope: UInt32, _ bytes: RawSpan, at place: Int, _ rule: inout ValueRule
    ) throws(DecodeError) -> Bool {
        var at = place
        switch bytes.byte(at: at) {
        case UInt8(ascii: "\""):
            let text = try scanText(bytes, &at)
            if text.hasEscapes {
                guard let resolved = try ResolvedText(bytes, text) else { return false }
                return resolved.takeUnit(self, scope, &rule)
            }
            return takeUnit(scope, bytes, from: text.start, to: text.end, &rule)
        case UInt8(ascii: "n"): return true
        default: return false
        }
    }

    func takeUnit(
        _ scope: UInt32, _ bytes: RawSpan, from: Int, to end: Int, _ rule: inout ValueRule
    ) -> Bool {
        guard end - from <= FoldedWord.countMax else { return false }
        let found = FoldedWord(bytes, from: from, to: end).value(in: names, scope: scope)
        if found == WordValue.absent { return true }
        guard found >= 0 else { return false }
        rule.conversion = shapes.conversions[Int(found)]
        return true
    }
}

/// A short word with its capital letters made small, on the stack.
struct FoldedWord {
    static let countMax = 40
    var bytes = InlineArray<40, UInt8>(repeating: 0)
    var count = 0

    init(_ source: RawSpan, from: Int, to end: Int) {
        for index in from..<end {
            let byte = source.byte(at: index)
            bytes[count] = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
            count += 1
        }
    }
}
