import PayloadDecoding
import Testing
import VehicleSignals

@Suite struct `FleetWise last known state from the vehicle` {
    private static let at = " event 2026-02-03T07:11:00.000Z"

    private func lines(_ payload: [UInt8], snappy: String = "auto") throws -> [String] {
        var decoder = MessageDecoder(try StateSources.make(snappy: snappy))
        let decoded = try #require(try decoder.decode(StateSources.edgeTopic, payload))
        return decoded.readings.map { decoder.line($0, decoded.texts) }
    }

    private func error(_ payload: [UInt8]) throws -> DecodeError? {
        var decoder = MessageDecoder(try StateSources.make())
        do throws(DecodeError) {
            _ = try decoder.decode(StateSources.edgeTopic, payload)
            return nil
        } catch { return error }
    }

    private func value(
        of number: UInt64, _ build: @escaping (inout WireWriter) -> Void
    ) throws -> (line: String?, outcome: DecodeOutcome) {
        var decoder = MessageDecoder(try StateSources.make())
        let payload = StateSources.edge([("example-template-1", { $0.signal(number, build) })])
        let decoded = try #require(try decoder.decode(StateSources.edgeTopic, payload))
        let lines = decoded.readings.map {
            let words = decoder.line($0, decoded.texts).split(separator: " ")
            return words.dropFirst().dropLast(2).joined(separator: " ")
        }
        return (lines.isEmpty ? nil : lines.joined(separator: ", "), decoded.outcome)
    }

    static let message = StateSources.edge([
        (
            "example-template-1",
            {
                $0.signal(1) { $0.double(2, 53.2) }
                $0.signal(2) { $0.varint(9, 8123) }
                $0.signal(5) { $0.sint(4, -7) }
                $0.signal(6) { $0.varint(3, 1) }
                $0.signal(999) { $0.varint(3, 1) }
                $0.signal(3) { _ in }
            }
        ),
        ("another", { $0.signal(1) { $0.float(12, 12.5) } }),
    ])

    private static let readings = [
        "Vehicle.Speed 53.2", "Vehicle.TraveledDistance 8123000",
        "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature -7.0",
        "Vehicle.Diagnostics.Ext.IsMILOn true", "Vehicle.LowVoltageBattery.CurrentVoltage 12.5",
    ].map { $0 + at }

    @Test func `numbers of signals by their template, all at the message's time`() throws {
        #expect(try lines(Self.message) == Self.readings)
        var decoder = MessageDecoder(try StateSources.make())
        let other = "cms/fleetwise/vehicles/CAR1/last_known_states/data"
        let outcome = try decoder.decode(other, Self.message)?.outcome
        #expect(outcome?.readings == 5)
        #expect(outcome?.unknownSignals == 1)
        #expect(outcome?.absent == 1)
        #expect(outcome?.outOfRange == 0)
    }

    @Test func `compressed or not is seen by itself, unless the source says`() throws {
        let packed = SnappyWriter.pack(Self.message)
        #expect(try lines(packed) == Self.readings)
        #expect(try lines(packed, snappy: "on") == Self.readings)
        #expect(try lines(Self.message, snappy: "off") == Self.readings)
        #expect(throws: DecodeError.self) { try lines(Self.message, snappy: "on") }
        #expect(throws: DecodeError.self) { try lines(packed, snappy: "off") }
    }

    @Test func `a block of one literal keeps its time, whatever its length`() throws {
        // Length and tag of such a block read as a field of their own: a number, or eight bytes
        // that reach over the time.
        var decoder = MessageDecoder(try StateSources.make())
        var asMessage = 0
        for length in 0...200 {
            for time in [StateSources.time, 0] {
                let text = String(repeating: "x", count: length)
                let message = StateSources.edge(
                    time: time,
                    [
                        (
                            "another",
                            {
                                $0.text(7, text); $0.signal(1) { $0.double(2, 12.5) }
                            }
                        )
                    ])
                var block = WireWriter()
                block.raw(UInt64(message.count))
                let last = UInt8(message.count - 1)
                block.bytes += message.count <= 60 ? [last << 2] : [60 << 2, last]
                block.bytes += message
                if (try? PlainWire.fields(block.bytes, 0..<block.bytes.count)) != nil {
                    asMessage += 1
                }
                for payload in [message, block.bytes] {
                    let reading = try #require(
                        try decoder.decode(StateSources.edgeTopic, payload)?.readings.first)
                    #expect(reading.timeQuality == (time > 0 ? .event : .arrival), "\(length)")
                    #expect(time == 0 || reading.time.milliseconds == Int64(time), "\(length)")
                }
            }
        }
        #expect(asMessage > 20)
    }

    @Test func `whole numbers are kept to the last of 64 bits`() throws {
        let cases: [(UInt64, (inout WireWriter) -> Void, String)] = [
            (7, { $0.sint(10, .min) }, "-9223372036854775808"),
            (7, { $0.sint(10, .max) }, "9223372036854775807"),
            (7, { $0.sint(10, 9_007_199_254_740_993) }, "9007199254740993"),
            (7, { $0.varint(11, 9_007_199_254_740_995) }, "9007199254740995"),
            (8, { $0.varint(11, 9_223_372_036_854_775_807) }, "9223372036854775807"),
            (7, { $0.sint(8, -2_147_483_648) }, "-2147483648"),
            (8, { $0.varint(9, 4_294_967_295) }, "4294967295"),
            (7, { $0.sint(6, -32_768) }, "-32768"), (8, { $0.varint(7, 65_535) }, "65535"),
            (7, { $0.sint(4, -128) }, "-128"), (0, { $0.varint(5, 255) }, "255"),
        ]
        for (number, build, expected) in cases {
            #expect(try value(of: number, build).line == expected)
        }
    }

    @Test func `what does not fit its field or its signal is out of range`() throws {
        let cases: [(UInt64, (inout WireWriter) -> Void)] = [
            (8, { $0.varint(11, 1 << 63) }), (7, { $0.varint(11, .max) }),
            (7, { $0.sint(4, 128) }), (7, { $0.varint(5, 256) }), (7, { $0.sint(6, -32_769) }),
            (7, { $0.varint(7, 65_536) }), (0, { $0.varint(9, 256) }), (8, { $0.sint(4, -1) }),
            (6, { $0.varint(5, 2) }), (7, { $0.varint(3, 1) }), (9, { $0.varint(5, 1) }),
            (1, { $0.text(13, "fast") }), (11, { $0.text(13, "P01") }),
            (10, { $0.text(13, "NO") }), (13, { $0.varint(5, 1) }),
        ]
        for (number, build) in cases {
            let (line, outcome) = try value(of: number, build)
            #expect(line == nil && outcome.outOfRange == 1, "\(number): \(line ?? "")")
        }
    }

    @Test func `truths, words, texts, codes and sentinels`() throws {
        for build in [
            { $0.varint(3, 1) }, { $0.varint(5, 1) }, { $0.sint(10, 1) }, { $0.double(2, 1) },
            { $0.float(12, 1) },
        ] as [(inout WireWriter) -> Void] {
            #expect(try value(of: 6, build).line == "true")
        }
        #expect(try value(of: 13) { $0.varint(5, 3) }.line == "false")
        #expect(try value(of: 9) { $0.text(13, "2026.2 é") }.line == "2026.2 é")
        #expect(try value(of: 10) { $0.text(13, "ON") }.line == "ON")
        #expect(try value(of: 11) { $0.text(13, "P0128") }.line == "list of 1, P0128")
        #expect(try value(of: 12) { $0.sint(6, 2) }.line == "172800")
        #expect(try value(of: 12) { $0.sint(6, -1) }.outcome.absent == 1)
        #expect(try value(of: 1) { $0.double(2, .nan) }.outcome.absent == 1)
        // Of two values of a choice the last one counts.
        let last = try value(of: 7) {
            $0.varint(5, 1)
            $0.sint(10, -5)
        }
        #expect(last.line == "-5")
    }

    @Test func `an unknown template puts the whole message aside`() throws {
        let message = StateSources.edge([
            ("another", { $0.signal(1) { $0.double(2, 12.5) } }),
            ("a third one", { $0.signal(1) { $0.double(2, 12.5) } }),
        ])
        let place = try #require(
            (0..<message.count).first { message[$0...].starts(with: "a third one".utf8) })
        #expect(try error(message) == DecodeError(.unknownManifest, at: place))
        #expect(try error(SnappyWriter.pack(message)) == DecodeError(.unknownManifest, at: 0))
        #expect(try error(WireWriter { $0.message(6) { _ in } }.bytes)?.reason == .unknownManifest)
    }

    @Test func `a template may stand behind its signals`() throws {
        let message = WireWriter { message in
            message.message(6) {
                $0.signal(1) { $0.double(2, 12.5) }
                $0.text(1, "another")
            }
            message.varint(2, StateSources.time)
        }.bytes
        #expect(try lines(message) == ["Vehicle.LowVoltageBattery.CurrentVoltage 12.5" + Self.at])
    }

    @Test func `without a time arrival stands in, and an unlikely one is an error`() throws {
        func message(_ time: UInt64) -> [UInt8] {
            StateSources.edge(time: time, [("another", { $0.signal(1) { $0.double(2, 12.5) } })])
        }
        let arrival =
            "Vehicle.LowVoltageBattery.CurrentVoltage 12.5 arrival 2026-02-02T02:40:00.000Z"
        #expect(try lines(message(0)) == [arrival])
        #expect(try lines(SnappyWriter.pack(message(0))) == [arrival])
        #expect(try error(message(12)) == DecodeError(.badTime, at: 1))
        #expect(try error(message(.max))?.reason == .badTime)
    }
}

@Suite struct `FleetWise last known state from the cloud` {
    private func lines(_ payload: [UInt8]) throws -> [String] {
        var decoder = MessageDecoder(try StateSources.make())
        let decoded = try #require(try decoder.decode(StateSources.cloudTopic, payload))
        return decoded.readings.map { decoder.line($0, decoded.texts) }
    }

    static let message = StateSources.cloud([
        ("Vehicle.Speed", { $0.float(12, 53.25) }),
        ("Vehicle/TraveledDistance", { $0.varint(11, 8_123_400) }),
        ("Vehicle.Diagnostics.Ext.IsMILOn", { $0.varint(5, 1) }),
        ("site.7", { $0.sint(10, 9_007_199_254_740_993) }),
        ("site.9", { $0.text(13, "2026.2") }), ("Vehicle.Unheard", { $0.double(2, 1) }),
    ])

    @Test func `names that are paths of the catalogue, and those of the site`() throws {
        let at = " event 2026-02-03T07:11:00.000Z"
        #expect(
            try lines(Self.message)
                == [
                    "Vehicle.Speed 53.25", "Vehicle.TraveledDistance 8123400",
                    "Vehicle.Diagnostics.Ext.IsMILOn true", "Vehicle.Ext.Serial 9007199254740993",
                    "Vehicle.Ext.SoftwareVersion 2026.2",
                ].map { $0 + at })
        var decoder = MessageDecoder(try StateSources.make())
        let outcome = try decoder.decode(StateSources.cloudTopic, Self.message)?.outcome
        #expect(outcome?.unknownSignals == 1)
        #expect(outcome?.outOfRange == 0)
    }

    @Test func `a name of any length does no harm`() throws {
        for count in [0, 255, 256, 257, 100_000] {
            let name = String(repeating: "n", count: count)
            #expect(try lines(StateSources.cloud([(name, { $0.double(2, 1) })])).isEmpty)
        }
    }

    @Test func `without a time arrival stands in, and an unlikely one is an error`() throws {
        func message(_ time: UInt64) -> [UInt8] {
            StateSources.cloud(time: time, [("Vehicle.Speed", { $0.double(2, 12.5) })])
        }
        #expect(
            try lines(message(0)) == ["Vehicle.Speed 12.5 arrival 2026-02-02T02:40:00.000Z"])
        #expect(throws: DecodeError(.badTime, at: 1)) { try lines(message(12)) }
    }
}
