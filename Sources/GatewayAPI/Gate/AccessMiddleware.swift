import Customers
import HTTPTypes
import Hummingbird
import VehicleSignals

/// What every route's gate shares.
struct Gate: Sendable {
    let keyRing: any KeyRing
    let perKey: RateLimiter
    let wrongKeys: RateLimiter
    let metricsOpenOnLoopback: Bool
    let now: @Sendable () -> Timestamp

    init(_ configuration: GatewayConfiguration, _ dependencies: GatewayDependencies) {
        keyRing = dependencies.keyRing
        perKey = RateLimiter(
            aMinute: configuration.requestsAMinute, burst: configuration.burst)
        wrongKeys = RateLimiter(
            aMinute: configuration.wrongKeysAMinute, burst: configuration.wrongKeyBurst)
        metricsOpenOnLoopback = configuration.metricsOpenOnLoopback
        now = dependencies.now
    }
}

/// Stands before one route and lets through whom its declaration names; everybody else gets a
/// problem. It decides on the key, the role and the dealer of the path, and on nothing else.
struct AccessMiddleware: RouterMiddleware {
    typealias Context = GatewayContext

    let route: Route
    let gate: Gate

    @concurrent
    func handle(
        _ request: Request, context: GatewayContext,
        next: @concurrent (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        guard let roles = route.access.roles else { return try await next(request, context) }
        if route.access.mayOpenOnLoopback, gate.metricsOpenOnLoopback, context.isLoopback,
            request.headers[.authorization] == nil
        {
            return try await next(request, context)
        }
        let caller = try await caller(of: request, from: context)
        if let seconds = gate.perKey.take(caller.keyID, now: gate.now()) {
            throw Self.tooMany(seconds, "This key has asked too often.")
        }
        guard roles.contains(caller.role) else {
            throw Problem(
                .notAllowed, "A key of the role \(caller.role.rawValue) may not use this route.")
        }
        if route.access.ownDealerOnly {
            let dealer = context.parameters.get("dealer").flatMap {
                percentDecoded($0, plusIsSpace: false)
            }
            // Said alike whether the other dealer exists or not.
            guard dealer == caller.party else {
                throw Problem(.notAllowed, "The key belongs to another dealer.")
            }
        }
        var context = context
        context.caller = caller
        return try await next(request, context)
    }

    private func caller(of request: Request, from context: GatewayContext) async throws -> Caller {
        let headers = request.headers[values: .authorization]
        guard let header = headers.first else {
            throw Problem(.noKey, "The request carries no key.")
        }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard headers.count == 1, parts.count == 2, parts[0].lowercased() == "bearer",
            parts[1].utf8.count <= GatewayLimit.keyBytes,
            parts[1].utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            throw try wrongKey(context, "The Authorization header holds no bearer key.")
        }
        guard let caller = try await gate.keyRing.caller(presenting: String(parts[1])) else {
            throw try wrongKey(context, "No such key is in force.")
        }
        return caller
    }

    /// Wrong keys are counted by address, so that nobody can try them one after the other.
    private func wrongKey(_ context: GatewayContext, _ detail: String) throws -> Problem {
        if let seconds = gate.wrongKeys.take(context.address ?? "", now: gate.now()) {
            throw Self.tooMany(seconds, "Too many wrong keys came from this address.")
        }
        return Problem(.wrongKey, detail)
    }

    private static func tooMany(_ seconds: Int, _ detail: String) -> Problem {
        Problem(.tooManyRequests, detail, fields: [.retryAfter: String(seconds)])
    }
}
