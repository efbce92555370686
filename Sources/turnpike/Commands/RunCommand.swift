import ArgumentParser
import ConfigurationFiles
import CustomerStore
import Foundation
import GatewayAPI
import Hummingbird
import IngestJournal
import Logging
import ServiceLifecycle
import TelemetryPipeline
import UnixSignals
import VehicleSignals

/// Runs the gateway.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs the gateway until SIGTERM or Ctrl-C.",
        discussion: """
            Opens the stores in the data folder, replays what was acknowledged and not yet \
            applied, then connects to the broker. Logs go to standard error.

            SIGHUP has it read the files of the sources anew: all of them, or none if one has a \
            mistake, which the log then names.
            """)

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        // From the first moment on: by itself the signal would end the process.
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        try? waitForTurns()
        let loaded: LoadedConfiguration
        do {
            loaded = try options.everything()
        } catch let mistakes as ConfigurationMistakes {
            for mistake in mistakes.all { printError("\(mistake)") }
            throw ExitCode(1)
        }
        let level = Logger.Level(rawValue: loaded.gateway.logLevel) ?? .info
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        let logger = Logger(label: "turnpike")
        let gateway: Gateway
        do {
            gateway = try Gateway(loaded, logger: logger)
            _ = try gateway.customers.releaseDeliveriesUnderWay(now: systemNow())
            try start(gateway, logger)
            try await serve(gateway, hangups, logger)
        } catch {
            printError("turnpike: \(sentence(of: error))")
            throw ExitCode(1)
        }
    }

    private func start(_ gateway: Gateway, _ logger: Logger) throws {
        var lastShown = systemNow()
        try gateway.pipeline.start { reached, goal in
            let now = systemNow()
            guard now.since(lastShown) > .seconds(2) else { return }
            lastShown = now
            logger.info(
                "replaying the journal",
                metadata: ["batch": "\(reached.number)", "of": "\(goal.number)"])
        }
        _ = try gateway.customers.reconcile(now: systemNow(), everything: true)
        logger.info(
            "ready",
            metadata: [
                "data": "\(gateway.settings.dataFolder)",
                "vehicles": "\(gateway.pipeline.registry.vehicleCount)",
                "position": "\(gateway.pipeline.positions.queued.number)",
            ])
    }

    private func serve(
        _ gateway: Gateway, _ hangups: UnixSignalsSequence, _ logger: Logger
    ) async throws {
        let housekeeper = Housekeeper(gateway: gateway, logger: logger)
        housekeeper.start()
        let server = try makeServer(gateway, logger)
        let application = server.makeApplication()
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: DeliveryService(runner: gateway.delivery)),
                    .init(service: PipelineService(gateway: gateway, housekeeper: housekeeper)),
                    .init(service: application),
                    .init(service: ReloadService(hangups: hangups, housekeeper: housekeeper)),
                    .init(service: LinkService(gateway: gateway)),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
        gateway.journal.close()
        logger.info("ended")
    }
}
