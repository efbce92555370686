import Testing

/// A word that must not stand in the code, what to write instead, and where it may stand.
struct BannedWord {
    var word: String
    var instead: String
    /// Whether comments and texts count as well.
    var countsInComments = false
    /// Whether the files of the tests are looked at.
    var countsInTests = true
    /// Paths, or beginnings of paths, where it may stand.
    var allowed: [String] = []

    func findings(in file: SwiftFile) -> [String] {
        if !countsInTests, file.path.hasPrefix("Tests/") { return [] }
        if allowed.contains(where: file.path.hasPrefix) { return [] }
        let lines = countsInComments ? file.lines : file.codeLines
        return lines.enumerated().compactMap { index, line in
            Self.stands(word, in: line) ? "\(file.path):\(index + 1): \(word) — \(instead)" : nil
        }
    }

    /// Whether `word` stands in `line` without a letter or digit before it.
    static func stands(_ word: String, in line: Substring) -> Bool {
        var rest = line
        while let range = rest.firstRange(of: word) {
            let before =
                range.lowerBound > line.startIndex
                ? line[line.index(before: range.lowerBound)] : " "
            if !before.isLetter, !before.isNumber, before != "_" { return true }
            rest = rest[range.upperBound...]
        }
        return false
    }
}

@Suite struct `words` {
    static let executables = ["Sources/turnpike/", "simulators/", "Benchmarks/", "Fuzzing/"]

    static let banned = [
        BannedWord(word: "try!", instead: "throw on, or answer the error where it happens"),
        BannedWord(
            word: "print(", instead: "a logger, or a value that the executable prints",
            countsInTests: false, allowed: executables),
        // Put together, so that this file does not accuse itself.
        BannedWord(
            word: "TO" + "DO", instead: "finish it, or write an issue", countsInComments: true),
        BannedWord(
            word: "FIX" + "ME", instead: "mend it, or write an issue", countsInComments: true),
        BannedWord(word: "DispatchQueue.main", instead: "structured concurrency"),
        BannedWord(
            word: "fatalError(", instead: "precondition with a sentence, or a typed error"),
        BannedWord(word: "@testable", instead: "test through the public interface"),
        BannedWord(
            word: "unsafe ",
            instead: "keep it in the room's file for it, or enter the file in AllowedPlaces",
            countsInTests: false, allowed: AllowedPlaces.unsafe),
        BannedWord(
            word: "@unchecked Sendable", instead: "Mutex, an actor or a value",
            countsInTests: false, allowed: AllowedPlaces.unchecked),
        BannedWord(
            word: "Task {", instead: "a task group with an owner, or enter it in AllowedPlaces",
            countsInTests: false, allowed: AllowedPlaces.freeTasks),
        BannedWord(
            word: "Task.detached", instead: "a task group with an owner", countsInTests: false),
    ]

    @Test(arguments: banned.indices)
    func `that must not stand in the code do not`(index: Int) {
        let findings = Repository.everySwiftFile.flatMap { Self.banned[index].findings(in: $0) }
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
    }

    @Test func `are allowed only where they are needed`() {
        var findings: [String] = []
        for banned in Self.banned where banned.allowed != Self.executables {
            for path in banned.allowed {
                var free = banned
                free.allowed = []
                let files = Repository.everySwiftFile.filter { $0.path.hasPrefix(path) }
                if files.allSatisfy({ free.findings(in: $0).isEmpty }) {
                    findings.append("AllowedPlaces: \(path) does without \(banned.word)")
                }
            }
        }
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
    }

    @Test func `that say nothing name no type and no file`() {
        let empty = ["Utils", "Utilities", "Manager", "Helper", "Misc", "Common"]
        var findings: [String] = []
        for file in Repository.everySwiftFile {
            let name = file.path.split(separator: "/").last ?? ""
            if empty.contains(where: { name.contains($0) }) { findings.append(file.path) }
            for (index, line) in file.codeLines.enumerated() {
                let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
                for (kind, name) in zip(words, words.dropFirst())
                where ["struct", "class", "enum", "actor", "protocol", "typealias"].contains(kind)
                    && empty.contains(where: { name.hasPrefix($0) || name.hasSuffix($0) })
                {
                    findings.append("\(file.path):\(index + 1): \(name): say what it does")
                }
            }
        }
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
    }

    @Test func `of one machine stand nowhere`() {
        // Put together, so that this file does not accuse itself.
        let words = ["/wo" + "rk/", "/tmp/" + "rooms", ".libr" + "ary/", "/ro" + "ot/"]
        var findings: [String] = []
        for path in Repository.paths {
            guard let text = Repository.text(path) else { continue }
            for word in words where text.contains(word) { findings.append("\(path): \(word)") }
        }
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
    }
}
