import Foundation
import LocalStage

/// One soak from the empty folder to the verdict.
final class SoakRun {
    struct Plan {
        var folder: String
        var shipped: String
        var messages: Int
        var kills: Int
        var brokerRestarts: Int
        var vehicles: Int
        var seed: Int
        var rate: Int
        var limitSeconds: Int
    }

    struct Verdict {
        var findings: [String]
        var sentence: String
        var isRight: Bool
    }

    private let plan: Plan
    private let programs = programFolder()
    private let broker: LocalBroker
    private let gateway: LocalGateway
    private var fleet: ChildProcess?
    private var random: SoakRandom
    private var killsDone = 0
    private var restartsDone = 0

    init(plan: Plan) throws {
        self.plan = plan
        random = SoakRandom(seed: UInt64(plan.seed))
        broker = try LocalBroker(folder: plan.folder + "/broker", port: freeLoopbackPort())
        var settings = LocalGateway.Settings(
            brokerPort: broker.port, apiPort: try freeLoopbackPort())
        // Small rounds and frequent snapshots: more moments at which a kill may hurt.
        settings.roundMessagesMax = 500
        settings.flushSeconds = 2
        gateway = try LocalGateway(
            folder: plan.folder + "/gateway", shipped: plan.shipped,
            program: programs + "/turnpike", settings: settings)
    }

    /// What makes the fleet; the same to prepare it and to let it drive.
    private var fleetArguments: [String] {
        [
            "--vehicles", String(plan.vehicles), "--seed", String(plan.seed),
            "--messages", String(plan.messages),
        ]
    }

    func perform() throws -> Verdict {
        try prepare()
        try broker.start()
        try gateway.start()
        try gateway.waitUntilListening(seconds: 60)
        let began = Date()
        while (try? SoakBooks(metricsOf: gateway))?.isReady != true {
            try checkLimit(since: began, what: "the gateway to subscribe for the first time")
            usleep(50_000)
        }
        fleet = try ChildProcess(
            name: "fleet", program: programs + "/fleet-simulator",
            arguments: ["run"] + fleetArguments + [
                "--speed", "0", "--rate", String(plan.rate), "--qos", "1",
                "--broker", "mqtt://127.0.0.1:\(broker.port)",
            ],
            log: plan.folder + "/fleet.log")
        try disturb(seconds: Double(plan.messages) / Double(plan.rate))
        try waitForFleet(since: began)
        let books = try waitUntilDrained(since: began)
        gateway.stop()
        return try judge(books, seconds: Date().timeIntervalSince(began))
    }

    func stopEverything() {
        fleet?.stop(within: 5)
        gateway.stop()
        broker.stop()
    }

    private func prepare() throws {
        let files = plan.folder + "/import"
        try FileManager.default.createDirectory(atPath: files, withIntermediateDirectories: true)
        let prepare = try ChildProcess(
            name: "prepare", program: programs + "/fleet-simulator",
            arguments: ["prepare"] + fleetArguments + [
                "--dealers", "dealer-a,dealer-b", "--out", files,
            ],
            log: plan.folder + "/prepare.log")
        guard prepare.waitForExit() == 0 else {
            throw ChildProcess.StartFailure(
                program: "fleet-simulator prepare", reason: "see \(plan.folder)/prepare.log")
        }
        for kind in importOrder {
            let file = files + "/\(kind).csv"
            guard FileManager.default.fileExists(atPath: file) else { continue }
            try gateway.command(["import", kind, file])
        }
    }

    /// Kills and restarts, spread over the time that publishing takes.
    private func disturb(seconds: Double) throws {
        var events = (0..<plan.kills).map { _ in (at: random.fraction() * seconds, isKill: true) }
        events += (0..<plan.brokerRestarts).map { _ in
            (at: random.fraction() * seconds, isKill: false)
        }
        events.sort { $0.at < $1.at }
        let began = Date()
        for event in events {
            let wait = began.addingTimeInterval(event.at).timeIntervalSinceNow
            if wait > 0 { usleep(UInt32(wait * 1_000_000)) }
            if event.isKill {
                gateway.kill9()
                try gateway.start()
                killsDone += 1
            } else {
                broker.stop()
                try broker.start()
                restartsDone += 1
            }
        }
    }

    private func waitForFleet(since began: Date) throws {
        while fleet?.isRunning == true {
            try checkLimit(since: began, what: "the fleet to publish")
            usleep(100_000)
        }
        guard fleet?.waitForExit() == 0 else {
            throw ChildProcess.StartFailure(
                program: "fleet-simulator run", reason: "see \(plan.folder)/fleet.log")
        }
    }

    /// Waits until nothing has arrived for a while, and gives the counters of that moment.
    private func waitUntilDrained(since began: Date) throws -> SoakBooks {
        try gateway.waitUntilListening(seconds: 60)
        var last = SoakBooks()
        var quietSince = Date()
        while Date().timeIntervalSince(quietSince) < 4 {
            try checkLimit(since: began, what: "the gateway to drain the broker")
            usleep(250_000)
            guard let now = try? SoakBooks(metricsOf: gateway) else { continue }
            // A gateway that waits before it connects again is quiet too, and not done.
            if now != last || !now.isReady {
                last = now
                quietSince = Date()
            }
        }
        return last
    }

    private func checkLimit(since began: Date, what: String) throws {
        guard Date().timeIntervalSince(began) < Double(plan.limitSeconds) else {
            throw ChildProcess.StartFailure(
                program: "soak", reason: "waited \(plan.limitSeconds) s for \(what)")
        }
    }

    private func judge(_ books: SoakBooks, seconds: Double) throws -> Verdict {
        var findings: [String] = []
        let published = try FleetReport(file: plan.folder + "/fleet.log").published
        if !books.balances { findings.append("the counters do not balance: \(books.sentence)") }
        if books.received < published {
            findings.append("published \(published) messages, received only \(books.received)")
        }
        let actual = plan.folder + "/actual.jsonl"
        try gateway.command(["triggers", "--leads", "--json"]).write(
            toFile: actual, atomically: true, encoding: .utf8)
        let judge = try ChildProcess(
            name: "judge", program: programs + "/fleet-simulator",
            arguments: [
                "judge", "--expected", plan.folder + "/import/expected.jsonl", "--actual", actual,
            ],
            log: plan.folder + "/judge.log")
        let code = judge.waitForExit()
        let words = (try? String(contentsOfFile: plan.folder + "/judge.log", encoding: .utf8)) ?? ""
        if code != 0 { findings.append("leads differ from the expected: \(words)") }
        let sentence =
            "soak: \(published) messages published, \(killsDone) kills, \(restartsDone) broker "
            + "restarts in \(Int(seconds)) s; \(books.sentence); leads: "
            + words.trimmingCharacters(in: .whitespacesAndNewlines)
            + (findings.isEmpty ? "; nothing lost, nothing twice" : "; WRONG")
        return Verdict(findings: findings, sentence: sentence, isRight: findings.isEmpty)
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the moments of a soak come again with its seed.
struct SoakRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// From 0 to below 1.
    mutating func fraction() -> Double { Double(next() >> 11) / Double(1 << 53) }
}
