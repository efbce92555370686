import PayloadDecoding
import Testing
import VehicleSignals

/// Sources whose signals are named by VSS already.
@Suite struct `platforms that speak VSS` {
    private static let speed = #""path":"Vehicle.Speed""#
    private static let point = #"{"value":"50","ts":"2020-04-15T13:38:00Z"}"#
    private static let later = #"{"ts":"2020-04-15T13:39:30Z","value":"25"}"#

    @Test(arguments: [
        (#"{\#(speed),"dp":\#(point)}"#, 1), (#"{"dp":[\#(point),\#(later)],\#(speed)}"#, 2),
        (#"[{\#(speed),"dp":\#(later)},{"dp":\#(point),"path":"Vehicle/Speed"}]"#, 2),
        (#"[{\#(speed),"dp":[\#(point),\#(later)]},{"path":"Vehicle.X","dp":\#(point)}]"#, 2),
        (#"{\#(speed),"dp":[]}"#, 0), (#"[]"#, 0),
    ])
    func `VISS: data and data points alone or in arrays`(data: String, count: Int) throws {
        var source = try DescribedSource("viss")
        let lines = try source.lines(
            "viss/CAR1/answers",
            #"{"action":"subscription","subscriptionId":"1","data":\#(data),"#
                + #""ts":"2020-04-15T13:37:00Z"}"#)
        #expect(lines.count == count, "\(lines)")
        for line in lines {
            #expect(
                line == "Speed 50.0 event 2020-04-15T13:38:00.000Z"
                    || line == "Speed 25.0 event 2020-04-15T13:39:30.000Z")
        }
    }

    @Test func `VISS: texts are numbers and truths; an inline error is no value`() throws {
        var source = try DescribedSource("viss")
        func answer(_ path: String, _ value: String) throws -> Decoded {
            try source.decode(
                "viss/CAR1/a",
                #"{"data":{"path":"\#(path)","dp":{"value":"\#(value)"}},"#
                    + #""ts":"2020-04-15T13:37:00Z"}"#
            )
        }
        #expect(try answer("Vehicle.Service.IsServiceDue", "true").readings.first?.bits == 1)
        #expect(try answer("Vehicle.TraveledDistance", "9007199254740993").outcome.outOfRange == 1)
        let absent = try answer("Vehicle.Speed", "viss-inline:Data-not-available")
        #expect(absent.readings.isEmpty && absent.outcome.absent == 1)
        let other = try answer("Vehicle.Speed", "viss-inline:Some-other-error")
        #expect(other.readings.isEmpty && other.outcome.absent == 1)
        #expect(
            try source.lines(
                "CAR1/Vehicle", #"{"topic":"viss/CAR1/a","request":"{\"action\":\"get\"}"}"#)
                == ["ignored"])
    }

    @Test(
        arguments: [
            ("P0143,U1123", ["P0143", "U1123"], 0),
            (#"[\"P0143\", \"U1123\"]"#, ["P0143", "U1123"], 0),
            ("P0143", ["P0143"], 0), (#"[\"P0143\",\"4711\"]"#, ["P0143"], 1),
            (#"[\u0022P0143\"]"#, ["P0143"], 0),
            ("[]", [], 0), ("[P0143]", ["P0143"], 0),
        ] as [(String, [String], UInt32)])
    func `VISS: trouble codes in one text, also as JSON writes a list`(
        value: String, codes: [String], outOfRange: UInt32
    ) throws {
        var source = try DescribedSource("viss")
        let payload =
            #"{"data":[{"path":"Vehicle.Diagnostics.DTCList","dp":{"value":"\#(value)","#
            + #""ts":"2020-04-15T13:38:00Z"}},{\#(Self.speed),"dp":\#(Self.point)}],"#
            + #""ts":"2020-04-15T13:38:00Z"}"#
        let time = "event 2020-04-15T13:38:00.000Z"
        #expect(
            try source.lines("viss/CAR1/a", payload)
                == ["Speed 50.0 \(time)", "Diagnostics.DTCList list of \(codes.count) \(time)"]
                + codes.map { "Diagnostics.DTCList \($0) \(time)" })
        #expect(try source.decode("viss/CAR1/a", payload).outcome.outOfRange == outOfRange)
    }

    @Test(arguments: ["none at all", #"{\"codes\":3}"#, #"[\"4711\"]"#])
    func `VISS: a text without a code is counted, and is no list`(value: String) throws {
        var source = try DescribedSource("viss")
        let decoded = try source.decode(
            "viss/CAR1/a",
            #"{"data":[{"path":"Vehicle.Diagnostics.DTCList","dp":{"value":"\#(value)","#
                + #""ts":"2020-04-15T13:38:00Z"}},{\#(Self.speed),"dp":\#(Self.point)}]}"#)
        #expect(decoded.readings.count == 1 && decoded.outcome.outOfRange > 0)
    }

    @Test func `VISS: paths that no signal has are counted, each time`() throws {
        var source = try DescribedSource("viss")
        // Often enough for the shape to be remembered.
        for round in 1...6 {
            for (data, unknown) in [
                (#"{"path":"Vehicle.X\#(round)","dp":\#(Self.point)}"#, 1),
                (#"[{\#(Self.speed),"dp":\#(Self.point)},{"path":"Vehicle.X","dp":[]}]"#, 1),
                (#"[{"path":"Vehicle.X"},{"path":7,"dp":\#(Self.point)},{"dp":[]}]"#, 2),
                (#"{\#(Self.speed),"dp":\#(Self.point)}"#, 0),
            ] {
                let found = try source.decode("viss/CAR1/a", #"{"data":\#(data)}"#)
                #expect(found.outcome.unknownSignals == unknown, "\(data)")
            }
        }
    }

    @Test func `FleetWise: points of each signal, and codes in JSON within a text`() throws {
        var source = try DescribedSource("fleetwise_cloud")
        let uds =
            #"{\"DetectedDTCs\":[{\"DTCAndSnapshot\":{\"dtcCodes\":[{\"DTC\":\"AAA123\"}]},"#
            + #"\"ECUID\":\"01\"}]}"#
        #expect(
            try source.lines(
                "fleetwise/signals",
                #"{"vehicleName":"CAR1","collectionEventTime":1700000001000,"signals":{"#
                    + #""Vehicle.Speed":[{"value":5.5,"dataType":"DOUBLE","time":1700000000000},"#
                    + #"{"time":1700000000500,"value":6.5}],"Vehicle.Mine":[{"value":1}],"#
                    + #""Vehicle.ECU1.DTC_INFO":[{"value":"\#(uds)","time":1700000000000}]}}"#) == [
                    "Speed 5.5 event 2023-11-14T22:13:20.000Z",
                    "Speed 6.5 event 2023-11-14T22:13:20.500Z",
                    "Diagnostics.DTCList list of 1 event 2023-11-14T22:13:21.000Z",
                    "Diagnostics.DTCList B2AA1-23 event 2023-11-14T22:13:21.000Z",
                ])
        #expect(
            source.error(
                "fleetwise/signals",
                #"{"vehicleName":"C","signals":{"Vehicle.ECU1.DTC_INFO":[{"value":"{"}]}}"#)
                == DecodeError(.badNestedDocument, at: 64))
    }

    @Test func `FleetWise: plain JSON whose units a site knows`() throws {
        var source = try DescribedSource("fleetwise_cloud", settings: ["direct_distance": "mi"])
        let time = "event 2026-02-02T02:40:00.000Z"
        #expect(
            try source.lines(
                "cms/telemetry/CAR1",
                #"{"vin":"CAR1","timestamp":"2026-02-02T02:40:00Z","engineTemp":212,"#
                    + #""tirePressure":{"fl":32},"odometer":100,"batteryVoltage":12.6}"#) == [
                    "CombustionEngine.EngineCoolant.Temperature 100.0 \(time)",
                    "Row1.Wheel.Left.Tire.Pressure 221 \(time)",
                    "TraveledDistance 160934 \(time)",
                    "LowVoltageBattery.CurrentVoltage 12.6 \(time)",
                ])
    }

    @Test func `the published samples decode`() throws {
        guard let samples = try DescribedSource.samples("viss/messages.jsonl") else { return }
        var source = try DescribedSource("viss")
        for sample in samples where sample.topic == "aUniqueTopic" {
            let decoded = try source.decode("viss/CAR1/a", sample.payload)
            #expect(decoded.readings.isEmpty, "its signals are not in the catalogue")
        }
        let path = "../shared/formats/samples/aws_fleetwise/uds_dtc_iot_topic_example.json"
        guard Shipped.folder(path) != nil else { return }
        var fleetwise = try DescribedSource("fleetwise_cloud")
        let text = try Shipped.text(path).replacing(
            "{\"signals\"", with: "{\"vehicleName\":\"CAR1\",\"signals\"")
        #expect(try fleetwise.decode("fleetwise/signals", text).readings.count == 2)
    }
}
