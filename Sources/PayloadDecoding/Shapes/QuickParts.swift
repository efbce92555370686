import VehicleSignals

extension CompiledSources {
    /// The reading of a number that is a part of a text, `"52.1,4.5"`, by the group rule `index`.
    /// `false` where the general way is to do it, and nothing has happened.
    func decodePartQuickly(
        _ index: Int, _ bytes: RawSpan, _ unless: inout UnlessAnswer,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) -> Bool {
        guard shapes.rules[index].partStep.quick == .number,
            shapes.rules[index].values.count == 1, readings.freeCapacity > 0
        else { return false }
        let capture = shapes.valueCaptures[Int(shapes.rules[index].values.start)]
        let start = work.captures[Int(capture)]
        guard start >= 0,
            let number = bytes.quickPart(
                Int(shapes.rules[index].rule.format.part),
                at: Place(truncatingIfNeeded: start))
        else { return false }
        let value = shapes.rules[index].partStep.value(of: number, end: number.end)
        guard value.end != 0 else { return false }
        if shapes.rules[index].unlessCapture >= 0 {
            let place = Int(work.captures[Int(shapes.rules[index].unlessCapture)])
            if place >= 0,
                try unless.holds(shapes.rules[index].unlessScope, bytes, at: place, in: self)
            {
                work.outcome.absent += 1
                return true
            }
        }
        guard value.isWithin else {
            work.outcome.outOfRange += 1
            return true
        }
        try append(
            shapes.rules[index].partStep.signal, value.kind, value.bits,
            slot: Int(shapes.rules[index].rule.timeSlot), at: Int(start), &work, &readings)
        return true
    }
}

/// Whether a member makes values absent: the parts of one text ask it one behind the other.
struct UnlessAnswer: BitwiseCopyable {
    private var scope: UInt32 = 0
    private var place = -1
    private var isAbsent = false

    /// The answer for the member at `place`, which is looked up unless it was asked for last.
    @inline(always)
    mutating func holds(
        _ scope: UInt32, _ bytes: RawSpan, at place: Int, in sources: CompiledSources
    ) throws(DecodeError) -> Bool {
        if place == self.place, scope == self.scope { return isAbsent }
        isAbsent = try sources.memberWord(scope, bytes, at: place) >= 0
        (self.scope, self.place) = (scope, place)
        return isAbsent
    }
}

extension RawSpan {
    /// The number between commas of that place, from 0, in the text whose opening quote is at
    /// `place`; `nil` where the text has not so many parts or is to be looked at more closely.
    func quickPart(_ part: Int, at place: Place) -> QuickNumber? {
        guard word(from: place) & 0xFF == 0x22 else { return nil }
        var at = place &+ 1
        for _ in 0..<part {
            guard let comma = quickComma(from: at) else { return nil }
            at = comma &+ 1
        }
        let number = quickNumber(at: at)
        guard number.end != 0 else { return nil }
        let next = word(from: number.end) & 0xFF
        // What follows is not read, but must be the rest of a text without escapes.
        guard next == 0x22 || next == 0x2C && quickTextEnd(at: number.end) != 0 else { return nil }
        return number
    }

    /// The next comma of a text, if only plain characters stand before it.
    @inline(always)
    private func quickComma(from place: Place) -> Place? {
        var index = place
        while true {
            let bytes = word(from: index)
            let commas = bytes ^ 0x2C2C_2C2C_2C2C_2C2C
            // Of each the lowest mark is exact, so the lowest of both is.
            let marks =
                marksOfSpecialBytes(bytes)
                | (commas &- 0x0101_0101_0101_0101) & ~commas & 0x8080_8080_8080_8080
            if marks == 0 {
                index &+= 8
                continue
            }
            let shift = UInt64(truncatingIfNeeded: marks.trailingZeroBitCount) & 0x38
            guard (bytes &>> shift) & 0xFF == 0x2C else { return nil }
            return index &+ Place(truncatingIfNeeded: shift &>> 3)
        }
    }
}
