import Foundation
import LocalStage
import Testing

/// Real snapshots through the whole way: broker, gateway, rules, customer store.
@Suite(.serialized)
struct SkodaReplayTests {
    static let garage = Stage.root + "/../shared/data/skoda-garage"

    /// Folders of the garage; empty, with a printed line, where the recordings are absent.
    static func folders() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: garage)) ?? []
        let found = names.filter {
            FileManager.default.fileExists(atPath: "\(garage)/\($0)/maintenance.json")
        }.sorted()
        if found.isEmpty { print("skipped: the recordings of skoda-garage are not here") }
        return found
    }

    static let generous = [
        "rule: service", "version: 1", "open_days: 100", "open_km: 5000",
    ].joined(separator: "\n")

    private func stage(rules: String?, folders: [String]) throws -> Stage {
        var ruleFolder: String?
        if let rules {
            let path = NSTemporaryDirectory() + "turnpike-rules-" + UUID().uuidString
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
            try rules.write(toFile: path + "/service.yaml", atomically: true, encoding: .utf8)
            ruleFolder = path
        }
        let stage = try Stage { $0.rules = ruleFolder }
        try stage.importCSV("dealers", ["dealer,name,brands", "d-1,Garage One,Skoda"])
        try stage.importCSV(
            "agreements",
            [
                "manufacturer;dealer;version;purposes;data_classes;valid_from",
                "maker;d-1;1;P3;D1 D2 D10;2020-01-01",
            ])
        try stage.importCSV("persons", ["person,name"] + folders.map { "p-\($0),Holder of \($0)" })
        try stage.importCSV(
            "vehicles", ["vehicle,brand,model"] + folders.map { "\($0),Skoda,Octavia" })
        try stage.importCSV(
            "names", ["vehicle,source,external_id"] + folders.map { "\($0),skoda,\($0)" })
        try stage.importCSV(
            "holdings",
            ["vehicle,person,from"] + folders.map { "\($0),p-\($0),2020-01-01" })
        try stage.importCSV(
            "choices", ["vehicle,dealer,chosen_at"] + folders.map { "\($0),d-1,2020-01-01" })
        try stage.importCSV(
            "permissions",
            ["person,controller,purpose,state,at"]
                + folders.map { "p-\($0),d-1,P3,Given,2020-01-01" })
        try stage.start()
        return stage
    }

    private func replay(_ folders: [String], into stage: Stage, expecting total: Int) throws {
        try stage.gateway.command(
            [
                "replay", "--broker", "mqtt://127.0.0.1:\(stage.broker.port)",
                "--topic", "skoda/{folder}/{file}",
            ] + folders.map { "\(Self.garage)/\($0)/maintenance.json" })
        let arrived = try stage.wait(seconds: 30) {
            try stage.metric("turnpike_messages_received_total") >= Double(total)
        }
        #expect(arrived, "all published messages are received")
    }

    static let due = ["octavia_2023_NX34JD_style", "superb_2024_3v35wz_liftback_l_and_k"]

    @Test func `generous thresholds open exactly two leads, in any order, however often`() throws {
        let folders = Self.folders()
        if folders.isEmpty { return }
        let stage = try stage(rules: Self.generous, folders: folders)
        try replay(folders, into: stage, expecting: folders.count)
        let first = try stage.wait(seconds: 20) { try stage.triggers().count >= 2 }
        #expect(first)
        try replay(folders.reversed(), into: stage, expecting: folders.count * 2)
        try replay(folders.shuffled(), into: stage, expecting: folders.count * 3)
        let triggers = try stage.triggers()
        #expect(triggers.map(\.vehicle).sorted() == Self.due)
        #expect(triggers.allSatisfy { $0.code == "SV-01" && $0.leads.count == 1 })
        #expect(
            try stage.metric("turnpike_messages_total{outcome=\"duplicate\"}")
                == Double(folders.count * 2))
    }

    @Test func `default thresholds open none`() throws {
        let folders = Self.folders()
        if folders.isEmpty { return }
        let stage = try stage(rules: nil, folders: folders)
        try replay(folders, into: stage, expecting: folders.count)
        // A trigger would be stored with its round; one more round shows that it was not.
        try replay(folders, into: stage, expecting: folders.count * 2)
        #expect(try stage.triggers().isEmpty)
    }
}
