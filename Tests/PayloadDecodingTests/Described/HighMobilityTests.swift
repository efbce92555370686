import Foundation
import PayloadDecoding
import Testing
import VehicleSignals

@Suite struct `High Mobility messages` {
    private static let topic = "live/level13/APP"
    private static let at = "2025-08-12T16:07:48.000Z"

    private func message(_ capability: String, _ properties: String) -> String {
        #"{"version":2,"message_id":"M1","vin":"EXV1","data":{"\#(capability)":{\#(properties)}}}"#
    }

    @Test(arguments: [
        (
            "diagnostics",
            #""odometer":[{"data":{"unit":"kilometers","value":19201.01},"timestamp":"T"}]"#,
            ["TraveledDistance 19201010"]
        ),
        (
            "diagnostics", #""odometer":[{"timestamp":"T","data":{"value":10,"unit":"miles"}}]"#,
            ["TraveledDistance 16093"]
        ),
        (
            "diagnostics", #""fuel_level":[{"data":0.9,"timestamp":"T"}]"#,
            ["FuelSystem.RelativeLevel 90"]
        ),
        (
            "diagnostics", #""engine_oil_life_remaining":[{"data":0.88,"timestamp":"T"}]"#,
            ["Service.Ext.OilLife 88.0"]
        ),
        (
            "diagnostics",
            #""tire_pressures":[{"data":{"location":"rear_left","pressure":{"value":2.31,"unit":"#
                + #""bars"}},"timestamp":"T"},{"data":{"pressure":{"unit":"kilopascals","value":"#
                + #"220},"location":"front_right"},"timestamp":"T"}]"#,
            ["Row2.Wheel.Left.Tire.Pressure 231", "Row1.Wheel.Right.Tire.Pressure 220"]
        ),
        (
            "diagnostics",
            #""trouble_codes":[{"data":{"id":"C1116FA","status":"PENDING"},"timestamp":"T"},"#
                + #"{"data":{"status":"CONFIRMED","id":"P0128"}},{"data":{"id":"?"}}]"#,
            [
                "Diagnostics.DTCList list of 2", "Diagnostics.DTCList C1116-FA",
                "Diagnostics.DTCList P0128",
            ]
        ),
        (
            "maintenance",
            #""time_to_next_service":[{"data":{"unit":"weeks","value":2},"timestamp":"T"}]"#,
            ["Service.TimeToService 1209600"]
        ),
        (
            "maintenance",
            #""next_inspection_date":[{"data":"2025-08-13T16:07:48Z","timestamp":"T"}]"#,
            ["Service.Ext.TimeToInspection 86400"]
        ),
        (
            "maintenance",
            #""last_service_date":[{"data":"2024-05-01T00:00:00Z","timestamp":"T"}]"#,
            ["Service.Ext.LastServiceDate 2024-05-01T00:00:00Z"]
        ),
        (
            "diagnostics",
            #""tire_pressures_targets":[{"data":{"location":"rear_left","pressure":{"value":2.5,"#
                + #""unit":"bars"}},"timestamp":"T"}]"#,
            ["Service.Ext.TirePressureTarget.Row2.Left 250"]
        ),
        (
            "diagnostics",
            #""odometer":[{"data":{"unit":"kilometers","value":"19201.01"},"timestamp":"T"}]"#,
            ["TraveledDistance 19201010"]
        ),
        (
            "dashboard_lights",
            #""dashboard_lights":[{"data":{"name":"high_beam","state":"on"},"timestamp":"T"},"#
                + #"{"data":{"name":"engine_indicator","state":"off"},"timestamp":"T"}]"#,
            ["Diagnostics.Ext.IsMILOn false"]
        ),
        (
            "maintenance",
            #""distance_to_next_service":[{"data":{"unit":"meters","value":-500},"#
                + #""timestamp":"T"}]"#,
            ["Service.DistanceToService -0.5"]
        ),
        (
            "climate",
            #""outside_temperature":[{"data":{"unit":"fahrenheit","value":50},"timestamp":"T"}]"#,
            ["Exterior.AirTemperature 10"]
        ),
        (
            "charging", #""status":[{"data":"charging","timestamp":"T"}]"#,
            ["TractionBattery.Charging.IsCharging true"]
        ),
    ])
    func `of version 2`(capability: String, properties: String, expected: [String]) throws {
        var source = try DescribedSource("highmobility")
        let payload = message(capability, properties.replacing("\"T\"", with: "\"\(Self.at)\""))
        let lines = try source.lines(Self.topic, payload)
        for (line, start) in zip(lines, expected) {
            #expect(line.hasPrefix(start), "\(line)")
            #expect(line.hasSuffix(" event \(Self.at)"), "\(line)")
        }
        let confirmed = lines.filter { $0.contains("Confirmed") }
        #expect(lines.count == expected.count + confirmed.count, "\(lines)")
    }

    @Test func `confirmed codes stand apart; an empty array means that there are none`() throws {
        var source = try DescribedSource("highmobility")
        let arrival = "arrival 2026-02-02T02:40:00.000Z"
        #expect(
            try source.lines(Self.topic, message("diagnostics", #""trouble_codes":[]"#)) == [
                "Diagnostics.DTCList list of 0 \(arrival)",
                "Diagnostics.Ext.ConfirmedDTCList list of 0 \(arrival)",
            ])
        #expect(
            try source.lines(
                Self.topic,
                message(
                    "diagnostics",
                    #""trouble_codes":[{"data":{"id":"P0128","status":"ACTIVE"}}]"#)
            ).suffix(2) == [
                "Diagnostics.Ext.ConfirmedDTCList list of 1 \(arrival)",
                "Diagnostics.Ext.ConfirmedDTCList P0128 \(arrival)",
            ])
        #expect(try source.lines(Self.topic, message("diagnostics", "")).isEmpty)
    }

    @Test func `of version 1, one property, its time at the message`() throws {
        var source = try DescribedSource("highmobility")
        let head = #"{"version":1,"vin":"EXV1","timestamp":"\#(Self.at)","data":"#
        let topic = "live/level13/APP/EXV1/maintenance/get/time_to_next_service"
        let property = #"{"time_to_next_service":{"data":{"unit":"days","value":14}}}"#
        for data in [property, #"{"maintenance":\#(property)}"#] {
            #expect(
                try source.lines(topic, head + data + "}")
                    == ["Service.TimeToService 1209600 backend \(Self.at)"])
        }
        #expect(
            try source.lines(
                topic,
                head + #"{"maintenance":{"next_inspection_date":{"data":"2025-08-12T16:08:00Z"}}}}"#
            )
                == ["Service.Ext.TimeToInspection 12 backend \(Self.at)"])
        #expect(
            source.error("live/level13/APP/OTHER/x/get/y", head + "{}}")?.reason
                == .identityDisagrees)
    }

    @Test func `the published samples decode`() throws {
        guard let folder = Shipped.folder("../shared/formats/samples/highmobility") else { return }
        var source = try DescribedSource("highmobility")
        var readings: [String: Int] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        where name.hasSuffix(".json") {
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
                .replacing("__TIMESTAMP__", with: Self.at).replacing("__VIN__", with: "EXV1")
                .replacing("__LATI__", with: "43").replacing("__LONG__", with: "75")
            readings[name] = try source.decode(Self.topic, text).readings.count
        }
        #expect(readings["v2_message_docs.json"] == 3)
        #expect(readings["diagnostics.trouble_codes.json"] == 4)
        #expect(readings["maintenance._time_to_next_service.json"] == 1)
        #expect(readings["maintenance.next_inspection_date.json"] == 1)
        #expect(readings["vehicle_location.coordinates.json"] == 2)
        #expect(readings["dashboard_lights.dashboard_lights.json"] == 1)
        #expect(readings["crash.incidents.json"] == 0)
    }
}
