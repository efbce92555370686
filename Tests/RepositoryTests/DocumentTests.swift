import Foundation
import Testing

@Suite("documents") struct DocumentTests {
    static let markdown = Repository.paths.filter { $0.hasSuffix(".md") }

    @Test func `the pages that a newcomer looks for are there`() {
        let wanted = [
            "README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "LICENSE",
            "docs/words.md", "docs/tour.md", "docs/threat-model.md", "docs/numbers.md",
            "Makefile", ".ci/run", "scripts/setup.sh", ".swift-format",
        ]
        let missing = wanted.filter { !Repository.paths.contains($0) }
        #expect(missing.isEmpty)
    }

    @Test func `every target has its line in the tour`() throws {
        let tour = try #require(Repository.text("docs/tour.md"))
        let package = try #require(Repository.text("Package.swift"))
        let missing = Self.targets(package).filter { !tour.contains("`\($0)`") }
        #expect(missing.isEmpty, "docs/tour.md does not mention them")
    }

    /// Names of the targets that Package.swift declares, by whatever of its ways.
    static func targets(_ package: String) -> [String] {
        let openings = [
            "room(", "tests(", ".target(", ".executableTarget(", ".testTarget(", ".systemLibrary(",
        ]
        var names: Set<String> = []
        for opening in openings {
            for part in package.components(separatedBy: opening).dropFirst() {
                let words = part.components(separatedBy: "\"")
                guard words.count > 1 else { continue }
                let between = words[0].trimmingCharacters(in: .whitespacesAndNewlines)
                if between.isEmpty || between == "name:" { names.insert(words[1]) }
            }
        }
        return names.sorted()
    }

    @Test func `links lead somewhere`() {
        var findings: [String] = []
        for path in Self.markdown {
            guard let text = Repository.text(path) else { continue }
            for part in text.components(separatedBy: "](").dropFirst() {
                let target = part.prefix { $0 != ")" && $0 != " " }
                if target.contains("://") || target.hasPrefix("#") || target.hasPrefix("mailto:") {
                    continue
                }
                let file = String(target.prefix { $0 != "#" })
                let folder = (path as NSString).deletingLastPathComponent
                let full = Repository.root.appendingPathComponent(folder)
                    .appendingPathComponent(file).standardizedFileURL.path
                if !FileManager.default.fileExists(atPath: full) {
                    findings.append("\(path): \(target) does not exist")
                }
            }
        }
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
    }

    @Test func `commands exist`() throws {
        let makefile = try #require(Repository.text("Makefile"))
        let targets = Set(
            makefile.split(separator: "\n").compactMap { line -> String? in
                guard let colon = line.firstIndex(of: ":"), line.first?.isLetter == true else {
                    return nil
                }
                return String(line[..<colon])
            })
        var findings: [String] = []
        for path in Self.markdown {
            for (line, command) in Commands.shell(in: Repository.text(path) ?? "") {
                if let fault = Commands.fault(command, makeTargets: targets) {
                    findings.append("\(path):\(line): \(fault)")
                }
            }
        }
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
    }
}

/// Commands in the documents' `sh` blocks: one a line, to be typed. Scripts stand in `bash` blocks.
enum Commands {
    /// What a reader's shell has, with or without `make setup`.
    static let ordinary: Set<String> = [
        "git", "cd", "ls", "cat", "cp", "mkdir", "rm", "curl", "sudo", "apt-get", "export", "swift",
        "mosquitto", "mosquitto_pub", "mosquitto_sub", "openssl", "jq", "echo", "sqlite3", "kill",
        "systemctl", "perf", "valgrind",
    ]

    /// Commands with their line numbers, continued lines joined.
    static func shell(in markdown: String) -> [(line: Int, words: [String])] {
        var found: [(Int, [String])] = []
        var isShell = false
        var isFenced = false
        var pending = ""
        for (index, line) in markdown.components(separatedBy: "\n").enumerated() {
            let text = line.trimmingCharacters(in: .whitespaces)
            if text.hasPrefix("```") {
                isFenced.toggle()
                isShell = isFenced && text == "```sh"
                continue
            }
            guard isShell else { continue }
            if text.hasSuffix("\\") {
                pending += text.dropLast() + " "
                continue
            }
            let command = pending + text
            pending = ""
            if command.isEmpty || command.hasPrefix("#") { continue }
            found.append((index + 1, command.split(separator: " ").map(String.init)))
        }
        return found
    }

    /// Why a command cannot be run; `nil` if it can.
    static func fault(_ words: [String], makeTargets: Set<String>) -> String? {
        // Settings before a command belong to it: `NAME=value make run`.
        let rest = Array(words.drop { $0.contains("=") && !$0.hasPrefix("-") })
        guard let first = rest.first else { return nil }
        let name = first.split(separator: "/").last.map(String.init) ?? first
        switch name {
        case "make":
            let wanted = rest.dropFirst().filter { !$0.hasPrefix("-") && !$0.contains("=") }
            let unknown = wanted.filter { !makeTargets.contains($0) && !$0.hasPrefix("#") }
            return unknown.isEmpty ? nil : "make \(unknown[0]): no such target"
        case "turnpike-demo", "turnpike-soak", "dealer-simulator": return nil
        case "turnpike", "fleet-simulator":
            guard let sub = rest.dropFirst().first, !sub.hasPrefix("-") else { return nil }
            return subcommands.contains(sub) ? nil : "\(name) \(sub): no such subcommand"
        default:
            if first.hasPrefix(".") || first.hasPrefix("scripts/") {
                let path = first.hasPrefix("./") ? String(first.dropFirst(2)) : first
                return Repository.paths.contains(path) ? nil : "\(first) does not exist"
            }
            return ordinary.contains(name) ? nil : "\(name) is not a command of this project"
        }
    }

    /// Names that the executables' sources give to their subcommands, and their types' names.
    static let subcommands: Set<String> = {
        var names: Set<String> = []
        for file in Repository.product {
            for line in file.lines {
                for part in line.components(separatedBy: "commandName: \"").dropFirst() {
                    names.insert(String(part.prefix { $0 != "\"" }))
                }
                if line.contains("ParsableCommand"), line.contains("struct ") {
                    let words = line.split { !$0.isLetter && !$0.isNumber }
                    if let place = words.firstIndex(of: "struct"), place + 1 < words.count {
                        names.insert(words[place + 1].lowercased())
                    }
                }
            }
        }
        return names
    }()
}
