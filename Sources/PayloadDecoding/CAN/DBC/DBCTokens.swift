/// The words of a DBC file, one after the other.
struct DBCToken {
    enum Kind {
        /// A name or keyword.
        case name
        case number
        /// A text in quotes; `text` is what stands between them.
        case string
        case mark
        case end
    }

    var kind: Kind
    var text: String
    /// From 1.
    var line: Int
    /// Nothing stands before it on its line.
    var isFirstOfLine: Bool
    /// Nothing, not even a space, stands before it on its line.
    var isFlush: Bool
}

/// Splits a DBC file into tokens. Runs at start only.
struct DBCTokens {
    private let bytes: [UInt8]
    private let isUTF8: Bool
    private var at = 0
    private var line = 1
    private var lineStart = 0
    private var lastTokenLine = 0

    init(_ bytes: [UInt8]) {
        // A byte order mark is no part of the text.
        self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        isUTF8 = String(validating: bytes, as: UTF8.self) != nil
    }

    mutating func next() throws(DBCFlaw) -> DBCToken {
        skipSpace()
        let isFirst = lastTokenLine != line
        let isFlush = isFirst && at == lineStart
        let start = at
        let tokenLine = line
        lastTokenLine = line
        guard at < bytes.count else {
            return DBCToken(
                kind: .end, text: "", line: line, isFirstOfLine: true, isFlush: true)
        }
        var kind = DBCToken.Kind.mark
        var text: String
        let byte = bytes[at]
        if byte == UInt8(ascii: "\"") {
            kind = .string
            text = try string()
        } else if Self.isLetter(byte) {
            kind = .name
            while at < bytes.count, Self.isLetter(bytes[at]) || Self.isDigit(bytes[at]) { at += 1 }
            text = self.text(start..<at)
        } else if Self.isDigit(byte) || beginsNumber() {
            kind = .number
            at += 1
            while at < bytes.count, continuesNumber() { at += 1 }
            text = self.text(start..<at)
        } else {
            at += 1
            text = self.text(start..<at)
        }
        return DBCToken(
            kind: kind, text: text, line: tokenLine, isFirstOfLine: isFirst, isFlush: isFlush)
    }

    private mutating func skipSpace() {
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "\n") {
                newLine()
            } else if bytes[at] > 0x20 {
                // `//` is no part of the language, but some tools write it.
                guard bytes[at] == UInt8(ascii: "/"), at + 1 < bytes.count,
                    bytes[at + 1] == UInt8(ascii: "/")
                else { return }
                while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { at += 1 }
            } else {
                at += 1
            }
        }
    }

    private mutating func newLine() {
        at += 1
        line += 1
        lineStart = at
    }

    /// What stands between the quotes; `\"` is a quote.
    private mutating func string() throws(DBCFlaw) -> String {
        let begun = line
        at += 1
        var content: [UInt8] = []
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
            if bytes[at] == UInt8(ascii: "\n") {
                content.append(bytes[at])
                newLine()
                continue
            }
            let isEscape =
                bytes[at] == UInt8(ascii: "\\") && at + 1 < bytes.count
                && bytes[at + 1] == UInt8(ascii: "\"")
            if isEscape { at += 1 }
            content.append(bytes[at])
            at += 1
        }
        guard at < bytes.count else {
            throw DBCFlaw(
                begun, "a text begins here and does not end", remedy: "write the closing quote")
        }
        at += 1
        // The next token on the line where a long text ends is not the first one of it.
        lastTokenLine = line
        return decoded(content)
    }

    private func beginsNumber() -> Bool {
        let byte = bytes[at]
        guard byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "."),
            at + 1 < bytes.count
        else { return false }
        return Self.isDigit(bytes[at + 1]) || bytes[at + 1] == UInt8(ascii: ".")
    }

    private func continuesNumber() -> Bool {
        let byte = bytes[at]
        if Self.isDigit(byte) || byte == UInt8(ascii: ".") { return true }
        if byte | 0x20 == UInt8(ascii: "e") { return true }
        guard byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") else { return false }
        return bytes[at - 1] | 0x20 == UInt8(ascii: "e")
    }

    private func text(_ range: Range<Int>) -> String { decoded(Array(bytes[range])) }

    /// UTF-8 where the file is; otherwise Latin-1, which most tools of the trade write.
    private func decoded(_ content: [UInt8]) -> String {
        if isUTF8 { return String(decoding: content, as: UTF8.self) }
        var text = ""
        for byte in content { text.unicodeScalars.append(Unicode.Scalar(byte)) }
        return text
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || byte == UInt8(ascii: "_") || byte >= 0x80
    }
}
