import PayloadDecoding
import Testing
import VehicleSignals

/// Numbers as the native form reads them, against the standard library.
@Suite struct `numbers are exact` {
    private static let paths = (
        double: "Vehicle.CurrentLocation.Altitude", integer: "Vehicle.Ext.Serial"
    )

    private func decoder() throws -> MessageDecoder {
        let catalogue = try SignalCatalogue([
            SignalDefinition(path: Self.paths.double, datatype: .double),
            SignalDefinition(path: Self.paths.integer, datatype: .int64),
        ])
        let topic = TopicDefinition(template: try TopicTemplate("vss/{vehicle}"), content: .native)
        let source = SourceDefinition(name: "native", version: "1", topics: [topic])
        return MessageDecoder(try CompiledSources(definitions: [source], catalogue: catalogue))
    }

    private func bits(_ decoder: inout MessageDecoder, _ path: String, _ text: String) -> UInt64? {
        let payload = "{\"signals\":{\"\(path)\":\(text)}}"
        return (try? decoder.decode("vss/CAR1", payload))??.readings.first?.bits
    }

    @Test func `doubles are the nearest ones, written short or long`() throws {
        var decoder = try decoder()
        var numbers = SeededNumbers(seed: 5)
        for round in 0..<60_000 {
            // Any finite double, then those of everyday size, in the shortest spelling; and
            // spellings of up to 45 random digits with exponents of all sizes.
            let text: String
            switch round % 4 {
            case 0:
                text =
                    "\(Double(bitPattern: UInt64.random(in: 0..<(0x7FF << 52), using: &numbers)))"
            case 1: text = "\(Double.random(in: -1_000_000...1_000_000, using: &numbers))"
            case 2:
                let reach = numbers.chance(1, of: 2) ? 25 : 330
                text =
                    digits(&numbers) + "." + digits(&numbers)
                    + "e\(Int.random(in: -reach...reach, using: &numbers))"
            default: text = "-0." + digits(&numbers) + digits(&numbers)
            }
            guard let expected = Double(text), expected.isFinite else { continue }
            let found = bits(&decoder, Self.paths.double, text)
            #expect(found == (expected == 0 ? 0 : expected.bitPattern), "\(text)")
            if found != (expected == 0 ? 0 : expected.bitPattern) { return }
        }
    }

    private func digits(_ numbers: inout SeededNumbers) -> String {
        let count = Int.random(in: 1...22, using: &numbers)
        let rest = (1..<count).map { _ in "\(Int.random(in: 0...9, using: &numbers))" }
        return "\(Int.random(in: 1...9, using: &numbers))" + rest.joined()
    }

    @Test func `halfway cases round to even, and one digit beyond decides`() throws {
        var decoder = try decoder()
        // 2^53 + 1 lies between two doubles; so do the smallest subnormal's half and the largest
        // double's upper edge. 800 further digits may still tip the scales.
        let zeros = String(repeating: "0", count: 800)
        let cases = [
            "9007199254740993", "9007199254740993.0", "9007199254740993." + zeros + "1",
            "9007199254740992.99999999999999999999999", "9007199254740995",
            "9007199254740995." + zeros + "1", "2.4703282292062327e-324",
            "2.4703282292062328e-324", "4.9406564584124654e-324", "1.7976931348623157e308",
            "1.7976931348623158e308", "2.2250738585072011e-308", "2.2250738585072014e-308",
            "0.1", "1e23", "8.5e-320", "123456789012345678901234567890", "1e-22", "1e22",
            "6929495644600919.5", "3.0e-44", "7.2057594037927933e+16", "1" + zeros + "e-800",
        ]
        for text in cases {
            let expected = try #require(Double(text))
            #expect(bits(&decoder, Self.paths.double, text) == expected.bitPattern, "\(text)")
        }
    }

    @Test func `halfway cases between random doubles round to even`() throws {
        var decoder = try decoder()
        var numbers = SeededNumbers(seed: 6)
        for _ in 0..<2_000 {
            // Twice a 53-bit number plus one lies exactly between two doubles.
            let odd = UInt64.random(in: (1 << 52)..<(1 << 53), using: &numbers) * 2 + 1
            for text in ["\(odd)", "\(odd).0000000000000000001", "\(odd - 1).99999999999999999999"]
            {
                let expected = try #require(Double(text))
                #expect(bits(&decoder, Self.paths.double, text) == expected.bitPattern, "\(text)")
            }
        }
    }

    @Test func `integers of 64 bits never pass through a double`() throws {
        var decoder = try decoder()
        var numbers = SeededNumbers(seed: 7)
        for _ in 0..<20_000 {
            let value = Int64.random(in: .min ... .max, using: &numbers)
            for text in ["\(value)", "\(value).0", "\(value).00e0"] {
                let found = bits(&decoder, Self.paths.integer, text)
                #expect(found == UInt64(bitPattern: value), "\(text)")
            }
        }
        for (text, value) in [
            ("9223372036854775807", Int64.max), ("-9223372036854775808", .min), ("1e3", 1000),
            ("12.5e1", 125), ("0e99999999999999999999", 0), ("-0", 0), ("1000e-3", 1),
        ] {
            #expect(
                bits(&decoder, Self.paths.integer, text) == UInt64(bitPattern: value), "\(text)")
        }
    }

    @Test(arguments: [
        "9223372036854775808", "-9223372036854775809", "1e19", "123456789012345678901",
    ])
    func `an integer that does not fit is out of range`(text: String) throws {
        var decoder = try decoder()
        let decoded = try decoder.decode(
            "vss/CAR1", "{\"signals\":{\"\(Self.paths.integer)\":\(text)}}")
        #expect(decoded?.readings.isEmpty == true)
        #expect(decoded?.outcome.outOfRange == 1)
    }

    @Test(arguments: [
        ("01", 1), ("-", 1), ("+1", 0), (".5", 0), ("1.", 2), ("1.e3", 2), ("1e", 2), ("1e+", 3),
        ("0x10", 1), ("NaN", 0), ("Infinity", 0), ("-Infinity", 1), ("1_000", 1), ("--1", 1),
    ])
    func `what JSON calls no number is refused at its byte`(text: String, place: Int) throws {
        var decoder = try decoder()
        let head = "{\"signals\":{\"\(Self.paths.double)\":"
        let error = decoder.error("vss/CAR1", head + text + "}}")
        #expect(error == DecodeError(.unexpectedByte, at: head.utf8.count + place))
    }

    @Test func `a number that no double holds is an error with its place`() throws {
        var decoder = try decoder()
        let head = "{\"signals\":{\"\(Self.paths.double)\":"
        for text in ["1e400", "-1e309", "1797693134862315800000e290"] {
            #expect(
                decoder.error("vss/CAR1", head + text + "}}")
                    == DecodeError(.numberOutOfRange, at: head.utf8.count))
        }
    }
}
