import Customers
import GatewayAPI
import Hummingbird
import HummingbirdTesting
import Logging
import Testing
import VehicleSignals

struct OperatorRouteTests {
    @Test func `the operator reads counts`() async throws {
        try await House().visit { client async throws in
            let status = try await client.get("/v1/status", key("tpk_operator"))
            #expect(status.status == .ok)
            #expect(status.json["messages"]?["received"] == 1_204_331)
            #expect(status.json["messages"]?["under_way"] == 0)
            #expect(status.json["vehicles"]?["silent"] == 14)
            #expect(status.json["leads"]?["BOOKED"] == 17)
            #expect(status.json["ready"] == true)
        }
    }

    @Test func `readiness says why not`() async throws {
        let house = House()
        try await house.visit { client async throws in
            #expect(try await client.get("/health/ready").status == .ok)
            await house.status.change { $0.notReady = ["the disk is full", "no broker"] }
            let answer = try await client.get("/health/ready")
            #expect(answer.status == .serviceUnavailable)
            #expect(answer.code == "NOT_READY")
            #expect(answer.json["reasons"] == ["the disk is full", "no broker"])
            #expect(try await client.get("/health/live").status == .ok)
        }
    }

    @Test func `metrics are Prometheus text with each family announced once`() async throws {
        try await House().visit { client async throws in
            _ = try await client.get("/v1/whoami", key("tpk_owner"))
            _ = try await client.get("/nowhere")
            let answer = try await client.get("/metrics", key("tpk_operator"))
            #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(answer.text.hasSuffix("\n"))
            var announced: Set<String> = []
            var typed: Set<String> = []
            var current = ""
            for line in answer.text.split(separator: "\n") {
                let words = line.split(separator: " ")
                if line.hasPrefix("# HELP ") {
                    #expect(announced.insert(String(words[2])).inserted)
                } else if line.hasPrefix("# TYPE ") {
                    current = String(words[2])
                    #expect(typed.insert(current).inserted)
                    #expect(["counter", "gauge"].contains(words[3]))
                } else {
                    #expect(
                        line.hasPrefix(current + " ") || line.hasPrefix(current + "{"), "\(line)")
                    #expect(Double(words.last ?? "") != nil, "\(line)")
                }
            }
            #expect(announced == typed)
            let text = answer.text
            #expect(text.contains("turnpike_messages_total{outcome=\"quarantined\"} 65\n"))
            #expect(
                text.contains(
                    "turnpike_messages_quarantined_total{source=\"bmw\","
                        + "reason=\"identity_disagrees\"} 41\n"))
            #expect(text.contains("turnpike_readings_total 7190044\n"))
            #expect(text.contains("turnpike_readings_dropped_total{reason=\"absent\"} 310\n"))
            #expect(
                text.contains("turnpike_broker_connected{connection=\"main-\\\"2\\\"\\n\"} 0\n"))
            #expect(
                text.contains(
                    "turnpike_http_requests_total{operation=\"readCaller\",status=\"200\"} 1\n"))
            #expect(
                text.contains("turnpike_http_requests_total{operation=\"none\",status=\"404\"} 1\n")
            )
            #expect(text.contains("turnpike_leads{status=\"NEW\"} 0\n"))
        }
    }

    @Test func `an event is sent again by hand`() async throws {
        try await House().visit { client async throws in
            let queued = try await client.post(
                "/v1/deliveries/evt-1/replay", key("tpk_operator"), "")
            #expect(queued.status == .accepted)
            #expect(queued.json["deliveries"] == 2)
            let unknown = try await client.post("/v1/deliveries/x/replay", key("tpk_operator"), "")
            #expect(unknown.code == "UNKNOWN_EVENT")
            let refused = try await client.post(
                "/v1/deliveries/evt-withdrawn/replay", key("tpk_operator"), "")
            #expect(refused.status == .conflict)
            #expect(refused.code == "REPLAY_REFUSED")
        }
    }

    @Test func `a dealer reads his own lines of the ledger, an auditor all`() async throws {
        try await House().visit { client async throws in
            let own = try await client.get("/v1/disclosures", key("tpk_dealer_own"))
            #expect(own.json["disclosures"]?.elements?.count == 2)
            let owner = try await client.get("/v1/disclosures", key("tpk_owner"))
            #expect(
                (owner.json["disclosures"]?.elements ?? []).compactMap { $0["reference"]?.string }
                    == ["vr_8f4", "vr_8f5"])
            #expect(!own.text.contains(FakeKeyRing.other))
            let page = try await client.get("/v1/disclosures?limit=3", key("tpk_auditor"))
            #expect(page.json["disclosures"]?.elements?.count == 3)
            let next = try #require(page.json["next"]?.string)
            let rest = try await client.get("/v1/disclosures?after=\(next)", key("tpk_auditor"))
            #expect(rest.json["disclosures"]?.elements?.count == 2)
            #expect(rest.json["has_more"] == false)
        }
    }

    @Test func `what nobody provides has no route`() {
        let house = House()
        var dependencies = house.dependencies
        dependencies.deliveries = nil
        dependencies.disclosures = nil
        let server = GatewayServer(
            configuration: house.configuration, dependencies: dependencies,
            logger: .init(label: "test"))
        let operations = server.table.routes.map(\.operation)
        #expect(!operations.contains("replayEvent") && !operations.contains("listDisclosures"))
    }
}
