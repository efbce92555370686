import Customers
import HTTPTypes
import VehicleSignals

/// Whether the process answers at all, and whether it can do its work; open to anybody, for load
/// balancers and process supervisors.
func healthRoutes(_ status: any GatewayStatus) -> [Route] {
    [
        Route(
            operation: "readLiveness", method: .get, path: "/health/live",
            summary: "Whether the process answers", access: .open,
            answers: [.json("Health", "It does.")]
        ) { _ in
            Reply(["status": "live"])
        },
        Route(
            operation: "readReadiness", method: .get, path: "/health/ready",
            summary: "Whether the gateway can do its work", access: .open,
            answers: [.json("Health", "It can.")], problems: [.notReady]
        ) { _ in
            let reasons = try await status.snapshot().notReady
            guard reasons.isEmpty else {
                throw Problem(
                    .notReady, reasons.joined(separator: "; "), fields: [.retryAfter: "5"],
                    members: [JSONMember("reasons", .texts(reasons))])
            }
            return Reply(["status": "ready"])
        },
    ]
}

/// The description of all routes.
func documentRoute(_ reply: @escaping @Sendable () -> Reply) -> Route {
    Route(
        operation: "readDocument", method: .get, path: "/openapi.json",
        summary: "This description", access: .open,
        answers: [
            RouteAnswer(
                status: 200, words: "An OpenAPI 3.1 document.",
                contents: [("application/json", nil)])
        ]
    ) { _ in
        var reply = reply()
        reply.fields[.cacheControl] = "public, max-age=300"
        return reply
    }
}

/// The page for people.
func pageRoute(version: String) -> Route {
    let page = GatewayPage(version: version)
    return Route(
        operation: "readPage", method: .get, path: "/",
        summary: "The page for people", access: .open,
        answers: [
            RouteAnswer(
                status: 200, words: "One HTML page without foreign parts.",
                contents: [("text/html", nil)])
        ]
    ) { _ in
        var reply = Reply(contentType: "text/html; charset=utf-8", body: page.html)
        reply.fields[.contentSecurityPolicy] = page.contentSecurityPolicy
        return reply
    }
}

/// Whom the presented key speaks for.
var whoamiRoute: Route {
    Route(
        operation: "readCaller", method: .get, path: "/v1/whoami",
        summary: "Whom the key speaks for",
        access: .roles(.gatewayOperator, .dealer, .manufacturer, .owner, .auditor),
        answers: [.json("Caller", "Party and role of the key.")]
    ) { call in
        let caller = try call.requiredCaller()
        return Reply([
            "party": .string(caller.party), "role": .string(caller.role.rawValue),
            "key_id": .string(caller.keyID),
        ])
    }
}

/// What was shared, with whom and why: a dealer reads what he received, an owner what was told of
/// his vehicles while they were his, an auditor everything.
func disclosureRoute(_ book: any DisclosureBook) -> Route {
    Route(
        operation: "listDisclosures", method: .get, path: "/v1/disclosures",
        summary: "The ledger of what was shared",
        words: """
            A dealer sees what went to him, an owner what was told of his vehicles while he held \
            them, an auditor every line. No line holds content.
            """,
        access: .roles(.dealer, .owner, .auditor),
        parameters: [
            .query(
                "after", "Where to go on: `next` of an earlier page.",
                Schema.text("An opaque cursor.", longest: 14)),
            .query(
                "limit", "Lines a page, at most \(GatewayLimit.pageSize).",
                [
                    "type": "integer", "minimum": 1,
                    "maximum": .integer(Int64(GatewayLimit.pageSize)), "default": 100,
                ]),
        ],
        answers: [.json("DisclosurePage", "A page; empty at the end.")],
        problems: [.badCursor], dataClasses: [.accessLog]
    ) { call in
        let caller = try call.requiredCaller()
        let after = try Cursor.sequence("D", call.values["after"])
        let limit = try call.number("limit", in: 1...GatewayLimit.pageSize, default: 100)
        let scope: DisclosureScope =
            switch caller.role {
            case .auditor: .everything
            case .owner: .about(caller.party)
            default: .to(caller.party)
            }
        let lines = try await book.disclosures(scope, after: after, limit: limit)
        return Reply([
            "disclosures": .array(lines.map(\.json)),
            "next": .string(Cursor.text("D", lines.last?.sequence ?? after)),
            "has_more": .bool(lines.count == limit),
        ])
    }
}

extension DisclosureLine {
    fileprivate var json: JSONValue {
        [
            "date_time": .string(time.rfc3339),
            "recipient": .string(recipient),
            "data_classes": .texts(dataClasses.map(\.rawValue)),
            "reference": .string(reference),
            "purpose": .string(purpose.rawValue),
            "basis": .string(basis),
            "door": .string(door),
        ]
    }
}
