import PayloadDecoding
import Testing
import VehicleSignals

@Suite struct `frames in payloads` {
    private func decoder() throws -> MessageDecoder { MessageDecoder(try CANSources.make()) }

    private static let arrived = "arrival 2026-02-02T02:40:00.000Z"

    @Test func `of the WiCAN adapter come by its raw mode, without a time`() throws {
        var decoder = try decoder()
        let lines = try decoder.lines(
            "wican/aabbccddeeff/can/rx",
            """
            {"bus":"0","type":"rx","ts":34610,"frame":[
             {"id":256,"dlc":8,"rtr":false,"extd":false,"data":[64,226,1,0,0,0,0,0]},
             {"id":2024,"dlc":8,"rtr":false,"extd":false,"data":[3,65,13,23,0,0,0,0]},
             {"id":256,"dlc":2,"rtr":false,"extd":false,"data":[1,0,0,0,0,0,0,0]},
             {"id":2024,"dlc":8,"rtr":true,"extd":false,"data":[3,65,13,24,0,0,0,0]}]}
            """)
        #expect(
            lines == [
                "Vehicle.TraveledDistance 123456000 \(Self.arrived)",
                "Vehicle.Speed 23.0 \(Self.arrived)",
            ])
    }

    @Test func `share their topic with documents`() throws {
        var decoder = try decoder()
        #expect(
            try decoder.lines("wican/a/can/rx", #"{"SOC":67.5,"CHARGING":"off"}"#) == [
                "Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed 67.5 \(Self.arrived)"
            ])
        #expect(try decoder.lines("wican/a/can/rx", #"{"frame":[]}"#).isEmpty)
        #expect(
            try decoder.lines(
                "wican/a/can/rx",
                #"{"type":"tx","frame":[{"id":2024,"data":[3,65,13,24,0,0,0,0]}]}"#
            ).isEmpty)
    }

    @Test(arguments: [
        (#"[]"#, DecodeError.Reason.wrongType, 0),
        (#"{"frame":{}}"#, .wrongType, 9),
        (#"{"frame":[1]}"#, .wrongType, 10),
        (#"{"frame":[{}]}"#, .wrongType, 10),
        (#"{"frame":[{"id":"x"}]}"#, .wrongType, 16),
        (#"{"frame":[{"id":1,"data":[256]}]}"#, .wrongType, 26),
        (#"{"frame":[{"id":1,"data":[1.5]}]}"#, .wrongType, 26),
        (#"{"frame":[{"id":1,"id":2}]}"#, .duplicateKey, 18),
        (#"{"frame":[],"frame":[]}"#, .duplicateKey, 12),
        (#"{"frame":[]"#, .truncated, 11),
        (#"{"frame":[]} x"#, .unexpectedByte, 13),
    ])
    func `of another shape are refused at their byte`(
        payload: String, reason: DecodeError.Reason, offset: Int
    ) throws {
        var decoder = try decoder()
        #expect(decoder.error("wican/a/can/rx", payload) == DecodeError(reason, at: offset))
    }

    @Test func `as candump writes them keep their time`() throws {
        var decoder = try decoder()
        let lines = try decoder.lines(
            "can/CAR1/can0",
            """
            (1700000000.123456) can0 7E8#03410D17AAAAAAAA R

            can0 7E9#0341052800000000
            7E8#03410D18
            7E8#R
            (12.5) vcan0 18DAF110##1044142300CAAAAAAAAAAAAAAAA T
            (1700000001.5)  can1  20000004#0000000000000000
            """)
        #expect(
            lines == [
                "Vehicle.Speed 23.0 event 2023-11-14T22:13:20.123Z",
                "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature 0.0 "
                    + Self.arrived,
                "Vehicle.Speed 24.0 \(Self.arrived)",
                "Vehicle.LowVoltageBattery.CurrentVoltage 12.3 \(Self.arrived)",
            ])
        #expect(try decoder.lines("can/CAR1/can0", " \r\n").isEmpty)
        #expect(
            try decoder.lines("can/CAR1/can0", "7E8#03410D17", isRetained: true)
                == ["Vehicle.Speed 23.0 none never retained"])
    }

    @Test(arguments: [
        ("(", DecodeError.Reason.truncated, 1),
        ("(1", .truncated, 2),
        ("(1x 7E8#00", .unexpectedByte, 2),
        ("can0", .truncated, 4),
        ("can0 7E8", .truncated, 8),
        ("7E#00", .unexpectedByte, 0),
        ("FE8#00", .unexpectedByte, 0),
        ("7E8#0", .truncated, 5),
        ("7E8#0G", .unexpectedByte, 4),
        ("7E8#000000000000000000", .unexpectedByte, 20),
        ("7E8##", .truncated, 5),
        ("7E8#00 X", .unexpectedByte, 7),
    ])
    func `as candump does not write them are refused at their byte`(
        payload: String, reason: DecodeError.Reason, offset: Int
    ) throws {
        var decoder = try decoder()
        #expect(decoder.error("can/CAR1/can0", payload) == DecodeError(reason, at: offset))
    }

    @Test func `mean what the database says, on the bus that it is for`() throws {
        var decoder = try decoder()
        let time = "event 2023-11-14T22:13:20.000Z"
        let stamp = "(1700000000)"
        #expect(
            try decoder.lines(
                "log/CAR1",
                """
                \(stamp) can1 100#40E2011E5A0A0000
                \(stamp) can0 100#40E2011E5A0A0000
                \(stamp) can1 18FECA15#FF0050FFFFFFFFFF
                \(stamp) can1 0CA#FF0050FFFFFFFFFF
                """) == [
                    "Vehicle.TraveledDistance 123456000 \(time)",
                    "Vehicle.Exterior.AirTemperature 20.0 \(time)",
                    "Vehicle.Powertrain.FuelSystem.RelativeLevel 90 \(time)",
                    "Vehicle.LowVoltageSystemState ACC \(time)",
                    "Vehicle.Diagnostics.Ext.IsMILOn true \(time)",
                    "Vehicle.Speed 80.0 \(time)",
                ])
        for (byte, word) in [("00", "LOCK"), ("03", "ON"), ("05", "START")] {
            let lines = try decoder.lines("log/CAR1", "can1 100#40E2011E5A\(byte)0000")
            #expect(lines[3] == "Vehicle.LowVoltageSystemState \(word) \(Self.arrived)")
        }
    }

    @Test func `with values out of bounds, or all ones, say nothing`() throws {
        var decoder = try decoder()
        let decoded = try #require(
            try decoder.decode("log/CAR1", "can1 100#FFFFFFFFFFFFFFFF"))
        let names = decoded.readings.map { decoder.line($0, decoded.texts) }
        // The outside temperature is signed: all ones are one step below nothing.
        #expect(
            names == [
                "Vehicle.Exterior.AirTemperature -10.5 \(Self.arrived)",
                "Vehicle.Diagnostics.Ext.IsMILOn true \(Self.arrived)",
            ])
        #expect(decoded.outcome.absent == 3)
        #expect(decoded.outcome.outOfRange == 0)
        let beyond = try #require(try decoder.decode("log/CAR1", "can1 100#FEFF0F7FE5040000"))
        #expect(beyond.outcome.outOfRange == 4)
    }

    @Test func `are multiplexed over two levels`() throws {
        var decoder = try decoder()
        let range = "Vehicle.Powertrain.Range"
        #expect(
            try decoder.lines("log/CAR1", "can1 101#01E8030000000000")
                == ["\(range) 1000000 \(Self.arrived)"])
        #expect(
            try decoder.lines("log/CAR1", "can1 101#01FFFF0000000000")
                == ["\(range) 65535000 \(Self.arrived)"])
        #expect(try decoder.lines("log/CAR1", "can1 101#02E8030000000000").isEmpty)
        #expect(try decoder.decode("log/CAR1", "can1 101#0107000000000000")?.outcome.absent == 1)
        let ratio = "plain/CAR1"
        #expect(try decoder.lines(ratio, "101#0900002041").count == 1)
        #expect(
            try decoder.lines(ratio, "101#0900002041")
                == ["Vehicle.Service.DistanceToService 10.0 \(Self.arrived)"])
        #expect(try decoder.lines(ratio, "101#0500002041").isEmpty)
        #expect(try decoder.lines(ratio, "101#09000020").isEmpty)
        #expect(try decoder.decode(ratio, "101#090000C07F")?.outcome.outOfRange == 1)
    }
}
