import Customers
import HTTPTypes

/// The OpenAPI 3.1 document, made from the route table: what is not in the table is not in the
/// document, and the other way round.
package struct OpenAPIDocument: Sendable {
    package let value: JSONValue

    init(routes: [Route], _ version: String) {
        var paths: [JSONMember] = []
        for route in routes {
            let operation = JSONMember(
                route.method.rawValue.lowercased(), Self.operation(route))
            if let place = paths.firstIndex(where: { $0.name == route.path }) {
                paths[place].value = paths[place].value.adding([operation])
            } else {
                paths.append(JSONMember(route.path, .object([operation])))
            }
        }
        value = [
            "openapi": "3.1.0",
            "info": [
                "title": "Turnpike",
                "summary": "Leads for dealers, aggregates for the manufacturer",
                "version": .string(version),
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base",
            "servers": [["url": "/"]],
            "security": [["bearer": []]],
            "paths": .object(paths),
            "webhooks": Self.webhooks,
            "components": [
                "securitySchemes": [
                    "bearer": [
                        "type": "http", "scheme": "bearer",
                        "description": "A key tpk_… that is bound to one party and one role.",
                    ]
                ],
                "schemas": .object(componentSchemas),
            ],
        ]
    }

    private static func operation(_ route: Route) -> JSONValue {
        var members = [
            JSONMember("operationId", .string(route.operation)),
            JSONMember("summary", .string(route.summary)),
        ]
        if !route.words.isEmpty { members.append(JSONMember("description", .string(route.words))) }
        if let roles = route.access.roles {
            members.append(JSONMember("x-roles", .texts(roles.map(\.rawValue).sorted())))
            if route.access.ownDealerOnly { members.append(JSONMember("x-own-dealer-only", true)) }
        } else {
            members.append(JSONMember("security", []))
        }
        if !route.dataClasses.isEmpty {
            members.append(
                JSONMember("x-data-class", .texts(route.dataClasses.map(\.rawValue))))
        }
        if let purpose = route.purpose {
            members.append(JSONMember("x-purpose", .string(purpose.rawValue)))
        }
        let parameters = parameters(route)
        if !parameters.isEmpty { members.append(JSONMember("parameters", .array(parameters))) }
        if let body = route.bodySchema {
            members.append(
                JSONMember(
                    "requestBody",
                    [
                        "required": true,
                        "content": ["application/json": ["schema": Schema.named(body)]],
                    ]))
        }
        members.append(JSONMember("responses", responses(route)))
        return .object(members)
    }

    private static func parameters(_ route: Route) -> [JSONValue] {
        let inPath = route.pathParameters.map { name in
            RouteParameter(
                name: name, place: .path, isRequired: true,
                words: name == "dealer" ? "The dealer's key; must be the caller's own." : "Its id.",
                schema: Schema.text("", longest: GatewayLimit.pathValueBytes))
        }
        return (inPath + route.parameters).map { parameter in
            [
                "name": .string(parameter.name),
                "in": .string(parameter.place.rawValue),
                "required": .bool(parameter.isRequired),
                "description": .string(parameter.words),
                "schema": parameter.schema,
            ]
        }
    }

    private static func responses(_ route: Route) -> JSONValue {
        var members: [JSONMember] = route.answers.map { answer in
            var members = [JSONMember("description", .string(answer.words))]
            if !answer.contents.isEmpty {
                let contents = answer.contents.map { content in
                    JSONMember(
                        content.type,
                        [
                            "schema": content.schema.map { Schema.named($0) } ?? [
                                "description": "Text."
                            ]
                        ])
                }
                members.append(JSONMember("content", .object(contents)))
            }
            return JSONMember(String(answer.status), .object(members))
        }
        let problems = route.allProblems
        for status in Set(problems.map(\.status)).sorted() {
            let codes = problems.filter { $0.status == status }
            let words = codes.map { "\($0.rawValue): \($0.title.lowercased())" }
            members.append(
                JSONMember(
                    String(status),
                    [
                        "description": .string(words.joined(separator: "; ") + "."),
                        "x-codes": .texts(codes.map(\.rawValue)),
                        "content": .object([
                            JSONMember(Problem.mediaType, ["schema": Schema.named("Problem")])
                        ]),
                    ]))
        }
        return .object(members)
    }
}
