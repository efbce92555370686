import PayloadDecoding
import Testing
import VehicleSignals

@Suite struct `the native form` {
    private static let topic = "vss/CAR1/telemetry"
    private static let arrival = "2026-02-02T02:40:00.000Z"

    private func decoder() throws -> MessageDecoder { MessageDecoder(try Shipped.sources()) }

    @Test func `an object becomes readings in its order, at its time`() throws {
        var decoder = try decoder()
        let lines = try decoder.lines(
            Self.topic,
            """
            {"ts":"2026-02-03T08:11:00.25+01:00","seq":7,"signals":{"Vehicle.Speed":53.2,
             "Vehicle.TraveledDistance":81234567,"Vehicle.LowVoltageSystemState":"ON",
             "Vehicle.Service.IsServiceDue":false,"Vehicle.Service.TimeToService":-86400,
             "Vehicle.Diagnostics.DTCList":["P0128","U1123-1f"]}}
            """)
        let time = "event 2026-02-03T07:11:00.250Z"
        #expect(
            lines == [
                "Vehicle.Speed 53.2 \(time)", "Vehicle.TraveledDistance 81234567 \(time)",
                "Vehicle.LowVoltageSystemState ON \(time)",
                "Vehicle.Service.IsServiceDue false \(time)",
                "Vehicle.Service.TimeToService -86400 \(time)",
                "Vehicle.Diagnostics.DTCList list of 2 \(time)",
                "Vehicle.Diagnostics.DTCList P0128 \(time)",
                "Vehicle.Diagnostics.DTCList U1123-1F \(time)",
            ])
    }

    @Test(arguments: [
        ("1770102660000", "2026-02-03T07:11:00.000Z"),
        ("1770102660000.9", "2026-02-03T07:11:00.000Z"),
        ("\"2026-02-03 07:11:00Z\"", "2026-02-03T07:11:00.000Z"),
        ("\"2026-02-03T07:11:60.999Z\"", "2026-02-03T07:11:59.999Z"),
        ("\"2026-02-03t07:11:00.1234567z\"", "2026-02-03T07:11:00.123Z"),
        ("\"2024-02-29T23:59:59-12:00\"", "2024-03-01T11:59:59.000Z"),
        ("\"2026\\u002d02-03T07:11:00Z\"", "2026-02-03T07:11:00.000Z"),
    ])
    func `times are RFC 3339 or milliseconds`(ts: String, expected: String) throws {
        var decoder = try decoder()
        let lines = try decoder.lines(Self.topic, #"{"signals":{"Vehicle.Speed":1},"ts":\#(ts)}"#)
        #expect(lines == ["Vehicle.Speed 1.0 event \(expected)"])
    }

    @Test(arguments: [
        "1770102660", "0", "-1", "\"2026-02-30T07:11:00Z\"", "\"2026-02-03\"", "\" \"", "true",
        "{}",
        "\"2026-02-03T07:11:00\"", "\"1999-12-31T23:59:59Z\"", "\"1770102660000\"", "[1]", "1e30",
    ])
    func `what is no time, or seconds taken for milliseconds, is an error`(ts: String) throws {
        var decoder = try decoder()
        let head = #"{"signals":{"Vehicle.Speed":1},"ts":"#
        let error = decoder.error(Self.topic, head + ts + "}")
        #expect(error == DecodeError(.badTime, at: head.utf8.count))
    }

    /// Found by fuzzing: the levels above a time were not counted.
    @Test func `what stands for a time is not deeper than anything else may be`() throws {
        var decoder = try decoder()
        for (head, above) in [
            (#"{"ts":"#, 1), (#"{"signals":{"Vehicle.Speed":{"ts":"#, 3), (#"{"vehicle":"#, 1),
        ] {
            let deep = head + String(repeating: "[", count: 100)
            let error = decoder.error(Self.topic, deep)
            let offset = head.utf8.count + DecodingLimits.nestingMax - above
            #expect(error == DecodeError(.nestingTooDeep, at: offset), "\(head)")
        }
    }

    @Test func `a value may carry its own time, whichever comes first`() throws {
        var decoder = try decoder()
        let lines = try decoder.lines(
            Self.topic,
            """
            {"ts":1770102660000,"signals":{
              "Vehicle.Speed":{"value":1,"ts":1770102661000},
              "Vehicle.TraveledDistance":{"ts":"2026-02-03T07:11:02Z","value":5,"unit":"m"},
              "Vehicle.Service.IsServiceDue":{"value":true},
              "Vehicle.Diagnostics.DTCList":{"value":["P0300"],"ts":1770102663000}}}
            """)
        #expect(
            lines == [
                "Vehicle.Speed 1.0 event 2026-02-03T07:11:01.000Z",
                "Vehicle.TraveledDistance 5 event 2026-02-03T07:11:02.000Z",
                "Vehicle.Service.IsServiceDue true event 2026-02-03T07:11:00.000Z",
                "Vehicle.Diagnostics.DTCList list of 1 event 2026-02-03T07:11:03.000Z",
                "Vehicle.Diagnostics.DTCList P0300 event 2026-02-03T07:11:03.000Z",
            ])
    }

    @Test func `without a time arrival stands in, and a retained message has none`() throws {
        var decoder = try decoder()
        let payload = #"{"signals":{"Vehicle.Speed":1}}"#
        #expect(
            try decoder.lines(Self.topic, payload) == ["Vehicle.Speed 1.0 arrival \(Self.arrival)"])
        #expect(
            try decoder.lines(Self.topic, payload, isRetained: true)
                == ["Vehicle.Speed 1.0 none never retained"])
        let timed = #"{"ts":1770102660000,"signals":{"Vehicle.Speed":1}}"#
        #expect(
            try decoder.lines(Self.topic, timed, isRetained: true)
                == ["Vehicle.Speed 1.0 event 2026-02-03T07:11:00.000Z retained"])
    }

    /// The trap: the same path, a thousand times the number.
    @Test(arguments: [
        (#""vss":"6.0","#, "10776"), (#""vss":"5.1","#, "10776500"), (#""vss":"4","#, "10776500"),
        (#""vss":5,"#, "10776500"), (#""vss":4.2,"#, "10776500"), (#""vss":null,"#, "10776"),
        ("", "10776"),
    ])
    func `the declared edition decides the odometer's unit, wherever it stands`(
        vss: String, metres: String
    ) throws {
        var decoder = try decoder()
        let value = metres == "10776" ? "10776" : "10776.5"
        let signals = #""signals":{"Vehicle.TraveledDistance":\#(value)}"#
        let expected = ["Vehicle.TraveledDistance \(metres) arrival \(Self.arrival)"]
        #expect(try decoder.lines(Self.topic, "{\(vss)\(signals)}") == expected)
        let after = vss.isEmpty ? "" : "," + vss.dropLast()
        #expect(try decoder.lines(Self.topic, "{\(signals)\(after)}") == expected)
    }

    @Test(arguments: [
        "7", "\"3.1\"", "\"\"", "\"six\"", "66", "true", "\"6,0\"", "-6", "\"\\u0036\"",
    ])
    func `an unknown edition is an error`(vss: String) throws {
        var decoder = try decoder()
        let error = decoder.error(Self.topic, #"{"vss":\#(vss),"signals":{}}"#)
        #expect(error == DecodeError(.unknownEdition, at: 7))
    }

    @Test func `spellings of older editions are known only there`() throws {
        var decoder = try decoder()
        let signals = """
            "signals":{"Vehicle.Powertrain.CombustionEngine.ECT":90,
              "Vehicle.OBD.Status.IsMILOn":true}
            """
        let lamp = "Vehicle.Diagnostics.Ext.IsMILOn true arrival \(Self.arrival)"
        let coolant =
            "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature 90.0 arrival "
            + Self.arrival
        #expect(try decoder.lines(Self.topic, "{\"vss\":\"5.0\",\(signals)}") == [coolant, lamp])
        #expect(try decoder.lines(Self.topic, "{\"vss\":\"6.0\",\(signals)}") == [lamp])
        let decoded = try decoder.decode(Self.topic, "{\(signals)}")
        #expect(decoded?.outcome.unknownSignals == 1)
    }

    @Test func `an array of objects is several messages in one, each with its own edition`() throws
    {
        var decoder = try decoder()
        let lines = try decoder.lines(
            Self.topic,
            """
            [{"ts":1770102660000,"signals":{"Vehicle.TraveledDistance":1}},
             {"vss":"5.1","ts":1770102661000,"signals":{"Vehicle.TraveledDistance":1}},
             {"signals":{"Vehicle.TraveledDistance":1}}, {}]
            """)
        #expect(
            lines == [
                "Vehicle.TraveledDistance 1 event 2026-02-03T07:11:00.000Z",
                "Vehicle.TraveledDistance 1000 event 2026-02-03T07:11:01.000Z",
                "Vehicle.TraveledDistance 1 arrival \(Self.arrival)",
            ])
        #expect(try decoder.lines(Self.topic, "[]").isEmpty)
    }

    @Test func `unknown, absent and impossible values are counted and give no reading`() throws {
        var decoder = try decoder()
        let decoded = try decoder.decode(
            Self.topic,
            """
            {"signals":{"Vehicle.Cabin.Temperature":{"value":[21]},"Vehicle.Speed":null,
              "Vehicle.TraveledDistance":-1,"Vehicle.Powertrain.FuelSystem.RelativeLevel":101,
              "Vehicle.LowVoltageSystemState":"SOMETIMES","Vehicle.CurrentLocation.Latitude":90.1,
              "Vehicle.Service.IsServiceDue":true}}
            """)
        #expect(
            decoded?.outcome
                == DecodeOutcome(readings: 1, unknownSignals: 1, absent: 1, outOfRange: 4))
    }

    @Test(arguments: [
        ("Vehicle.Speed", "\"fast\""), ("Vehicle.Speed", "\"53.2\""), ("Vehicle.Speed", "true"),
        ("Vehicle.Speed", "[1]"), ("Vehicle.Speed", "{\"ts\":null}"),
        ("Vehicle.Service.IsServiceDue", "1"), ("Vehicle.Service.IsServiceDue", "\"true\""),
        ("Vehicle.LowVoltageSystemState", "3"), ("Vehicle.Diagnostics.DTCList", "\"P0128\""),
    ])
    func `a value of the wrong type is an error at its first byte`(path: String, value: String)
        throws
    {
        var decoder = try decoder()
        let head = #"{"vss":"6.0","signals":{"\#(path)":"#
        let error = decoder.error(Self.topic, head + value + "}}")
        #expect(error == DecodeError(.wrongType, at: head.utf8.count))
    }

    @Test(arguments: [
        "\"P0\"", "\"X0128\"", "\"\"", "1", "null", "[\"P0128\"]", "\"P01\\u0032\\u0038\"",
    ])
    func `a list with something else than trouble codes is an error`(item: String) throws {
        var decoder = try decoder()
        let head = #"{"vss":"6.0","signals":{"Vehicle.Diagnostics.DTCList":["P0128","#
        let error = decoder.error(Self.topic, head + item + "]}}")
        #expect(error == DecodeError(.badTroubleCode, at: head.utf8.count))
    }

    @Test(arguments: [
        (#"{"ts":1770102660000,"ts":1770102660000}"#, 20),
        (#"{"signals":{},"signals":{}}"#, 14),
        (#"{"vss":"6.0","signals":{"Vehicle.Speed":1,"Vehicle.Speed":2}}"#, 42),
        (#"{"vss":"6.0","signals":{"Vehicle.Speed":null,"Vehicle.\u0053peed":2}}"#, 45),
        (#"{"vss":"6.0","signals":{"Vehicle.Speed":{"value":1,"value":1}}}"#, 51),
    ])
    func `a key twice is an error at the second`(payload: String, place: Int) throws {
        var decoder = try decoder()
        #expect(decoder.error(Self.topic, payload) == DecodeError(.duplicateKey, at: place))
    }

    @Test func `keys that nobody reads may repeat`() throws {
        var decoder = try decoder()
        let lines = try decoder.lines(Self.topic, #"{"x":1,"x":2,"signals":{"A":1,"A":2}}"#)
        #expect(lines.isEmpty)
    }

    @Test func `escapes in keys and words mean the same as the plain letters`() throws {
        var decoder = try decoder()
        let lines = try decoder.lines(
            Self.topic,
            #"{"\u0073ignals":{"Vehicle\u002eLowVoltageSystemState":"\u004fN"}}"#)
        #expect(lines == ["Vehicle.LowVoltageSystemState ON arrival \(Self.arrival)"])
    }

    @Test func `after an error nothing is left of the message`() throws {
        let sources = try Shipped.sources()
        var workspace = sources.makeWorkspace()
        let topic = Array(Self.topic.utf8)
        let payload = Array(
            #"[{"signals":{"Vehicle.Speed":1}},{"signals":{"Vehicle.Speed":"x"}}]"#.utf8)
        let route = try #require(unsafe sources.route(topic: topic.span.bytes))
        var readings: [Reading] = []
        var texts: [UInt8] = []
        readings.append(addingCapacity: 9) { out in
            texts.append(addingCapacity: 9) { text in
                let decoded = try? unsafe sources.decode(
                    route, topic: topic.span.bytes, payload: payload.span.bytes,
                    arrival: Timestamp(milliseconds: 0), isRetained: false, workspace: &workspace,
                    into: &out, texts: &text)
                #expect(decoded == nil)
            }
        }
        #expect(readings.isEmpty && texts.isEmpty)
    }

    @Test func `more readings than there is room for is an error`() throws {
        var decoder = try decoder()
        decoder.readingRoom = 2
        let payload = #"{"signals":{"Vehicle.Diagnostics.DTCList":["P0128","P0129"]}}"#
        #expect(decoder.error(Self.topic, payload)?.reason == .tooManyReadings)
        decoder.readingRoom = 3
        #expect(try decoder.decode(Self.topic, payload)?.readings.count == 3)
    }

    @Test func `every reading traces to source and mapping version`() throws {
        let decoder = try decoder()
        let route = try #require(decoder.route(Self.topic))
        #expect(decoder.sources.name(of: route.source) == "native")
        #expect(decoder.sources.mappingVersion(of: route.source) == "1")
        #expect(decoder.sources.source(named: "native") == route.source)
        #expect(decoder.sources.template(of: route) == "vss/{vehicle}/telemetry")
        #expect(decoder.sources.subscriptions.first == "vss/+/telemetry")
    }
}
