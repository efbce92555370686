import VehicleSignals

// Values that come as numbers, truths and bare text rather than as JSON. By the same rules as
// there: sentinels, words, unit, range; so that one mapping serves a source's JSON and its binary
// form alike.

extension CompiledSources {
    /// A whole number in the source's unit.
    func takeInteger(
        _ rule: ValueRule, _ value: Int64, slot: Int, at start: Int,
        _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        if rule.hasWords {
            let word = wordOfInteger(value, scope: rule.wordScope)
            if word != NameTable.missing {
                return try appendWord(rule, word, slot: slot, at: start, &work, &readings)
            }
        }
        guard try isNumber(rule, at: start, &work) else { return }
        if rule.sentinelCount > 0, isSentinel(Double(value), rule) {
            work.outcome.absent += 1
            return
        }
        guard rule.kind == .integer, rule.wholeFactor != 0 else {
            return try takeConverted(
                rule, Double(value), slot: slot, at: start, &work, &readings)
        }
        let (product, overflow) = value.multipliedReportingOverflow(by: rule.wholeFactor)
        guard !overflow, product >= rule.lowest, product <= rule.highest else {
            work.outcome.outOfRange += 1
            return
        }
        try append(
            rule.signal, .integer, UInt64(bitPattern: product), slot: slot, at: start, &work,
            &readings)
    }

    /// A number with a fraction, in the source's unit. What is no number (NaN, infinity) is absent.
    @inline(always)
    func takeDouble(
        _ rule: ValueRule, _ value: Double, slot: Int, at start: Int,
        _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        guard value.isFinite else {
            work.outcome.absent += 1
            return
        }
        if rule.hasWords, let whole = Int64(exactly: value) {
            return try takeInteger(rule, whole, slot: slot, at: start, &work, &readings)
        }
        guard try isNumber(rule, at: start, &work) else { return }
        if rule.sentinelCount > 0, isSentinel(value, rule) {
            work.outcome.absent += 1
            return
        }
        if rule.kind == .integer, rule.wholeFactor != 0, let whole = Int64(exactly: value) {
            // As JSON's `3.0`, which is a whole number.
            return try takeInteger(rule, whole, slot: slot, at: start, &work, &readings)
        }
        try takeConverted(rule, value, slot: slot, at: start, &work, &readings)
    }

    func takeBoolean(
        _ rule: ValueRule, _ value: Bool, slot: Int, at start: Int, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        if rule.kind == .boolean {
            return try append(
                rule.signal, .boolean, value ? 1 : 0, slot: slot, at: start, &work, &readings)
        }
        guard rule.hasWords else { throw DecodeError(.wrongType, at: start) }
        let word = wordOfBoolean(value, scope: rule.wordScope)
        guard word != NameTable.missing else { throw DecodeError(.wrongType, at: start) }
        try appendWord(rule, word, slot: slot, at: start, &work, &readings)
    }

    /// A text without quotes or escapes in `start..<end`.
    func takeText(
        _ rule: ValueRule, _ bytes: RawSpan, from start: Int, to end: Int, slot: Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        if rule.wordScope != 0 {
            let word = meaning(of: rule, bytes, from: start, count: end - start)
            if word != NameTable.missing {
                return try appendWord(rule, word, slot: slot, at: start, &work, &readings)
            }
        }
        switch rule.kind {
        case .text:
            return try appendPlainText(
                rule, bytes, from: start, to: end, slot: slot, &work, &readings, &texts)
        case .integer, .double:
            var at = start
            if rule.takesNumbersAsText, end > start,
                let number = try? scanNumber(bytes, &at, end: end), at == end
            {
                return try takeNumberInText(
                    rule, number, bytes, slot: slot, at: start, &work, &readings)
            }
        case .troubleCodes:
            guard let code = TroubleCode(Span<UInt8>(_bytes: bytes), in: start..<end) else {
                throw DecodeError(.badTroubleCode, at: start)
            }
            try append(rule.signal, .listCount, 1, slot: slot, at: start, &work, &readings)
            return try append(
                rule.signal, .troubleCode, UInt64(code.packed), slot: slot, at: start, &work,
                &readings)
        case .boolean, .allowed: break
        }
        guard rule.hasWords || rule.kind == .allowed else {
            throw DecodeError(.wrongType, at: start)
        }
        work.outcome.outOfRange += 1
    }

    /// The word of an enumeration, as the source's JSON would write it, within `list`.
    func takeWord(
        _ rule: ValueRule, _ word: Range<Int>, in list: [UInt8], slot: Int, at start: Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        if rule.wordScope != 0 {
            let found = names.value(scope: rule.wordScope, in: list, word)
            if found != NameTable.missing {
                return try appendWord(rule, found, slot: slot, at: start, &work, &readings)
            }
        }
        switch rule.kind {
        case .text:
            let offset = texts.count
            guard texts.freeCapacity >= word.count else {
                throw DecodeError(.tooMuchText, at: start)
            }
            for place in word { texts.append(list[place]) }
            let bits = UInt64(offset) << 32 | UInt64(word.count)
            try append(rule.signal, .text, bits, slot: slot, at: start, &work, &readings)
        case .allowed: work.outcome.outOfRange += 1
        case .integer, .double, .boolean, .troubleCodes:
            guard rule.hasWords else { throw DecodeError(.wrongType, at: start) }
            work.outcome.outOfRange += 1
        }
    }

    private func takeNumberInText(
        _ rule: ValueRule, _ number: JSONNumber, _ bytes: RawSpan, slot: Int, at start: Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        if let whole = number.wholeNumber {
            return try takeInteger(rule, whole, slot: slot, at: start, &work, &readings)
        }
        let value = number.double(in: bytes)
        guard value.isFinite else { throw DecodeError(.numberOutOfRange, at: start) }
        try takeDouble(rule, value, slot: slot, at: start, &work, &readings)
    }

    /// Whether the rule takes numbers at all; one that only has words counts others as out of
    /// range.
    @inline(always)
    private func isNumber(
        _ rule: ValueRule, at start: Int, _ work: inout DecodingWorkspace
    ) throws(DecodeError) -> Bool {
        switch rule.kind {
        case .integer, .double: return true
        case .boolean, .allowed:
            guard rule.hasWords else { throw DecodeError(.wrongType, at: start) }
            work.outcome.outOfRange += 1
            return false
        case .text, .troubleCodes: throw DecodeError(.wrongType, at: start)
        }
    }

    private func isSentinel(_ value: Double, _ rule: ValueRule) -> Bool {
        for index in 0..<rule.sentinelCount
        where sentinels[Int(rule.sentinelStart + index)] == value {
            return true
        }
        return false
    }

    @inline(always)
    private func takeConverted(
        _ rule: ValueRule, _ value: Double, slot: Int, at start: Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        let converted = rule.conversion.apply(value)
        if rule.kind == .integer {
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
        let bits = converted == 0 ? 0 : converted.bitPattern
        try append(rule.signal, .double, bits, slot: slot, at: start, &work, &readings)
    }

    private func appendPlainText(
        _ rule: ValueRule, _ bytes: RawSpan, from start: Int, to end: Int, slot: Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        try checkUTF8(bytes, from: start, to: end)
        guard texts.freeCapacity >= end - start else { throw DecodeError(.tooMuchText, at: start) }
        let offset = texts.count
        for index in start..<end { texts.append(bytes.byte(at: index)) }
        let bits = UInt64(offset) << 32 | UInt64(end - start)
        try append(rule.signal, .text, bits, slot: slot, at: start, &work, &readings)
    }
}

/// Checks that `start..<end` is UTF-8.
func checkUTF8(_ bytes: RawSpan, from start: Int, to end: Int) throws(DecodeError) {
    var index = start
    while index < end {
        if bytes.byte(at: index) < 0x80 {
            index += 1
            continue
        }
        let first = index
        // The character may reach into what follows the text, or beyond the payload.
        guard (try? skipMultibyteCharacter(bytes, &index)) != nil, index <= end else {
            throw DecodeError(.invalidUTF8, at: first)
        }
    }
}
