internal import Foundation
internal import Glibc
internal import LocalStage

/// Folders and short commands for tests.
public enum TestFolder {
    /// A new, empty folder.
    public static func make(_ name: String) throws -> String {
        let path =
            FileManager.default.temporaryDirectory.path
            + "/turnpike-\(name)-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        return path
    }
}

public enum Command {
    public struct Failed: Error, CustomStringConvertible {
        public let description: String
    }

    /// Runs a program to its end.
    /// - Throws: ``Failed`` with its output if it does not exit with 0.
    public static func run(_ program: String, _ arguments: [String]) throws {
        let folder = try TestFolder.make("command")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let process = try ChildProcess(
            name: program, program: program, arguments: arguments, log: folder + "/output")
        let status = process.waitForExit()
        guard status != 0 else { return }
        let output = try? String(contentsOfFile: folder + "/output", encoding: .utf8)
        throw Failed(description: "\(program) ended with status \(status): \(output ?? "")")
    }

    /// Where a program lies in PATH; `nil` if nowhere.
    public static func path(of program: String) -> String? {
        let folders = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
        return folders.split(separator: ":").map { "\($0)/\(program)" }
            .first { unsafe access($0, X_OK) == 0 }
    }
}
