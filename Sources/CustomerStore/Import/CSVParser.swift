/// One record of a file, or what is wrong with it.
struct CSVRecord: Sendable {
    /// The line on which it begins, from 1.
    var line: Int
    var fields: [String]
    /// The record is no CSV; its fields mean nothing.
    var flaw: String?
}

/// Reads RFC 4180 from chunks of UTF-8: quoted fields, doubled quotes, line breaks in quotes; lines
/// end with CRLF, LF or CR. Blank lines are no records. After a flaw it goes on with the next line.
struct CSVParser {
    /// Longest field, in bytes; also what an unclosed quote may swallow before it is noticed.
    static let fieldBytesMax = 65_536
    /// Most fields of a record.
    static let fieldsMax = 500

    private enum State {
        case fieldStart, plain, quoted, quoteInQuoted
        /// Something is wrong with this line: nothing counts up to its end.
        case skipping
    }

    let delimiter: UInt8
    private var state = State.fieldStart
    private var field: [UInt8] = []
    private var fields: [String] = []
    private var line = 1
    private var recordLine = 1
    private var sawReturn = false
    private var records: [CSVRecord] = []

    init(delimiter: UInt8) { self.delimiter = delimiter }

    /// The records that are complete with this chunk.
    mutating func feed(_ chunk: [UInt8]) -> [CSVRecord] {
        for byte in chunk { step(byte) }
        return take()
    }

    /// The rest, when the file ends without a line break.
    mutating func finish() -> [CSVRecord] {
        if state == .quoted {
            fail("the quote that opens in this row is never closed; the rest of the file is lost")
        }
        if state != .fieldStart || !fields.isEmpty || !field.isEmpty { endRecord() }
        return take()
    }

    private mutating func take() -> [CSVRecord] {
        defer { records.removeAll(keepingCapacity: true) }
        return records
    }

    private mutating func step(_ byte: UInt8) {
        if sawReturn {
            sawReturn = false
            if byte == 0x0A { return }
        }
        let isBreak = byte == 0x0A || byte == 0x0D
        if isBreak { sawReturn = byte == 0x0D }
        switch state {
        case .fieldStart, .plain, .quoteInQuoted:
            if isBreak {
                endRecord()
                line += 1
                recordLine = line
            } else if byte == delimiter {
                endField()
                state = .fieldStart
            } else {
                inside(byte)
            }
        case .quoted:
            if byte == 0x22 {
                state = .quoteInQuoted
            } else {
                if isBreak { line += 1 }
                keep(isBreak ? 0x0A : byte)
            }
        case .skipping:
            if isBreak {
                endRecord()
                line += 1
                recordLine = line
            }
        }
    }

    /// A byte that is neither delimiter nor line break, outside of quotes.
    private mutating func inside(_ byte: UInt8) {
        switch state {
        case .fieldStart where byte == 0x22: state = .quoted
        case .fieldStart, .plain:
            if byte == 0x22 {
                fail("a quote stands inside an unquoted field; write it twice and quote the field")
            } else {
                state = .plain
                keep(byte)
            }
        case .quoteInQuoted where byte == 0x22:
            state = .quoted
            keep(byte)
        case .quoteInQuoted:
            fail("text follows a closing quote; a quote inside a quoted field is written twice")
        case .quoted, .skipping: break
        }
    }

    private mutating func keep(_ byte: UInt8) {
        guard field.count < Self.fieldBytesMax else {
            fail("a field is longer than \(Self.fieldBytesMax) bytes; is a quote left open?")
            return
        }
        field.append(byte)
    }

    private mutating func endField() {
        guard fields.count < Self.fieldsMax else {
            fail("more than \(Self.fieldsMax) fields")
            return
        }
        fields.append(String(decoding: field, as: UTF8.self))
        field.removeAll(keepingCapacity: true)
    }

    private mutating func fail(_ reason: String) {
        records.append(CSVRecord(line: recordLine, fields: [], flaw: reason))
        state = .skipping
        field.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
    }

    private mutating func endRecord() {
        if state != .skipping {
            endField()
            if state != .skipping, fields.count > 1 || fields.first?.isEmpty == false {
                records.append(CSVRecord(line: recordLine, fields: fields, flaw: nil))
            }
        }
        fields.removeAll(keepingCapacity: true)
        state = .fieldStart
    }
}
