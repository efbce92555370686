import Foundation
import IngestJournal
import Testing
import VehicleSignals

/// What only shows from outside the process: kills, system calls, allocations.
@Suite(.serialized) struct DurabilityTests {
    let folder: JournalFolder

    init() throws { folder = try JournalFolder() }

    /// The program that appends; built beside the test bundle.
    private func probe() throws -> URL {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let url = URL(filePath: own).deletingLastPathComponent()
            .appending(path: "JournalWriterProbe")
        try #require(
            FileManager.default.isExecutableFile(atPath: url.path), "not built: \(url.path)")
        return url
    }

    private func start(_ tool: URL, _ arguments: [String], output: URL) throws -> Process {
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        let process = Process()
        process.executableURL = tool
        process.arguments = arguments
        process.standardOutput = try FileHandle(forWritingTo: output)
        try process.run()
        return process
    }

    /// Lines "position number" as pairs; a line without its end does not count.
    private func printed(_ output: URL) throws -> [(position: Int64, number: Int)] {
        let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().compactMap {
            let words = $0.split(separator: " ")
            guard words.count == 2, let position = Int64(words[0]), let number = Int(words[1])
            else { return nil }
            return (position, number)
        }
    }

    @Test func `whatever was said to be stored is there after twenty five kills`() throws {
        let tool = try probe()
        var random = SplitMix(seed: 7)
        var expected: [Int64: Int] = [:]
        var first = 0
        for round in 0..<25 {
            let output = folder.url.appending(path: "out-\(round)")
            let process = try start(
                tool, ["append", folder.journalPath, "3", "\(first)", "0"], output: output)
            // Killed at a random moment, measured by how far it has come.
            let bytes = Int(random.next() % 700)
            while process.isRunning {
                let size = try Data(contentsOf: output).count
                if size >= bytes { break }
                usleep(300)
            }
            #expect(process.isRunning, "the writer ended by itself")
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            for line in try printed(output) {
                #expect(expected.updateValue(line.number, forKey: line.position) == nil)
            }
            first += 100_000
            try check(expected)
        }
        #expect(expected.count > 100)
    }

    /// Reopens the journal and looks for every batch that was reported.
    private func check(_ expected: [Int64: Int]) throws {
        let journal = try folder.open()
        defer { journal.close() }
        var found: Set<Int64> = []
        for entry in try readAll(journal, step: 8 << 20) {
            guard let number = expected[entry.position.number] else { continue }
            #expect(topic(of: 0, in: entry.batch) == "probe/\(number)/0")
            #expect(entry.batch.count == 1 + number * 37 % 200)
            found.insert(entry.position.number)
        }
        #expect(found.count == expected.count)
    }

    @Test func `the disk has confirmed before an append returns`() throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/strace") else {
            print("skipped: strace is not installed")
            return
        }
        let tool = try probe()
        let trace = folder.url.appending(path: "trace").path
        let output = folder.url.appending(path: "out")
        let process = try start(
            URL(filePath: "/usr/bin/strace"),
            [
                "-f", "-y", "-s", "40", "-e", "trace=fdatasync,fsync,write,pwrite64", "-o", trace,
                tool.path, "append", folder.journalPath, "1", "0", "40",
            ], output: output)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            print("skipped: system calls cannot be traced here")
            return
        }
        #expect(try printed(output).count == 40)
        let lines = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n")
        var log = SyncOrder()
        for line in lines { log.read(String(line)) }
        #expect(log.reports == 40)
        #expect(log.reportsBeforeSync == 0)
        #expect(log.syncs >= 40)
    }

    @Test func `an append allocates as often for ten messages as for a thousand`() throws {
        let output = folder.url.appending(path: "out")
        let process = try start(
            try probe(), ["allocations", folder.journalPath], output: output)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let lines = String(decoding: try Data(contentsOf: output), as: UTF8.self)
            .split(separator: "\n")
        #expect(lines.count == 4)
        let counts = Set(lines.compactMap { $0.split(separator: ":").last.map(String.init) })
        #expect(counts.count == 1, "\(lines)")
        let total = try #require(
            counts.first?.split(separator: " ").first.flatMap { Int(String($0)) })
        #expect(total <= 4, "an append makes the request, and SQLite two of its own: \(lines)")
    }
}

/// Follows a trace: each report of a stored batch must come after a sync of the log that began
/// after the last write to it.
private struct SyncOrder {
    var reports = 0
    var reportsBeforeSync = 0
    var syncs = 0
    private var isDirty = true

    mutating func read(_ line: String) {
        if line.contains("pwrite64("), line.contains("journal.db-wal") {
            isDirty = true
        } else if line.contains("fdatasync("), line.contains("journal.db-wal") {
            // An unfinished call has not confirmed yet; its end is the "resumed" line.
            if !line.contains("<unfinished") { confirm() }
        } else if line.contains("fdatasync resumed") {
            confirm()
        } else if line.contains(" write(1<") {
            reports += 1
            if isDirty { reportsBeforeSync += 1 }
        }
    }

    private mutating func confirm() {
        isDirty = false
        syncs += 1
    }
}
