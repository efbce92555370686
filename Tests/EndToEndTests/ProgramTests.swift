import Foundation
import LocalStage
import Testing

/// The programs as a stranger runs them.
@Suite(.serialized)
struct ProgramTests {
    private func run(_ program: String, _ arguments: [String], log: String) throws -> Int32 {
        try ChildProcess(
            name: program, program: Stage.programs + "/" + program, arguments: arguments, log: log
        ).waitForExit()
    }

    @Test func `nothing is lost and nothing comes twice over kills and a broker restart`() throws {
        let folder = NSTemporaryDirectory() + "turnpike-soak-" + UUID().uuidString
        let log = folder + ".log"
        defer {
            try? FileManager.default.removeItem(atPath: folder)
            try? FileManager.default.removeItem(atPath: log)
        }
        let code = try run(
            "turnpike-soak",
            [
                "--messages", "30000", "--kills", "6", "--broker-restarts", "1", "--vehicles",
                "100", "--rate", "2500", "--config", Stage.root + "/config", "--data", folder,
                "--limit", "240",
            ], log: log)
        let words = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        #expect(code == 0, "\(words)")
    }

    @Test func `the demo delivers leads, dealers verify and answer them`() throws {
        let folder = NSTemporaryDirectory() + "turnpike-demo-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let log = folder + "/demo.log"
        let code = try run(
            "turnpike-demo",
            [
                "--data", folder, "--vehicles", "200", "--seconds", "45", "--config",
                Stage.root + "/config",
            ], log: log)
        let words = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        #expect(code == 0, "\(words)")
        let last = words.split(separator: "\n").last { $0.contains("delivered") } ?? ""
        for word in ["leads", "delivered", "answered"] {
            let count =
                last.components(separatedBy: word + " ").dropFirst().first
                .flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
            #expect(count > 0, "the demo's last line says how many \(word): \(last)")
        }
    }

    @Test func `check names file, line and remedy of a mistake`() throws {
        let folder = NSTemporaryDirectory() + "turnpike-check-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = folder + "/gateway.yaml"
        try """
        signals: \(Stage.root)/config/signals.yaml
        sources: \(Stage.root)/config/sources
        rules: \(Stage.root)/config/rules
        broker:
          port: abc
          hots: example.org
        """.write(toFile: file, atomically: true, encoding: .utf8)
        let log = folder + "/log"
        #expect(try run("turnpike", ["check", "--config", file], log: log) == 1)
        let words = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        #expect(words.contains("gateway.yaml:5:"))
        #expect(words.contains("write a whole number"))
        #expect(words.contains("gateway.yaml:6:"))
        #expect(words.contains("did you mean host?"))
    }

    @Test func `the shipped configuration has no mistake`() throws {
        let log = NSTemporaryDirectory() + "turnpike-shipped-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: log) }
        let code = try run(
            "turnpike", ["check", "--config", Stage.root + "/config/gateway.yaml"], log: log)
        #expect(code == 0, "\((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")")
    }
}
