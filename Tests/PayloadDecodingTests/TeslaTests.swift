import Foundation
import PayloadDecoding
import Testing
import VehicleSignals

@Suite struct `Tesla fields` {
    private func decoder() throws -> MessageDecoder { MessageDecoder(try Shipped.sources()) }
    private static let arrival = "arrival 2026-02-02T02:40:00.000Z"
    private static let tyre = "Vehicle.Chassis.Axle.Row"

    @Test(arguments: [
        ("Odometer", "61026.774055062444", "Vehicle.TraveledDistance 98213073"),
        ("Odometer", "\"61026.774055062444\"", "Vehicle.TraveledDistance 98213073"),
        ("VehicleSpeed", "\"21\"", "Vehicle.Speed 33.796224"),
        (
            "TpmsPressureFl", "\"2.9250000435858965\"",
            "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure 293"
        ),
        (
            "DetailedChargeState", "\"DetailedChargeStateCharging\"",
            "Vehicle.Powertrain.TractionBattery.Charging.IsCharging true"
        ),
        (
            "DetailedChargeState", "\"Disconnected\"",
            "Vehicle.Powertrain.TractionBattery.Charging.IsCharging false"
        ),
        ("BatteryLevel", "75.5", "Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed 75.5"),
        ("DCChargingPower", "11.5", "Vehicle.Powertrain.TractionBattery.CurrentPower 11500.0"),
    ])
    func `a value in both spellings`(field: String, payload: String, expected: String) throws {
        var decoder = try decoder()
        let lines = try decoder.lines("telemetry/5YJ3/v/\(field)", payload)
        #expect(lines.first == "\(expected) \(Self.arrival)")
        // The state of charging tells of the cable as well.
        #expect(lines.count == (field == "DetailedChargeState" ? 2 : 1))
    }

    @Test func `an object of two values`() throws {
        var decoder = try decoder()
        #expect(
            try decoder.lines(
                "a/b/c/5YJ3/v/Location", #"{"latitude":37.7749,"longitude":-122.4194}"#)
                == [
                    "Vehicle.CurrentLocation.Latitude 37.7749 \(Self.arrival)",
                    "Vehicle.CurrentLocation.Longitude -122.4194 \(Self.arrival)",
                ])
    }

    @Test func `the object of warnings names those that are on; the others are off`() throws {
        var decoder = try decoder()
        let low = "Tire.IsPressureLow"
        #expect(
            try decoder.lines("telemetry/5YJ3/v/TpmsHardWarnings", #"{"front_left":true}"#) == [
                "\(Self.tyre)1.Wheel.Left.\(low) true \(Self.arrival)",
                "\(Self.tyre)1.Wheel.Right.\(low) false \(Self.arrival)",
                "\(Self.tyre)2.Wheel.Left.\(low) false \(Self.arrival)",
                "\(Self.tyre)2.Wheel.Right.\(low) false \(Self.arrival)",
            ])
        #expect(try decoder.lines("telemetry/5YJ3/v/TpmsHardWarnings", "{}").count == 4)
        #expect(try decoder.lines("telemetry/5YJ3/v/TpmsHardWarnings", "null").isEmpty)
    }

    @Test(arguments: [
        (#"{"front_left":true}"#, [true, false, false, false]),
        (#"{"frontLeft":true,"rearRight":false}"#, [true, false, false, false]),
        (
            #"{"FrontLeft":false,"FrontRight":true,"RearLeft":false,"RearRight":true}"#,
            [false, true, false, true]
        ),
        ("{}", [false, false, false, false]),
        // A key that nobody knows may be a wheel: of those that are not there nothing is said.
        (#"{"FL":true}"#, [nil, nil, nil, nil]),
        (#"{"rear_left":true,"semi_rear_axle_left":true}"#, [nil, nil, true, nil]),
        (#"{"rear_left":null}"#, [false, false, nil, false]),
    ])
    func `wheels in each spelling, and in none that is known`(
        wheels: String, low: [Bool?]
    ) throws {
        let places = ["Row1.Wheel.Left", "Row1.Wheel.Right", "Row2.Wheel.Left", "Row2.Wheel.Right"]
        let expected = zip(places, low).compactMap { place, low in
            low.map { "\(place).Tire.IsPressureLow \($0) \(Self.arrival)" }
        }
        var source = try DescribedSource("tesla")
        for field in ["TpmsHardWarnings", "TpmsSoftWarnings"] {
            let found = try source.lines("telemetry/5YJ3/v/\(field)", wheels).sorted()
            #expect(found == (field == "TpmsHardWarnings" ? expected : []), "\(field)")
        }
    }

    @Test func `one wheel in two spellings is one key twice`() throws {
        var source = try DescribedSource("tesla")
        #expect(
            source.error(
                "telemetry/5YJ3/v/TpmsHardWarnings", #"{"front_left":true,"FrontLeft":false}"#)
                == DecodeError(.duplicateKey, at: 19))
    }

    @Test(arguments: [
        ("Odometer", "null"), ("Odometer", ""), ("Odometer", "\"\""), ("Odometer", "\"<invalid>\""),
        ("TpmsPressureFl", "0"), ("TpmsPressureFl", "\"0\""),
        ("DetailedChargeState", "\"Unknown\""),
    ])
    func `what means "no value" gives none`(field: String, payload: String) throws {
        var decoder = try decoder()
        let decoded = try decoder.decode("telemetry/5YJ3/v/\(field)", payload)
        #expect(decoded?.readings.isEmpty == true)
        #expect(decoded?.outcome.unknownSignals == 0)
    }

    @Test func `a retained value has no time at all`() throws {
        var decoder = try decoder()
        let lines = try decoder.lines("telemetry/5YJ3/v/BatteryLevel", "75.5", isRetained: true)
        #expect(
            lines == [
                "Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed 75.5 "
                    + "none never retained"
            ])
    }

    @Test func `a field that no mapping names is counted, whatever it holds`() throws {
        var decoder = try decoder()
        let decoded = try decoder.decode("telemetry/5YJ3/v/VehicleName", "\"My car\"")
        #expect(decoded?.outcome.unknownSignals == 1)
    }

    @Test func `one value and nothing behind it`() throws {
        var decoder = try decoder()
        #expect(
            decoder.error("telemetry/5YJ3/v/Odometer", "1 2") == DecodeError(.unexpectedByte, at: 2)
        )
        #expect(
            decoder.error("telemetry/5YJ3/v/Odometer", "\"abc\"") == DecodeError(.wrongType, at: 0))
        let here = try decoder.decode("telemetry/5YJ3/v/Location", "\"here\"")
        #expect(here?.outcome.outOfRange == 1 && here?.outcome.absent == 1)
        #expect(
            decoder.error("telemetry/5YJ3/v/Location", "37.7") == DecodeError(.wrongType, at: 0))
    }

    @Test func `the published samples decode without an error`() throws {
        guard let folder = Shipped.folder("../shared/formats/samples/tesla_fleet_telemetry") else {
            return
        }
        struct Sample: Decodable {
            var topic: String
            var payload: String
        }
        var decoder = try decoder()
        let text = try String(
            contentsOf: folder.appending(path: "mqtt_messages.jsonl"), encoding: .utf8)
        var readings = 0
        for line in text.split(separator: "\n") {
            let sample = try JSONDecoder().decode(Sample.self, from: Data(line.utf8))
            let decoded = try decoder.decode(sample.topic, sample.payload)
            readings += try #require(decoded, "\(sample.topic)").readings.count
        }
        #expect(readings == 21)
    }

    @Test func `the state of charging tells of the cable, the gear of the lock`() throws {
        var source = try DescribedSource("tesla")
        let cable =
            "TractionBattery.Charging.ChargingPort.AnyPosition.IsChargingCableConnected"
        #expect(
            try source.lines("telemetry/5YJ3/v/DetailedChargeState", "\"Stopped\"") == [
                "TractionBattery.Charging.IsCharging false \(Self.arrival)",
                "\(cable) true \(Self.arrival)",
            ])
        for (gear, isLocked) in [("ShiftStateP", true), ("D", false)] {
            #expect(
                try source.lines("telemetry/5YJ3/v/Gear", "\"\(gear)\"")
                    == ["Transmission.IsParkLockEngaged \(isLocked) \(Self.arrival)"])
        }
    }

    @Test func `connectivity has its time; errors are of no use`() throws {
        var source = try DescribedSource("tesla")
        #expect(
            try source.lines(
                "a/b/5YJ3/connectivity",
                #"{"ConnectionId":"1","CreatedAt":"2025-01-01T09:00:00Z","Status":"DISCONNECTED"}"#)
                == ["Connectivity.IsConnectivityAvailable false event 2025-01-01T09:00:00.000Z"])
        #expect(try source.lines("a/b/5YJ3/errors/X", "{}") == ["ignored"])
    }

    @Test func `an alert for a workshop is named by its topic, with its beginning and its end`()
        throws
    {
        var source = try DescribedSource("tesla")
        let raised = "Diagnostics.Ext.ServiceAlertRaised"
        let ended = "Diagnostics.Ext.ServiceAlertEnded"
        #expect(
            try source.lines(
                "a/b/5YJ3/alerts/BMS_a067/current",
                #"{"Audiences":["Customer","Service"],"StartedAt":"2025-01-01T09:00:00Z"}"#)
                == ["\(raised) BMS_a067 event 2025-01-01T09:00:00.000Z"])
        #expect(
            try source.lines(
                "a/b/5YJ3/alerts/BMS_a067/current",
                #"{"StartedAt":"2025-01-01T09:00:00Z","Audiences":["ServiceFix"],"#
                    + #""EndedAt":"2025-01-01T09:05:00Z"}"#)
                == [
                    "\(raised) BMS_a067 event 2025-01-01T09:00:00.000Z",
                    "\(ended) BMS_a067 event 2025-01-01T09:05:00.000Z",
                ])
        // For the driver alone, or for nobody.
        for body in [#"{"Audiences":["Customer"],"StartedAt":"2025-01-01T09:00:00Z"}"#, "{}"] {
            #expect(try source.lines("a/b/5YJ3/alerts/X/current", body) == [])
        }
        #expect(
            try source.lines(
                "a/b/5YJ3/alerts/VCFRONT_a1/history",
                #"[{"Audiences":["Service"],"StartedAt":"2025-01-01T09:00:00Z"},"#
                    + #"{"Audiences":["Customer"],"StartedAt":"2025-01-02T09:00:00Z"},"#
                    + #"{"Audiences":["Service"],"EndedAt":"2025-01-03T09:00:00Z"}]"#)
                == [
                    "\(raised) VCFRONT_a1 event 2025-01-01T09:00:00.000Z",
                    "\(ended) VCFRONT_a1 event 2025-01-03T09:00:00.000Z",
                ])
    }

    @Test func `a place may come as a text with the letters of its hemispheres`() throws {
        var source = try DescribedSource("tesla")
        let expected = [
            "CurrentLocation.Latitude 37.412374 ", "CurrentLocation.Longitude -122.145867 ",
        ]
        let field = try source.lines(
            "telemetry/5YJ3/v/Location", "\"(37.412374 N, 122.145867 W)\"")
        #expect(field == expected.map { $0 + Self.arrival })
        let record = try source.lines(
            "tesla/json",
            #"{"vin":"5YJ3","createdAt":"2025-01-01T09:00:00Z","data":[{"key":"Location","#
                + #""value":{"stringValue":"(37.412374 N, 122.145867 W)"}}]}"#)
        #expect(record == expected.map { $0 + "event 2025-01-01T09:00:00.000Z" })
    }

    @Test func `a record of another dispatcher has many fields and the car's time`() throws {
        var source = try DescribedSource("tesla")
        let time = "event 2026-02-02T02:40:00.250Z"
        let lines = try source.lines(
            "tesla/json",
            #"{"data":[{"key":"Odometer","value":{"stringValue":"61026.774055062444"}},"#
                + #"{"value":{"doubleValue":21},"key":"VehicleSpeed"},"#
                + #"{"key":"Gear","value":{"shiftStateValue":"ShiftStateP"}},"#
                + #"{"key":"Location","value":{"locationValue":{"latitude":37.7,"#
                + #""longitude":-122}}},"#
                + #"{"key":"Soc","value":{"invalid":true}},{"key":"VehicleName","value":"#
                + #"{"stringValue":"Mine"}}],"createdAt":"2026-02-02T02:40:00.250Z","vin":"5YJ3","#
                + #""isResend":true}"#)
        #expect(
            lines == [
                "TraveledDistance 98213073 \(time)", "Speed 33.796224 \(time)",
                "Transmission.IsParkLockEngaged true \(time)",
                "CurrentLocation.Latitude 37.7 \(time)",
                "CurrentLocation.Longitude -122.0 \(time)",
            ])
    }

    @Test func `prefix and unit of pressure are settings`() throws {
        var source = try DescribedSource(
            "tesla", settings: ["tyre_unit": "atm", "prefix": "fleet/eu"])
        #expect(
            try source.lines("fleet/eu/5YJ3/v/TpmsPressureFl", "2.925")
                == ["Row1.Wheel.Left.Tire.Pressure 296 \(Self.arrival)"])
        #expect(source.fast.sources.subscriptions.first == "fleet/eu/+/v/+")
    }

    @Test(
        arguments: [
            ("(37.4 W, 122.1 N)", []), ("(37.4 N, 122.1 S)", [37.4]), ("(37.4e, 122.1w)", [-122.1]),
            ("(37.4s, 122.1E)", [-37.4, 122.1]), ("(37.4, 122.1)", [37.4, 122.1]),
        ] as [(String, [Double])])
    func `a letter of the other axis makes no place`(text: String, degrees: [Double]) throws {
        var source = try DescribedSource("tesla")
        let decoded = try source.decode("telemetry/5YJ3/v/Location", "\"\(text)\"")
        #expect(decoded.readings.map { Double(bitPattern: $0.bits) } == degrees)
        #expect(decoded.outcome.outOfRange == 2 - UInt32(degrees.count))
    }
}
