extension SwiftFile {
    /// The same text with every character of comments and string literals turned into a space;
    /// line ends stay. Interpolations count as part of their literal.
    static func blanked(_ text: String) -> String {
        var bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            let end: Int
            if at(bytes, index, "//") {
                end = bytes[index...].firstIndex(of: newline) ?? bytes.count
            } else if at(bytes, index, "/*") {
                end = commentEnd(bytes, index)
            } else if let literal = literalEnd(bytes, index) {
                end = literal
            } else {
                index += 1
                continue
            }
            for place in index..<end where bytes[place] != newline {
                bytes[place] = UInt8(ascii: " ")
            }
            index = end
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let newline = UInt8(ascii: "\n")
    private static let quote = UInt8(ascii: "\"")

    private static func at(_ bytes: [UInt8], _ index: Int, _ word: String) -> Bool {
        let wanted = Array(word.utf8)
        return index + wanted.count <= bytes.count
            && bytes[index..<index + wanted.count].elementsEqual(wanted)
    }

    private static func commentEnd(_ bytes: [UInt8], _ start: Int) -> Int {
        var depth = 0
        var index = start
        while index < bytes.count {
            if at(bytes, index, "/*") {
                depth += 1
                index += 2
            } else if at(bytes, index, "*/") {
                depth -= 1
                index += 2
                if depth == 0 { return index }
            } else {
                index += 1
            }
        }
        return bytes.count
    }

    /// The index after the literal that begins at `start`; `nil` if none begins there.
    private static func literalEnd(_ bytes: [UInt8], _ start: Int) -> Int? {
        var hashes = 0
        while start + hashes < bytes.count, bytes[start + hashes] == UInt8(ascii: "#") {
            hashes += 1
        }
        let open = start + hashes
        guard open < bytes.count, bytes[open] == quote else { return nil }
        let isLong = at(bytes, open, "\"\"\"")
        let fence = String(repeating: "#", count: hashes)
        let closing = (isLong ? "\"\"\"" : "\"") + fence
        let escape = "\\" + fence
        var index = open + (isLong ? 3 : 1)
        while index < bytes.count {
            if at(bytes, index, escape) {
                let next = index + escape.utf8.count
                index =
                    next < bytes.count && bytes[next] == UInt8(ascii: "(")
                    ? interpolationEnd(bytes, next) : next + 1
            } else if at(bytes, index, closing) {
                return index + closing.utf8.count
            } else if !isLong, bytes[index] == newline {
                return index
            } else {
                index += 1
            }
        }
        return bytes.count
    }

    private static func interpolationEnd(_ bytes: [UInt8], _ open: Int) -> Int {
        var depth = 0
        var index = open
        while index < bytes.count {
            if let inner = literalEnd(bytes, index) {
                index = inner
                continue
            }
            if bytes[index] == UInt8(ascii: "(") { depth += 1 }
            if bytes[index] == UInt8(ascii: ")") {
                depth -= 1
                if depth == 0 { return index + 1 }
            }
            index += 1
        }
        return bytes.count
    }
}
