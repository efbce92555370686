import BrokerFixture
import Foundation
import LocalStage
import MQTTLink
import Testing

/// SIGKILL does not show a missing fsync: the kernel keeps what was written. So the order of the
/// system calls themselves is looked at.
@Suite(.serialized)
struct AckOrderTests {
    @Test func `every acknowledgement is written after its message was synced to disk`() throws {
        guard let strace = Command.path(of: "strace"), Self.mayTrace(strace) else {
            print("skipped: strace is not here or may not trace")
            return
        }
        let broker = try MosquittoBroker()
        let folder = try TestFolder.make("ack-order")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let probe = try #require(Self.probe, "AckOrderProbe is not beside the tests")
        let process = try ChildProcess(
            name: "strace", program: strace,
            arguments: [
                "-f", "-s", "16", "-e", "trace=fdatasync,write,sendto,sendmsg,writev",
                "-o", folder + "/trace", probe, "\(broker.port)", "vss/#", folder + "/messages",
                "300",
            ], log: folder + "/output", isMinded: true)
        try #require(broker.waitForLog("Sending SUBACK to ack-order-probe"))
        let writer = try publisher(port: broker.port)
        for number in 0..<300 {
            try writer.publish(topic: "vss/car", payload: Array("message \(number)".utf8))
        }
        try writer.close()
        #expect(process.waitForExit() == 0)
        let trace = try String(contentsOfFile: folder + "/trace", encoding: .utf8)
        var order = SystemCallOrder()
        for line in trace.split(separator: "\n") { order.read(line) }
        #expect(order.written == 300)
        #expect(order.acknowledged == 300)
        #expect(order.syncs > 0)
        #expect(order.early == 0, "acknowledged before synced")
    }

    private static func mayTrace(_ strace: String) -> Bool {
        do {
            try Command.run(strace, ["-o", "/dev/null", "true"])
            return true
        } catch {
            return false
        }
    }

    private static var probe: String? {
        let beside = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().path
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0])
            .deletingLastPathComponent().path
        return [beside, bundle].map { $0 + "/AckOrderProbe" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}

/// Reads a trace line by line and counts acknowledgements that left too early.
private struct SystemCallOrder {
    var written = 0
    var synced = 0
    var acknowledged = 0
    var syncs = 0
    var early = 0

    mutating func read(_ line: Substring) {
        if line.contains("\"message ") {
            written += 1
        } else if line.contains("fdatasync"), line.hasSuffix("= 0") {
            // Whole, or resumed after another thread's call; either way it has returned.
            synced = written
            syncs += 1
        } else if line.contains("\"@\\2") {
            // PUBACKs: 0x40, length 2, the message's number; as many as the call took.
            let taken = line.split(separator: "=").last.flatMap {
                Int($0.trimmingCharacters(in: .whitespaces))
            }
            acknowledged += (taken ?? 0) / 4
            if synced < acknowledged { early += 1 }
        }
    }
}
