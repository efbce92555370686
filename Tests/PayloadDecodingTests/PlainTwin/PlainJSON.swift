import PayloadDecoding

/// A JSON value with its place, the obvious way: a tree with texts in it.
struct PlainNode {
    indirect enum Value {
        case null
        case boolean(Bool)
        case number(String)
        case text(String, hasEscapes: Bool)
        case list([PlainNode])
        case object([PlainMember])
    }

    var start: Int
    var end: Int
    var value: Value
}

struct PlainMember {
    var key: String
    var keyStart: Int
    var node: PlainNode
}

/// Reads JSON byte by byte, recursively, into a tree. Slow and plain; what the fast scanner is
/// compared with.
struct PlainParser {
    let bytes: [UInt8]
    var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    static func parse(_ bytes: [UInt8]) throws(DecodeError) -> PlainNode {
        var parser = PlainParser(bytes)
        let node = try parser.value(depth: 1)
        parser.space()
        if parser.at < bytes.count { throw DecodeError(.unexpectedByte, at: parser.at) }
        return node
    }

    private func current() throws(DecodeError) -> UInt8 {
        guard at < bytes.count else { throw DecodeError(.truncated, at: bytes.count) }
        return bytes[at]
    }

    private mutating func space() {
        while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
    }

    private mutating func value(depth: Int) throws(DecodeError) -> PlainNode {
        space()
        let start = at
        let value: PlainNode.Value
        switch Character(UnicodeScalar(try current())) {
        case "{": value = .object(try members(depth: depth))
        case "[": value = .list(try items(depth: depth))
        case "\"":
            let (text, hasEscapes) = try text()
            value = .text(text, hasEscapes: hasEscapes)
        case "n":
            try word("null")
            value = .null
        case "t":
            try word("true")
            value = .boolean(true)
        case "f":
            try word("false")
            value = .boolean(false)
        case "-", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9": value = .number(try number())
        default: throw DecodeError(.unexpectedByte, at: at)
        }
        return PlainNode(start: start, end: at, value: value)
    }

    private mutating func word(_ word: String) throws(DecodeError) {
        for byte in word.utf8 {
            guard try current() == byte else { throw DecodeError(.unexpectedByte, at: at) }
            at += 1
        }
    }

    private mutating func members(depth: Int) throws(DecodeError) -> [PlainMember] {
        if depth > 32 { throw DecodeError(.nestingTooDeep, at: at) }
        at += 1
        space()
        if try current() == UInt8(ascii: "}") {
            at += 1
            return []
        }
        var members: [PlainMember] = []
        while true {
            space()
            let keyStart = at
            guard try current() == UInt8(ascii: "\"") else {
                throw DecodeError(.unexpectedByte, at: at)
            }
            let key = try text().0
            space()
            guard try current() == UInt8(ascii: ":") else {
                throw DecodeError(.unexpectedByte, at: at)
            }
            at += 1
            let node = try value(depth: depth + 1)
            members.append(PlainMember(key: key, keyStart: keyStart, node: node))
            space()
            let byte = try current()
            if byte != UInt8(ascii: ","), byte != UInt8(ascii: "}") {
                throw DecodeError(.unexpectedByte, at: at)
            }
            at += 1
            if byte == UInt8(ascii: "}") { return members }
        }
    }

    private mutating func items(depth: Int) throws(DecodeError) -> [PlainNode] {
        if depth > 32 { throw DecodeError(.nestingTooDeep, at: at) }
        at += 1
        space()
        if try current() == UInt8(ascii: "]") {
            at += 1
            return []
        }
        var items: [PlainNode] = []
        while true {
            items.append(try value(depth: depth + 1))
            space()
            let byte = try current()
            if byte != UInt8(ascii: ","), byte != UInt8(ascii: "]") {
                throw DecodeError(.unexpectedByte, at: at)
            }
            at += 1
            if byte == UInt8(ascii: "]") { return items }
        }
    }

    private mutating func digits() throws(DecodeError) {
        guard (0x30...0x39).contains(try current()) else {
            throw DecodeError(.unexpectedByte, at: at)
        }
        while at < bytes.count, (0x30...0x39).contains(bytes[at]) { at += 1 }
    }

    mutating func number() throws(DecodeError) -> String {
        let start = at
        if try current() == UInt8(ascii: "-") { at += 1 }
        if try current() == UInt8(ascii: "0") {
            at += 1
            if at < bytes.count, (0x30...0x39).contains(bytes[at]) {
                throw DecodeError(.unexpectedByte, at: at)
            }
        } else {
            try digits()
        }
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            try digits()
        }
        if at < bytes.count, bytes[at] == UInt8(ascii: "e") || bytes[at] == UInt8(ascii: "E") {
            at += 1
            let sign = try current()
            if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { at += 1 }
            try digits()
        }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }
}

extension PlainParser {
    private mutating func text() throws(DecodeError) -> (String, Bool) {
        at += 1
        var result: [UInt8] = []
        var hasEscapes = false
        while true {
            let byte = try current()
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                return (String(decoding: result, as: UTF8.self), hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                result.append(contentsOf: String(try escape()).utf8)
            case 0x00..<0x20: throw DecodeError(.unexpectedByte, at: at)
            case 0x20..<0x80:
                result.append(byte)
                at += 1
            default: result.append(contentsOf: try multibyte())
            }
        }
    }

    private mutating func multibyte() throws(DecodeError) -> [UInt8] {
        let start = at
        let lead = bytes[at]
        let count = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        let found = Array(bytes[at..<min(at + count, bytes.count)])
        // Where the payload ends within, it may still have become valid.
        let isPossible = [UInt8(0x80), 0xBF].contains { filler in
            let filled = found + [UInt8](repeating: filler, count: count - found.count)
            return String(validating: filled, as: UTF8.self)?.unicodeScalars.count == 1
        }
        guard isPossible else { throw DecodeError(.invalidUTF8, at: start) }
        guard found.count == count else { throw DecodeError(.truncated, at: bytes.count) }
        at += count
        return found
    }

    private mutating func escape() throws(DecodeError) -> Unicode.Scalar {
        let start = at
        at += 1
        let letter = Character(UnicodeScalar(try current()))
        at += 1
        let simple: [Character: Unicode.Scalar] = [
            "\"": "\"", "\\": "\\", "/": "/", "b": "\u{8}", "f": "\u{C}", "n": "\n", "r": "\r",
            "t": "\t",
        ]
        if let scalar = simple[letter] { return scalar }
        guard letter == "u" else { throw DecodeError(.invalidEscape, at: start) }
        let first = try hex(start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00 else { throw DecodeError(.invalidEscape, at: start) }
        let second = at
        guard at + 1 < bytes.count else { throw DecodeError(.truncated, at: bytes.count) }
        guard bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") else {
            throw DecodeError(.invalidEscape, at: start)
        }
        at += 2
        let low = try hex(second)
        guard (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar((first - 0xD800) * 0x400 + (low - 0xDC00) + 0x10000)
        else { throw DecodeError(.invalidEscape, at: start) }
        return scalar
    }

    private mutating func hex(_ escape: Int) throws(DecodeError) -> UInt32 {
        var text = ""
        for _ in 0..<4 {
            let character = Character(UnicodeScalar(try current()))
            guard character.isASCII, character.isHexDigit else {
                throw DecodeError(.invalidEscape, at: escape)
            }
            text.append(character)
            at += 1
        }
        return UInt32(text, radix: 16) ?? 0
    }
}
