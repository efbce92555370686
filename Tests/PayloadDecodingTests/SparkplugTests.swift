import PayloadDecoding
import Testing
import VehicleSignals

@Suite struct `Sparkplug` {
    typealias Metric = SparkplugWriter.Metric
    static let event = "event 2026-02-03T07:11:00.000Z"
    private static let node = "spBv1.0/fleet/N%/CAR1"
    private static let device = "spBv1.0/fleet/D%/CAR1/engine"

    static func topic(_ type: String, device: Bool = false) -> String {
        (device ? Self.device : Self.node).replacing("%", with: type)
    }

    static let nodeBirth = SparkplugWriter.payload(
        seq: 0,
        [
            SparkplugWriter.bdSeq(3),
            Metric(name: "Node Control/Rebirth", type: 11, value: .boolean(false)),
            Metric(name: "Vehicle.Speed", alias: 1, type: 10, value: .double(53.2)),
            Metric(name: "Odometer km", alias: 300, type: 7, value: .int(8123)),
            Metric(name: "Vehicle/Exterior/AirTemperature", alias: 7, type: 1, value: .int(0xFB)),
            Metric(name: "Cup holder", alias: 9, type: 12, value: .text("full")),
            Metric(name: "Vehicle.LowVoltageSystemState", type: 12, value: .text("ON")),
        ])
    static let deviceBirth = SparkplugWriter.payload(
        seq: 1,
        [
            Metric(name: "Battery/Voltage", alias: 40, type: 9, value: .float(12.5)),
            Metric(
                name: "Vehicle.Service.TimeToService", alias: 41, type: 4,
                value: .long(UInt64(bitPattern: -86_400))),
        ])

    static func data(_ seq: UInt64?, _ metrics: [Metric]) -> [UInt8] {
        SparkplugWriter.payload(seq: seq, metrics)
    }

    private static func speed(_ value: Double) -> Metric { Metric(alias: 1, value: .double(value)) }

    private func decoder() throws -> MessageDecoder { MessageDecoder(try ProtobufSources.make()) }

    private func lines(
        _ decoder: inout MessageDecoder, _ topic: String, _ payload: [UInt8]
    ) throws -> [String] {
        let decoded = try #require(try decoder.decode(topic, payload))
        return decoded.readings.map { decoder.line($0, decoded.texts) }
    }

    private func outcome(
        _ decoder: inout MessageDecoder, _ topic: String, _ payload: [UInt8]
    ) throws -> DecodeOutcome {
        try #require(try decoder.decode(topic, payload)).outcome
    }

    @Test func `births say what there is and what it is now; data then speaks by alias`() throws {
        var decoder = try decoder()
        #expect(
            try lines(&decoder, Self.topic("BIRTH"), Self.nodeBirth) == [
                "Vehicle.Speed 53.2 \(Self.event)",
                "Vehicle.TraveledDistance 8123000 \(Self.event)",
                "Vehicle.Exterior.AirTemperature -5.0 \(Self.event)",
                "Vehicle.LowVoltageSystemState ON \(Self.event)",
            ])
        #expect(
            try lines(&decoder, Self.topic("BIRTH", device: true), Self.deviceBirth) == [
                "Vehicle.LowVoltageBattery.CurrentVoltage 12.5 \(Self.event)",
                "Vehicle.Service.TimeToService -86400 \(Self.event)",
            ])
        let data = Self.data(
            2,
            [
                Self.speed(60), Metric(alias: 7, value: .int(UInt32(bitPattern: -7))),
                Metric(alias: 300, value: .int(8124)), Metric(alias: 9, value: .text("empty")),
                Metric(name: "Vehicle.LowVoltageSystemState", value: .text("LOCK")),
            ])
        #expect(
            try lines(&decoder, Self.topic("DATA"), data) == [
                "Vehicle.Speed 60.0 \(Self.event)",
                "Vehicle.Exterior.AirTemperature -7.0 \(Self.event)",
                "Vehicle.TraveledDistance 8124000 \(Self.event)",
                "Vehicle.LowVoltageSystemState LOCK \(Self.event)",
            ])
        let again = try outcome(&decoder, Self.topic("DATA"), data)
        #expect(again.unknownSignals == 1 && !again.wantsRebirth && again.unexplained == 0)
        let engine = Self.data(3, [Metric(alias: 41, value: .long(UInt64(bitPattern: -100)))])
        #expect(
            try lines(&decoder, Self.topic("DATA", device: true), engine) == [
                "Vehicle.Service.TimeToService -100 \(Self.event)"
            ])
    }

    @Test func `data before a birth is dropped, counted, and a birth is wanted`() throws {
        var decoder = try decoder()
        let found = try outcome(&decoder, Self.topic("DATA"), Self.data(5, [Self.speed(60)]))
        #expect(found.readings == 0 && found.unexplained == 1 && found.wantsRebirth)
        // What explains itself is taken.
        let whole = Self.data(
            6, [Metric(name: "Vehicle.Speed", type: 10, value: .double(61))])
        #expect(
            try lines(&decoder, Self.topic("DATA"), whole) == ["Vehicle.Speed 61.0 \(Self.event)"])
        #expect(try outcome(&decoder, Self.topic("DATA"), whole).wantsRebirth)
    }

    @Test func `a gap in the sequence makes aliases doubtful until the next birth`() throws {
        var decoder = try decoder()
        _ = try decoder.decode(Self.topic("BIRTH"), Self.nodeBirth)
        _ = try decoder.decode(Self.topic("BIRTH", device: true), Self.deviceBirth)
        var found = try outcome(&decoder, Self.topic("DATA"), Self.data(4, [Self.speed(60)]))
        #expect(found.readings == 0 && found.unexplained == 1 && found.wantsRebirth)
        found = try outcome(&decoder, Self.topic("DATA"), Self.data(5, [Self.speed(60)]))
        #expect(found.readings == 0 && found.wantsRebirth)
        let voltage = Self.data(6, [Metric(alias: 40, value: .float(12))])
        #expect(try outcome(&decoder, Self.topic("DATA", device: true), voltage).unexplained == 1)
        // The device alone is born again.
        var birth = Self.deviceBirth
        birth[birth.count - 1] = 7
        #expect(try outcome(&decoder, Self.topic("BIRTH", device: true), birth).readings == 2)
        let next = Self.data(8, [Metric(alias: 40, value: .float(12))])
        found = try outcome(&decoder, Self.topic("DATA", device: true), next)
        #expect(found.readings == 1 && !found.wantsRebirth)
        #expect(
            try outcome(&decoder, Self.topic("DATA"), Self.data(9, [Self.speed(6)])).readings == 0)
        _ = try decoder.decode(Self.topic("BIRTH"), Self.nodeBirth)
        found = try outcome(&decoder, Self.topic("DATA"), Self.data(1, [Self.speed(60)]))
        #expect(found.readings == 1 && !found.wantsRebirth)
        // Its devices were not born since.
        found = try outcome(
            &decoder, Self.topic("DATA", device: true),
            Self.data(2, [Metric(alias: 40, value: .float(12))]))
        #expect(found.unexplained == 1)
    }

    @Test func `a site may keep aliases over a gap; a birth is wanted all the same`() throws {
        var decoder = MessageDecoder(try ProtobufSources.keeping())
        _ = try decoder.decode(Self.topic("BIRTH"), Self.nodeBirth)
        let found = try outcome(&decoder, Self.topic("DATA"), Self.data(9, [Self.speed(60)]))
        #expect(found.readings == 1 && found.wantsRebirth)
        let next = try outcome(&decoder, Self.topic("DATA"), Self.data(10, [Self.speed(60)]))
        #expect(next.readings == 1 && !next.wantsRebirth)
    }

    @Test func `the sequence goes round at 256, and a repeated message is no gap`() throws {
        var decoder = try decoder()
        _ = try decoder.decode(Self.topic("BIRTH"), Self.nodeBirth)
        for number in 1...520 {
            let data = Self.data(UInt64(number % 256), [Self.speed(Double(number % 100))])
            for _ in 0...(number % 2) {
                let found = try outcome(&decoder, Self.topic("DATA"), data)
                #expect(found.readings == 1 && !found.wantsRebirth)
            }
        }
    }

    @Test func `a death ends what aliases mean, unless it is that of an earlier life`() throws {
        var decoder = try decoder()
        _ = try decoder.decode(Self.topic("BIRTH"), Self.nodeBirth)
        _ = try decoder.decode(Self.topic("BIRTH", device: true), Self.deviceBirth)
        _ = try decoder.decode(
            Self.topic("DEATH"), Self.data(nil, [SparkplugWriter.bdSeq(2)]))
        #expect(
            try outcome(&decoder, Self.topic("DATA"), Self.data(2, [Self.speed(6)])).readings == 1)
        _ = try decoder.decode(Self.topic("DEATH", device: true), Self.data(3, []))
        let voltage = [Metric(alias: 40, value: .float(12))]
        var found = try outcome(&decoder, Self.topic("DATA", device: true), Self.data(4, voltage))
        #expect(found.readings == 0 && found.unexplained == 1)
        #expect(
            try outcome(&decoder, Self.topic("DATA"), Self.data(5, [Self.speed(6)])).readings == 1)
        _ = try decoder.decode(
            Self.topic("DEATH"), Self.data(nil, [SparkplugWriter.bdSeq(3)]))
        found = try outcome(&decoder, Self.topic("DATA"), Self.data(6, [Self.speed(60)]))
        #expect(found.readings == 0 && found.wantsRebirth)
    }

    @Test func `null, transient, historical, unbelievable`() throws {
        var decoder = try decoder()
        _ = try decoder.decode(Self.topic("BIRTH"), Self.nodeBirth)
        let data = Self.data(
            1,
            [
                Metric(alias: 1, isNull: true),
                Metric(alias: 1, value: .double(1), isTransient: true),
                Metric(alias: 1, value: .double(70), time: 1_770_000_000_000, isHistorical: true),
                Metric(alias: 1, value: .double(71), time: 5),
                Metric(alias: 300, value: .text("x")),
                Metric(alias: 300, value: .double(.nan)), Metric(alias: 1),
            ])
        #expect(
            try lines(&decoder, Self.topic("DATA"), data) == [
                "Vehicle.Speed 70.0 event 2026-02-02T02:40:00.000Z"
            ])
        let found = try outcome(&decoder, Self.topic("DATA"), data)
        #expect(found.absent == 4 && found.outOfRange == 2)
    }

    @Test func `what nodes and devices are told is no signal, a name that begins alike is`() throws
    {
        var decoder = try decoder()
        let switches = [
            "Node Control/Rebirth", "Node Control/", "Device Control/Reset", "Device Control/",
            "bdSeq",
        ]
        let others = [
            "Node Controller", "Node Control", "Device Controls", "Device Control", "bdSeqs",
            "Device Contr/", "Node ControL/x", "Device Contro/",
        ]
        for (names, unknown) in [(switches, 0), (others, 1)] {
            for name in names {
                let data = Self.data(0, [Metric(name: name, type: 8, value: .long(1))])
                let found = try outcome(&decoder, Self.topic("DATA"), data)
                #expect(found.unknownSignals == unknown && found.readings == 0, "\(name)")
            }
        }
    }

    @Test func `one text is one trouble code, and one that is kept must be UTF-8`() throws {
        var decoder = try decoder()
        func data(_ name: String, _ text: [UInt8]) -> [UInt8] {
            WireWriter { payload in
                payload.message(2) {
                    $0.text(1, name)
                    $0.varint(4, 12)
                    $0.blob(15, text)
                }
            }.bytes
        }
        func decode(_ name: String, _ text: [UInt8]) throws(DecodeError) -> DecodeOutcome? {
            try decoder.decode(Self.topic("BIRTH"), data(name, text))?.outcome
        }
        let codes = "Vehicle.Diagnostics.DTCList"
        #expect(try decode(codes, Array("P0128".utf8))?.readings == 2)
        #expect(try decode(codes, Array("P0128,P0130".utf8))?.outOfRange == 1)
        #expect(try decode("Vehicle.LowVoltageSystemState", [0xFF])?.outOfRange == 1)
        let vin = "Vehicle.VehicleIdentification.VIN"
        for text in [[0x56, 0xFF], [0xE2, 0x82], [0xC3]] as [[UInt8]] {
            let found = try decode(vin, text)
            #expect(found?.readings == 0 && found?.outOfRange == 1, "\(text)")
        }
        // A name that is none is nobody's, and costs nothing.
        var nameless = data("Cup", [0x31])
        nameless[4] = 0xFF
        #expect(try decoder.decode(Self.topic("BIRTH"), nameless)?.outcome.unknownSignals == 1)
    }

    @Test(arguments: [1, 15])
    func `a name or a text that is no UTF-8 costs its metric, not the birth`(field: Int) throws {
        var decoder = try decoder()
        let birth = WireWriter { payload in
            payload.varint(1, SparkplugWriter.time)
            payload.message(2) {
                $0.blob(
                    1, field == 1 ? [0x43, 0xFF] : Array("Vehicle.VehicleIdentification.VIN".utf8))
                $0.varint(2, 8)
                $0.varint(4, 12)
                $0.blob(15, field == 15 ? [0x56, 0xFF] : [0x56])
            }
            payload.message(2) {
                $0.text(1, "Vehicle.Speed")
                $0.varint(2, 1)
                $0.varint(4, 10)
                $0.double(13, 53.2)
            }
            payload.varint(3, 0)
        }.bytes
        var found = try outcome(&decoder, Self.topic("BIRTH"), birth)
        #expect(found.readings == 1 && !found.wantsRebirth)
        #expect(found.outOfRange == (field == 15 ? 1 : 0))
        #expect(found.unknownSignals == (field == 1 ? 1 : 0))
        // What it said of all metrics holds.
        found = try outcome(
            &decoder, Self.topic("DATA"),
            Self.data(1, [Self.speed(60), Metric(alias: 8, value: .text("WVW"))]))
        #expect(found.readings == (field == 15 ? 2 : 1) && found.unexplained == 0)
        #expect(found.unknownSignals == (field == 1 ? 1 : 0))
    }

    @Test func `a broken message changes nothing that is remembered`() throws {
        var decoder = try decoder()
        _ = try decoder.decode(Self.topic("BIRTH"), Self.nodeBirth)
        let twice = SparkplugWriter.payload(
            seq: 0, [Metric(name: "a", alias: 1, type: 3), Metric(name: "b", alias: 1, type: 3)])
        for broken in [twice, Array(Self.nodeBirth.dropLast()), [0x0B]] {
            for type in ["BIRTH", "DATA", "DEATH"] where broken != twice || type == "BIRTH" {
                do throws(DecodeError) {
                    _ = try decoder.decode(Self.topic(type), broken)
                    Issue.record("a broken \(type) was taken")
                } catch { #expect(error.offset <= broken.count) }
            }
        }
        #expect(
            try outcome(&decoder, Self.topic("DATA"), Self.data(1, [Self.speed(6)])).readings == 1)
        #expect(try decoder.decode(Self.topic("CMD"), [0xFF])?.readings.isEmpty == true)
    }

    @Test func `where devices are vehicles, nodes only hold their births`() throws {
        let sources = try ProtobufSources.devices()
        var decoder = MessageDecoder(sources)
        #expect(try decoder.decode(Self.topic("BIRTH"), Self.nodeBirth)?.readings.isEmpty == true)
        #expect(
            try decoder.decode(Self.topic("BIRTH", device: true), Self.deviceBirth)?.readings.count
                == 2)
        let voltage = Self.data(2, [Metric(alias: 40, value: .float(12))])
        #expect(
            try decoder.decode(Self.topic("DATA", device: true), voltage)?.readings.count == 1)
        let route = try #require(decoder.route(Self.topic("DATA", device: true)))
        #expect(sources.isHeardByAll(route))
    }

    @Test func `a request for births is made only where the file allows it`() throws {
        let topic = Array(Self.topic("DATA", device: true).utf8)
        let now = Timestamp(milliseconds: 1_770_102_660_000)
        let silent = try ProtobufSources.make()
        let route = try #require(unsafe silent.route(topic: topic.span.bytes))
        #expect(unsafe silent.rebirthRequest(route, topic: topic.span.bytes, now: now) == nil)
        let sources = try ProtobufSources.devices()
        let allowed = try #require(unsafe sources.route(topic: topic.span.bytes))
        let request = try #require(
            unsafe sources.rebirthRequest(allowed, topic: topic.span.bytes, now: now))
        #expect(String(decoding: request.topic, as: UTF8.self) == "spBv1.0/fleet/NCMD/CAR1")
        let expected = SparkplugWriter.payload(
            seq: nil,
            [
                Metric(
                    name: "Node Control/Rebirth", type: 11, value: .boolean(true),
                    time: SparkplugWriter.time)
            ])
        #expect(request.payload == expected)
    }

    @Test(arguments: [
        "spBv1.0/{+}/{+}/{+}/{+}", "spBv1.0/{vehicle}/{+}/{+}", "x/{+}/{+}/{vehicle}",
        "spBv1.0/{+}/{vehicle}",
    ])
    func `templates that do not follow Sparkplug are refused`(text: String) throws {
        let definition = SourceDefinition(
            name: "x", version: "1",
            topics: [
                TopicDefinition(
                    template: try TopicTemplate(text),
                    content: .protobuf(.sparkplug(SparkplugDefinition())))
            ])
        #expect(throws: MappingFlaw.self) {
            try CompiledSources(definitions: [definition], catalogue: Shipped.catalogue())
        }
    }
}
