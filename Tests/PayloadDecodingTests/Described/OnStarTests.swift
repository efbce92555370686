import Foundation
import PayloadDecoding
import Testing
import VehicleSignals

@Suite struct `OnStar groups` {
    private static let old = "2024-03-13T14:20:31.220+00:00"
    private static let new = "2024-03-15T10:30:45.100+00:00"

    @Test func `kilometres are taken, miles beside them are not; each element has its age`() throws
    {
        var source = try DescribedSource("onstar2mqtt")
        let payload = """
            {"odometer_status":"GOOD","odo_read":32150.5,"odo_read_mi":19977.4,
             "odo_read_last_updated":"\(Self.new)","trip_a_odo":"425.8",
             "trip_a_odo_last_updated":"\(Self.old)"}
            """
        #expect(
            try source.lines("homeassistant/sensor/VIN1/odometer/state", payload, isRetained: true)
                == [
                    "TraveledDistance 32150500 event 2024-03-15T10:30:45.100Z retained",
                    "TripMeterReading 425800 event 2024-03-13T14:20:31.220Z retained",
                ])
        #expect(
            try source.lines(
                "homeassistant/sensor/VIN1/odometer/state",
                #"{"odo_read":0,"odo_read_last_updated":"\#(Self.new)"}"#
            ).isEmpty)
    }

    @Test func `oil life, brake fluid, tyres, codes`() throws {
        var source = try DescribedSource("onstar2mqtt")
        let time = "event 2024-03-15T10:30:45.100Z"
        #expect(
            try source.lines(
                "homeassistant/sensor/VIN1/engine_oil_life/state",
                #"{"eol_read":72.5,"eol_read_last_updated":"\#(Self.new)","eol_read_status":null}"#)
                == ["Service.Ext.OilLife 72.5 \(time)"])
        #expect(
            try source.lines(
                "homeassistant/binary_sensor/VIN1/brake_fluid_low/state",
                #"{"brake_fluid_low":"FALSE","brake_fluid_low_last_updated":"\#(Self.new)"}"#)
                == ["Service.Ext.IsBrakeFluidLow false \(time)"])
        #expect(
            try source.lines(
                "homeassistant/sensor/VIN1/tire_pressure/state",
                #"{"left_rear_tire_pressure":228,"left_rear_tire_pressure_in_psi":33,"#
                    + #""left_front_tire_pressure":0,"left_rear_tire_pressure_last_updated":"#
                    + #""\#(Self.new)"}"#) == ["Row2.Wheel.Left.Tire.Pressure 228 \(time)"])
        let arrival = "arrival 2026-02-02T02:40:00.000Z"
        #expect(
            try source.lines(
                "homeassistant/VIN1/adv_diag/state", #"{"dtc_count":1,"dtcs":["P0128"]}"#) == [
                    "Diagnostics.DTCCount 1 \(arrival)", "Diagnostics.DTCList list of 1 \(arrival)",
                    "Diagnostics.DTCList P0128 \(arrival)",
                ])
        #expect(try source.lines("homeassistant/sensor/VIN1/lv_battery/state", "{}") == ["ignored"])
    }

    @Test func `codes of each system make one list, as texts or as objects`() throws {
        var source = try DescribedSource("onstar2mqtt")
        let topic = "homeassistant/1G1/adv_diag/state"
        func codes(_ payload: String) throws -> [String] {
            try source.lines(topic, payload).map { $0.replacing("Diagnostics.DTCList ", with: "") }
        }
        let arrival = "arrival 2026-02-02T02:40:00.000Z"
        #expect(
            try codes(
                #"{"engine_system":"GOOD","engine_attr":{"dtc_count":2,"dtcs":["P0128","P0442"]},"#
                    + #""abs_attr":{"dtc_count":1,"dtcs":["C0035"]}}"#) == [
                    "list of 3 \(arrival)", "P0128 \(arrival)", "P0442 \(arrival)",
                    "C0035 \(arrival)",
                ])
        let time = "event 2024-03-15T10:30:45.100Z"
        #expect(
            try codes(
                #"{"airbag_system":"CHECK","airbag_system_attr":{"last_updated":"\#(Self.new)","#
                    + #""dtc_count":1,"safety_belt":{"dtc_count":1},"dtcs":[{"description":"x","#
                    + #""code":"B0015","severity":"HIGH"}]},"electric_lamp_system_attr":{"#
                    + #""dtc_count":0},"onstar_system_attr":{"last_updated":"\#(Self.new)"}}"#)
                == ["list of 1 \(time)", "B0015 \(time)"])
        #expect(
            try codes(
                #"{"onstar_system_attr":{"last_updated":"\#(Self.new)","dtcs":["U0100"]}}"#)
                == ["list of 1 \(time)", "U0100 \(time)"])
        // Systems without codes say so by their count alone.
        #expect(try codes(#"{"airbag_system_attr":{"dtc_count":0}}"#).isEmpty)
        #expect(try codes(#"{"abs_attr":{"dtcs":[]}}"#) == ["list of 0 \(arrival)"])
    }

    @Test(arguments: [
        ("sensor", "fuel_level_status", "fuel_level", "72", "FuelSystem.RelativeLevel 72"),
        ("sensor", "fuel_level_status", "fuel_range", "468.32", "FuelSystem.Range 468320"),
        ("sensor", "fuel_level_status", "fuel_remaining", "40.5", "FuelSystem.AbsoluteLevel 40.5"),
        ("sensor", "fuel_level", "fuel_level", "\"12\"", "FuelSystem.RelativeLevel 12"),
        ("sensor", "high_voltage_battery", "ev_range", "317.98", "TractionBattery.Range 317980"),
        (
            "sensor", "high_voltage_battery", "charge_state", "70",
            "TractionBattery.StateOfCharge.Displayed 70.0"
        ),
        (
            "sensor", "high_voltage_battery", "ambient_air_temperature", "17.5",
            "Exterior.AirTemperature 17.5"
        ),
        (
            "binary_sensor", "washer_fluid_low", "washer_fluid_low", "\"TRUE\"",
            "Service.Ext.IsWasherFluidLow true"
        ),
        ("sensor", "fuel_level", "fuel_level", "\"Unavailable\"", nil),
        ("sensor", "high_voltage_battery", "ev_range", "\"unavailable\"", nil),
        ("sensor", "high_voltage_battery", "charge_state", "\"unknown\"", nil),
        ("sensor", "engine_oil_life", "eol_read", "\"None\"", nil),
        ("binary_sensor", "brake_fluid_low", "brake_fluid_low", "\"unavailable\"", nil),
    ])
    func `an element of a group`(
        kind: String, group: String, element: String, value: String, expected: String?
    ) throws {
        var source = try DescribedSource("onstar2mqtt")
        let payload = #"{"\#(element)":\#(value),"\#(element)_last_updated":"\#(Self.new)"}"#
        let topic = "homeassistant/\(kind)/VIN1/\(group)/state"
        let line = expected.map { "\($0) event 2024-03-15T10:30:45.100Z" }
        #expect(try source.lines(topic, payload) == [line].compactMap(\.self))
    }

    @Test func `the published samples decode`() throws {
        guard let samples = try DescribedSource.samples("onstar2mqtt/mqtt_state_messages.jsonl")
        else { return }
        var source = try DescribedSource("onstar2mqtt")
        var readings = 0
        for sample in samples {
            let decoded = try source.decode(sample.topic, sample.payload)
            readings += decoded.readings.count
            #expect(decoded.readings.allSatisfy { $0.timeQuality == .event }, "\(sample.topic)")
        }
        // Eight of them are what placards say of tyres, three are of a traction battery.
        #expect(readings == 26)
    }

    @Test func `kilometres and miles of one recorded car agree`() throws {
        guard let folder = Shipped.folder("../shared/data/onstar-diagnostics") else { return }
        var source = try DescribedSource("onstar2mqtt")
        let catalogue = source.fast.sources.catalogue
        let odometer = catalogue.id(of: "Vehicle.TraveledDistance")
        var metres: [Int64] = []
        for name in ["diagnostic-sample-v3-ev-1", "diagnostic-sample-v3-ice-3"] {
            let url = folder.appending(path: name + ".json")
            let text = try String(contentsOf: url, encoding: .utf8)
            let decoded = try source.decode("onstar/VIN1/diagnostics", text)
            metres.append(
                try #require(decoded.readings.first { $0.signal == odometer }?.wholeNumber))
            #expect(decoded.readings.allSatisfy { $0.timeQuality == .event })
            // The same answer with the element of miles in its place.
            guard text.contains("ODO_READ_MI") else { continue }
            let miles = text.replacing("\"ODO_READ\"", with: "\"KILOMETRES\"")
                .replacing("\"ODO_READ_MI\"", with: "\"ODO_READ\"")
            let again = try source.decode("onstar/VIN1/diagnostics", miles)
            let other = try #require(
                again.readings.first { $0.signal == odometer }?.wholeNumber)
            #expect(abs(other - (metres.last ?? 0)) < 161, "a tenth of a mile")
        }
        #expect(metres == [8_783_156, 19_318_859])
    }
}
