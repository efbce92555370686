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
        #expect(readings == 15)
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
