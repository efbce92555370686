import Foundation
import LocalStage
import Testing

/// A folder, a broker and a gateway for one test, gone afterwards.
final class Stage {
    let folder: String
    let broker: LocalBroker
    let gateway: LocalGateway

    /// The project's root, two folders above this file's.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
    static let programs = programFolder()

    /// - Parameter brokerLines: more of the broker's configuration.
    init(
        brokerLines: [String] = [], _ adjust: (inout LocalGateway.Settings) -> Void = { _ in }
    ) throws {
        folder = NSTemporaryDirectory() + "turnpike-test-" + UUID().uuidString
        broker = try LocalBroker(
            folder: folder + "/broker", port: freeLoopbackPort(), lines: brokerLines)
        var settings = LocalGateway.Settings(
            brokerPort: broker.port, apiPort: try freeLoopbackPort())
        settings.flushSeconds = 1
        adjust(&settings)
        gateway = try LocalGateway(
            folder: folder + "/gateway", shipped: Self.root + "/config",
            program: Self.programs + "/turnpike", settings: settings)
    }

    deinit {
        gateway.stop()
        broker.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    func start() throws {
        try broker.start()
        try gateway.start()
        try gateway.waitUntilListening(seconds: 60)
    }

    /// Writes a CSV file and imports it.
    func importCSV(_ kind: String, _ lines: [String]) throws {
        let path = folder + "/\(kind).csv"
        try (lines.joined(separator: "\n") + "\n").write(
            toFile: path, atomically: true, encoding: .utf8)
        try gateway.command(["import", kind, path])
    }

    /// Publishes one message of these bytes.
    func publish(_ payload: [UInt8], to topic: String) throws {
        let file = folder + "/payload.bin"
        try Data(payload).write(to: URL(filePath: file))
        try gateway.command([
            "replay", "--broker", "mqtt://127.0.0.1:\(broker.port)", "--topic", topic, file,
        ])
    }

    /// Waits until `condition` holds, asking again every tenth of a second.
    func wait(seconds: Double, until condition: () throws -> Bool) throws -> Bool {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while Date() < deadline {
            if try condition() { return true }
            usleep(100_000)
        }
        return try condition()
    }

    /// A counter of `/metrics`, its name with labels as Prometheus writes it; 0 if it is not there.
    func metric(_ name: String) throws -> Double {
        let text = try fetch("/metrics")
        for line in text.split(separator: "\n") where line.hasPrefix(name + " ") {
            return Double(line.dropFirst(name.count + 1)) ?? 0
        }
        return 0
    }

    /// GETs a path with curl, which every Debian has that built Swift.
    func fetch(_ path: String, key: String? = nil) throws -> String {
        let output = folder + "/fetch-" + UUID().uuidString
        var arguments = ["-s", "-m", "10", gateway.address + path]
        if let key { arguments += ["-H", "Authorization: Bearer \(key)"] }
        let curl = try ChildProcess(
            name: "curl", program: "curl", arguments: arguments, log: output)
        _ = curl.waitForExit()
        return (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
    }

    /// One line of `turnpike triggers --json`.
    struct Trigger: Decodable, Hashable {
        struct Lead: Decodable, Hashable { var dealer, status: String }
        var vehicle, code, position: String
        var cycle: Int
        var status: String
        var leads: [Lead]
    }

    func triggers() throws -> [Trigger] {
        try gateway.command(["triggers", "--json"]).split(separator: "\n").map {
            try JSONDecoder().decode(Trigger.self, from: Data($0.utf8))
        }
    }
}
