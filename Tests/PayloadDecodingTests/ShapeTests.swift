import PayloadDecoding
import Testing
import VehicleSignals

/// Whatever a payload is laid beside, it means what the general path says.
@Suite struct `remembered shapes` {
    @Test(arguments: [31, 32, 33, 34])
    func `change nothing about generated documents`(seed: UInt64) throws {
        let sources = try TwinSources.make()
        var trial = ShapeTrial(sources)
        var generator = DocumentGenerator(seed: seed, catalogue: sources.catalogue)
        for round in 0..<1_200 {
            // A new memory now and then, so that it is not full of the first shapes for ever.
            if round % 100 == 0 { trial = ShapeTrial(sources) }
            let (topic, payload) = generator.message()
            let isRetained = generator.numbers.chance(1, of: 5)
            var variants = [payload, payload]
            for _ in 0..<4 { variants.append(generator.numbers.revalued(payload)) }
            for _ in 0..<4 { variants.append(generator.mutated(payload)) }
            variants.append(payload)
            for variant in variants {
                let difference = trial.difference(topic, variant, isRetained: isRetained)
                #expect(difference == nil, "seed \(seed): \(difference ?? "")")
                if difference != nil { return }
            }
            if round % 100 == 99 { #expect(trial.fitted > 50, "shapes are found again") }
        }
    }

    private static let native = """
        {"ts":"2026-02-03T07:11:00Z","vss":"5.1","other":[1,{"a":"b"}],"signals":{\
        "Vehicle.Speed":53.2, "Vehicle.TraveledDistance" : 8123 ,"Vehicle.Unknown":"é\\n",\
        "Vehicle.Exterior.AirTemperature":{"value":-4.25,"ts":1770102660000},\
        "Vehicle.Service.IsServiceDue":true,"Vehicle.LowVoltageSystemState":"ON",\
        "Vehicle.Diagnostics.DTCList":["P0128","C1234-1F"],\
        "Vehicle.Powertrain.Range":{"ts":"2026-02-03T07:12:00.250Z","value":31}}}
        """
    private static let feed = """
        {"car":{"id":"CAR1"},"sent":"2026-02-03T07:11:00.123Z","data":{"odometer":"61026.77",\
        "state":"off","temperature":41.5,"serial":9007199254740993,"at":1770102660.25,\
        "codes":["P0128"],"x":{"y":[true,null]}},"software":"2026.2 \\u00e9"}
        """
    private static let skoda = """
        {"maintenanceReport":{"capturedAt":"2025-05-14T20:35:33.079Z","mileageInKm":71,\
        "inspectionDueInDays":-3,"oilServiceDueInKm":12000}}
        """
    private static let messages: [(String, String)] = [
        ("vss/CAR1/telemetry", native), ("fleet/data", feed), ("skoda/CAR1/maintenance", skoda),
    ]

    @Test func `are left at every cut and at every changed byte`() throws {
        let sources = try TwinSources.make()
        for (topic, text) in Self.messages {
            let payload = Array(text.utf8)
            var trial = ShapeTrial(sources)
            #expect(try trial.warm.decode(topic, payload) != nil)
            let before = trial.fitted
            #expect(trial.difference(topic, payload) == nil)
            #expect(trial.fitted == before + 1, "\(topic): the second payload fits the first")
            for place in payload.indices {
                var variants = [Array(payload[..<place])]
                for byte in Array("0\"{}[],: .-eE/\u{0}a".utf8) + [0x80, 0xC3] {
                    var changed = payload
                    changed[place] = byte
                    variants.append(changed)
                    changed = payload
                    changed.insert(byte, at: place)
                    variants.append(changed)
                }
                var shorter = payload
                shorter.remove(at: place)
                variants.append(shorter)
                for variant in variants {
                    let difference = trial.difference(topic, variant)
                    #expect(difference == nil, "\(difference ?? "")")
                    if difference != nil { return }
                }
            }
        }
    }

    @Test func `take values of all lengths without the general path`() throws {
        var decoder = MessageDecoder(try TwinSources.make())
        for speed in ["0", "-1.5", "12", "123.25", "0.125", "-12.75", "1.0625", "100.125"] {
            for distance in ["0", "12", "1234567", "12345678", "123456789", "1234567890"] {
                let text =
                    #"{"ts":"2026-02-03T07:11:00Z","signals":{"Vehicle.Speed":\#(speed),"#
                    + #""Vehicle.TraveledDistance":\#(distance)}}"#
                #expect(
                    try decoder.lines("vss/CAR1/telemetry", text) == [
                        "Vehicle.Speed \(Double(speed) ?? .nan) event 2026-02-03T07:11:00.000Z",
                        "Vehicle.TraveledDistance \(distance) event 2026-02-03T07:11:00.000Z",
                    ])
            }
        }
        #expect(decoder.workspace.shapeFigures.fitted == 47)
        #expect(decoder.workspace.shapeFigures.remembered == 1)
    }

    @Test func `believe no remembered day that is another one`() throws {
        var trial = ShapeTrial(try TwinSources.make())
        for time in [
            "2026-02-03T07:11:00Z", "2026-02-03T23:59:59Z", "2026-02-03T23:59:60Z",
            "2026-02-03T24:00:00Z", "2026-02-04T07:11:00.5Z", "2026-02-04T07:11:00.500Z",
            "2026-02-04T07:11:00.500Z", "2026-02-04T07:11:00.50Z", "2026-02-04T07:11:00+02:00",
            "2026-02-04T07:61:00Z", "2026-12-04T07:11:00Z", "2026-02-04t07:11:00Z",
            "2100-01-01T00:00:00Z", "2100-01-01T00:00:01Z", "1999-12-31T23:59:59Z",
            "2026-02-30T00:00:00Z", "2026-02-03T07:11:00z", "2026-02-03T07:1a:00Z",
            "2026-02-03T0:711:00Z", "2026-02-03 07:11:00Z", "2026-02-03T07:11:00Z",
        ] {
            for _ in 0..<2 {
                let text = #"{"ts":"\#(time)","signals":{"Vehicle.Speed":1}}"#
                let difference = trial.difference("vss/CAR1/telemetry", Array(text.utf8))
                #expect(difference == nil, "\(difference ?? "")")
            }
        }
        #expect(trial.fitted > 20)
    }

    @Test func `stay within their limits and are learnt anew when senders change`() throws {
        var decoder = MessageDecoder(try TwinSources.make())
        func payload(_ number: Int, _ value: Int) -> String {
            #"{"signals":{"Vehicle.Speed":\#(value),"key \#(number)":\#(value)}}"#
        }
        for number in 0..<20_000 {
            _ = try decoder.decode("vss/CAR\(number % 7)/telemetry", payload(number, number % 90))
            let figures = decoder.workspace.shapeFigures
            #expect(figures.remembered <= 32 && figures.bytes < 600_000)
        }
        #expect(decoder.workspace.shapeFigures.fitted == 0)
        // The first shapes were forgotten by now; the newest are known.
        let lines = try decoder.lines("vss/CAR1/telemetry", payload(16_415, 5))
        #expect(lines.count == 1)
        #expect(decoder.workspace.shapeFigures.fitted == 1)
    }

    @Test func `of every vehicle are found again among many`() throws {
        var decoder = MessageDecoder(try TwinSources.make())
        for round in 0..<3 {
            for vehicle in 0..<30 {
                let text = #"{"signals":{"Vehicle.Speed":\#(round),"key \#(vehicle)":0}}"#
                _ = try decoder.decode("vss/CAR\(vehicle)/telemetry", text)
            }
        }
        // Two names may share a hint; then the newest few are tried.
        #expect(decoder.workspace.shapeFigures.fitted > 50)
    }

    @Test func `hold readings of several members with their units`() throws {
        var trial = ShapeTrial(try TwinSources.make())
        let values = [
            "7", "\"812.5\"", "-1", "\"INVALID\"", "null", "9007199254740993", "0.0004", "[]",
            "{}", "\"12\\u0030\"", "1e3", "8123",
        ]
        for isTimeFirst in [true, false] {
            for unit in ["\"km\"", "\"MI\"", "null", "\"parsec\""] {
                for (index, value) in values.enumerated() {
                    let time = "\"timestamp\":\"2025-10-01T10:12:1\(index % 10)Z\""
                    let members = "\"unit\":\(unit),\"value\":\(value)"
                    let object = isTimeFirst ? "\(time),\(members)" : "\(members),\(time)"
                    let text =
                        #"{"vin":"V1","data":{"vehicle.vehicle.travelledDistance":{\#(object)},"#
                        + #""other":{"a":\#(index),"b":"c"}}}"#
                    let difference = trial.difference("GCID/V1", Array(text.utf8))
                    #expect(difference == nil, "\(difference ?? "")")
                }
            }
        }
        #expect(trial.fitted > 50, "values of all kinds fit the shape of their unit")
    }

    @Test func `are forgotten with the sources that they were learnt with`() throws {
        var decoder = MessageDecoder(try TwinSources.make())
        let text = #"{"signals":{"Vehicle.TraveledDistance":12}}"#
        for _ in 0..<2 {
            _ = try decoder.decode(
                "vss4", text.replacing("{", with: "{\"vehicle\":\"A\",", maxReplacements: 1))
        }
        #expect(decoder.workspace.shapeFigures.fitted == 1)
        let kept = decoder.workspace
        decoder = MessageDecoder(try Shipped.sources())
        decoder.workspace = kept
        #expect(
            try decoder.lines("vss/CAR1/telemetry", text)
                == ["Vehicle.TraveledDistance 12 arrival 2026-02-02T02:40:00.000Z"])
        #expect(decoder.workspace.shapeFigures.remembered == 1)
    }
}
