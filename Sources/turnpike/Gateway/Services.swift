import GatewayAPI
import Hummingbird
import MQTTLink
import ServiceLifecycle
import TelemetryPipeline
import TriggerDelivery
import UnixSignals

/// Delivery, until everything behind it is closed.
struct DeliveryService: Service {
    let runner: DeliveryRunner

    func run() async throws {
        await cancelWhenGracefulShutdown { try? await runner.run() }
    }
}

/// Pipeline and housekeeping: they run on threads of their own, this only ends them.
struct PipelineService: Service {
    let gateway: Gateway
    let housekeeper: Housekeeper

    func run() async throws {
        try? await gracefulShutdown()
        housekeeper.stop()
        gateway.pipeline.stop()
    }
}

/// Has the mappings read anew at each SIGHUP.
struct ReloadService: Service {
    let hangups: UnixSignalsSequence
    let housekeeper: Housekeeper

    func run() async throws {
        for await _ in hangups.cancelOnGracefulShutdown() { housekeeper.askReload() }
    }
}

/// The tap: opened last, closed first.
struct LinkService: Service {
    let gateway: Gateway

    func run() async throws {
        // Before the first message may lack a birth.
        try gateway.commands.follow(gateway.pipeline.sources)
        for link in gateway.links { try link.start() }
        try? await gracefulShutdown()
        for link in gateway.links { link.stop(atMost: .seconds(10)) }
        gateway.commands.close()
    }
}
