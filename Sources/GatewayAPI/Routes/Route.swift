package import Customers
package import HTTPTypes

/// Who may use a route. There is no default: a route that names nobody is open to nobody.
package struct AccessRule: Sendable, Equatable {
    /// `nil`: no key is needed.
    package let roles: Set<Role>?
    /// Whether a dealer's key must be that of the `{dealer}` of the path.
    package let ownDealerOnly: Bool
    /// Whether the configuration may open it to the loopback interface.
    package let mayOpenOnLoopback: Bool

    /// Anybody, without a key.
    static let open = AccessRule(roles: nil, ownDealerOnly: false, mayOpenOnLoopback: false)
    /// The dealer whom the path names.
    static let namedDealer = AccessRule(
        roles: [.dealer], ownDealerOnly: true, mayOpenOnLoopback: false)
    /// Operators; the loopback interface too if so configured.
    static let scraper = AccessRule(
        roles: [.gatewayOperator], ownDealerOnly: false, mayOpenOnLoopback: true)

    static func roles(_ roles: Role...) -> AccessRule {
        AccessRule(roles: Set(roles), ownDealerOnly: false, mayOpenOnLoopback: false)
    }
}

/// A query or header parameter.
package struct RouteParameter: Sendable {
    package enum Place: String, Sendable { case query, header, path }

    package let name: String
    package let place: Place
    package let isRequired: Bool
    package let words: String
    package let schema: JSONValue

    static func query(_ name: String, _ words: String, required: Bool = false, _ schema: JSONValue)
        -> RouteParameter
    {
        RouteParameter(
            name: name, place: .query, isRequired: required, words: words, schema: schema)
    }

    static func header(_ name: String, _ words: String, required: Bool, _ schema: JSONValue)
        -> RouteParameter
    {
        RouteParameter(
            name: name, place: .header, isRequired: required, words: words, schema: schema)
    }
}

/// An answer that a route gives when all is well.
package struct RouteAnswer: Sendable {
    package let status: Int
    package let words: String
    /// Media type and name of the component schema (`nil`: any text).
    package let contents: [(type: String, schema: String?)]

    static func json(_ schema: String, _ words: String) -> RouteAnswer {
        .json(200, schema, words)
    }

    static func json(_ status: Int, _ schema: String, _ words: String) -> RouteAnswer {
        RouteAnswer(status: status, words: words, contents: [("application/json", schema)])
    }
}

/// One route: what it is, who may use it, what it answers, and how. Routing, access control and
/// the OpenAPI document all read this one declaration.
package struct Route: Sendable {
    package let operation: String
    package let method: HTTPRequest.Method
    /// With parameters in braces: `/v1/dealers/{dealer}/leads`.
    package let path: String
    package let summary: String
    package var words = ""
    package let access: AccessRule
    package var parameters: [RouteParameter] = []
    /// Name of the component schema of the body; `nil`: none is read.
    package var bodySchema: String?
    package let answers: [RouteAnswer]
    /// What can go wrong, beyond what can go wrong everywhere.
    package var problems: [ProblemCode] = []
    package var dataClasses: [DataClass] = []
    package var purpose: Purpose?
    let handler: @Sendable (Call) async throws -> Reply

    /// Names in the path's braces.
    package var pathParameters: [String] {
        path.split(separator: "/").filter { $0.first == "{" }.map {
            String($0.dropFirst().dropLast())
        }
    }

    /// What can go wrong here, what can go wrong everywhere included.
    package var allProblems: [ProblemCode] {
        var codes = problems + [.internalError, .unavailable, .timedOut]
        if !pathParameters.isEmpty || path.hasPrefix("/v1/") { codes.append(.badParameter) }
        if access.roles != nil { codes += [.noKey, .wrongKey, .notAllowed, .tooManyRequests] }
        if bodySchema != nil { codes += [.badJSON, .badValue, .bodyTooLarge, .unsupportedType] }
        return ProblemCode.allCases.filter { codes.contains($0) }
    }

    /// Whether `segments` of a request's path lead here.
    func matches(_ segments: [Substring]) -> Bool {
        let own = path.split(separator: "/")
        return own.count == segments.count
            && zip(own, segments).allSatisfy { $0.first == "{" || $0 == $1 }
    }
}
