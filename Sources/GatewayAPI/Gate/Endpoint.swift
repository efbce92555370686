import HTTPTypes
import Hummingbird
import NIOCore
import VehicleSignals

/// Turns a request into a `Call` of one route, within the time that an answer may take.
struct Endpoint: Sendable {
    let route: Route
    let timeout: Duration
    let now: @Sendable () -> Timestamp

    @concurrent
    func respond(to request: Request, context: GatewayContext) async throws -> Response {
        let values = try values(of: request, context)
        let route = route
        let caller = context.caller
        let now = now
        return try await within(timeout) {
            let body = try await Self.body(of: request, route)
            let call = Call(
                caller: caller, values: values, headers: request.headers, body: body, now: now())
            return try await route.handler(call).response()
        }
    }

    private func values(of request: Request, _ context: GatewayContext) throws -> [String: String] {
        var values: [String: String] = [:]
        let query = request.uri.query ?? ""
        guard query.utf8.count <= GatewayLimit.queryBytes, let given = queryValues(query) else {
            throw Problem(
                .badParameter,
                "The query is no list of different names with percent-encoded UTF-8 values.")
        }
        let known = route.parameters.filter { $0.place == .query }
        for (name, value) in given {
            // Elsewhere than under /v1/ a stray parameter does no harm; there it may be a
            // misspelt filter, and ignoring that would give a wrong answer.
            guard known.contains(where: { $0.name == name }) else {
                if !route.path.hasPrefix("/v1/") { continue }
                let names = known.map(\.name).joined(separator: ", ")
                throw Problem(
                    .badParameter,
                    known.isEmpty
                        ? "This route takes no query." : "This route takes only \(names).")
            }
            values[name] = value
        }
        for parameter in known where parameter.isRequired && (values[parameter.name] ?? "").isEmpty
        {
            throw Problem(.badParameter, "The parameter \(parameter.name) is missing.")
        }
        for name in route.pathParameters {
            guard let raw = context.parameters.get(name),
                let value = percentDecoded(raw, plusIsSpace: false), !value.isEmpty,
                value.utf8.count <= GatewayLimit.pathValueBytes,
                value.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
            else {
                throw Problem(.badParameter, "The part \(name) of the path is no name.")
            }
            values[name] = value
        }
        return values
    }

    private static func body(of request: Request, _ route: Route) async throws -> [UInt8] {
        guard route.bodySchema != nil else { return [] }
        let type = request.headers[.contentType] ?? ""
        let essence = type.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        guard essence == "application/json" || essence.hasSuffix("+json") else {
            throw Problem(.unsupportedType, "The body's Content-Type is not application/json.")
        }
        // What is announced too large is not read at all.
        if let length = request.headers[.contentLength].flatMap({ Int($0) }),
            length > GatewayLimit.bodyBytes
        {
            throw NIOTooManyBytesError(maxBytes: GatewayLimit.bodyBytes)
        }
        let buffer = try await request.body.collect(upTo: GatewayLimit.bodyBytes)
        return Array(buffer.readableBytesView)
    }
}

/// The outcome of `work`, or the problem `TIMED_OUT` after `limit`. What is still running is
/// cancelled, and waited for: nothing goes on behind the caller's back.
private func within<Value: Sendable>(
    _ limit: Duration, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await Task.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let value = first else {
            throw Problem(
                .timedOut, "The answer was not ready within \(limit.components.seconds) s.",
                fields: [.retryAfter: "5"])
        }
        return value
    }
}
