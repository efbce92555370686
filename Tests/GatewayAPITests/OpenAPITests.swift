import Customers
import GatewayAPI
import Hummingbird
import HummingbirdTesting
import Testing
import VehicleSignals

/// One request of the sweep: what is sent, to which route, and what must come.
private struct Sample: Sendable {
    let operation: String
    let method: HTTPRequest.Method
    let uri: String
    let headers: HTTPFields
    var body = ""
    let status: Int

    init(
        _ operation: String, _ uri: String, _ headers: HTTPFields, _ status: Int,
        post body: String? = nil
    ) {
        self.operation = operation
        self.method = body == nil ? .get : .post
        self.uri = uri
        self.headers = headers
        self.body = body ?? ""
        self.status = status
    }
}

struct OpenAPITests {
    private var samples: [Sample] {
        let dealer = key("tpk_dealer_own")
        let lead = "\(ownLeads)/L1"
        let report = key(
            "tpk_dealer_own", [.idempotencyKey: "s-1", .contentType: "application/json"])
        let replay = "/v1/deliveries/evt-1/replay"
        return [
            Sample("listLeads", ownLeads, dealer, 200),
            Sample("listLeads", ownLeads, key("tpk_dealer_own", [.ifNoneMatch: "*"]), 304),
            Sample("listLeads", ownLeads + "?after=x", dealer, 400),
            Sample("listLeads", ownLeads, [:], 401),
            Sample("listLeads", ownLeads, key("tpk_operator"), 403),
            Sample("readLead", lead, dealer, 200),
            Sample("readLead", lead + "x", dealer, 404),
            Sample("readContact", lead + "/contact", key("tpk_dealer_own", [.purpose: "P3"]), 200),
            Sample("readContact", lead + "/contact", dealer, 400),
            Sample(
                "readContact", "\(ownLeads)/L2/contact", key("tpk_dealer_own", [.purpose: "P3"]),
                410),
            Sample("reportStatus", lead + "/status", report, 200, post: #"{"status":"BOOKED"}"#),
            Sample(
                "reportStatus", lead + "/status", report, 409,
                post: #"{"status":"LOST","reason":"PRICE"}"#),
            Sample("reportStatus", lead + "/status", report, 422, post: #"{"status":"X"}"#),
            Sample("reportStatus", lead + "/status", report, 400, post: "{"),
            Sample(
                "reportStatus", lead + "/status", report, 413,
                post: String(repeating: " ", count: 20_000)),
            Sample(
                "readUsage", "/v1/usage?metric=vehicles&by=model,powertrain,month",
                key("tpk_manufacturer"), 200),
            Sample(
                "readUsage", "/v1/usage?metric=distance&format=csv", key("tpk_manufacturer"), 200),
            Sample("readUsage", "/v1/usage", key("tpk_manufacturer"), 400),
            Sample("listDisclosures", "/v1/disclosures", dealer, 200),
            Sample("readStatus", "/v1/status", key("tpk_operator"), 200),
            Sample("readMetrics", "/metrics", key("tpk_operator"), 200),
            Sample("replayEvent", replay, key("tpk_operator"), 202, post: ""),
            Sample("replayEvent", "/v1/deliveries/x/replay", key("tpk_operator"), 404, post: ""),
            Sample("readCaller", "/v1/whoami", key("tpk_owner"), 200),
            Sample("readLiveness", "/health/live", [:], 200),
            Sample("readReadiness", "/health/ready", [:], 200),
            Sample("readPage", "/", [:], 200),
            Sample("readDocument", "/openapi.json", [:], 200),
        ]
    }

    @Test func `every route answers as the document says`() async throws {
        let house = House()
        await house.book.add(house.lead("L1"))
        await house.book.add(house.lead("L2"))
        await house.book.refuse("L2", .permissionWithdrawn)
        await house.book.add(house.lead("L3", status: .withdrawn))
        let routes = house.server().table.routes
        #expect(Set(samples.map(\.operation)) == Set(routes.map(\.operation)))
        try await house.visit { client async throws in
            let document = try await client.get("/openapi.json").json
            let check = SchemaCheck(document: document)
            for sample in samples {
                let answer = try await client.execute(
                    uri: sample.uri, method: sample.method, headers: sample.headers,
                    body: sample.body.isEmpty ? nil : .init(string: sample.body)
                ) { $0 }
                let name = "\(sample.operation) \(sample.uri): \(answer.text.prefix(300))"
                #expect(answer.status.code == sample.status, "\(name)")
                let route = try #require(routes.first { $0.operation == sample.operation })
                let operation = document["paths"]?[route.path]?[route.method.rawValue.lowercased()]
                let described = try #require(
                    operation?["responses"]?[String(answer.status.code)], "\(name)")
                guard let contents = described["content"] else {
                    #expect(answer.body.readableBytes == 0)
                    continue
                }
                let type = try #require(answer.headers[.contentType])
                let essence = String(type.prefix { $0 != ";" })
                let schema = try #require(contents[essence]?["schema"], "\(name)")
                if essence.hasSuffix("json") {
                    #expect(check.faults(answer.json, schema) == [], "\(name)")
                }
                if let codes = described["x-codes"]?.elements {
                    #expect(codes.contains(answer.json["code"] ?? .null), "\(name)")
                }
            }
        }
    }

    @Test func `the document is a sound OpenAPI 3.1 document`() async throws {
        try await House().visit { client async throws in
            let document = try await client.get("/openapi.json").json
            #expect(document["openapi"] == "3.1.0")
            #expect(document["info"]?["title"] != nil && document["info"]?["version"] != nil)
            let schemas = document["components"]?["schemas"]?.members?.map(\.name) ?? []
            #expect(Set(schemas).count == schemas.count)
            let used = references(document)
            for reference in used {
                #expect(
                    schemas.contains { reference == "#/components/schemas/\($0)" }, "\(reference)")
            }
            // Nothing is described that no route uses.
            for name in schemas {
                #expect(used.contains("#/components/schemas/\(name)"), "\(name)")
            }
            var operations: [String] = []
            for path in document["paths"]?.members ?? [] {
                #expect(path.name.hasPrefix("/"))
                for method in path.value.members ?? [] {
                    try checkOperation(method.value, path: path.name)
                    operations.append(method.value["operationId"]?.string ?? "")
                }
            }
            #expect(Set(operations).count == operations.count)
            let webhook = document["webhooks"]?["leadChanged"]?["post"]
            #expect(webhook?["x-purpose"] == "P3")
            #expect(webhook?["requestBody"]?["content"]?["application/cloudevents+json"] != nil)
        }
    }

    private func checkOperation(_ operation: JSONValue, path: String) throws {
        let id = try #require(operation["operationId"]?.string)
        #expect(operation["summary"] != nil)
        let parameters = operation["parameters"]?.elements ?? []
        let inPath = parameters.filter { $0["in"] == "path" }.compactMap { $0["name"]?.string }
        let braces = path.split(separator: "/").filter { $0.first == "{" }
        #expect(inPath == braces.map { String($0.dropFirst().dropLast()) }, "\(id)")
        for parameter in parameters where parameter["in"] == "path" {
            #expect(parameter["required"] == true)
        }
        let responses = try #require(operation["responses"]?.members)
        #expect(responses.contains { $0.name.hasPrefix("2") })
        #expect(Set(responses.map(\.name)).count == responses.count)
        for response in responses { #expect(response.value["description"] != nil) }
        // Whoever hands out something personal says what and why.
        if path.hasPrefix("/v1/dealers/") {
            #expect(operation["x-data-class"]?.elements?.isEmpty == false, "\(id)")
            #expect(operation["x-purpose"] != nil, "\(id)")
        }
        #expect((operation["security"] == nil) == (operation["x-roles"] != nil), "\(id)")
    }

    private func references(_ value: JSONValue) -> Set<String> {
        switch value {
        case .array(let elements): return elements.reduce(into: []) { $0.formUnion(references($1)) }
        case .object(let members):
            return members.reduce(into: []) { found, member in
                if member.name == "$ref", let text = member.value.string { found.insert(text) }
                found.formUnion(references(member.value))
            }
        default: return []
        }
    }
}
