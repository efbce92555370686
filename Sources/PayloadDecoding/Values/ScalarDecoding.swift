import VehicleSignals

// One JSON value becomes one reading (or a list of them, or none). Which JSON forms a kind of
// signal takes is told in docs/sources; the plain twin in the tests says the same slowly.

extension CompiledSources {
    /// Decodes the value whose first byte is at `at` by `rule`. `slot` says where its time stands.
    func decodeScalar(
        _ rule: ValueRule, slot: Int, depth: Int, _ bytes: RawSpan, _ at: inout Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let start = at
        switch bytes.byte(at: at) {
        case UInt8(ascii: "-"), 0x30...0x39:
            let number = try scanNumber(bytes, &at)
            try decodeNumber(rule, number, slot: slot, bytes, start, &work, &readings)
        case UInt8(ascii: "\""):
            let text = try scanText(bytes, &at)
            try decodeText(rule, text, slot: slot, bytes, start, &work, &readings, &texts)
        case UInt8(ascii: "n"):
            _ = try scanLiteral(bytes, &at)
            work.outcome.absent += 1
        case UInt8(ascii: "t"), UInt8(ascii: "f"):
            let literal = try scanLiteral(bytes, &at)
            if rule.kind == .boolean {
                let bits: UInt64 = literal == .isTrue ? 1 : 0
                try append(rule.signal, .boolean, bits, slot: slot, at: start, &work, &readings)
            } else {
                guard rule.hasWords else { throw DecodeError(.wrongType, at: start) }
                let word = names.value(
                    scope: rule.wordScope, of: bytes, from: start, count: at - start)
                guard word != NameTable.missing else { throw DecodeError(.wrongType, at: start) }
                try appendWord(rule, word, slot: slot, at: start, &work, &readings)
            }
        case UInt8(ascii: "["):
            guard rule.kind == .troubleCodes else { throw DecodeError(.wrongType, at: start) }
            try decodeTroubleCodes(
                rule, slot: slot, depth: depth, bytes, &at, &work, &readings)
        case UInt8(ascii: "{"): throw DecodeError(.wrongType, at: start)
        default: throw DecodeError(.unexpectedByte, at: start)
        }
    }

    func decodeNumber(
        _ rule: ValueRule, _ number: JSONNumber, slot: Int, _ bytes: RawSpan, _ start: Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        if rule.hasWords {
            let word = names.value(
                scope: rule.wordScope, of: bytes, from: number.start,
                count: number.end - number.start)
            if word != NameTable.missing {
                return try appendWord(rule, word, slot: slot, at: start, &work, &readings)
            }
        }
        switch rule.kind {
        case .integer, .double: break
        case .boolean, .allowed:
            guard rule.hasWords else { throw DecodeError(.wrongType, at: start) }
            work.outcome.outOfRange += 1
            return
        case .text, .troubleCodes: throw DecodeError(.wrongType, at: start)
        }
        if rule.sentinelCount > 0 {
            let value = number.double(in: bytes)
            for index in 0..<rule.sentinelCount
            where sentinels[Int(rule.sentinelStart + index)] == value {
                work.outcome.absent += 1
                return
            }
        }
        if rule.kind == .integer, rule.wholeFactor != 0, let whole = number.wholeNumber {
            let (product, overflow) = whole.multipliedReportingOverflow(by: rule.wholeFactor)
            guard !overflow, product >= rule.lowest, product <= rule.highest else {
                work.outcome.outOfRange += 1
                return
            }
            return try append(
                rule.signal, .integer, UInt64(bitPattern: product), slot: slot, at: start, &work,
                &readings)
        }
        let value = number.double(in: bytes)
        guard value.isFinite else { throw DecodeError(.numberOutOfRange, at: start) }
        let converted = rule.conversion.apply(value)
        if rule.kind == .integer {
            // Beyond 2^53 a double does not tell one integer from the next: not taken by this way.
            guard abs(converted) <= 0x1p53, let whole = Int64(exactly: converted.rounded()),
                whole >= rule.lowest, whole <= rule.highest
            else {
                work.outcome.outOfRange += 1
                return
            }
            return try append(
                rule.signal, .integer, UInt64(bitPattern: whole), slot: slot, at: start, &work,
                &readings)
        }
        guard converted >= rule.minimum, converted <= rule.maximum else {
            work.outcome.outOfRange += 1
            return
        }
        // -0 is written as 0, so that equal values have equal bits.
        let bits = converted == 0 ? 0 : converted.bitPattern
        try append(rule.signal, .double, bits, slot: slot, at: start, &work, &readings)
    }

    private func decodeText(
        _ rule: ValueRule, _ text: JSONText, slot: Int, _ bytes: RawSpan, _ start: Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        if rule.wordScope != 0 {
            let word = try meaning(of: rule, bytes, text)
            if word != NameTable.missing {
                return try appendWord(rule, word, slot: slot, at: start, &work, &readings)
            }
        }
        switch rule.kind {
        case .text:
            return try appendText(
                rule, text, slot: slot, bytes, start, &work, &readings, &texts)
        case .allowed:
            work.outcome.outOfRange += 1
            return
        case .integer, .double:
            if rule.takesNumbersAsText, !text.hasEscapes, text.count > 0 {
                var at = text.start
                if let number = try? scanNumber(bytes, &at, end: text.end), at == text.end {
                    return try decodeNumber(
                        rule, number, slot: slot, bytes, start, &work, &readings)
                }
            }
        case .troubleCodes where rule.takesCodesAsText:
            return try decodeCodeText(
                rule, text, slot: slot, bytes, start, &work, &readings, &texts)
        case .boolean, .troubleCodes: break
        }
        guard rule.hasWords else { throw DecodeError(.wrongType, at: start) }
        work.outcome.outOfRange += 1
    }

    private func appendText(
        _ rule: ValueRule, _ text: JSONText, slot: Int, _ bytes: RawSpan, _ start: Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let offset = texts.count
        var index = text.start
        while index < text.end {
            var character = PackedCharacter(bytes: UInt32(bytes.byte(at: index)), count: 1)
            if character.bytes == 0x5C {
                character = try escapedCharacter(bytes, &index)
            } else {
                index += 1
            }
            guard texts.freeCapacity >= character.count else {
                throw DecodeError(.tooMuchText, at: start)
            }
            for _ in 0..<character.count {
                texts.append(UInt8(truncatingIfNeeded: character.bytes))
                character.bytes >>= 8
            }
        }
        let bits = UInt64(offset) << 32 | UInt64(texts.count - offset)
        try append(rule.signal, .text, bits, slot: slot, at: start, &work, &readings)
    }

    private func decodeTroubleCodes(
        _ rule: ValueRule, slot: Int, depth: Int, _ bytes: RawSpan, _ at: inout Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        let place = readings.count
        try append(rule.signal, .listCount, 0, slot: slot, at: at, &work, &readings)
        var count: UInt64 = 0
        if try open(closing: UInt8(ascii: "]"), depth: depth, bytes, &at) {
            repeat {
                let byte = try nextByte(bytes, &at)
                let start = at
                guard byte == UInt8(ascii: "\"") else {
                    try skipValue(bytes, &at, depth: depth + 1)
                    throw DecodeError(.badTroubleCode, at: start)
                }
                let text = try scanText(bytes, &at)
                guard !text.hasEscapes,
                    let code = TroubleCode(Span<UInt8>(_bytes: bytes), in: text.start..<text.end)
                else { throw DecodeError(.badTroubleCode, at: start) }
                try append(
                    rule.signal, .troubleCode, UInt64(code.packed), slot: slot, at: start, &work,
                    &readings)
                count += 1
            } while try another(closing: UInt8(ascii: "]"), bytes, &at)
        }
        readings[place].bits = count
    }

    func appendWord(
        _ rule: ValueRule, _ word: Int32, slot: Int, at start: Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        // Of the two that are below 0, both mean "absent".
        guard word >= 0 else {
            work.outcome.absent += 1
            return
        }
        let value = words[Int(word)]
        try append(rule.signal, value.kind, value.bits, slot: slot, at: start, &work, &readings)
    }

    @inline(always)
    func append(
        _ signal: SignalID, _ kind: ValueKind, _ bits: UInt64, slot: Int, at start: Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        guard readings.freeCapacity > 0 else { throw DecodeError(.tooManyReadings, at: start) }
        readings.append(
            Reading(
                signal: signal, time: PendingTime.slot(slot), timeQuality: .none,
                isRetained: work.isRetained, kind: kind, bits: bits))
    }
}
