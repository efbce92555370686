/// A Swift file as text, and as code: the same lines with comments and texts blanked out, so that
/// a word in a sentence is not taken for a deed.
struct SwiftFile {
    let path: String
    let lines: [Substring]
    let codeLines: [Substring]
    private let code: String

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        code = SwiftFile.blanked(text)
        codeLines = code.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// Number of lines as an editor shows it.
    var lineCount: Int { lines.last?.isEmpty == true ? lines.count - 1 : lines.count }

    /// Modules named in `import` lines, with the line number from 1.
    var imports: [(module: String, line: Int)] {
        var found: [(String, Int)] = []
        for (index, line) in codeLines.enumerated() {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard let place = words.firstIndex(of: "import"), place <= 2, place + 1 < words.count,
                words[..<place].allSatisfy({ Self.importPrefixes.contains(String($0)) })
            else { continue }
            let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var"]
            let name = words[place + (kinds.contains(words[place + 1]) ? 2 : 1)]
            found.append((String(name.split(separator: ".")[0]), index + 1))
        }
        return found
    }

    private static let importPrefixes: Set<String> = [
        "public", "package", "internal", "private", "fileprivate", "@preconcurrency", "@testable",
        "@_exported", "@_implementationOnly",
    ]

    /// Functions, initialisers and subscripts with a body: first line, from 1, and lines in all.
    var functions: [(line: Int, lineCount: Int)] {
        let bytes = Array(code.utf8)
        let protocols = Self.protocolBodies(bytes)
        var found: [(Int, Int)] = []
        var line = 1
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\n") { line += 1 }
            if Self.isFunctionStart(bytes, index), !protocols.contains(where: { $0 ~= index }),
                let end = Self.bodyEnd(bytes, from: index)
            {
                let newlines = bytes[index..<end].count { $0 == UInt8(ascii: "\n") }
                found.append((line, newlines + 1))
            }
            index += 1
        }
        return found
    }

    private static func isFunctionStart(_ bytes: [UInt8], _ index: Int) -> Bool {
        for keyword in ["func ", "init(", "init?(", "init<", "subscript("] {
            guard starts(bytes, index, keyword) else { continue }
            if index == 0 { return true }
            let before = bytes[index - 1]
            return before == UInt8(ascii: " ") || before == UInt8(ascii: "\n")
        }
        return false
    }

    private static func starts(_ bytes: [UInt8], _ index: Int, _ word: String) -> Bool {
        let wanted = Array(word.utf8)
        return index + wanted.count <= bytes.count
            && bytes[index..<index + wanted.count].elementsEqual(wanted)
    }

    /// The index after the closing brace of the body that belongs to the declaration.
    private static func bodyEnd(_ bytes: [UInt8], from start: Int) -> Int? {
        var round = 0
        for index in start..<bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "("), UInt8(ascii: "["): round += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"): round -= 1
            case UInt8(ascii: "{") where round == 0: return closing(bytes, from: index)
            case UInt8(ascii: "}") where round == 0: return nil
            default: break
            }
        }
        return nil
    }

    private static func closing(_ bytes: [UInt8], from open: Int) -> Int? {
        var depth = 0
        for index in open..<bytes.count {
            if bytes[index] == UInt8(ascii: "{") { depth += 1 }
            if bytes[index] == UInt8(ascii: "}") {
                depth -= 1
                if depth == 0 { return index + 1 }
            }
        }
        return nil
    }

    /// Where protocols stand: what they ask for has no body.
    private static func protocolBodies(_ bytes: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        for index in bytes.indices where starts(bytes, index, "protocol ") {
            guard
                index == 0 || bytes[index - 1] == UInt8(ascii: " ")
                    || bytes[index - 1] == UInt8(ascii: "\n"),
                let open = bytes[index...].firstIndex(of: UInt8(ascii: "{")),
                let end = closing(bytes, from: open)
            else { continue }
            found.append(open..<end)
        }
        return found
    }
}
