import Foundation
import LocalStage

/// Who is on the stage, and the order in which they come and go.
final class DemoStage: @unchecked Sendable {
    struct Options {
        var data: String
        var shipped: String
        var vehicles: Int
        var seed: Int
        var speed: Int
    }

    /// What must be the same in the next run, so that it goes on where this one was.
    struct Memory: Codable {
        var operatorKey: String
        var manufacturerKey: String
        var dealerKeys: [String: String]
        var dealerSecrets: [String: String]
        var dealerPorts: [String: Int]
    }

    static let dealers = ["dealer-a", "dealer-b"]

    private let options: Options
    private let programs = programFolder()
    private let broker: LocalBroker
    private let gateway: LocalGateway
    private var memory: Memory
    private let isFirstRun: Bool
    private var children: [ChildProcess] = []
    // Touched by the main task and by the ticker; both only read it while children run.
    private var isStopped = false

    init(options: Options) throws {
        self.options = options
        let file = options.data + "/demo.json"
        if let stored = FileManager.default.contents(atPath: file),
            let known = try? JSONDecoder().decode(Memory.self, from: stored)
        {
            memory = known
            isFirstRun = false
        } else {
            memory = Memory(
                operatorKey: "", manufacturerKey: "", dealerKeys: [:],
                dealerSecrets: [:], dealerPorts: [:])
            for dealer in Self.dealers {
                memory.dealerPorts[dealer] = try freeLoopbackPort()
                memory.dealerSecrets[dealer] = Self.newSecret()
            }
            isFirstRun = true
        }
        broker = try LocalBroker(folder: options.data + "/broker", port: freeLoopbackPort())
        var settings = LocalGateway.Settings(
            brokerPort: broker.port, apiPort: try freeLoopbackPort())
        settings.allowedTargets = memory.dealerPorts.values.sorted().map { "127.0.0.1:\($0)" }
        settings.flushSeconds = 10
        gateway = try LocalGateway(
            folder: options.data + "/gateway", shipped: options.shipped,
            program: programs + "/turnpike", settings: settings)
    }

    var gatewayAddress: String { gateway.address }
    var operatorKey: String { memory.operatorKey }

    /// Whether everything that was started still runs.
    var everyoneRuns: String? {
        if !broker.isRunning { return "the broker ended; see \(options.data)/broker/mosquitto.log" }
        if !gateway.isRunning { return "the gateway ended; see \(gateway.logFile)" }
        for child in children where !child.isRunning {
            return "\(child.name) ended; see \(options.data)/\(child.name).log"
        }
        return nil
    }

    /// What makes the fleet; the same to prepare it and to let it drive. A simulated year lasts
    /// 24 minutes at the default speed.
    private var fleetArguments: [String] {
        [
            "--vehicles", String(options.vehicles), "--seed", String(options.seed),
            "--days", "365", "--rest-hours", "3",
        ]
    }

    /// First run: makes the fleet's files, imports them and creates the keys.
    func prepare() throws {
        guard isFirstRun else { return }
        say("preparing a fleet of \(options.vehicles) vehicles …")
        let files = options.data + "/import"
        try FileManager.default.createDirectory(atPath: files, withIntermediateDirectories: true)
        var arguments =
            ["prepare"] + fleetArguments + [
                "--dealers", Self.dealers.joined(separator: ","), "--out", files,
            ]
        for dealer in Self.dealers {
            arguments += [
                "--endpoint",
                "\(dealer)=http://127.0.0.1:\(memory.dealerPorts[dealer] ?? 0)/events",
                "--secret", "\(dealer)=\(memory.dealerSecrets[dealer] ?? "")",
            ]
        }
        let prepare = try ChildProcess(
            name: "fleet-simulator", program: programs + "/fleet-simulator",
            arguments: arguments, log: options.data + "/prepare.log")
        guard prepare.waitForExit() == 0 else {
            throw ChildProcess.StartFailure(
                program: "fleet-simulator prepare", reason: "see \(options.data)/prepare.log")
        }
        for kind in importOrder {
            let file = files + "/\(kind).csv"
            guard FileManager.default.fileExists(atPath: file) else { continue }
            try gateway.command(["import", kind, file])
        }
        memory.operatorKey = try createKey(party: "operator", role: "operator")
        memory.manufacturerKey = try createKey(party: "manufacturer", role: "manufacturer")
        for dealer in Self.dealers {
            memory.dealerKeys[dealer] = try createKey(party: dealer, role: "dealer")
        }
        let file = options.data + "/demo.json"
        let written = FileManager.default.createFile(
            atPath: file, contents: try JSONEncoder().encode(memory),
            attributes: [.posixPermissions: 0o600])
        guard written else {
            throw ChildProcess.StartFailure(program: "demo", reason: "cannot write \(file)")
        }
    }

    func start() throws {
        try broker.start()
        for dealer in Self.dealers { try start(dealer: dealer) }
        try gateway.start()
        try gateway.waitUntilListening(seconds: 60)
        let fleet = try ChildProcess(
            name: "fleet", program: programs + "/fleet-simulator",
            arguments: ["run"] + fleetArguments + [
                "--speed", String(options.speed), "--broker", "mqtt://127.0.0.1:\(broker.port)",
                "--state", options.data + "/fleet-state.json",
            ],
            log: options.data + "/fleet.log")
        children.insert(fleet, at: 0)
    }

    /// The vehicles first, then the gateway with what is under way, the dealers, the broker.
    func stop() {
        guard !isStopped else { return }
        isStopped = true
        children.first?.stop(within: 10)
        gateway.stop()
        for child in children.dropFirst() { child.stop(within: 5) }
        broker.stop()
    }

    func introduce() {
        say(
            """

            Turnpike runs. Look at  \(gateway.address)/  and give it one of these keys:
              operator      \(memory.operatorKey)
              manufacturer  \(memory.manufacturerKey)
            """)
        for dealer in Self.dealers {
            let name = dealer.padding(toLength: 14, withPad: " ", startingAt: 0)
            say("  \(name)\(memory.dealerKeys[dealer] ?? "")")
        }
        say(
            """
            Broker: mqtt://127.0.0.1:\(broker.port)   data: \(options.data)
            Ctrl-C ends everything; the next start goes on where this one was.

            """)
    }

    private func start(dealer: String) throws {
        children.append(
            try ChildProcess(
                name: dealer, program: programs + "/dealer-simulator",
                arguments: [
                    "--dealer", dealer, "--port", String(memory.dealerPorts[dealer] ?? 0),
                    "--secret", memory.dealerSecrets[dealer] ?? "",
                    "--gateway", gateway.address, "--key", memory.dealerKeys[dealer] ?? "",
                ],
                log: options.data + "/\(dealer).log"))
    }

    private func createKey(party: String, role: String) throws -> String {
        let text = try gateway.command(
            ["keys", "create", "--party", party, "--role", role, "--json"])
        struct Answer: Decodable { var key: String }
        return try JSONDecoder().decode(Answer.self, from: Data(text.utf8)).key
    }

    private static func newSecret() -> String {
        let bytes = (0..<32).map { _ in UInt8.random(in: 0...255) }
        return "whsec_" + Data(bytes).base64EncodedString()
    }
}
