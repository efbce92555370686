import PayloadDecoding
import Testing
import VehicleSignals

/// Documents that come as gzip files, or as such in base64, as zlib made them.
@Suite(.serialized) struct PackedDocumentTests {
    private static let topic = "cms/telemetry/CAR1"
    private static let values = [
        "TraveledDistance 8123400 event 2026-02-03T07:11:00.000Z",
        "LowVoltageBattery.CurrentVoltage 12.4 event 2026-02-03T07:11:00.000Z",
        "Row1.Wheel.Left.Tire.Pressure 221 event 2026-02-03T07:11:00.000Z",
    ]

    @Test(arguments: [Packed.fixed, Packed.stored, Packed.dynamic])
    func `a block of every kind gives what the document gives`(text: String) throws {
        var source = try DescribedSource("fleetwise_cloud")
        #expect(try source.lines(Self.topic, text) == Self.values)
        #expect(try source.lines("$aws/rules/mine/CAR1", text) == Self.values)
        // Padding may be left out.
        #expect(try source.lines(Self.topic, text.replacing("=", with: "")) == Self.values)
        // As bytes, and as the document itself.
        for payload in [Packed.bytes(text), try #require(PlainGzip.unpack(Packed.bytes(text)))] {
            let difference = source.difference(Self.topic, payload)
            #expect(difference == nil, "\(difference ?? "")")
        }
    }

    @Test func `a vehicle that the packed document names must be the topic's`() throws {
        var source = try DescribedSource("fleetwise_cloud")
        #expect(
            source.error(Self.topic, Packed.other) == DecodeError(.identityDisagrees, at: 0))
    }

    @Test func `what does not unpack to what it says is refused, and says where in the text`()
        throws
    {
        var source = try DescribedSource("fleetwise_cloud")
        let text = Packed.fixed
        #expect(source.error(Self.topic, "")?.reason == .truncated)
        #expect(
            source.error(Self.topic, text.replacing("H4sI", with: "H4*I"))
                == DecodeError(.badCompression, at: 2))
        // Another size, bits that are left over, two bytes more, a line end.
        for wrong in [
            text.replacing("fwAAAA==", with: "fgAAAA=="),
            text.replacing("fwAAAA==", with: "fwAAAB=="), text.replacing("==", with: "AA"),
            text + "\n",
        ] {
            #expect(wrong != text)
            #expect(source.error(Self.topic, wrong) != nil)
        }
        #expect(
            source.error(Self.topic, String(text.dropLast(12)))
                == DecodeError(.badCompression, at: 0))
    }

    @Test func `blocks that bring nothing are not unpacked without end`() throws {
        var source = try DescribedSource("fleetwise_cloud")
        // Ten bits each: not the last, fixed codes, the end.
        let heading: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        for (blocks, reason) in [(40, DecodeError.Reason.truncated), (1000, .badCompression)] {
            var bits = [Bool](repeating: false, count: blocks * 10 + 10)
            for block in 0...blocks { bits[block * 10 + 1] = true }
            bits[blocks * 10] = true
            var bytes = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
            for (place, bit) in bits.enumerated() where bit { bytes[place / 8] |= 1 << (place % 8) }
            let payload = heading + bytes + [UInt8](repeating: 0, count: 8)
            #expect(PlainGzip.unpack(payload) == [])
            #expect(source.error(Self.topic, bytes: payload)?.reason == reason)
        }
    }

    @Test func `more than four mebibytes are not unpacked`() throws {
        var source = try DescribedSource("fleetwise_cloud")
        // 26 KB of copies.
        for (copies, reason) in [(16_256, nil), (16_257, DecodeError.Reason.inflatedTooLarge)] {
            let error = source.error(Self.topic, bytes: Packed.blanks(copies: copies))
            #expect(error?.reason == reason)
        }
    }

    @Test(arguments: [81, 82]) func `the plain twin unpacks the same out of mutated payloads`(
        seed: UInt64
    ) throws {
        var source = try DescribedSource("fleetwise_cloud")
        var numbers = SeededNumbers(seed: seed)
        let seeds = [Packed.fixed, Packed.stored, Packed.dynamic]
        for round in 0..<3_000 {
            let text = numbers.pick(seeds)
            var payload = round % 2 == 0 ? Array(text.utf8) : Packed.bytes(text)
            for _ in 0..<Int.random(in: 0...2, using: &numbers) {
                let place = Int.random(in: 0..<payload.count, using: &numbers)
                switch Int.random(in: 0...3, using: &numbers) {
                case 0: payload[place] ^= 1 << UInt8.random(in: 0...7, using: &numbers)
                case 1: payload[place] = UInt8.random(in: 0...255, using: &numbers)
                case 2: payload.remove(at: place)
                default: payload.insert(UInt8.random(in: 0...255, using: &numbers), at: place)
                }
            }
            let difference = source.isTakenAlike(Self.topic, payload)
            #expect(difference == nil, "\(round): \(difference ?? "")")
        }
    }
}

/// A document of the platform, packed by zlib.
enum Packed {
    static let fixed =
        "H4sIAAAAAAACAxXKywrCMBBG4Xf512mZTLwxO+kLiIgLd5GOEmhMSaIgpe9uXJ6Ps+ATXhAMx7OF"
        + "QQ1RS/VxbsTEu464I3ehvVgrRLe2lFl1hGxdzwZpTFGrZsjBsus3BndfW3+vaar+qRDLf60h6ylr"
        + "Ke/cbMFjgjhe1x9P+G35fwAAAA=="
    static let stored =
        "H4sIAAAAAAAEAwF/AID/eyJ2aW4iOiJDQVIxIiwidGltZXN0YW1wIjoiMjAyNi0wMi0wM1QwNzox"
        + "MTowMFoiLCJzcGVlZCI6NTMuMiwib2RvbWV0ZXIiOjgxMjMuNCwiYmF0dGVyeVZvbHRhZ2UiOjEy"
        + "LjQsInRpcmVQcmVzc3VyZSI6eyJmbCI6MzJ9fU/4bfl/AAAA"
    static let dynamic =
        "H4sIAAAAAAACA32Ty07EMAxF/yXrYtmO8+oO8QMIIRYgFkUT0EjzUlsQaDT/TmY1Hoy6rHt0HR8n"
        + "R/e13rne3d0+kOvcvN7WaR62h1Zi5HiDfIP+EVNP1CM+N2Q61LpyffDAnduv9ts619H1mdiDdO5t"
        + "mNv3z9N+Mw8f1fXE5+q8Huv9WKfpc2y1o3vfuN7zqXP1ex4H178c3W7Ytl9uWn/sho3H1ulr2Hy2"
        + "UklYAE/dHySWC8LkI5BBJKmUXATYpuhGgSJ4g2RFFG7jGIIuRIo5QTCE9yoEWSAahNU8noQgGaTo"
        + "RgkF8qKVghigLI4cAzZxVm5WnVhiAqLFA7NkAfpHb1S9fM5A1m+RqxwgKziHC0IoBcgqZr3JeD6O"
        + "daxipPgAZB2rRYlQS8nLdyZJY6zkwnrwgMC4uM5YztfTSg66lwQGtpJD1C+hJGArWRRDoURga1nv"
        + "gbnFWMlR6fEhBOC4eNcTSWtlLWe82kQby2oOKid7agrL6fX0CwrrAn2xBAAA"
    /// Names another vehicle.
    static let other =
        "H4sIAAAAAAACAxXKywrCMBBG4Xf512mZTLwxO+kLiIgLd5GOEmhMSaIgpe9uXJ6Ps+ATXhAMxzPD"
        + "oIaopfo4N2LiXUfckbvQXqwVoltbyqw6QrauZ4M0pqhVM+Rg2fUbg7uvrb/XNFX/VIjlv9aQ9ZS1"
        + "lHdutuAxQRyv6w93U8X7fwAAAA=="

    static func bytes(_ text: String) -> [UInt8] {
        var bits = 0
        var count = 0
        var bytes: [UInt8] = []
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        for letter in text.utf8 {
            guard let place = alphabet.firstIndex(of: letter) else { continue }
            bits = (bits << 6 | place) & 0xFFFF
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        return bytes
    }

    /// A gzip file of `{} `, and that blank copied 258 times by each of so many copies.
    static func blanks(copies: Int) -> [UInt8] {
        var bits: [UInt8] = []
        func code(_ number: Int, _ count: Int) {
            for shift in (0..<count).reversed() { bits.append(UInt8(number >> shift & 1)) }
        }
        // The last block, with fixed codes: literals, then length 258 at distance 1, then the end.
        bits += [1, 1, 0]
        for byte in "{} ".utf8 { code(Int(byte) + 0x30, 8) }
        for _ in 0..<copies {
            code(0b1100_0101, 8)
            code(0, 5)
        }
        code(0, 7)
        var file: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        for start in stride(from: 0, to: bits.count, by: 8) {
            let byte = bits[start..<min(start + 8, bits.count)]
            file.append(byte.reversed().reduce(0) { $0 << 1 | $1 })
        }
        let content = Array("{}".utf8) + [UInt8](repeating: 0x20, count: copies * 258 + 1)
        for word in [PlainGzip.sum(content), UInt32(content.count)] {
            for shift in stride(from: 0, to: 32, by: 8) {
                file.append(UInt8(truncatingIfNeeded: word >> UInt32(shift)))
            }
        }
        return file
    }
}
