import ConfigurationFiles
import Foundation
import GatewayAPI
import Logging
import UsageAggregates

/// The HTTP door over this gateway's rooms.
func makeServer(_ gateway: Gateway, _ logger: Logger) throws -> GatewayServer {
    let settings = gateway.settings.api
    var configuration = GatewayAPI.GatewayConfiguration()
    configuration.host = settings.host
    configuration.port = settings.port
    configuration.version = productVersion
    configuration.metricsOpenOnLoopback = settings.metricsWithoutKeyOnLoopback
    let dependencies = GatewayDependencies(
        keyRing: KeyRingAdapter(
            store: gateway.customers, threads: gateway.threads, now: { systemNow() }),
        leads: LeadBookAdapter(
            store: gateway.customers, threads: gateway.threads, now: { systemNow() }),
        usage: UsageBookAdapter(
            store: gateway.customers, state: gateway.state, threads: gateway.threads,
            controller: settings.manufacturer.isEmpty ? nil : settings.manufacturer,
            now: { systemNow() }),
        usageReleases: UsageReleaseAdapter(
            store: gateway.customers, threads: gateway.threads, erasures: gateway.usageErasures),
        status: StatusAdapter(gateway: gateway),
        deliveries: DeliveryDeskAdapter(
            store: gateway.customers, threads: gateway.threads, runner: gateway.delivery),
        disclosures: DisclosureBookAdapter(store: gateway.customers, threads: gateway.threads),
        usageHash: CellHash(key: try usageKey(folder: gateway.settings.dataFolder)),
        now: { systemNow() })
    return GatewayServer(
        configuration: configuration, dependencies: dependencies, logger: logger,
        onRunning: { port in
            logger.info(
                "listening", metadata: ["address": "http://\(settings.host):\(port)"])
        })
}

/// The secret behind the noise of aggregates: made once and kept, since with another key the
/// same cells would get other noise, and the two could be averaged.
private func usageKey(folder: String) throws -> (UInt64, UInt64) {
    let path = folder + "/usage.key"
    if let stored = FileManager.default.contents(atPath: path), stored.count == 16 {
        let bytes = [UInt8](stored)
        func word(_ start: Int) -> UInt64 {
            (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << (8 * UInt64($1)) }
        }
        return (word(0), word(8))
    }
    let key = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))
    var bytes: [UInt8] = []
    for word in [key.0, key.1] {
        for place in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> (8 * UInt64(place)))) }
    }
    let isWritten = FileManager.default.createFile(
        atPath: path, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
    guard isWritten else { throw CocoaError(.fileWriteNoPermission) }
    return key
}
