import HTTPTypes

/// All routes of the gateway: the one list from which the router, the gate, the OpenAPI document
/// and the tests are made.
package struct RouteTable: Sendable {
    package let routes: [Route]

    init(
        _ configuration: GatewayConfiguration, _ dependencies: GatewayDependencies,
        _ counters: RequestCounters
    ) {
        var routes: [Route] = []
        routes +=
            LeadRoutes(
                book: dependencies.leads, language: configuration.reasonLanguage
            ).routes
        routes +=
            UsageRoutes(
                desk: UsageDesk(
                    book: dependencies.usage, keeper: dependencies.usageReleases,
                    hash: dependencies.usageHash, refresh: configuration.usageRefresh)
            ).routes
        if let book = dependencies.disclosures { routes += [disclosureRoute(book)] }
        routes +=
            OperatorRoutes(
                status: dependencies.status, deliveries: dependencies.deliveries, counters: counters
            ).routes
        routes += [whoamiRoute]
        routes += healthRoutes(dependencies.status)
        routes += [pageRoute(version: configuration.version)]
        // The document describes the routes before it, and itself.
        let describing = documentRoute { Reply(status: 500, .null) }
        let document = OpenAPIDocument(routes: routes + [describing], configuration.version)
        let bytes = document.value.bytes
        routes.append(documentRoute { Reply(body: bytes) })
        self.routes = routes
    }

    /// The operation that `method` and a path template name.
    func operation(_ method: HTTPRequest.Method, path: String) -> String? {
        let sought = method == .head ? .get : method
        return routes.first { $0.method == sought && $0.path == path }?.operation
    }

    /// The methods that some route at the path `path` knows, sorted.
    func methods(atPath path: String) -> [String] {
        let segments = path.split(separator: "/")
        var names: Set<String> = []
        for route in routes where route.matches(segments) {
            names.insert(route.method.rawValue)
            if route.method == .get, route.access == .open { names.insert("HEAD") }
        }
        return names.sorted()
    }
}
