import Foundation
import LocalStage
import Testing

/// Retry and erasure, as an operator uses them beside a gateway that runs or not.
@Suite(.serialized)
struct OperatorTests {
    /// A way in of our own, so that it can be mended.
    private func source(bytesMax: Int) -> String {
        """
        source: garage
        version: "1"
        payload_bytes_max: \(bytesMax)
        topics:
          - {topic: "garage/{vehicle}/telemetry", form: native}
        """
    }

    private func stage(flushSeconds: Int = 1) throws -> (stage: Stage, sources: String) {
        let sources = NSTemporaryDirectory() + "turnpike-sources-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: sources, withIntermediateDirectories: true)
        // Too short for what the cars say.
        try write(source(bytesMax: 40), sources)
        let stage = try Stage {
            $0.sources = sources
            $0.clock = "wall"
            $0.flushSeconds = flushSeconds
        }
        try stage.importCSV(
            "vehicles", ["vehicle,brand,model", "car-1,ACME,Wander", "car-2,ACME,Wander"])
        try stage.importCSV(
            "names", ["vehicle,source,external_id", "car-1,garage,C1", "car-2,garage,C2"])
        try stage.importCSV(
            "gates", ["vehicle,gate,at", "car-1,all,2024-01-01", "car-2,all,2024-01-01"])
        return (stage, sources)
    }

    private func write(_ text: String, _ folder: String) throws {
        try text.write(toFile: folder + "/garage.yaml", atomically: true, encoding: .utf8)
    }

    /// Publishes a report of each name; `mark` stands in it for whoever looks through the disk.
    private func publish(_ names: [String], step: Int, _ stage: Stage) throws {
        let time = ISO8601DateFormatter().string(from: Date(timeIntervalSinceNow: -3600))
        let lines = try names.map { name in
            let payload =
                #"{"ts":"\#(time)","note":"MARK-\#(name)","signals":"#
                + #"{"Vehicle.Service.DistanceToService":300,"#
                + #""Vehicle.TraveledDistance":\#(20_000_000 + step * 1000)}}"#
            let line = ["topic": "garage/\(name)/telemetry", "payload": payload]
            return String(decoding: try JSONEncoder().encode(line), as: UTF8.self)
        }
        let file = stage.folder + "/messages.jsonl"
        try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
        try stage.gateway.command(
            ["replay", "--broker", "mqtt://127.0.0.1:\(stage.broker.port)", file])
    }

    private func outcome(_ word: String, _ stage: Stage) throws -> Double {
        try stage.metric("turnpike_messages_total{outcome=\"\(word)\"}")
    }

    /// Whether a text stands in any file of the data folder.
    private func holds(_ text: String, _ stage: Stage) throws -> Bool {
        let folder = stage.gateway.folder + "/store"
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let data = FileManager.default.contents(atPath: folder + "/" + name) ?? Data()
            if data.range(of: Data(text.utf8)) != nil { return true }
        }
        return false
    }

    private struct Retried: Decodable {
        var asked, handed_in, waiting, not_whole: Int
        var gateway_running, complete: Bool
    }

    private struct Erased: Decodable {
        var step: String
        var states, days, names, quarantined, messages, unreadable_batches: Int
    }

    private func answer<Answer: Decodable>(
        _ arguments: [String], _ stage: Stage
    ) throws -> Answer {
        let lines = try stage.gateway.command(arguments + ["--json"]).split(separator: "\n")
        // Warnings for people, on the other stream, stand beside it here.
        let text = try #require(lines.first { $0.hasPrefix("{") })
        return try JSONDecoder().decode(Answer.self, from: Data(text.utf8))
    }

    private func quarantined(_ stage: Stage) throws -> Int {
        try stage.gateway.command(["quarantine", "list", "--json"]).split(separator: "\n").count
    }

    /// By which Linux schedules each thread: field 41 of its line, the third behind the name.
    private func threadPolicies(of pid: pid_t) throws -> [Substring] {
        let folder = "/proc/\(pid)/task"
        return try FileManager.default.contentsOfDirectory(atPath: folder).compactMap { thread in
            let line = try? String(contentsOfFile: "\(folder)/\(thread)/stat", encoding: .utf8)
            return line?.split(separator: ")").last?.split(separator: " ")[41 - 3]
        }
    }

    @Test func `what a mended mapping takes is applied once, and counted`() throws {
        let (stage, sources) = try stage()
        defer { try? FileManager.default.removeItem(atPath: sources) }
        try stage.start()
        let policies = try threadPolicies(of: #require(stage.gateway.pid))
        // SCHED_BATCH, all of them.
        #expect(policies.count > 5 && Set(policies) == ["3"])
        try publish(["C1", "C2", "C1"], step: 1, stage)
        #expect(try stage.wait(seconds: 20) { try quarantined(stage) == 3 })
        stage.gateway.stop()
        // Nobody is there to take it.
        let asleep: Retried = try answer(["quarantine", "retry", "1"], stage)
        #expect(!asleep.gateway_running && asleep.asked == 1 && asleep.waiting == 1)
        try write(source(bytesMax: 4000), sources)
        try stage.gateway.start()
        try stage.gateway.waitUntilListening(seconds: 60)
        #expect(try stage.wait(seconds: 20) { try outcome("applied", stage) == 1 })
        let rest: Retried = try answer(["quarantine", "retry", "--all"], stage)
        #expect(rest.gateway_running && rest.asked == 2 && rest.handed_in == 2)
        #expect(
            try stage.wait(seconds: 20) {
                try outcome("applied", stage) + outcome("duplicate", stage) == 3
            })
        // One of car C1's was the same as the other.
        #expect(try outcome("applied", stage) == 2)
        #expect(try outcome("quarantined", stage) == 3)
        #expect(try stage.metric("turnpike_messages_received_total") == 6)
        #expect(try quarantined(stage) == 0)
        let none: Retried = try answer(["quarantine", "retry", "--source", "garage"], stage)
        #expect(none.asked == 0)
    }

    @Test func `who asks for the quarantine sees what no snapshot has stored yet`() throws {
        // No snapshot comes by itself while this runs.
        let (stage, sources) = try stage(flushSeconds: 3600)
        defer { try? FileManager.default.removeItem(atPath: sources) }
        try stage.start()
        try publish(["C1", "C2"], step: 1, stage)
        #expect(try stage.wait(seconds: 20) { try outcome("quarantined", stage) == 2 })
        let pid = try #require(stage.gateway.pid)
        // Held up, it cannot answer: the wait has an end, and the list says what it is.
        kill(pid, SIGSTOP)
        let begun = Date()
        let held = try stage.gateway.command(["quarantine", "list", "--wait", "1"])
        #expect(Date().timeIntervalSince(begun) < 10)
        #expect(held.contains("the quarantine was empty at the last snapshot"), "\(held)")
        #expect(held.contains("has not stored what came since its last snapshot"), "\(held)")
        let unasked: Retried = try answer(["quarantine", "retry", "--all", "--wait", "0"], stage)
        #expect(unasked.asked == 0 && !unasked.complete)
        kill(pid, SIGCONT)
        #expect(try quarantined(stage) == 2)

        // The same for a retry, without a list before.
        try publish(["C1"], step: 2, stage)
        #expect(try stage.wait(seconds: 20) { try outcome("quarantined", stage) == 3 })
        let retried: Retried = try answer(["quarantine", "retry", "--source", "garage"], stage)
        #expect(retried.asked == 3 && retried.handed_in == 3 && retried.complete)
        // Its mapping is not mended: all three are there again, at once.
        #expect(try stage.wait(seconds: 20) { try outcome("quarantined", stage) == 6 })
        #expect(try quarantined(stage) == 3)
        #expect(try stage.metric("turnpike_messages_received_total") == 6)

        // Killed, nobody can be asked: what is stored is listed, without waiting.
        try publish(["C2"], step: 3, stage)
        #expect(try stage.wait(seconds: 20) { try outcome("quarantined", stage) == 7 })
        stage.gateway.kill9()
        #expect(try quarantined(stage) == 3)
        // Nothing is lost: the next start reads it from the journal.
        try stage.gateway.start()
        try stage.gateway.waitUntilListening(seconds: 60)
        #expect(try quarantined(stage) == 4)
        #expect(try outcome("quarantined", stage) == 7)
    }

    @Test func `an erased vehicle is gone from state and disk, with and without a gateway`() throws
    {
        let (stage, sources) = try stage()
        defer { try? FileManager.default.removeItem(atPath: sources) }
        try stage.start()
        // Into quarantine first, then the good way: both places hold it.
        try publish(["C1", "C2", "C9"], step: 1, stage)
        #expect(try stage.wait(seconds: 20) { try quarantined(stage) == 3 })
        stage.gateway.stop()
        try write(source(bytesMax: 4000), sources)
        try stage.gateway.start()
        try stage.gateway.waitUntilListening(seconds: 60)
        try publish(["C1", "C2", "C9"], step: 2, stage)
        #expect(try stage.wait(seconds: 20) { try outcome("applied", stage) == 2 })
        for mark in ["MARK-C1", "MARK-C2", "MARK-C9"] { #expect(try holds(mark, stage)) }

        // Both are due: parked needs, since nobody holds the cars.
        #expect(try stage.wait(seconds: 20) { try stage.triggers().count == 2 })
        let first: Erased = try answer(["erase", "car-1"], stage)
        #expect(try stage.triggers().map(\.vehicle) == ["C2"])
        #expect(first.step == "done" && first.states == 1 && first.unreadable_batches == 0)
        #expect(first.messages == 2 && first.quarantined == 1)
        #expect(try !holds("MARK-C1", stage))
        #expect(try holds("MARK-C2", stage) && holds("MARK-C9", stage))
        // A name that leads to no vehicle.
        let unlinked: Erased = try answer(["erase", "garage:C9"], stage)
        #expect(unlinked.step == "done" && unlinked.messages == 2 && unlinked.names == 1)
        #expect(try !holds("MARK-C9", stage))
        // Whoever does not wait is told that it is asked for: no failure, and it is done.
        let asked: Erased = try answer(["erase", "garage:C9", "--wait", "0"], stage)
        #expect(asked.step != "incomplete" && asked.unreadable_batches == 0)
        // Nothing of it comes back: neither with the next snapshot nor with a start.
        stage.gateway.kill9()
        let second: Erased = try answer(["erase", "car-2"], stage)
        #expect(second.step == "done" && second.messages == 2 && second.states == 1)
        #expect(try !holds("MARK-C2", stage))
        try stage.gateway.start()
        try stage.gateway.waitUntilListening(seconds: 60)
        for car in ["car-1", "car-2"] {
            #expect(throws: LocalGateway.CommandFailure.self) {
                try stage.gateway.command(["explain", car, "SV-01"])
            }
        }
        // The next message begins anew.
        try publish(["C1"], step: 3, stage)
        #expect(
            try stage.wait(seconds: 20) {
                (try? stage.gateway.command(["explain", "car-1", "SV-01"])) != nil
            })
        #expect(throws: LocalGateway.CommandFailure.self) {
            try stage.gateway.command(["erase", "car-77"])
        }
    }

    @Test(arguments: [
        (["--times", "0"], "--times is 0"), (["--times=-3"], "--times is -3"),
        (["--times", "9999999999"], "from 1 to 1000000"), (["--rate", "nan"], "--rate is nan"),
        (["--rate=-1"], "--rate is -1.0"), (["--rate", "inf"], "--rate is inf"),
        (["--rate", "0.00001"], "from 0.001"), (["--qos", "3"], "0, 1 or 2, not 3"),
    ])
    func `a replay's wrong figures are named before anything is published`(
        arguments: [String], words: String
    ) throws {
        let log = NSTemporaryDirectory() + "turnpike-replay-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: log) }
        let code = try ChildProcess(
            name: "turnpike", program: Stage.programs + "/turnpike",
            arguments: [
                "replay", "--broker", "mqtt://127.0.0.1:1", "--topic", "a/{file}", "/dev/null",
            ] + arguments, log: log
        ).waitForExit()
        #expect(code == 64)
        let told = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        #expect(told.contains(words), "\(told)")
    }
}
