import ArgumentParser
import Foundation
import LocalStage

/// Loses nothing, says nothing twice: a fleet publishes while the gateway is killed and the
/// broker restarted, and at the end the books must balance and the leads be exactly the expected.
@main
struct SoakCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "turnpike-soak",
        abstract: "Kills the gateway at random moments under load and judges what is left.",
        discussion: """
            Ends with a line that says what was done and what was found; exit code 0 only if \
            nothing was lost, nothing came twice and every counter balances.
            """)

    @Option(help: "Messages to publish at least, QoS 1.")
    var messages = 200_000

    @Option(help: "Times the gateway is killed with SIGKILL.")
    var kills = 50

    @Option(help: "Times the broker is restarted.")
    var brokerRestarts = 5

    @Option(help: "Simulated vehicles.")
    var vehicles = 400

    @Option(help: "Seed of the fleet and of the moments of killing.")
    var seed = 7

    @Option(help: "Messages a second that the fleet publishes.")
    var rate = 4000

    @Option(help: "Folder for everything; emptied first. Default: a new one below /tmp.")
    var data: String?

    @Option(help: "Folder with the shipped signals, sources and rules.")
    var config = "config"

    @Option(help: "Give up after this many seconds.")
    var limit = 1800

    @Flag(help: "Keep the folder even if everything was right.")
    var keep = false

    func run() async throws {
        let folder = data ?? NSTemporaryDirectory() + "turnpike-soak-\(getpid())"
        try? FileManager.default.removeItem(atPath: folder)
        let here = FileManager.default.currentDirectoryPath
        let run = try SoakRun(
            plan: SoakRun.Plan(
                folder: folder, shipped: config.hasPrefix("/") ? config : here + "/" + config,
                messages: messages, kills: kills, brokerRestarts: brokerRestarts,
                vehicles: vehicles, seed: seed, rate: rate, limitSeconds: limit))
        defer { run.stopEverything() }
        let verdict = try run.perform()
        for line in verdict.findings { print("  \(line)") }
        print(verdict.sentence)
        if verdict.isRight, !keep, data == nil {
            try? FileManager.default.removeItem(atPath: folder)
        } else {
            print("everything is kept in \(folder)")
        }
        if !verdict.isRight { throw ExitCode(1) }
    }
}
