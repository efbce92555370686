import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import VehicleSignals

/// Stands before everything: turns every error into a problem document, adds the headers that
/// every answer carries, counts, and logs what went wrong without saying about whom.
struct AnswerMiddleware: RouterMiddleware {
    typealias Context = GatewayContext

    let table: RouteTable
    let counters: RequestCounters
    let isBehindTLS: Bool
    let now: @Sendable () -> Timestamp

    @concurrent
    func handle(
        _ request: Request, context: GatewayContext,
        next: @concurrent (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        let start = now()
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            let problem = problem(for: error, request, context)
            response = problem.reply(requestID: context.id).response()
        }
        addHeaders(to: &response, context)
        let operation =
            context.endpointPath.flatMap { table.operation(request.method, path: $0) } ?? "none"
        counters.count(
            operation: operation, status: response.status.code, took: now().since(start))
        return response
    }

    private func problem(
        for error: any Error, _ request: Request, _ context: GatewayContext
    ) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case is NIOTooManyBytesError:
            return Problem(
                .bodyTooLarge, "The body may hold \(GatewayLimit.bodyBytes) bytes at most.",
                fields: [.connection: "close"])
        case let unavailable as TemporarilyUnavailable:
            return Problem(
                .unavailable, unavailable.reason,
                fields: [.retryAfter: String(unavailable.retryAfterSeconds)])
        case let error as HTTPError where error.status == .notFound:
            let allowed = table.methods(atPath: request.uri.path)
            if allowed.isEmpty {
                return Problem(.unknownRoute, "No route has this path.")
            }
            let names = allowed.joined(separator: ", ")
            return Problem(
                .methodNotAllowed, "This path answers to \(names).", fields: [.allow: names])
        default:
            // The route's template, not the path: a path may name a dealer or a lead.
            context.logger.error(
                "A request failed",
                metadata: [
                    "route": .string(context.endpointPath ?? "none"),
                    "error": .string(String(reflecting: error)),
                ])
            return Problem(.internalError, "Something went wrong inside; it has been logged.")
        }
    }

    private func addHeaders(to response: inout Response, _ context: GatewayContext) {
        response.headers[.requestID] = context.id
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.frameOptions] = "DENY"
        response.headers[.referrerPolicy] = "no-referrer"
        response.headers[.crossOriginResourcePolicy] = "same-origin"
        response.headers[.crossOriginOpenerPolicy] = "same-origin"
        response.headers[.permissionsPolicy] = "camera=(), geolocation=(), microphone=()"
        if response.headers[.contentSecurityPolicy] == nil {
            response.headers[.contentSecurityPolicy] =
                "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        if isBehindTLS {
            response.headers[.strictTransportSecurity] = "max-age=31536000"
        }
    }
}
