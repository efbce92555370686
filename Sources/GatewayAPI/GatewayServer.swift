import HTTPTypes
public import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore

/// The HTTP door: routes, gate, page and documents, as one service.
public struct GatewayServer: Sendable {
    /// Every route, in the order in which the OpenAPI document lists them.
    package let table: RouteTable
    private let configuration: GatewayConfiguration
    private let dependencies: GatewayDependencies
    private let counters: RequestCounters
    private let logger: Logger
    private let onRunning: @Sendable (Int) async -> Void

    /// - Parameters:
    ///   - logger: gets one line for each request that failed inside, and nothing personal.
    ///   - onRunning: called once the port is open, with its number.
    public init(
        configuration: GatewayConfiguration, dependencies: GatewayDependencies, logger: Logger,
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        let counters = RequestCounters()
        self.configuration = configuration
        self.dependencies = dependencies
        self.counters = counters
        self.logger = logger
        self.onRunning = onRunning
        self.table = RouteTable(configuration, dependencies, counters)
    }

    /// The application, to be run once, in a `ServiceGroup` or by itself.
    public func makeApplication() -> some ApplicationProtocol {
        let server = HTTP1Channel.Configuration(
            idleTimeout: .milliseconds(Int64(configuration.idleTimeout / .milliseconds(1))),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: GatewayLimit.headerBytes,
                maxHeaderListSize: GatewayLimit.headerBytes,
                maxHeaderFieldCount: GatewayLimit.headerCount))
        let onRunning = onRunning
        return Application(
            router: makeRouter(),
            server: .http1(configuration: server),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                availableConnectionsDelegate: MaximumAvailableConnections(
                    configuration.maximumConnections)),
            onServerRunning: { channel in
                if let port = channel.localAddress?.port { await onRunning(port) }
            },
            logger: logger)
    }

    private func makeRouter() -> Router<GatewayContext> {
        let router = Router(context: GatewayContext.self)
        router.add(
            middleware: AnswerMiddleware(
                table: table, counters: counters, isBehindTLS: configuration.isBehindTLS,
                now: dependencies.now))
        let gate = Gate(configuration, dependencies)
        for route in table.routes {
            let endpoint = Endpoint(
                route: route, timeout: configuration.requestTimeout, now: dependencies.now)
            let group = router.group().add(middleware: AccessMiddleware(route: route, gate: gate))
            group.on(RouterPath(route.path), method: route.method) { request, context in
                try await endpoint.respond(to: request, context: context)
            }
            if route.method == .get, route.access == .open {
                group.on(RouterPath(route.path), method: .head) { request, context in
                    var response = try await endpoint.respond(to: request, context: context)
                    response.headers[.contentLength] = String(response.body.contentLength ?? 0)
                    response.body = ResponseBody()
                    return response
                }
            }
        }
        return router
    }
}
