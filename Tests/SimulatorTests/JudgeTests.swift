import Foundation
import LocalStage
import Testing

/// The judge as a program: what it says, and with which code it ends.
@Suite(.serialized)
struct JudgeTests {
    private func judge(
        expected: [String], actual: [String]?, show: Int = 20
    ) throws -> (code: Int32, words: String) {
        let folder = NSTemporaryDirectory() + "turnpike-judge-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func write(_ lines: [String], _ name: String) throws -> String {
            let path = folder + "/" + name
            try lines.map { $0 + "\n" }.joined().write(
                toFile: path, atomically: true, encoding: .utf8)
            return path
        }
        let came = try actual.map { try write($0, "actual") } ?? folder + "/nothing"
        let code = try ChildProcess(
            name: "judge", program: programFolder() + "/fleet-simulator",
            arguments: [
                "judge", "--expected", write(expected, "expected"), "--actual", came, "--show",
                "\(show)",
            ], log: folder + "/log"
        ).waitForExit()
        return (code, try String(contentsOfFile: folder + "/log", encoding: .utf8))
    }

    private func lead(_ vehicle: String, _ cycle: Int = 1, more: String = "") -> String {
        #"{"vehicle":"\#(vehicle)","code":"SV-01","position":"","cycle":\#(cycle)\#(more)}"#
    }

    @Test func `what came as expected is right, in any order and with whatever beside it`() throws {
        let (code, words) = try judge(
            expected: [lead("A"), lead("B", 2)],
            actual: [lead("B", 2, more: #","status":"DONE""#), lead("A")])
        #expect(code == 0)
        #expect(words.contains(#"{"right":2,"missing":0,"unexpected":0,"twice":0}"#))
    }

    @Test func `missing, unexpected and double leads are named, and the code is not 0`() throws {
        let (code, words) = try judge(
            expected: [lead("A"), lead("B")], actual: [lead("A"), lead("A"), lead("C")])
        #expect(code == 1)
        for line in [
            "missing: B SV-01 cycle 1", "unexpected: C SV-01 cycle 1", "twice: A SV-01 cycle 1",
            #"{"right":1,"missing":1,"unexpected":1,"twice":1}"#,
        ] { #expect(words.contains(line), "\(words)") }
    }

    @Test func `a long list is cut and says by how much`() throws {
        let (code, words) = try judge(
            expected: (0..<5).map { lead("V\($0)") }, actual: [], show: 2)
        #expect(code == 1)
        #expect(words.contains("missing: … and 3 more"))
    }

    @Test func `a file that is none, or not there, is named with its line`() throws {
        let broken = try judge(expected: [lead("A"), "{\"vehicle\":1}"], actual: [])
        #expect(broken.code != 0 && broken.words.contains("expected") && broken.words.contains("2"))
        let absent = try judge(expected: [lead("A")], actual: nil)
        #expect(absent.code != 0 && absent.words.contains("nothing"))
    }
}
