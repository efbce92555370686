/// Why bytes are not JSON, and where.
package struct JSONFault: Error, Sendable, Equatable {
    /// Bytes before the fault.
    package var offset: Int
    /// What is wrong there.
    package var message: String
    /// From 1; counted in line feeds.
    package var line: Int
    /// From 1; counted in bytes.
    package var column: Int
}

extension JSONValue {
    /// Arrays and objects inside each other; more is refused, so that no input exhausts the stack.
    package static let maximumDepth = 16

    /// Reads one JSON document (RFC 8259) that fills `bytes`; a name given twice is a fault.
    package init(reading bytes: [UInt8]) throws(JSONFault) {
        var reader = JSONReader(bytes: bytes)
        self = try reader.document()
    }
}

private struct JSONReader {
    let bytes: [UInt8]
    var offset = 0

    mutating func document() throws(JSONFault) -> JSONValue {
        let value = try value(depth: 0)
        skipSpace()
        guard offset == bytes.count else { throw fault("one document ended, more follows") }
        return value
    }

    private func fault(_ message: String, at place: Int? = nil) -> JSONFault {
        let end = min(place ?? offset, bytes.count)
        var line = 1
        var lineStart = 0
        for index in 0..<end where bytes[index] == 0x0A {
            line += 1
            lineStart = index + 1
        }
        return JSONFault(offset: end, message: message, line: line, column: end - lineStart + 1)
    }

    private mutating func skipSpace() {
        while offset < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) { offset += 1 }
    }

    private mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
        skipSpace()
        guard offset < bytes.count else { throw fault("the text ends where a value should stand") }
        switch bytes[offset] {
        case 0x7B: return try object(depth: depth)
        case 0x5B: return try array(depth: depth)
        case 0x22: return .string(try text())
        case 0x2D, 0x30...0x39: return try number()
        default:
            if take("true") { return .bool(true) }
            if take("false") { return .bool(false) }
            if take("null") { return .null }
            throw fault("no JSON value begins like this")
        }
    }

    private mutating func take(_ word: String) -> Bool {
        let wanted = Array(word.utf8)
        guard bytes[offset...].starts(with: wanted) else { return false }
        offset += wanted.count
        return true
    }

    private mutating func object(depth: Int) throws(JSONFault) -> JSONValue {
        guard depth < JSONValue.maximumDepth else { throw fault("nested too deeply") }
        offset += 1
        var members: [JSONMember] = []
        var names: Set<String> = []
        skipSpace()
        if offset < bytes.count, bytes[offset] == 0x7D {
            offset += 1
            return .object(members)
        }
        while true {
            skipSpace()
            let start = offset
            guard offset < bytes.count, bytes[offset] == 0x22 else {
                throw fault("a name in quotation marks should stand here")
            }
            let name = try text()
            guard names.insert(name).inserted else {
                throw fault("this name was given before", at: start)
            }
            skipSpace()
            guard offset < bytes.count, bytes[offset] == 0x3A else {
                throw fault("a colon should stand here")
            }
            offset += 1
            members.append(JSONMember(name, try value(depth: depth + 1)))
            if try ends(with: 0x7D) { return .object(members) }
        }
    }

    private mutating func array(depth: Int) throws(JSONFault) -> JSONValue {
        guard depth < JSONValue.maximumDepth else { throw fault("nested too deeply") }
        offset += 1
        var elements: [JSONValue] = []
        skipSpace()
        if offset < bytes.count, bytes[offset] == 0x5D {
            offset += 1
            return .array(elements)
        }
        while true {
            elements.append(try value(depth: depth + 1))
            if try ends(with: 0x5D) { return .array(elements) }
        }
    }

    /// Steps over a comma (`false`) or the closing `mark` (`true`).
    private mutating func ends(with mark: UInt8) throws(JSONFault) -> Bool {
        skipSpace()
        guard offset < bytes.count, bytes[offset] == 0x2C || bytes[offset] == mark else {
            throw fault("a comma or the closing bracket should stand here")
        }
        offset += 1
        return bytes[offset - 1] == mark
    }

    private mutating func number() throws(JSONFault) -> JSONValue {
        let start = offset
        if bytes[offset] == 0x2D { offset += 1 }
        let whole = digits()
        guard whole > 0 else { throw fault("a digit should stand here") }
        if whole > 1, bytes[offset - whole] == 0x30 {
            throw fault("a number begins with 0", at: start)
        }
        var isWhole = true
        if offset < bytes.count, bytes[offset] == 0x2E {
            isWhole = false
            offset += 1
            guard digits() > 0 else { throw fault("a digit should stand here") }
        }
        if offset < bytes.count, bytes[offset] | 0x20 == 0x65 {
            isWhole = false
            offset += 1
            if offset < bytes.count, bytes[offset] == 0x2B || bytes[offset] == 0x2D { offset += 1 }
            guard digits() > 0 else { throw fault("a digit should stand here") }
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        if isWhole, let number = Int64(text) { return .integer(number) }
        guard let number = Double(text), number.isFinite else {
            throw fault("the number is out of range", at: start)
        }
        return .number(number)
    }

    private mutating func digits() -> Int {
        let start = offset
        while offset < bytes.count, (0x30...0x39).contains(bytes[offset]) { offset += 1 }
        return offset - start
    }

    private mutating func text() throws(JSONFault) -> String {
        let start = offset
        offset += 1
        var out: [UInt8] = []
        while true {
            guard offset < bytes.count else { throw fault("the text is not closed", at: start) }
            let byte = bytes[offset]
            if byte == 0x22 {
                offset += 1
                break
            }
            guard byte >= 0x20 else { throw fault("a control character inside a text") }
            if byte == 0x5C {
                try escape(into: &out)
            } else {
                out.append(byte)
                offset += 1
            }
        }
        guard let text = String(validating: out, as: UTF8.self) else {
            throw fault("the text is not UTF-8", at: start)
        }
        return text
    }

    private mutating func escape(into out: inout [UInt8]) throws(JSONFault) {
        let start = offset
        offset += 1
        guard offset < bytes.count else { throw fault("an escape is cut off", at: start) }
        let mark = bytes[offset]
        offset += 1
        switch mark {
        case 0x22, 0x5C, 0x2F: out.append(mark)
        case 0x62: out.append(0x08)
        case 0x66: out.append(0x0C)
        case 0x6E: out.append(0x0A)
        case 0x72: out.append(0x0D)
        case 0x74: out.append(0x09)
        case 0x75:
            var code = try hexUnit(start)
            if (0xD800..<0xDC00).contains(code), offset + 1 < bytes.count, bytes[offset] == 0x5C,
                bytes[offset + 1] == 0x75
            {
                offset += 2
                let low = try hexUnit(start)
                guard (0xDC00..<0xE000).contains(low) else {
                    throw fault("half of a surrogate pair", at: start)
                }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else {
                throw fault("half of a surrogate pair", at: start)
            }
            out.append(contentsOf: String(Character(scalar)).utf8)
        default: throw fault("no such escape", at: start)
        }
    }

    private mutating func hexUnit(_ start: Int) throws(JSONFault) -> UInt32 {
        guard offset + 4 <= bytes.count else { throw fault("an escape is cut off", at: start) }
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(bytes[offset])).hexDigitValue else {
                throw fault("four hexadecimal digits should stand here", at: start)
            }
            code = code << 4 | UInt32(digit)
            offset += 1
        }
        return code
    }
}
