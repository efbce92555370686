import Foundation
import LocalStage
import Testing

/// What a reload leaves of the mappings before it, and what else must follow it.
extension MappingReloadTests {
    private static let annex = """
        source: annex
        version: "1"
        topics:
          - {topic: "annex/{vehicle}/telemetry", form: native}
        """

    private static let accessRules = "/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so"

    private static let databaseShell = "/usr/bin/sqlite3"

    private func remove(_ name: String, _ folder: String) throws {
        try FileManager.default.removeItem(atPath: folder + "/" + name)
    }

    private func reload(_ word: String, _ count: Double, _ stage: Stage) throws {
        stage.gateway.signal(SIGHUP)
        #expect(try stage.wait(seconds: 20) { try reloads(word, stage) == count })
    }

    private struct Erased: Decodable {
        var step: String
        var states, quarantined, messages: Int
    }

    @Test func `a crash after a reload replays nothing of before by the new mappings`() throws {
        let (stage, sources) = try stage(bytesMax: 4000, flushSeconds: 600)
        defer { try? FileManager.default.removeItem(atPath: sources) }
        try publish(["garage/C1/telemetry"], step: 1, stage)
        #expect(try stage.wait(seconds: 20) { try outcome("applied", stage) == 1 })
        try write(Self.annex, "annex.yaml", sources)
        try remove("garage.yaml", sources)
        try reload("taken", 1, stage)
        stage.gateway.kill9()
        try stage.gateway.start()
        try stage.gateway.waitUntilListening(seconds: 60)
        #expect(try stage.wait(seconds: 20) { try outcome("applied", stage) == 1 })
        #expect(try outcome("quarantined", stage) == 0 && versions(stage).isEmpty)
    }

    @Test func `an erasure finds what came by mappings that are not in force any more`() throws {
        let (stage, sources) = try stage()
        defer { try? FileManager.default.removeItem(atPath: sources) }
        try publish(["garage/C1/telemetry"], step: 1, stage)
        #expect(try stage.wait(seconds: 20) { try outcome("quarantined", stage) == 1 })
        try write(garage("2", bytesMax: 4000), "garage.yaml", sources)
        try reload("taken", 1, stage)
        try publish(["garage/C1/telemetry", "garage/C2/telemetry"], step: 2, stage)
        #expect(try stage.wait(seconds: 20) { try outcome("applied", stage) == 1 })
        #expect(try stage.wait(seconds: 20) { try outcome("unlinked", stage) == 1 })
        // Ended, and another one brought in its place.
        try write(Self.annex, "annex.yaml", sources)
        try remove("garage.yaml", sources)
        try reload("taken", 2, stage)
        func erase(_ whom: String) throws -> Erased {
            let text = try stage.gateway.command(["erase", whom, "--json"])
            return try JSONDecoder().decode(Erased.self, from: Data(text.utf8))
        }
        let linked = try erase("car-1")
        #expect(linked.step == "done" && linked.states == 1)
        #expect(linked.messages == 2 && linked.quarantined == 1)
        // A name that leads to no vehicle, of a source that has ended.
        #expect(try erase("garage:C2").messages == 1)
        #expect(try versions(stage).isEmpty)
    }

    @Test func `a version is one mapping for the whole run, and the order of files counts`() throws
    {
        let (stage, sources) = try stage()
        defer { try? FileManager.default.removeItem(atPath: sources) }
        try write(garage("2", bytesMax: 4000), "garage.yaml", sources)
        try reload("taken", 1, stage)
        // The first version's number again, with other content.
        try write(garage("1", bytesMax: 5000), "garage.yaml", sources)
        try reload("refused", 1, stage)
        #expect(log(stage).contains("garage.yaml:2:1: garage has changed, and its version \"1\""))
        // Ended in between: that makes no difference.
        try write(Self.annex, "annex.yaml", sources)
        try remove("garage.yaml", sources)
        try reload("taken", 2, stage)
        try write(garage("2", bytesMax: 5000), "garage.yaml", sources)
        try reload("refused", 2, stage)
        try write(garage("2", bytesMax: 4000), "garage.yaml", sources)
        try reload("taken", 3, stage)
        #expect(log(stage).contains("garage 2 is back"))
        // As before, content and all.
        try write(garage("1", bytesMax: 40), "garage.yaml", sources)
        try reload("taken", 4, stage)
        // The same files in another order.
        #expect(!log(stage).contains("the order of the files"))
        try FileManager.default.moveItem(
            atPath: sources + "/annex.yaml", toPath: sources + "/zannex.yaml")
        try reload("taken", 5, stage)
        #expect(log(stage).contains("the order of the files"))
        try reload("taken", 6, stage)
        #expect(log(stage).contains("none"))
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: accessRules)))
    func `a subscription that the broker refuses is told, and the gateway is not ready`() throws {
        let rules = NSTemporaryDirectory() + "turnpike-rules-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: rules) }
        let refusals = ["annex/+/telemetry", "$share/turnpike/annex/+/telemetry"].map {
            #"{"acltype":"subscribeLiteral","topic":"\#($0)","allow":false}"#
        }
        let text = """
            {"defaultACLAccess":{"publishClientSend":true,"publishClientReceive":true,
              "subscribe":true,"unsubscribe":true},
             "groups":[{"groupname":"all","roles":[{"rolename":"listeners"}]}],
             "roles":[{"rolename":"listeners","acls":[\(refusals.joined(separator: ","))]}],
             "anonymousGroup":"all"}
            """
        try text.write(toFile: rules, atomically: true, encoding: .utf8)
        let (stage, sources) = try stage(
            brokerLines: ["plugin \(Self.accessRules)", "plugin_opt_config_file \(rules)"])
        defer { try? FileManager.default.removeItem(atPath: sources) }
        #expect(try stage.wait(seconds: 20) { try stage.metric("turnpike_ready") == 1 })
        try write(Self.annex, "annex.yaml", sources)
        try reload("taken", 1, stage)
        #expect(
            try stage.wait(seconds: 20) {
                let told = try stage.fetch("/health/ready")
                return told.contains("may not listen to") && told.contains("access list")
            })
        #expect(log(stage).contains("the broker refuses a subscription"))
        #expect(try stage.metric("turnpike_ready") == 0)
        // Without it all is well again.
        try remove("annex.yaml", sources)
        try reload("taken", 2, stage)
        #expect(try stage.wait(seconds: 20) { try stage.metric("turnpike_ready") == 1 })
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: databaseShell)))
    func `files that are right wait for a store that is held up, and are taken then`() throws {
        let (stage, sources) = try stage(bytesMax: 4000, flushSeconds: 600)
        defer { try? FileManager.default.removeItem(atPath: sources) }
        try publish(["garage/C1/telemetry"], step: 1, stage)
        #expect(try stage.wait(seconds: 20) { try outcome("applied", stage) == 1 })
        let holder = try ChildProcess(
            name: "holder", program: Self.databaseShell,
            arguments: [
                stage.gateway.folder + "/store/state.db", "BEGIN IMMEDIATE;",
                ".shell echo held; exec sleep 30",
            ], log: stage.folder + "/holder.log")
        defer { holder.kill9() }
        #expect(
            try stage.wait(seconds: 10) {
                let told = try? String(
                    contentsOfFile: stage.folder + "/holder.log", encoding: .utf8)
                return told?.contains("held") == true
            })
        try write(garage("2", bytesMax: 5000), "garage.yaml", sources)
        stage.gateway.signal(SIGHUP)
        #expect(
            try stage.wait(seconds: 40) {
                log(stage).contains("cannot take the mappings in anew now")
            })
        #expect(try reloads("refused", stage) == 0 && reloads("taken", stage) == 0)
        holder.kill9()
        #expect(try stage.wait(seconds: 40) { try reloads("taken", stage) == 1 })
        #expect(log(stage).contains("garage 1 → 2"))
        #expect(try reloads("refused", stage) == 0)
    }
}
