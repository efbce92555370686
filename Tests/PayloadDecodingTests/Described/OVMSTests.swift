import PayloadDecoding
import Testing
import VehicleSignals

@Suite struct `OVMS metrics` {
    private static let arrival = "arrival 2026-02-02T02:40:00.000Z"
    private static let battery = "TractionBattery"

    @Test(arguments: [
        ("v/p/odometer", "57913.1", ["TraveledDistance 57913100"]),
        ("v/p/odometer", "157913", ["TraveledDistance 157913000"]),
        ("v/p/odometer", "1e+06", ["TraveledDistance 1000000000"]),
        ("v/e/serv/range", "12345", ["Service.DistanceToService 12345.0"]),
        ("v/e/serv/time", "1770259200", ["Service.TimeToService 259200"]),
        ("v/e/serv/time", "2026-02-01 02:40:00 AWST", ["Service.TimeToService -86400"]),
        ("v/e/serv/time", "0", []),
        ("v/b/12v/voltage", "12.29", ["LowVoltageBattery.CurrentVoltage 12.29"]),
        ("v/b/12v/voltage/alert", "no", ["Diagnostics.Ext.IsLowVoltageBatteryLow false"]),
        ("v/b/12v/voltage/alert", "yes", ["Diagnostics.Ext.IsLowVoltageBatteryLow true"]),
        ("v/b/soh", "85", ["\(battery).StateOfHealth 85.0"]), ("v/b/soh", "0", []),
        ("v/b/power", "14.5", ["\(battery).CurrentPower -14500.0"]),
        ("v/b/current", "-20", ["\(battery).CurrentCurrent 20.0"]),
        ("v/b/soc", "nan", []), ("v/b/soc", "", []),
        ("v/p/latitude", "51.302300", ["CurrentLocation.Latitude 51.3023"]),
        (
            "v/t/alert", "0,0,2,1",
            [
                "Row1.Wheel.Left.Tire.IsPressureLow false",
                "Row1.Wheel.Right.Tire.IsPressureLow false",
                "Row2.Wheel.Left.Tire.IsPressureLow true",
                "Row2.Wheel.Right.Tire.IsPressureLow true",
            ]
        ),
        ("v/vin", "WVWZZZ1KZ6W000001", ["VehicleIdentification.VIN WVWZZZ1KZ6W000001"]),
        (
            "v/t/temp", "21,21.5,-3,22",
            [
                "Row1.Wheel.Left.Tire.Temperature 21.0", "Row1.Wheel.Right.Tire.Temperature 21.5",
                "Row2.Wheel.Left.Tire.Temperature -3.0", "Row2.Wheel.Right.Tire.Temperature 22.0",
            ]
        ),
        (
            "v/t/pressure", "206.843,216.483,0,175.79",
            [
                "Row1.Wheel.Left.Tire.Pressure 207", "Row1.Wheel.Right.Tire.Pressure 216",
                "Row2.Wheel.Right.Tire.Pressure 176",
            ]
        ),
    ])
    func `a bare text`(metric: String, payload: String, expected: [String]) throws {
        var source = try DescribedSource("ovms")
        #expect(
            try source.lines("ovms/u/CAR/metric/\(metric)", payload)
                == expected.map { "\($0) \(Self.arrival)" })
    }

    @Test func `a retained date has nothing to count from`() throws {
        var source = try DescribedSource("ovms")
        let decoded = try source.decode(
            "ovms/u/CAR/metric/v/e/serv/time", "1770259200", isRetained: true)
        #expect(decoded.readings.isEmpty && decoded.outcome.absent == 1)
        #expect(
            try source.lines("ovms/u/CAR/metric/v/p/odometer", "1", isRetained: true)
                == ["TraveledDistance 1000 none never retained"])
    }

    @Test func `events, notices and unknown metrics are known and of no use`() throws {
        var source = try DescribedSource("ovms")
        #expect(
            try source.lines("ovms/u/CAR/notify/alert/batt/12v/alert", "12V low") == ["ignored"])
        #expect(try source.lines("ovms/u/CAR/event/vehicle/charge/start", "") == ["ignored"])
        #expect(try source.decode("ovms/u/CAR/metric/m/version", "X").outcome.unknownSignals == 1)
    }

    @Test func `without a vehicle's id in the prefix the user's name is the car's`() throws {
        var source = try DescribedSource("ovms")
        #expect(
            try source.lines("ovms/CAR/metric/v/p/odometer", "57913.1")
                == ["TraveledDistance 57913100 \(Self.arrival)"])
        let topic = "ovms/CAR/metric/v/p/odometer"
        let route = try #require(source.fast.route(topic))
        let start = Int(route.vehicleOffset)
        let name = Array(topic.utf8)[start..<start + Int(route.vehicleLength)]
        #expect(String(decoding: name, as: UTF8.self) == "CAR")
        for topic in ["event", "event/vehicle/on", "notify/info/x", "client/1/command/2"] {
            #expect(try source.lines("ovms/CAR/\(topic)", "") == ["ignored"], "\(topic)")
        }
    }

    @Test func `the published samples decode`() throws {
        guard let samples = try DescribedSource.samples("ovms/mqtt_messages.jsonl") else { return }
        var source = try DescribedSource("ovms")
        var readings = 0
        for sample in samples {
            readings += try source.decode(sample.topic, sample.payload).readings.count
        }
        #expect(readings == 16)
    }
}
