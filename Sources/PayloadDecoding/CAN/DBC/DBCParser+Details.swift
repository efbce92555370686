// The statements that add to signals, and what is left to be put together at the end.

extension DBCParser {
    /// `SIG_VALTYPE_ 960 Name : 1;` — 1 is a float, 2 a double.
    mutating func valueType(_ line: Int) throws(DBCFlaw) {
        let id = try whole("the number of a frame")
        let name = try name("the signal's name")
        if token.kind == .mark, token.text == ":" { try advance() }
        let type = try whole("0, 1 or 2")
        try semicolon(line)
        guard type <= 2 else {
            throw DBCFlaw(
                line, "\(type) is no type of values", remedy: "write 0, 1 (float) or 2 (double)")
        }
        if type > 0 {
            floats.append((SignalName(id: id, name: name), type == 1 ? .float : .double, line))
        }
    }

    /// `SG_MUL_VAL_ 960 Name Multiplexor 0-3, 7-7;`
    mutating func extendedMultiplexing(_ line: Int) throws(DBCFlaw) {
        let id = try whole("the number of a frame")
        let name = try name("the signal's name")
        let multiplexor = try self.name("the multiplexor's name")
        var values: [ClosedRange<UInt64>] = []
        while token.kind == .number {
            let low = try whole("a value")
            // `3-7` is read as 3 and -7.
            var text = token.text[...]
            if token.kind == .mark, text == "-" {
                try advance()
                text = token.text[...]
            } else {
                text = text.drop { $0 == "-" }
            }
            guard token.kind == .number, let high = UInt64(text), high >= low else {
                throw expected("a range of values like 3-7")
            }
            try advance()
            values.append(low...high)
            if token.kind == .mark, token.text == "," { try advance() }
        }
        try semicolon(line)
        guard !values.isEmpty else {
            throw DBCFlaw(line, "no values of \(multiplexor)", remedy: "write them like 0-3, 7-7")
        }
        extended[SignalName(id: id, name: name)] = (
            DBCSignal.Condition(multiplexor: multiplexor, values: values), line
        )
    }

    /// `VAL_ 960 Name 0 "off" 1 "on";`; of environment variables (no number) nothing is kept.
    ///
    /// Published databases have such lines, as they have comments, for signals that are gone: those
    /// are read over.
    mutating func valueWords(_ line: Int) throws(DBCFlaw) {
        var target: SignalName?
        if token.kind == .number {
            let id = try whole("the number of a frame")
            target = SignalName(id: id, name: try name("the signal's name"))
        } else {
            _ = try name("the number of a frame")
        }
        var found: [Int64: String] = [:]
        while token.kind == .number {
            let value = try number("a value")
            guard token.kind == .string else { throw expected("the value's name in quotes") }
            if let whole = Int64(exactly: value) { found[whole] = token.text }
            try advance()
        }
        try semicolon(line)
        if let target { words[target] = found }
    }

    /// `CM_ SG_ 960 Name "text";`, `CM_ BO_ 960 "text";`, and others that are read over.
    mutating func comment(_ line: Int) throws(DBCFlaw) {
        var target: SignalName?
        if token.kind == .name, token.text == "SG_" || token.text == "BO_" {
            let isSignal = token.text == "SG_"
            try advance()
            let id = try whole("the number of a frame")
            target = SignalName(id: id, name: isSignal ? try name("the signal's name") : "")
        } else {
            while token.kind == .name || token.kind == .number { try advance() }
        }
        guard token.kind == .string else { throw expected("the comment in quotes") }
        if let target { comments[target] = token.text }
        try advance()
        try semicolon(line)
    }

    /// Puts together what stood in different places.
    mutating func finish() throws(DBCFlaw) -> DBCFile {
        for (target, type, line) in floats {
            let (place, index) = try find(target, line)
            let bits = type == .float ? 32 : 64
            guard entries[place].message.signals[index].bitCount == bits else {
                throw DBCFlaw(
                    line, "\(target.name) is a floating-point number and has not \(bits) bits",
                    remedy: "write \(bits) bits at its SG_ line")
            }
            entries[place].message.signals[index].valueType = type
        }
        for (target, found) in extended.sorted(by: { $0.value.line < $1.value.line }) {
            _ = try find(target, found.line)
        }
        var database = DBCDatabase()
        var lines: [[Int]] = []
        for (id, place) in places.sorted(by: { $0.value < $1.value })
        where !entries[place].isForOrphans {
            database.messages.append(try finished(entries[place], id: id))
            lines.append(entries[place].signalLines)
        }
        return DBCFile(database: database, signalLines: lines)
    }

    /// The signal that a statement on `line` is about: its frame in `entries`, its place there.
    private func find(_ target: SignalName, _ line: Int) throws(DBCFlaw) -> (Int, Int) {
        guard let place = places[target.id],
            let index = entries[place].message.signals.firstIndex(where: { $0.name == target.name })
        else {
            throw DBCFlaw(
                line, "there is no signal \(target.name) in the frame \(target.id)",
                remedy: "mend the name or the number")
        }
        return (place, index)
    }

    private func finished(_ entry: Entry, id: UInt64) throws(DBCFlaw) -> DBCMessage {
        var message = entry.message
        guard message.byteCount <= DBCLimits.messageBytesMax else {
            throw DBCFlaw(
                entry.line, "\(message.name) has \(message.byteCount) bytes",
                remedy: "write at most \(DBCLimits.messageBytesMax)")
        }
        message.comment = comments[SignalName(id: id, name: "")] ?? ""
        let multiplexors = message.signals.filter(\.isMultiplexor).map(\.name)
        for index in message.signals.indices {
            let line = entry.signalLines[index]
            let name = SignalName(id: id, name: message.signals[index].name)
            message.signals[index].words = words[name] ?? [:]
            message.signals[index].comment = comments[name] ?? ""
            if let condition = extended[name]?.condition {
                guard multiplexors.contains(condition.multiplexor) else {
                    throw DBCFlaw(
                        line, "\(name.name) depends on \(condition.multiplexor), no multiplexor",
                        remedy: "mark that signal with M")
                }
                message.signals[index].condition = condition
            } else if let value = entry.simpleValues[index] {
                // Without a word about which, it is the one that depends on no other.
                let roots = message.signals.indices.filter {
                    message.signals[$0].isMultiplexor && entry.simpleValues[$0] == nil
                }
                guard roots.count == 1 else {
                    throw DBCFlaw(
                        line,
                        "\(name.name) depends on a multiplexor, and its frame has "
                            + "\(roots.count == 0 ? "none" : "several")",
                        remedy: "mark one signal with M, or write a SG_MUL_VAL_ line")
                }
                message.signals[index].condition = DBCSignal.Condition(
                    multiplexor: message.signals[roots[0]].name, values: [value...value])
            }
        }
        try checkDepth(message, entry)
        return message
    }

    /// Multiplexors that depend on each other in a circle would never end.
    private func checkDepth(_ message: DBCMessage, _ entry: Entry) throws(DBCFlaw) {
        for (index, signal) in message.signals.enumerated() {
            var depth = 0
            var current = signal
            while let condition = current.condition {
                depth += 1
                guard depth <= DBCLimits.multiplexDepthMax,
                    let above = message.signal(named: condition.multiplexor)
                else {
                    throw DBCFlaw(
                        entry.signalLines[index],
                        "\(signal.name) stands below more than \(DBCLimits.multiplexDepthMax) "
                            + "multiplexors, or in a circle of them",
                        remedy: "mend the SG_MUL_VAL_ lines of \(message.name)")
                }
                current = above
            }
        }
    }
}
