import Foundation
import LocalStage
import Testing

/// SIGHUP to a running gateway: mappings are taken in anew whole, or refused whole.
@Suite(.serialized)
struct MappingReloadTests {
    func garage(_ version: String, bytesMax: Int, topic: String = "garage") -> String {
        """
        source: garage
        version: "\(version)"
        payload_bytes_max: \(bytesMax)
        topics:
          - {topic: "\(topic)/{vehicle}/telemetry", form: native}
        """
    }

    func write(_ text: String, _ name: String, _ folder: String) throws {
        try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
    }

    func publish(_ topics: [String], step: Int, _ stage: Stage) throws {
        let time = ISO8601DateFormatter().string(
            from: Date(timeIntervalSinceNow: -3600 + Double(step)))
        let lines = try topics.map { topic in
            let payload =
                #"{"ts":"\#(time)","signals":"#
                + #"{"Vehicle.TraveledDistance":\#(20_000_000 + step * 10)}}"#
            let line = ["topic": topic, "payload": payload]
            return String(decoding: try JSONEncoder().encode(line), as: UTF8.self)
        }
        let file = stage.folder + "/messages.jsonl"
        try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
        try stage.gateway.command(
            ["replay", "--broker", "mqtt://127.0.0.1:\(stage.broker.port)", file])
    }

    func outcome(_ word: String, _ stage: Stage) throws -> Double {
        try stage.metric("turnpike_messages_total{outcome=\"\(word)\"}")
    }

    func reloads(_ word: String, _ stage: Stage) throws -> Double {
        try stage.metric("turnpike_mapping_reloads_total{outcome=\"\(word)\"}")
    }

    func log(_ stage: Stage) -> String {
        (try? String(contentsOfFile: stage.gateway.logFile, encoding: .utf8)) ?? ""
    }

    func versions(_ stage: Stage) throws -> [String] {
        struct Line: Decodable { var mapping_version: String }
        return try stage.gateway.command(["quarantine", "list", "--json"])
            .split(separator: "\n").map {
                try JSONDecoder().decode(Line.self, from: Data($0.utf8)).mapping_version
            }
    }

    func stage(
        bytesMax: Int = 40, flushSeconds: Int = 1, brokerLines: [String] = []
    ) throws -> (stage: Stage, sources: String) {
        let sources = NSTemporaryDirectory() + "turnpike-sources-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: sources, withIntermediateDirectories: true)
        try write(garage("1", bytesMax: bytesMax), "garage.yaml", sources)
        let stage = try Stage(brokerLines: brokerLines) {
            $0.sources = sources
            $0.clock = "wall"
            $0.flushSeconds = flushSeconds
        }
        try stage.importCSV("vehicles", ["vehicle,brand,model", "car-1,ACME,Wander"])
        try stage.importCSV(
            "names",
            ["vehicle,source,external_id", "car-1,garage,C1", "car-1,annex,A1"])
        try stage.importCSV("gates", ["vehicle,gate,at", "car-1,all,2024-01-01"])
        try stage.start()
        return (stage, sources)
    }

    @Test func `a mended mapping is in force without a restart, and a new source is listened to`()
        throws
    {
        let (stage, sources) = try stage()
        defer { try? FileManager.default.removeItem(atPath: sources) }
        try publish(["garage/C1/telemetry"], step: 1, stage)
        #expect(try stage.wait(seconds: 20) { try outcome("quarantined", stage) == 1 })
        try write(garage("2", bytesMax: 4000), "garage.yaml", sources)
        // Before the other by its name, so that it comes first in the folder.
        let annex = """
            source: annex
            version: "1"
            topics:
              - {topic: "annex/{vehicle}/telemetry", form: native}
            """
        try write(annex, "annex.yaml", sources)
        stage.gateway.signal(SIGHUP)
        #expect(try stage.wait(seconds: 20) { try reloads("taken", stage) == 1 })
        #expect(log(stage).contains("garage 1 → 2, annex 1 is new"))
        #expect(log(stage).contains("garage 1 → 2") && stage.gateway.isRunning)
        try publish(["garage/C1/telemetry"], step: 2, stage)
        #expect(try stage.wait(seconds: 20) { try outcome("applied", stage) == 1 })
        // The link listens to the new topics within a second or two.
        var step = 2
        #expect(
            try stage.wait(seconds: 20) {
                step += 1
                try publish(["annex/A1/telemetry"], step: step, stage)
                return try outcome("applied", stage) >= 2
            })
        #expect(try outcome("unlinked", stage) == 0 && outcome("quarantined", stage) == 1)
        // What failed before is read by the mapping that is in force now.
        try stage.gateway.command(["quarantine", "retry", "--all"])
        #expect(try stage.wait(seconds: 20) { try versions(stage).isEmpty })
        #expect(try outcome("quarantined", stage) == 1)
        // The next start finds the same names under the same sources.
        stage.gateway.stop()
        try stage.gateway.start()
        try stage.gateway.waitUntilListening(seconds: 60)
        #expect(try stage.metric("turnpike_unlinked_names") == 0)
    }

    @Test func `files with a mistake are refused whole, and the log says where and why`() throws {
        let (stage, sources) = try stage()
        defer { try? FileManager.default.removeItem(atPath: sources) }
        // One file is good, the other is not.
        try write(garage("2", bytesMax: 4000), "garage.yaml", sources)
        let broken = """
            source: annex
            version: "1"
            topics:
              - {topic: "annex/{vehicle}/telemetry", form: nativ}
            """
        try write(broken, "annex.yaml", sources)
        stage.gateway.signal(SIGHUP)
        #expect(try stage.wait(seconds: 20) { try reloads("refused", stage) == 1 })
        #expect(log(stage).contains("annex.yaml:4:"))
        #expect(log(stage).contains("refused whole"))
        try publish(["garage/C1/telemetry"], step: 1, stage)
        #expect(try stage.wait(seconds: 20) { try versions(stage) == ["1"] })
        // Changed, and of the same version: nobody could tell which of the two made a reading.
        try FileManager.default.removeItem(atPath: sources + "/annex.yaml")
        try write(garage("1", bytesMax: 4000), "garage.yaml", sources)
        stage.gateway.signal(SIGHUP)
        #expect(try stage.wait(seconds: 20) { try reloads("refused", stage) == 2 })
        #expect(log(stage).contains("garage.yaml:2:1: garage has changed"))
        // Mended, it is taken; and topics that are left out are not listened to any more.
        try write(garage("2", bytesMax: 4000, topic: "shed"), "garage.yaml", sources)
        stage.gateway.signal(SIGHUP)
        #expect(try stage.wait(seconds: 20) { try reloads("taken", stage) == 1 })
        var step = 1
        #expect(
            try stage.wait(seconds: 20) {
                step += 1
                try publish(["shed/C1/telemetry"], step: step, stage)
                return try outcome("applied", stage) >= 1
            })
        let received = try stage.metric("turnpike_messages_received_total")
        try publish(["garage/C1/telemetry", "shed/C1/telemetry"], step: step + 1, stage)
        #expect(
            try stage.wait(seconds: 20) {
                try stage.metric("turnpike_messages_received_total") >= received + 1
            })
        #expect(try stage.metric("turnpike_messages_received_total") == received + 1)
    }
}
