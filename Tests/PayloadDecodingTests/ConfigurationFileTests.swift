import ConfigurationFiles
import PayloadDecoding
import Testing
import VehicleSignals

@Suite struct `files of signals and sources` {
    private static let signals = """
        signals:
          - {path: Vehicle.Speed, type: float, unit: km/h}
          - {path: Vehicle.TraveledDistance, type: uint32, unit: m, max: 2000000000}
          - {path: Vehicle.State, type: string, allowed: [LOCK, "ON"]}
          - {path: Vehicle.IsOn, type: boolean}
        """

    private func catalogue() throws -> SignalCatalogue {
        try SignalFile.load(text: Self.signals, file: "signals.yaml")
    }

    private func mistakes(_ text: String) throws -> [ConfigurationMistake] {
        let catalogue = try catalogue()
        do throws(ConfigurationMistakes) {
            _ = try SourceFile.load(text: text, file: "x.yaml", catalogue: catalogue)
            return []
        } catch { return error.all }
    }

    @Test func `the shipped catalogue holds what the house needs`() throws {
        let catalogue = try Shipped.catalogue()
        for (path, type, unit) in [
            ("Vehicle.TraveledDistance", SignalDefinition.Datatype.uint32, "m"),
            ("Vehicle.Service.DistanceToService", .float, "km"),
            ("Vehicle.Service.TimeToService", .int32, "s"),
            ("Vehicle.LowVoltageBattery.CurrentVoltage", .float, "V"),
            ("Vehicle.Diagnostics.DTCList", .troubleCodes, ""),
            ("Vehicle.Chassis.Axle.Row2.Wheel.Right.Tire.Pressure", .uint16, "kPa"),
        ] {
            let definition = catalogue[try #require(catalogue.id(of: path))]
            #expect(definition.datatype == type)
            #expect(definition.unit.symbol == unit)
            #expect(definition.isForService)
        }
        let withheld = catalogue.definitions.filter { !$0.isForService }
        #expect(Set(withheld.map(\.dataClass)) == ["D3", "D4", "D5"])
        let state = catalogue[try #require(catalogue.id(of: "Vehicle.LowVoltageSystemState"))]
        #expect(state.allowed == ["UNDEFINED", "LOCK", "OFF", "ACC", "ON", "START"])
    }

    @Test func `the shipped sources load and compile together`() throws {
        let sources = try Shipped.sources()
        #expect(sources.definitions.map(\.name) == Shipped.names)
        let speed = try #require(sources.catalogue.id(of: "Vehicle.Speed"))
        let odometer = try #require(sources.catalogue.id(of: "Vehicle.TraveledDistance"))
        #expect(!sources.isForService(speed) && sources.isForService(odometer))
        #expect(
            sources.subscriptions.prefix(9) == [
                "vss/+/telemetry", "skoda/+/+", "skoda/+/service-event/+", "telemetry/+/v/+",
                "telemetry/+/alerts/+/+", "telemetry/+/errors/+", "telemetry/+/connectivity",
                "tesla/json", "tesla/+/payload",
            ])
    }

    @Test func `every mistake of a catalogue is named with its line`() {
        let text = """
            signals:
              - {path: Vehicle.A, type: floot}
              - {path: Vehicle.B, type: float, unit: furlongs}
              - {type: float}
              - {path: Vehicle.C, type: uint8, min: 5, max: 1, colour: red}
              - {path: Vehicle.D, type: uint8, allowed: [A]}
              - path: Vehicle.E
                type: float
                unit: km
                spellings:
                  - {path: Vehicle.F, editions: 9, unit: km}
                  - {path: Vehicle.F, editions: 4-5, unit: kPa}
              - {path: Vehicle.B, type: float}
              - {path: Vehicle.B, type: float}
            """
        let error = #expect(throws: ConfigurationMistakes.self) {
            try SignalFile.load(text: text, file: "signals.yaml")
        }
        let lines = Set((error?.all ?? []).map(\.line))
        #expect(lines.isSuperset(of: [2, 3, 4, 5, 6, 11, 12, 14]))
        let texts = error?.description ?? ""
        for part in ["did you mean float", "furlongs", "colour", "kPa does not measure", "twice"] {
            #expect(texts.contains(part), "\(part) in \(texts)")
        }
    }

    @Test func `every mistake of a source is named with its line and a remedy`() throws {
        let found = try mistakes(
            """
            source: x
            version: "1"
            vss: 7
            topics:
              - {topic: "a/{car}/b", form: native}
              - {topic: "b/{vehicle}", form: documant, mapping: m}
              - {topic: "c/{vehicle}", form: document, mapping: n}
              - {topic: "d/{vehicle}", form: fields, mapping: m}
              - {topic: "e/b", form: document, mapping: m}
            mappings:
              m:
                fields:
                  - {path: a..b, signal: Vehicle.Speed}
                  - {path: a, signal: Vehicle.Sped}
                  - {path: b, signal: Vehicle.Speed, unit: kPa}
                  - {path: c, signal: Vehicle.IsOn, values: {yes: 1}}
                  - {path: d, signal: Vehicle.State, values: {x: START}}
                  - {path: e, signal: Vehicle.TraveledDistance, missing: -1}
                  - {path: f, signal: Vehicle.Speed, invald: [0]}
                  - {path: g, signal: Vehicle.Speed, time: {kind: iso}}
            """)
        for line in [3, 5, 6, 7, 8, 9, 13, 14, 15, 16, 17, 18, 19, 20] {
            #expect(found.contains { $0.line == line }, "line \(line) in \(found)")
        }
        #expect(found.allSatisfy { $0.file == "x.yaml" && !$0.remedy.isEmpty })
        #expect(found.contains { $0.remedy.contains("did you mean Vehicle.Speed") })
        #expect(found.contains { $0.remedy.contains("did you mean invalid") })
        #expect(found.contains { $0.remedy.contains("did you mean document") })
    }

    @Test(arguments: ["", "[]", "source: [", "source: x\n\tversion: 1", "source: x\nsource: y"])
    func `what is no source at all is said, not crashed on`(text: String) throws {
        #expect(!(try mistakes(text)).isEmpty)
    }

    @Test func `paths with two meanings, and too many times, are refused`() throws {
        let head = """
            source: x
            version: "1"
            topics: [{topic: "c/{vehicle}", form: document, mapping: m}]
            mappings:
              m:
                fields:
            """
        let twoKinds = try mistakes(
            head + "\n" + """
                      - {path: a, signal: Vehicle.Speed, time: {path: t}}
                      - {path: b, signal: Vehicle.Speed, time: {path: t, kind: epoch_s}}
                """)
        #expect(twoKinds.first?.message.contains("two meanings") == true)
        let many = (0..<9).map {
            "      - {path: a\($0), signal: Vehicle.Speed, time: {path: t\($0)}}"
        }
        let tooMany = try mistakes(head + "\n" + many.joined(separator: "\n"))
        #expect(tooMany.first?.message.contains("more than 8 different times") == true)
    }

    @Test func `a mapping is read as it is written`() throws {
        let source = try SourceFile.load(
            text: """
                source: x
                version: "2026-02"
                vss: 5
                payload_bytes_max: 4096
                numbers_as_text: true
                invalid: ["-NA-", 65535]
                topics:
                  - {topic: "c/{vehicle}", form: document, mapping: m}
                mappings:
                  m:
                    vehicle: car.id
                    time: {path: sent, kind: epoch_ms, quality: backend}
                    fields:
                      - {path: 'data.vehicle\\.speed', signal: Vehicle.Speed, unit: mph, scale: 0.1}
                      - path: on
                        signal: Vehicle.IsOn
                        numbers_as_text: false
                        invalid: [x]
                        values: {yes: true, no: false}
                        missing: false
                        time: {path: at}
                """, file: "x.yaml", catalogue: catalogue())
        let cloud = TimeMapping(path: ["sent"], kind: .epochMilliseconds, quality: .backend)
        let mapping = DocumentMapping(
            fields: [
                FieldMapping(
                    path: ["data", "vehicle.speed"], signal: "Vehicle.Speed",
                    unit: Unit(named: "mph"), scale: 0.1, invalidNumbers: [65_535],
                    invalidTexts: ["-NA-"], takesNumbersAsText: true, time: cloud),
                FieldMapping(
                    path: ["on"], signal: "Vehicle.IsOn", invalidNumbers: [65_535],
                    invalidTexts: ["-NA-", "65535", "x"],
                    words: ["yes": .boolean(true), "no": .boolean(false)],
                    missing: .boolean(false), time: TimeMapping(path: ["at"])),
            ], vehiclePath: ["car", "id"])
        #expect(
            source
                == SourceDefinition(
                    name: "x", version: "2026-02", edition: 5, subscriptions: ["c/+"],
                    payloadBytesMax: 4096,
                    topics: [
                        TopicDefinition(
                            template: try TopicTemplate("c/{vehicle}"), content: .document(mapping))
                    ]))
    }
}
