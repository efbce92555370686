import PayloadDecoding
import Testing
import VehicleSignals

/// Whatever comes in, a precise error or readings come out, and never a crash.
@Suite struct `hostile input` {
    private static let topics = [
        "vss/CAR1/telemetry", "vss4", "fleet/data", "fleet/CAR1/data", "skoda/CAR1/maintenance",
        "telemetry/CAR1/v/Odometer", "telemetry/CAR1/v/Location", "x/u/CAR1/metric/v/b/soc",
    ]

    private func decoder() throws -> MessageDecoder { MessageDecoder(try TwinSources.make()) }

    @Test(arguments: [31, 32])
    func `random bytes`(seed: UInt64) throws {
        var decoder = try decoder()
        var numbers = SeededNumbers(seed: seed)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...80, using: &numbers)
            let alphabet = Array("{}[]\":,\\0123eE.+-truefalsn \u{1}é".utf8)
            let isText = numbers.chance(1, of: 2)
            let payload = (0..<count).map { _ in
                isText ? numbers.pick(alphabet) : UInt8.random(in: 0...255, using: &numbers)
            }
            let topic = numbers.pick(Self.topics)
            do throws(DecodeError) { _ = try decoder.decode(topic, payload) } catch {
                #expect(error.offset >= 0 && error.offset <= payload.count, "\(payload)")
            }
        }
    }

    @Test func `every beginning of a good document`() throws {
        var decoder = try decoder()
        let whole = Array(
            """
            [{"ts":"2026-02-03T07:11:00Z","vss":"6.0","vehicle":"CAR1","signals":{"Vehicle.Speed":
            {"value":5.32e1,"ts":"2026-02-03T07:11:00Z"},
            "Vehicle.LowVoltageSystemState":"O\\u004e","é😀":null,
            "Vehicle.Diagnostics.DTCList":["P0128"],"Vehicle.Service.IsServiceDue":true}}]
            """.utf8)
        #expect(try decoder.decode("vss/CAR1/telemetry", whole)?.readings.count == 5)
        for count in 0..<whole.count {
            do throws(DecodeError) {
                _ = try decoder.decode("vss/CAR1/telemetry", Array(whole.prefix(count)))
                Issue.record("\(count) bytes are no document")
            } catch {
                #expect(error == DecodeError(.truncated, at: count), "\(count) bytes")
            }
        }
    }

    @Test func `payloads of 10 MB are refused unread, or read where a source allows them`() throws {
        let big = [UInt8](repeating: UInt8(ascii: "["), count: 10_000_000)
        var decoder = try decoder()
        for topic in Self.topics {
            do throws(DecodeError) {
                _ = try decoder.decode(topic, big)
                Issue.record("10 MB on \(topic)")
            } catch {
                #expect(error == DecodeError(.payloadTooLarge, at: 1_048_576))
            }
        }
        var definition = try TwinSources.native()
        definition.payloadBytesMax = 20_000_000
        let sources = try CompiledSources(definitions: [definition], catalogue: Shipped.catalogue())
        var patient = MessageDecoder(sources)
        let text = #"{"vehicle":"CAR1","x":""# + String(repeating: "é", count: 5_000_000) + #""}"#
        #expect(try patient.decode("vss4", text)?.readings.isEmpty == true)
    }

    @Test func `nesting ends at its limit, to the byte`() throws {
        var decoder = try decoder()
        let head = #"{"x":"#
        func nested(_ levels: Int) -> String {
            head + String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
                + "}"
        }
        #expect(try decoder.lines("vss/CAR1/telemetry", nested(31)).isEmpty)
        #expect(
            decoder.error("vss/CAR1/telemetry", nested(32))
                == DecodeError(.nestingTooDeep, at: head.utf8.count + 31))
        #expect(
            decoder.error("telemetry/CAR1/v/Odometer", String(repeating: "[", count: 1_000_000))?
                .reason
                == .wrongType)
        #expect(
            decoder.error("vss/CAR1/telemetry", String(repeating: "{\"a\":", count: 100_000))
                == DecodeError(.nestingTooDeep, at: 160))
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
            [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
            [0xC3, 0x28], [0xE2, 0x82, 0x28], [0xFE],
        ] as [[UInt8]])
    func `text that is not UTF-8 is found at its first byte`(bytes: [UInt8]) throws {
        var decoder = try decoder()
        for padding in 0..<17 {
            let head = Array((#"{"x":""# + String(repeating: "a", count: padding)).utf8)
            do throws(DecodeError) {
                _ = try decoder.decode("vss/CAR1/telemetry", head + bytes + Array("\"}      ".utf8))
                Issue.record("\(bytes) is not UTF-8")
            } catch {
                #expect(error == DecodeError(.invalidUTF8, at: head.count))
            }
        }
    }

    @Test(arguments: [
        #"\x"#, #"\u12G4"#, #"\ud83d"#, #"\ud83dx"#, #"\ude00"#, #"\ud83d\n"#, #"\ud83d\ud83d"#,
    ])
    func `wrong escapes are found at their backslash`(escape: String) throws {
        var decoder = try decoder()
        let payload = #"{"x":"abc"# + escape + #"        "}"#
        #expect(decoder.error("vss/CAR1/telemetry", payload) == DecodeError(.invalidEscape, at: 9))
    }

    @Test func `control characters end no string`() throws {
        var decoder = try decoder()
        for byte in UInt8(0)..<0x20 {
            let payload =
                Array(#"{"x":"abcdefgh"#.utf8) + [byte] + Array(#"","y":"12345678"}"#.utf8)
            do throws(DecodeError) {
                _ = try decoder.decode("vss/CAR1/telemetry", payload)
                Issue.record("byte \(byte) is no character")
            } catch {
                #expect(error == DecodeError(.unexpectedByte, at: 14))
            }
        }
    }

    @Test(arguments: [
        ("", 0), ("   ", 3), ("{} x", 3), ("{}{}", 2), ("nul", 3), ("nulx", 3), ("\u{FEFF}{}", 0),
        ("{\"a\" 1}", 5), ("{\"a\":1,}", 7), ("[{},]", 4), ("{a:1}", 1), ("{'a':1}", 1),
        ("[{} {}]", 4),
        ("{\"a\":01}", 6), ("{\"a\":tru}", 8), ("// x", 0), ("{\"a\":1/**/}", 6),
    ])
    func `what is no JSON is refused at its byte`(payload: String, place: Int) throws {
        var decoder = try decoder()
        let error = decoder.error("vss/CAR1/telemetry", payload)
        #expect(error?.offset == place)
        #expect(error?.reason == .unexpectedByte || error?.reason == .truncated)
    }

    @Test func `text is resolved and bounded`() throws {
        var decoder = try decoder()
        let payload = #"{"car":{"id":"CAR1"},"software":"2026.2 \u00e9\ud83d\ude00\n"}"#
        #expect(
            try decoder.lines("fleet/data", payload)[0]
                == "Vehicle.Ext.SoftwareVersion 2026.2 é😀\n arrival 2026-02-02T02:40:00.000Z")
        decoder.textRoom = 8
        #expect(decoder.error("fleet/data", payload) == DecodeError(.tooMuchText, at: 32))
    }

    @Test func `every reason has a word and a sentence of its own`() {
        let reasons = DecodeError.Reason.allCases
        #expect(Set(reasons.map(\.word)).count == reasons.count)
        #expect(Set(reasons.map { DecodeError($0, at: 7).sentence }).count == reasons.count)
        #expect(DecodeError(.truncated, at: 7).sentence.hasPrefix("at byte 7: "))
    }
}
