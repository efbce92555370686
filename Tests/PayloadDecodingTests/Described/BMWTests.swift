import PayloadDecoding
import Testing
import VehicleSignals

@Suite struct `BMW CarData` {
    private func source() throws -> DescribedSource {
        try DescribedSource("bmw", settings: ["gcid": "G1"])
    }

    private func message(_ data: String, sent: String = "2025-10-01T10:12:40.809Z") -> String {
        #"{"vin":"WBY11HH","entityId":"G1","topic":"WBY11HH","timestamp":"\#(sent)","data":{"#
            + data + "}}"
    }

    @Test(arguments: [
        (#"{"timestamp":"2025-10-01T10:12:39Z","value":12345.6,"unit":"km"}"#, "12345600"),
        (#"{"unit":"mi","value":"100","timestamp":"2025-10-01T10:12:39Z"}"#, "160934"),
        (#"{"value":1,"timestamp":"2025-10-01T10:12:39.000Z","unit":null}"#, "1000"),
        (#"{"value":1,"timestamp":"2025-10-01T10:12:39.000Z"}"#, "1000"),
        (#"{"value":2,"unit":"kilometers","timestamp":"2025-10-01T10:12:39Z"}"#, "2000"),
        (#"{"value":2,"unit":"MILES","timestamp":"2025-10-01T10:12:39Z"}"#, "3219"),
        (#"{"value":2,"unit":"","timestamp":"2025-10-01T10:12:39Z"}"#, "2000"),
    ])
    func `a key has value, unit and time in any order`(key: String, metres: String) throws {
        var source = try source()
        #expect(
            try source.lines(
                "G1/WBY11HH", message(#""vehicle.vehicle.travelledDistance":\#(key)"#))
                == ["TraveledDistance \(metres) event 2025-10-01T10:12:39.000Z"])
    }

    @Test func `without a time of its own a key has the cloud's`() throws {
        var source = try source()
        #expect(
            try source.lines(
                "G1/WBY11HH",
                message(#""vehicle.electricalSystem.battery.voltage":{"value":"12.4","unit":"V"}"#))
                == ["LowVoltageBattery.CurrentVoltage 12.4 backend 2025-10-01T10:12:40.809Z"])
    }

    @Test(arguments: [#""INVALID""#, #""-NA-""#, "null", #""null""#, #""""#])
    func `what means "no value" gives none`(value: String) throws {
        var source = try source()
        let decoded = try source.decode(
            "G1/WBY11HH",
            message(#""vehicle.drivetrain.fuelSystem.level":{"value":\#(value),"unit":"%"}"#))
        #expect(decoded.readings.isEmpty)
        #expect(decoded.outcome.absent == 1)
    }

    @Test(arguments: [
        ("01.12.2025 00:00 UTC", 5_233_641), ("12/01/2025 00:00 UTC", 5_233_641),
        ("01.09.2025 12:00 UTC", -2_585_559),
    ])
    func `the legal inspection counts from the key's own time`(date: String, seconds: Int) throws {
        var source = try source()
        let key = #"{"timestamp":"2025-10-01T10:12:39Z","value":"\#(date)"}"#
        #expect(
            try source.lines(
                "G1/WBY11HH",
                message(#""vehicle.status.serviceTime.inspectionDateLegal":\#(key)"#)) == [
                    "Service.Ext.TimeToLegalInspection \(seconds) event 2025-10-01T10:12:39.000Z"
                ])
    }

    @Test func `what a tyre should have is apart from what it has`() throws {
        var source = try DescribedSource("bmw", settings: ["gcid": "G1"])
        let tyre = "vehicle.chassis.axle.row2.wheel.right.tire"
        let key = #"{"timestamp":"2025-10-01T10:12:39Z","unit":"kPa","value":"#
        #expect(
            try source.lines(
                "G1/WBY11HH",
                message(
                    #""\#(tyre).pressureTarget":\#(key)"270"},"\#(tyre).pressure":\#(key)"251"}"#))
                == [
                    "Service.Ext.TirePressureTarget.Row2.Right 270 event 2025-10-01T10:12:39.000Z",
                    "Row2.Wheel.Right.Tire.Pressure 251 event 2025-10-01T10:12:39.000Z",
                ])
        #expect(
            try source.lines(
                "G1/WBY11HH", message(#""\#(tyre).pressureTarget":\#(key)"-NA-"}"#)
            ).isEmpty)
    }

    @Test func `a unit that nobody knows makes the value absent, never a guess`() throws {
        var source = try source()
        let decoded = try source.decode(
            "G1/WBY11HH",
            message(#""vehicle.vehicle.travelledDistance":{"value":7,"unit":"leagues"}"#))
        #expect(decoded.readings.isEmpty && decoded.outcome.outOfRange == 1)
    }

    @Test func `the bridge's message is taken once`() throws {
        var source = try source()
        let body = message(
            #""vehicle.chassis.axle.row1.wheel.right.tire.pressure":{"timestamp":"#
                + #""2026-08-18T14:16:36.000Z","unit":"kPa","value":"260"}"#)
        #expect(
            try source.lines("bmw/raw/WBY11HH", body)
                == ["Row1.Wheel.Right.Tire.Pressure 260 event 2026-08-18T14:16:36.000Z"])
        #expect(try source.lines("bmw/WBY11HH", body) == ["ignored"])
        #expect(try source.lines("bmw/vehicles/WBY11HH/vehicle.x", "{}") == ["ignored"])
        #expect(try source.lines("bmw/status", #"{"connected":true}"#) == ["ignored"])
        #expect(source.fast.sources.subscriptions == ["G1/+"])
    }

    @Test func `topic and body must name the same car`() throws {
        var source = try source()
        #expect(source.error("G1/WBYOTHER", message(""))?.reason == .identityDisagrees)
    }

    @Test func `the published samples decode`() throws {
        guard let samples = try DescribedSource.samples("bmw_cardata/mqtt_messages.jsonl") else {
            return
        }
        var counts: [Int] = []
        for sample in samples {
            let account = String(sample.topic.split(separator: "/")[0])
            var source = try DescribedSource("bmw", settings: ["gcid": account])
            counts.append(try source.decode(sample.topic, sample.payload).readings.count)
        }
        #expect(counts == [0, 1])
    }
}
