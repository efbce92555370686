import Foundation
import Logging
import TriggerDelivery
import VehicleSignals

func wallClock() -> Timestamp {
    Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
}

/// Settings for servers on this machine, with retries within milliseconds.
func quickConfiguration(
    delays: [Int64] = [0, 20, 20, 20, 20], timeout: TimeSpan = .seconds(10)
) -> DeliveryConfiguration {
    DeliveryConfiguration(
        timeout: timeout, reconcileInterval: .seconds(2),
        schedule: RetrySchedule(
            delays: delays.map { TimeSpan(milliseconds: $0) }, jitterShare: 0),
        targets: TargetPolicy(allowPrivateTargets: true))
}

/// Runs delivery as long as `body` runs, and waits until it has ended.
func withRunner<Value: Sendable>(
    _ outbox: MemoryOutbox, _ configuration: DeliveryConfiguration = quickConfiguration(),
    resolver: any HostResolver = SystemResolver(),
    body: @escaping @Sendable (DeliveryRunner) async throws -> Value
) async throws -> Value {
    var logger = Logger(label: "delivery")
    logger.logLevel = .critical
    let runner = DeliveryRunner(
        outbox: outbox, configuration: configuration, resolver: resolver, logger: logger,
        now: wallClock)
    let running = Task { try await runner.run() }
    do {
        let value = try await body(runner)
        running.cancel()
        try await running.value
        return value
    } catch {
        running.cancel()
        try await running.value
        throw error
    }
}
