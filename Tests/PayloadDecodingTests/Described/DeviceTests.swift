import Foundation
import PayloadDecoding
import Testing
import VehicleSignals

/// Boxes and dongles that are put into cars.
@Suite struct `aftermarket devices` {
    private static let arrival = "arrival 2026-02-02T02:40:00.000Z"

    @Test(arguments: ["state", "", "bare"])
    func `Teltonika: a record, however much the broker strips`(shape: String) throws {
        var source = try DescribedSource("teltonika")
        let record =
            #"{"ts":1769610760000,"latlng":"55.661378,12.584098","sat":7,"66":12955,"16":15003,"#
            + #""389":20,"239":1,"281":"P0143,U1123","78":"0x0000000000000000"}"#
        let payload =
            shape == "state"
            ? #"{"state":{"reported":\#(record)}}"#
            : shape == "" ? #"{"reported":\#(record)}"# : record
        let time = "event 2026-01-28T14:32:40.000Z"
        #expect(
            Set(try source.lines("864636060329170/data", payload)) == [
                "LowVoltageBattery.CurrentVoltage 12.955 \(time)",
                "TraveledDistance 15003 \(time)", "TraveledDistance 20000 \(time)",
                "LowVoltageSystemState ON \(time)", "CurrentLocation.Latitude 55.661378 \(time)",
                "CurrentLocation.Longitude 12.584098 \(time)",
                "Diagnostics.DTCList list of 2 \(time)", "Diagnostics.DTCList P0143 \(time)",
                "Diagnostics.DTCList U1123 \(time)",
            ])
    }

    @Test func `Teltonika: without a satellite the position is old`() throws {
        var source = try DescribedSource("teltonika")
        let decoded = try source.decode(
            "teltonika/1/data",
            #"{"state":{"reported":{"ts":1769610760000,"latlng":"55.6,12.5","sat":0}}}"#)
        #expect(decoded.readings.isEmpty && decoded.outcome.absent == 2)
    }

    @Test(arguments: [
        ("520", "9D80", ["Service.TimeToService 2419200"]), ("645", "FFFFFFFF", []),
        ("645", "1E240", ["TraveledDistance 123456000"]),
        ("114", "2710", ["TraveledDistance 50000"]), ("114", "FE000000", []),
        ("29", "37FF", ["LowVoltageBattery.CurrentVoltage 14.335"]), ("29", "FFFF", []),
        ("96", "80", ["CombustionEngine.EngineCoolant.Temperature 88.0"]), ("96", "FF", []),
        ("115", "FE", []), ("964", "FF", []), ("964", "58", ["Service.Ext.OilLife 88.0"]),
        ("520", "FFFFD8F0", ["Service.TimeToService -600000"]),
        ("203", "30D40", ["CombustionEngine.EngineHours 10000.0"]), ("203", "FE000000", []),
        ("203", "FEFFFFFF", []), ("204", "7D7C", ["Service.DistanceToService -15.0"]),
        ("204", "84CF", ["Service.DistanceToService 9360.0"]), ("204", "FE00", []),
        ("204", "FEFF", []), ("89", "24A0", ["Exterior.AirTemperature 20.0"]), ("89", "FE00", []),
        ("1231", "7E", ["CombustionEngine.EngineOil.Temperature 86.0"]), ("1231", "FF", []),
        ("967", "29", ["Row2.Wheel.Left.Tire.Pressure 283"]), ("967", "FFFF", []),
        ("98", "80", ["FuelSystem.RelativeLevel 50"]), ("98", "0", []), ("207", "FE", []),
        ("251", "1", ["LowVoltageSystemState ON"]), ("4711", "zz", []),
    ])
    func `Ruptela: hexadecimal elements`(id: String, value: String, expected: [String]) throws {
        var source = try DescribedSource("ruptela")
        let payload = #"{"ts":1769594217,"imei":"862406075073953","data":{"\#(id)":"\#(value)"}}"#
        #expect(
            try source.lines("ruptela/862406075073953/data", payload)
                == expected.map { "\($0) event 2026-01-28T09:56:57.000Z" })
    }

    @Test(arguments: [#""520":40320"#, #""520":-1"#, #""105":12345678,"104":"53","106":"4C""#])
    func `Ruptela: a number says nothing where digits are hexadecimal, and costs no other`(
        element: String
    ) throws {
        var source = try DescribedSource("ruptela")
        let decoded = try source.decode(
            "ruptela/1/data",
            #"{"ts":1769594217,"imei":"1","data":{\#(element),"29":"37FF"}}"#)
        #expect(decoded.readings.count == 1 && decoded.outcome.outOfRange == 1)
        #expect(
            source.error("ruptela/1/data", #"{"ts":1769594217,"imei":"1","data":{"520":1.}}"#)
                != nil)
    }

    @Test func `Ruptela: position and speed, and the platform's event`() throws {
        var source = try DescribedSource("ruptela")
        let time = "event 2026-01-28T09:56:57.000Z"
        #expect(
            try source.lines(
                "ruptela/1/data",
                #"{"ts":1769594217,"imei":"1","pos":{"lat":556600000,"lon":-90000000,"spd":46,"#
                    + #""sat":15,"alt":77}}"#) == [
                    "CurrentLocation.Latitude 55.66 \(time)",
                    "CurrentLocation.Longitude -9.0 \(time)", "Speed 46.0 \(time)",
                ])
        #expect(
            try source.lines(
                "ruptela/box/status",
                #"{"time":"2026-01-28T09:56:57Z","data":{"pos":{"spd":65535,"sat":9},"#
                    + #""signals":{"520":"9D80"}}}"#) == ["Service.TimeToService 2419200 \(time)"])
    }

    @Test func `flespi: flat keys, seconds with a fraction, codes at numbered keys`() throws {
        var source = try DescribedSource("flespi")
        let time = "event 2026-02-02T02:40:00.125Z"
        #expect(
            try source.lines(
                "flespi/message/gw/devices/77",
                #"{"can.vehicle.mileage":7.5,"timestamp":1770000000.125,"ident":"1","#
                    + #""position.valid":false,"position.latitude":1,"can.j1979.s7.dtc":"P0128","#
                    + #""can.j1979.s7.dtc.1":"P0300"}"#) == [
                    "TraveledDistance 7500 \(time)", "Diagnostics.DTCList list of 2 \(time)",
                    "Diagnostics.DTCList P0128 \(time)", "Diagnostics.DTCList P0300 \(time)",
                ])
        #expect(
            try source.lines(
                "flespi/state/gw/devices/77/telemetry/can.vehicle.mileage", "7.5",
                isRetained: true) == ["TraveledDistance 7500 none never retained"])
    }

    @Test func `Traccar: knots, metres, milliseconds and volts beside each other`() throws {
        var source = try DescribedSource("traccar")
        let time = "event 2026-02-02T02:40:00.000Z"
        let attributes =
            #"{"odometer":1234.6,"hours":10800000,"power":12.4,"ignition":true,"#
            + #""dtcs":"P0128 P0300"}"#
        #expect(
            try source.lines(
                "traccar/positions",
                #"{"position":{"deviceId":3,"fixTime":"2026-02-02T02:40:00.000+0000","valid":true,"#
                    + #""latitude":1.5,"speed":10,"attributes":\#(attributes)},"#
                    + #""device":{"uniqueId":"8616","id":3}}"#) == [
                    "CombustionEngine.EngineHours 3.0 \(time)",
                    "LowVoltageBattery.CurrentVoltage 12.4 \(time)",
                    "LowVoltageSystemState ON \(time)", "Diagnostics.DTCList list of 2 \(time)",
                    "Diagnostics.DTCList P0128 \(time)", "Diagnostics.DTCList P0300 \(time)",
                    "TraveledDistance 1235 \(time)", "CurrentLocation.Latitude 1.5 \(time)",
                    "Speed 18.52 \(time)",
                ])
        #expect(
            source.error("traccar/positions", #"{"position":{}}"#)?.reason == .identityMissing)
    }

    @Test func `AutoPi: samples by name, each with its time`() throws {
        var source = try DescribedSource("autopi")
        #expect(
            try source.lines(
                "autopi/D1/status",
                #"{"time":"2026-02-02T02:41:00Z","data":{"timestamp":1770000000000,"vehicle":{"#
                    + #""signals":[{"timestamp":1769999990000,"name":"coolantTemp","value":107},"#
                    + #"{"name":"maf","value":1},{"value":12.5,"name":"odometer"}]}}}"#) == [
                    "CombustionEngine.EngineCoolant.Temperature 107.0 "
                        + "event 2026-02-02T02:39:50.000Z",
                    "TraveledDistance 12500 event 2026-02-02T02:40:00.000Z",
                ])
        #expect(
            try source.lines(
                "autopi/D1/status",
                #"{"data":{"timestamp":"2026-02-02T02:40:00Z","vin":"V1","signals":["#
                    + #"{"name":"speed","timestamp":"2026-02-02T02:39:50Z","value":50}]}}"#)
                == [
                    "VehicleIdentification.VIN V1 event 2026-02-02T02:40:00.000Z",
                    "Speed 50.0 event 2026-02-02T02:39:50.000Z",
                ])
    }

    @Test func `WiCAN: values without units or time, state, alert`() throws {
        var source = try DescribedSource("wican")
        #expect(
            try source.lines(
                "wican/aabbccddeeff/can/rx",
                #"{"SOC":67.5,"A6-Odometer":23456.7,"TYRE_P_FL":33,"CHARGING":"off","#
                    + #""HV_KWH_R":50000}"#
            ) == [
                "TractionBattery.StateOfCharge.Current 67.5 \(Self.arrival)",
                "TraveledDistance 23456700 \(Self.arrival)",
                "Row1.Wheel.Left.Tire.Pressure 228 \(Self.arrival)",
                "TractionBattery.Charging.IsCharging false \(Self.arrival)",
                "TractionBattery.StateOfCharge.CurrentEnergy 50.0 \(Self.arrival)",
            ])
        #expect(
            try source.lines("wican/aabbccddeeff/status", #"{"status": "offline"}"#)
                == ["Connectivity.IsConnectivityAvailable false \(Self.arrival)"])
        #expect(
            try source.lines(
                "wican/aabbccddeeff/alert", #"{"alert": "low_battery", "battery_voltage": 11.9}"#)
                == [
                    "Diagnostics.Ext.IsLowVoltageBatteryLow true \(Self.arrival)",
                    "LowVoltageBattery.CurrentVoltage 11.9 \(Self.arrival)",
                ])
        // Raw frames come by the same topic: nothing of the mapping is in them.
        #expect(
            try source.lines(
                "wican/aabbccddeeff/can/rx",
                #"{"bus":"0","type":"rx","ts":34610,"frame":[{"id":123,"data":[1,2]}]}"#
            ).isEmpty)
    }

    @Test(arguments: [
        ("teltonika", "teltonika/mqtt_messages.jsonl", 11),
        ("ruptela", "ruptela/mqtt_messages.jsonl", 4), ("wican", "wican/mqtt_messages.jsonl", 8),
    ])
    func `the published samples decode`(name: String, file: String, expected: Int) throws {
        guard let samples = try DescribedSource.samples(file) else { return }
        var source = try DescribedSource(name)
        var readings = 0
        for sample in samples where source.fast.route(sample.topic) != nil {
            readings += try source.decode(sample.topic, sample.payload).readings.count
        }
        #expect(readings == expected, "\(name)")
    }

    @Test func `the published events of platforms decode`() throws {
        let folder = "../shared/formats/samples/"
        guard Shipped.folder(folder + "ruptela/full_status_event.json") != nil else { return }
        var ruptela = try DescribedSource("ruptela")
        let event = try Shipped.text(folder + "ruptela/full_status_event.json")
        let lines = try ruptela.lines("ruptela/D1/status", event)
        let time = "event 2024-09-27T08:33:26.000Z"
        for line in [
            "Service.TimeToService 2419200", "LowVoltageBattery.CurrentVoltage 14.335",
            "CombustionEngine.EngineCoolant.Temperature 85.0",
            "Row1.Wheel.Right.Tire.Pressure 310", "FuelSystem.RelativeLevel 19",
        ] { #expect(lines.contains("\(line) \(time)"), "\(lines)") }
        // One tank, one level: 0 of the diagnostic socket is no level.
        #expect(lines.count { $0.contains("RelativeLevel") } == 1)
        // FFFFFFFF, FF and 65535 are no values.
        for word in ["TraveledDistance", "OilLife", "Speed 65535"] {
            #expect(!lines.contains { $0.contains(word) }, "\(word)")
        }
        guard Shipped.folder(folder + "autopi/status_v2.json") != nil else { return }
        var autopi = try DescribedSource("autopi")
        let status = try Shipped.text(folder + "autopi/status_v2.json")
        let samples = try autopi.lines("autopi/D1/status", status)
        #expect(
            samples.first
                == "CombustionEngine.EngineCoolant.Temperature 107.0 event 2024-04-18T17:20:26.633Z"
        )
        #expect(samples.allSatisfy { $0.contains(" event 2024-04-18T17:") })
    }
}
