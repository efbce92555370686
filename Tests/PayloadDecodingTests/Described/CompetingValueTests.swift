import PayloadDecoding
import Testing
import VehicleSignals

/// Documents in which several members could mean the same signal: one of them is taken, by an order
/// that the source's page tells. And numbers that come as texts.
@Suite struct `values that compete` {
    private static let time = "event 2026-02-02T02:40:00.000Z"

    @Test(arguments: [
        (#""can.vehicle.speed":50,"position.speed":48.5,"position.valid":true"#, "Speed 50.0"),
        (#""position.speed":48.5,"can.vehicle.speed":50"#, "Speed 50.0"),
        (#""position.speed":"48.5""#, "Speed 48.5"),
        (#""position.speed":48.5,"can.vehicle.speed":50,"position.valid":false"#, "Speed 50.0"),
        (#""position.valid":false,"position.speed":48.5"#, nil),
        (#""can.vehicle.mileage":"7.5""#, "TraveledDistance 7500"),
    ])
    func `flespi: the speed of the bus, else that of a valid position`(
        members: String, expected: String?
    ) throws {
        var source = try DescribedSource("flespi")
        #expect(
            try source.lines(
                "flespi/message/gw/devices/77", #"{\#(members),"timestamp":1770000000}"#)
                == [expected.map { "\($0) \(Self.time)" }].compactMap(\.self))
    }

    @Test func `flespi: codes at keys with numbers up to 15`() throws {
        var source = try DescribedSource("flespi")
        let lines = try source.lines(
            "flespi/message/gw/devices/77",
            #"{"can.j1979.s7.dtc.5":"P0128","can.j1979.s7.dtc.15":"P0300","timestamp":1770000000}"#)
        #expect(
            lines
                == ["list of 2", "P0128", "P0300"].map { "Diagnostics.DTCList \($0) \(Self.time)" })
    }

    @Test(arguments: [
        (#""odometer":"1234.6""#, "TraveledDistance 1235"),
        (#""odometer":1234.6,"obdOdometer":5000"#, "TraveledDistance 1235"),
        (#""obdOdometer":5000,"totalDistance":77.5"#, "TraveledDistance 5000"),
        (#""totalDistance":77.5,"obdSpeed":30"#, nil), (#""odometer":0"#, nil),
    ])
    func `Traccar: the dashboard's distance, else the device's, never the server's sum`(
        attributes: String, expected: String?
    ) throws {
        var source = try DescribedSource("traccar")
        let payload =
            #"{"position":{"fixTime":"2026-02-02T02:40:00.000+0000","speed":"10","attributes":{"#
            + #"\#(attributes)}},"device":{"uniqueId":"8616"}}"#
        #expect(
            try source.lines("traccar/positions", payload)
                == [expected, "Speed 18.52"].compactMap(\.self).map { "\($0) \(Self.time)" })
    }

    @Test func `Teltonika: a site says that the box's own distance is not to be taken`() throws {
        let record = #"{"ts":1770000000000,"16":15003,"389":20,"24":50,"43":12,"256":"WBA1"}"#
        let others = [
            "OBD.DistanceWithMIL 12.0", "TraveledDistance 20000", "VehicleIdentification.VIN WBA1",
        ]
        var shipped = try DescribedSource("teltonika")
        #expect(
            Set(try shipped.lines("1/data", record))
                == Set((others + ["TraveledDistance 15003"]).map { "\($0) \(Self.time)" }))
        var without = try DescribedSource("teltonika", settings: ["total": "none"])
        #expect(
            Set(try without.lines("1/data", record)) == Set(others.map { "\($0) \(Self.time)" }))
    }

    @Test func `AutoPi: numbers as texts`() throws {
        var source = try DescribedSource("autopi")
        #expect(
            try source.lines(
                "autopi/D1/status",
                #"{"data":{"timestamp":1770000000000,"vehicle":{"signals":[{"name":"odometer","#
                    + #""value":"12.5"}]}}}"#) == ["TraveledDistance 12500 \(Self.time)"])
    }

    @Test(arguments: [
        ("TYRE_T_FL", "20", "Row1.Wheel.Left.Tire.Temperature 20.0"),
        ("TYRE_T_FR", "21", "Row1.Wheel.Right.Tire.Temperature 21.0"),
        ("TYRE_T_RL", "22", "Row2.Wheel.Left.Tire.Temperature 22.0"),
        ("TYRE_T_RR", "23", "Row2.Wheel.Right.Tire.Temperature 23.0"),
        ("RANGE", "312.5", "Range 312500"), ("HV_V", "355", "TractionBattery.CurrentVoltage 355.0"),
        ("LV_SOC", "81", "Diagnostics.Ext.LowVoltageBatteryStateOfCharge 81.0"),
        ("OUTSIDE_TEMPERATURE", "-4", "Exterior.AirTemperature -4.0"),
        ("ENGINE_OIL_TEMP", "92", "CombustionEngine.EngineOil.Temperature 92.0"),
        (
            "CHARGER_CONNECTED", #""on""#,
            "TractionBattery.Charging.ChargingPort.AnyPosition.IsChargingCableConnected true"
        ),
        ("0F-IntakeAirTemperature", "19", "OBD.IntakeTemp 19.0"),
        ("1F-TimeSinceEngStart", "330", "OBD.RunTime 330.0"),
        ("21-DistanceMILOn", "5", "OBD.DistanceWithMIL 5.0"),
        ("31-DistanceSinceCodeClear", "600", "OBD.DistanceSinceDTCClear 600.0"),
        ("5B-HybrBatPackRemLife", "55.5", "OBD.HybridBatteryRemaining 55.5"),
    ])
    func `WiCAN: a name of the profiles or of the standard`(
        name: String, value: String, expected: String
    ) throws {
        var source = try DescribedSource("wican")
        #expect(
            try source.lines("wican/aabbccddeeff/can/rx", #"{"\#(name)":\#(value)}"#)
                == ["\(expected) arrival 2026-02-02T02:40:00.000Z"])
    }
}
