import Customers
import Foundation
import Testing
import TriggerDelivery
import VehicleSignals

struct LeadEventTests {
    static let lead = Lead(
        id: "01JABC", sequence: 42, dealer: "NL-0417", vehicleReference: "vr_8f31",
        triggerCode: "SV-01", triggerVersion: 3, cycle: 2, tier: 3, status: .new, version: 1,
        brand: "ACME", model: "Roadster \"S\"", modelYear: 2023, powertrain: "BEV",
        odometerKilometres: 48_217, odometerTime: Timestamp(seconds: 1_770_000_000),
        dueEarly: Day(year: 2026, month: 2, day: 20),
        dueExpected: Day(year: 2026, month: 3, day: 4),
        dueLate: Day(year: 2026, month: 3, day: 22), dueBasis: "VEHICLE", confidence: "HIGH",
        reason: "Service in 28 days or 900 km", suggestedAction: "BOOK_SERVICE",
        createdAt: Timestamp(seconds: 1_770_000_100), updatedAt: Timestamp(seconds: 1_770_000_100),
        acknowledgeBy: Timestamp(seconds: 1_770_100_000), contactBy: nil,
        expires: Timestamp(seconds: 1_772_000_000), correlationID: "c-77")

    private let builder = LeadEventBuilder(source: "https://gateway.example/turnpike")
    private let time = Timestamp(seconds: 1_770_000_100)

    private func object(_ bytes: [UInt8]) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    @Test func `an opened lead is exactly this event`() throws {
        let bytes = try builder.event(
            id: "evt_1", kind: .opened, lead: Self.lead, at: time,
            items: [
                LeadEventItem(
                    code: "SERVICE", observed: Timestamp(seconds: 1_770_000_000),
                    measures: ["remaining_km": 900, "remaining_d": 28])
            ], legalBasis: "consent")
        let expected =
            #"{"specversion":"1.0","id":"evt_1","source":"https://gateway.example/turnpike","#
            + #""type":"eu.turnpike.service.trigger.opened.v1","subject":"vr_8f31","#
            + #""time":"2026-02-02T02:41:40.000Z","datacontenttype":"application/json","#
            + #""dataclassification":"confidential","dataregulation":"GDPR","#
            + #""datacategory":"D1,D2,D10","legalbasis":"consent","partitionkey":"vr_8f31","#
            + #""sequence":"0000000000000000042","expirytime":"2026-02-25T06:13:20.000Z","#
            + #""tier":"T3","cycleno":2,"data":{"lead_id":"01JABC","trigger_id":"01JABC","#
            + #""trigger_code":"SV-01","trigger_version":3,"status":"OPEN","lead_status":"NEW","#
            + #""lead_version":1,"tier":"T3","severity_type":"DUE_FOR_SERVICE","#
            + #""alert_type":"SERVICE_DUE","cycle_no":2,"vehicle_ref":"vr_8f31","brand":"ACME","#
            + #""model":"Roadster \"S\"","model_year":2023,"powertrain":"BEV","#
            + #""dealer_key":"NL-0417","lead_party":"DEALER","items":[{"code":"SERVICE","#
            + #""remaining_d":28.0,"remaining_km":900.0,"#
            + #""observed_date_time":"2026-02-02T02:40:00.000Z"}],"#
            + #""odometer":{"value":48217,"uom":"KM","#
            + #""observed_date_time":"2026-02-02T02:40:00.000Z"},"due":{"p10":"2026-02-20","#
            + #""p50":"2026-03-04","p90":"2026-03-22","basis":"VEHICLE","confidence":"HIGH"},"#
            + #""suggested_action":{"code":"BOOK_SERVICE"},"#
            + #""reason_text":{"en":"Service in 28 days or 900 km"},"#
            + #""sla":{"ack_by":"2026-02-03T06:26:40.000Z"},"correlation_id":"c-77","#
            + #""expires":"2026-02-25T06:13:20.000Z","#
            + #""links":{"self":"/v1/dealers/NL-0417/leads/01JABC","#
            + #""contact":"/v1/dealers/NL-0417/leads/01JABC/contact","#
            + #""status":"/v1/dealers/NL-0417/leads/01JABC/status"}}}"#
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
        #expect(throws: Never.self) { try object(bytes) }
    }

    @Test(arguments: [
        (LeadEventType.resolved, "RESOLVED"), (.withdrawn, "WITHDRAWN"), (.expired, "EXPIRED"),
    ])
    func `a closing event tells nothing of the vehicle's condition`(
        kind: LeadEventType, status: String
    ) throws {
        let bytes = try builder.event(
            id: "evt_2", kind: kind, lead: Self.lead, at: time,
            items: [LeadEventItem(code: "SERVICE")], endedReason: "PERMISSION")
        let event = try object(bytes)
        let data = try #require(event["data"] as? [String: Any])
        #expect(data["status"] as? String == status)
        #expect(data["ended_reason"] as? String == "PERMISSION")
        for name in [
            "odometer", "due", "items", "reason_text", "brand", "model", "suggested_action", "sla",
        ] {
            #expect(data[name] == nil, "\(name)")
        }
        let links = try #require(data["links"] as? [String: String])
        #expect(links["contact"] == nil && links["status"] != nil)
    }

    @Test func `a mileage that is not known is left out and never 0`() throws {
        var lead = Self.lead
        lead.odometerKilometres = nil
        let event = try object(builder.event(id: "e", kind: .opened, lead: lead, at: time))
        let data = try #require(event["data"] as? [String: Any])
        #expect(data["odometer"] == nil)
    }

    @Test func `attributes are named as CloudEvents allow`() throws {
        let event = try object(
            builder.event(id: "e", kind: .escalated, lead: Self.lead, at: time))
        for name in event.keys {
            #expect(name.utf8.count <= 20)
            #expect(name.utf8.allSatisfy { 0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 })
        }
        #expect(event["subject"] as? String == Self.lead.vehicleReference)
    }

    @Test func `every kind has its type name and loyalty a family of its own`() {
        let names = LeadEventType.allCases.map { builder.type(of: $0, code: "SV-12") }
        #expect(Set(names).count == 6)
        #expect(builder.type(of: .opened, code: "LO-07") == "eu.turnpike.loyalty.trigger.opened.v1")
    }

    @Test func `texts of any kind stay valid JSON and links stay links`() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var lead = Self.lead
            let scalars = (0..<40).map { _ in
                Unicode.Scalar(UInt32.random(in: 0..<0xD800, using: &generator)) ?? " "
            }
            lead.reason = String(String.UnicodeScalarView(scalars)) + "\u{0}\u{1F}\"\\\n\u{7F}"
            lead.dealer = "a/b ?\u{E9}"
            let event = try object(builder.event(id: "e", kind: .opened, lead: lead, at: time))
            let data = try #require(event["data"] as? [String: Any])
            #expect((data["reason_text"] as? [String: String])?["en"] == lead.reason)
            let links = data["links"] as? [String: String]
            #expect(links?["self"] == "/v1/dealers/a%2Fb%20%3F%C3%A9/leads/01JABC")
        }
    }

    @Test(arguments: ["", "a.b", "ä", "a b", String(repeating: "x", count: 65)])
    func `an id that cannot be a webhook's is refused`(id: String) {
        #expect(throws: LeadEventError.idInvalid(id)) {
            try builder.event(id: id, kind: .opened, lead: Self.lead, at: time)
        }
    }

    @Test func `an event of 20 kB is refused`() {
        var lead = Self.lead
        lead.reason = String(repeating: "x", count: 20_000)
        #expect(throws: LeadEventError.self) {
            try builder.event(id: "e", kind: .opened, lead: lead, at: time)
        }
    }
}
