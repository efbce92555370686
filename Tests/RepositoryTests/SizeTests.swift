import Testing

@Suite struct `sizes` {
    static let fileLinesMax = 450
    static let functionLinesMax = 70
    static let columnsMax = 100
    static let fileBytesMax = 300_000

    @Test func `a file is one idea`() {
        let findings = Repository.product.filter { $0.lineCount > Self.fileLinesMax }
            .map { "\($0.path): \($0.lineCount) lines; split it by idea" }
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
    }

    @Test func `a function fits on a page`() {
        var findings: [String] = []
        for file in Repository.product {
            for (line, count) in file.functions where count > Self.functionLinesMax {
                findings.append("\(file.path):\(line): \(count) lines; give its parts names")
            }
        }
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
    }

    @Test func `a line ends at a hundred columns`() {
        var findings: [String] = []
        for file in Repository.everySwiftFile {
            for (index, line) in file.lines.enumerated()
            where line.count > Self.columnsMax && !line.contains("https://") {
                findings.append("\(file.path):\(index + 1): \(line.count) columns")
            }
        }
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
    }

    @Test func `no large file and nothing generated is kept`() {
        let large = Repository.paths.filter { Repository.bytes($0) > Self.fileBytesMax }
        #expect(large.isEmpty, "recordings belong beside the project: \(large)")
        let endings = [".o", ".a", ".so", ".swiftmodule", ".sqlite", ".log", ".pyc", ".orig"]
        let generated = Repository.paths.filter { path in endings.contains { path.hasSuffix($0) } }
        #expect(generated.isEmpty, "\(generated)")
    }

    @Test func `the scanner sees what it should`() {
        let text = """
            // func comment() {
            protocol Asks { func asked(_ a: Int) -> Int }
            func one(_ f: () -> Void = { }) {
                let brace = "}"
                let raw = #"} " }"#
                let told = "\\(one("}"))"
            }
            init?(x: [Int]) { y() }
            """
        let file = SwiftFile(path: "x.swift", text: text)
        #expect(file.functions.map(\.line) == [3, 8])
        #expect(file.functions.map(\.lineCount) == [5, 1])
        let imports = SwiftFile(
            path: "y.swift", text: "public import A\nimport struct B.C\n// import D\nlet e = 1")
        #expect(imports.imports.map(\.module) == ["A", "B"])
    }
}
