// The statements that make frames and signals.

extension DBCParser {
    /// `BO_ 960 Klemmen_Status_01: 4 Gateway`
    mutating func message(_ line: Int) throws(DBCFlaw) {
        let written = try whole("the number of a frame")
        let name = try name("the frame's name")
        try mark(":")
        let count = try whole("the frame's length in bytes")
        // Files have it with other numbers too; the name is reserved for it.
        let isForOrphans = written == Self.orphansID || name == Self.orphansName
        guard isForOrphans || written & 0x7FFF_FFFF <= 0x1FFF_FFFF, written >> 32 == 0 else {
            throw DBCFlaw(
                line, "\(written) is no number of a CAN frame",
                remedy: "write 0 to 2047, or 2147483648 plus 29 bits for an extended frame")
        }
        let isExtended = written & 0x8000_0000 != 0
        guard isExtended || isForOrphans || written <= 0x7FF else {
            throw DBCFlaw(
                line, "\(written) has more than 11 bits",
                remedy: "add 2147483648 if the frame is an extended one")
        }
        guard places[written] == nil else {
            throw DBCFlaw(
                line, "the frame \(written) stands twice", remedy: "keep one of the two")
        }
        // The sender; some tools leave it out.
        if token.kind == .name, !token.isFirstOfLine { try advance() }
        places[written] = entries.count
        entries.append(
            Entry(
                message: DBCMessage(
                    id: UInt32(written & 0x1FFF_FFFF), isExtended: isExtended, name: name,
                    byteCount: Int(min(count, UInt64(Int32.max)))), line: line,
                isForOrphans: isForOrphans))
    }

    /// `SG_ Name m3 : 24|8@1+ (0.5,-40) [-40|80] "C" Receiver,Other`
    mutating func signal(_ line: Int) throws(DBCFlaw) {
        guard !entries.isEmpty else {
            throw DBCFlaw(
                line, "a signal stands before the first frame", remedy: "write its BO_ line above")
        }
        let name = try name("the signal's name")
        var signal = DBCSignal(name: name, startBit: 0, bitCount: 1)
        var simple: UInt64?
        if token.kind == .name {
            simple = try multiplexing(&signal)
        }
        try mark(":")
        signal.startBit = Int(min(try whole("the start bit"), 1 << 20))
        try mark("|")
        signal.bitCount = Int(min(try whole("the length in bits"), 1 << 20))
        try mark("@")
        try order(&signal)
        try mark("(")
        signal.factor = try number("the factor")
        try mark(",")
        signal.offset = try number("the offset")
        try mark(")")
        try mark("[")
        signal.minimum = try number("the minimum")
        try mark("|")
        signal.maximum = try number("the maximum")
        try mark("]")
        guard token.kind == .string else { throw expected("the unit in quotes") }
        guard !token.text.contains(where: \.isNewline) else {
            throw DBCFlaw(
                token.line, "the unit of \(name) does not end on its line",
                remedy: "write the closing quote")
        }
        signal.unit = token.text
        try advance()
        while token.kind == .name && !Self.keywords.contains(token.text)
            || token.kind == .mark && token.text == ","
        {
            try advance()
        }
        try check(signal, line)
        entries[entries.count - 1].message.signals.append(signal)
        entries[entries.count - 1].signalLines.append(line)
        entries[entries.count - 1].simpleValues.append(simple)
    }

    /// `M`, `m3` or `m3M`; the value of the multiplexor if the signal depends on one.
    private mutating func multiplexing(_ signal: inout DBCSignal) throws(DBCFlaw) -> UInt64? {
        var text = token.text[...]
        let line = token.line
        try advance()
        if text.last == "M" {
            signal.isMultiplexor = true
            text = text.dropLast()
        }
        if text.isEmpty { return nil }
        guard text.first == "m", let value = UInt64(text.dropFirst()) else {
            throw DBCFlaw(
                line, "\"\(text.prefix(40))\" says nothing about multiplexing",
                remedy: "write M for the multiplexor, m3 for a signal that is there when it is 3")
        }
        return value
    }

    /// `1+`: 1 is Intel order, 0 Motorola; + is unsigned, - signed.
    private mutating func order(_ signal: inout DBCSignal) throws(DBCFlaw) {
        let order = try whole("0 or 1 for the order of the bytes")
        guard order <= 1 else {
            throw DBCFlaw(
                token.line, "\(order) is no order of bytes",
                remedy: "write 1 for Intel, 0 for Motorola")
        }
        signal.isLittleEndian = order == 1
        guard token.kind == .mark, token.text == "+" || token.text == "-" else {
            throw expected("+ or -")
        }
        signal.valueType = token.text == "-" ? .signed : .unsigned
        try advance()
    }

    private func check(_ signal: DBCSignal, _ line: Int) throws(DBCFlaw) {
        guard signal.bitCount >= 1, signal.bitCount <= DBCLimits.bitsMax else {
            throw DBCFlaw(
                line, "\(signal.name) has \(signal.bitCount) bits",
                remedy: "write 1 to \(DBCLimits.bitsMax)")
        }
        guard signal.bytesNeeded <= DBCLimits.messageBytesMax else {
            throw DBCFlaw(
                line, "\(signal.name) reaches beyond byte \(DBCLimits.messageBytesMax)",
                remedy: "mend its start bit or its length")
        }
        guard signal.factor != 0 else {
            throw DBCFlaw(
                line, "the factor of \(signal.name) is 0", remedy: "write 1 if there is none")
        }
        let twin = entries[entries.count - 1].message.signals.contains { $0.name == signal.name }
        guard !twin else {
            throw DBCFlaw(
                line, "the signal \(signal.name) stands twice in its frame",
                remedy: "give one of the two another name")
        }
    }
}
