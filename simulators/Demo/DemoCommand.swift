import ArgumentParser
import AsyncHTTPClient
import Foundation
import LocalStage
import NIOCore
import UnixSignals

/// The whole way on one machine: what `make run` starts.
@main
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "turnpike-demo",
        abstract: "Starts a broker, the gateway, simulated vehicles and simulated dealers.",
        discussion: """
            Everything listens on the loopback interface, on ports that are free. Ctrl-C ends \
            everything that was started; the data folder stays, and the next start goes on where \
            this one was.
            """)

    @Option(help: "Folder for everything that stays between two runs.")
    var data = "data"

    @Option(help: "Simulated vehicles.")
    var vehicles = 500

    @Option(help: "Seed of the simulation; the same seed gives the same fleet.")
    var seed = 1

    @Option(help: "Simulated seconds a real second.")
    var speed = 21_600

    @Option(help: "Folder with the shipped signals, sources and rules.")
    var config = "config"

    @Option(help: "End by itself after this many seconds; 0: at Ctrl-C.")
    var seconds = 0

    func run() async throws {
        let stage = try DemoStage(
            options: DemoStage.Options(
                data: absolute(data), shipped: absolute(config), vehicles: vehicles, seed: seed,
                speed: speed))
        let watch = Task {
            for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { break }
        }
        defer { stage.stop() }
        do {
            try stage.prepare()
            try stage.start()
        } catch {
            stage.stop()
            throw error
        }
        stage.introduce()
        let status = StatusLines(gateway: stage.gatewayAddress, key: stage.operatorKey)
        let ticker = Task { await status.printEverySecond(while: stage) }
        if seconds > 0 {
            let limit = seconds
            let timer = Task {
                try await Task.sleep(for: .seconds(limit))
                watch.cancel()
            }
            await watch.value
            timer.cancel()
        } else {
            await watch.value
        }
        ticker.cancel()
        await ticker.value
        say("ending …")
    }

    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }
}
