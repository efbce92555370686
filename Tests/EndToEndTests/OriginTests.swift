import Foundation
import LocalStage
import Testing

/// `turnpike explain` says of each input by which source and which version of its mapping it came.
@Suite(.serialized)
struct OriginTests {
    private struct Item: Decodable {
        var name: String
        var source, mapping_version: String?
    }

    private struct Answer: Decodable { var inputs: [Item] }

    private func source(_ name: String, _ version: String) -> String {
        """
        source: \(name)
        version: "\(version)"
        topics:
          - {topic: "\(name)/{vehicle}/telemetry", form: native}
        """
    }

    private func write(_ name: String, _ version: String, _ folder: String) throws {
        try source(name, version).write(
            toFile: folder + "/\(name).yaml", atomically: true, encoding: .utf8)
    }

    /// The odometer, and the distance to service if asked for.
    private func publish(
        _ topic: String, step: Int, distance: Bool = false, _ stage: Stage
    ) throws {
        let time = ISO8601DateFormatter().string(
            from: Date(timeIntervalSinceNow: -3600 + Double(step) * 60))
        let more = distance ? #","Vehicle.Service.DistanceToService":\#(900 - step)"# : ""
        let line = [
            "topic": topic,
            "payload": #"{"ts":"\#(time)","signals":{"Vehicle.TraveledDistance":"#
                + #"\#(20_000_000 + step * 10)\#(more)}}"#,
        ]
        let file = stage.folder + "/messages.jsonl"
        try JSONEncoder().encode(line).write(to: URL(fileURLWithPath: file))
        try stage.gateway.command(
            ["replay", "--broker", "mqtt://127.0.0.1:\(stage.broker.port)", file])
    }

    /// By name of the input: source and version.
    private func origins(_ stage: Stage) throws -> [String: String] {
        let text = try stage.gateway.command(["explain", "car-1", "SV-01", "--json"])
        let answer = try JSONDecoder().decode(Answer.self, from: Data(text.utf8))
        var origins: [String: String] = [:]
        for item in answer.inputs {
            origins[item.name] = "\(item.source ?? "none") \(item.mapping_version ?? "none")"
        }
        return origins
    }

    private func tells(_ distance: String, _ odometer: String, _ stage: Stage) throws -> Bool {
        try stage.wait(seconds: 20) {
            let origins = (try? origins(stage)) ?? [:]
            return origins["distance_to_service"] == distance && origins["odometer"] == odometer
        }
    }

    private func restart(_ stage: Stage) throws {
        stage.gateway.stop()
        try stage.gateway.start()
        try stage.gateway.waitUntilListening(seconds: 60)
    }

    @Test func `values keep the version that made them over reloads and restarts`() throws {
        let sources = NSTemporaryDirectory() + "turnpike-sources-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: sources, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: sources) }
        try write("garage", "1", sources)
        let stage = try Stage {
            $0.sources = sources
            $0.clock = "wall"
        }
        try stage.importCSV("vehicles", ["vehicle,brand,model", "car-1,ACME,Wander"])
        try stage.importCSV(
            "names", ["vehicle,source,external_id", "car-1,garage,C1", "car-1,annex,A1"])
        try stage.importCSV("gates", ["vehicle,gate,at", "car-1,all,2024-01-01"])
        try stage.start()
        try publish("garage/C1/telemetry", step: 1, distance: true, stage)
        #expect(try tells("garage 1", "garage 1", stage))
        let text = try stage.gateway.command(["explain", "car-1", "SV-01"])
        #expect(text.contains(", from garage, mapping 1"))

        // While it runs, with a new source before the other one.
        try write("garage", "2", sources)
        try write("annex", "7", sources)
        stage.gateway.signal(SIGHUP)
        #expect(
            try stage.wait(seconds: 20) {
                try stage.metric("turnpike_mapping_reloads_total{outcome=\"taken\"}") == 1
            })
        try publish("garage/C1/telemetry", step: 2, stage)
        #expect(try tells("garage 1", "garage 2", stage))
        // Now the other source has the number that this one had.
        try restart(stage)
        #expect(try tells("garage 1", "garage 2", stage))
        #expect(
            try origins(stage)["daily_distance (assumed: too little driving known)"] == "none none")

        // Changed while nothing runs: what was stored keeps the version that made it.
        stage.gateway.stop()
        try write("garage", "3", sources)
        try stage.gateway.start()
        try stage.gateway.waitUntilListening(seconds: 60)
        #expect(try tells("garage 1", "garage 2", stage))
        try publish("annex/A1/telemetry", step: 3, stage)
        #expect(try tells("garage 1", "annex 7", stage))
        // A source that is gone is still told of.
        stage.gateway.stop()
        try FileManager.default.removeItem(atPath: sources + "/annex.yaml")
        try stage.gateway.start()
        try stage.gateway.waitUntilListening(seconds: 60)
        #expect(try tells("garage 1", "annex 7", stage))
        try publish("garage/C1/telemetry", step: 4, distance: true, stage)
        #expect(try tells("garage 3", "garage 3", stage))
    }
}
