import PayloadDecoding
import Testing
import VehicleSignals

@Suite struct `FleetWise vehicle data` {
    static let topic = "cms/fleetwise/vehicles/CAR1/signals"

    private func decoder() throws -> MessageDecoder { MessageDecoder(try ProtobufSources.make()) }

    /// 2026-02-03T07:11:00Z and six signals, one of which no manifest names.
    static func data(
        manifest: String = "example-manifest-1", time: UInt64 = 1_770_102_660_000,
        codes: [String] = ["P0128", "U1123"],
        truth: Double = 0.5
    ) -> [UInt8] {
        WireWriter { data in
            data.text(1, "campaign")
            data.text(2, manifest)
            data.varint(3, 7)
            data.varint(4, time)
            for (id, relative, value) in [
                (1, 0, 53.2), (2, -1500, 8123.4), (6, 2, 1), (6, 3, truth), (999, 0, 1),
                (3, 0, .nan),
            ] as [(UInt64, Int64, Double)] {
                data.message(5) { signal in
                    signal.sint(1, relative)
                    signal.varint(2, id)
                    signal.double(3, value)
                }
            }
            data.message(6) { dtc in
                dtc.sint(1, 250)
                for code in codes { dtc.text(2, code) }
            }
        }.bytes
    }

    static let lines = [
        "Vehicle.Speed 53.2 event 2026-02-03T07:11:00.000Z",
        "Vehicle.TraveledDistance 8123400 event 2026-02-03T07:10:58.500Z",
        "Vehicle.Diagnostics.Ext.IsMILOn true event 2026-02-03T07:11:00.002Z",
        "Vehicle.Diagnostics.DTCList list of 2 event 2026-02-03T07:11:00.250Z",
        "Vehicle.Diagnostics.DTCList P0128 event 2026-02-03T07:11:00.250Z",
        "Vehicle.Diagnostics.DTCList U1123 event 2026-02-03T07:11:00.250Z",
    ]

    private func lines(_ payload: [UInt8], topic: String = topic) throws -> [String] {
        var decoder = try decoder()
        let decoded = try #require(try decoder.decode(topic, payload))
        return decoded.readings.map { decoder.line($0, decoded.texts) }
    }

    @Test func `numbers of signals by the manifest, each with its own time`() throws {
        #expect(try lines(Self.data()) == Self.lines)
        #expect(
            try lines(Self.data(), topic: "$aws/iotfleetwise/vehicles/CAR1/signals") == Self.lines)
        var decoder = try decoder()
        let outcome = try decoder.decode(Self.topic, Self.data())?.outcome
        #expect(outcome?.unknownSignals == 1)
        #expect(outcome?.absent == 1)
        #expect(outcome?.outOfRange == 1)
    }

    @Test func `a code of the maker's own costs no other reading`() throws {
        let without = Self.lines.filter { !$0.contains("DTCList") }
        #expect(try lines(Self.data(codes: ["B1A2C-XY"])) == without)
        // Found by the fuzzer: nor does it need room for a reading that it is not.
        var decoder = try decoder()
        decoder.readingRoom = without.count
        #expect(
            try decoder.decode(Self.topic, Self.data(codes: ["B1A2C-XY"]))?.readings.count
                == without.count)
        #expect(
            try lines(Self.data(codes: ["B1A2C-XY", "P0128"])).filter { $0.contains("DTCList") }
                .compactMap { $0.split(separator: " event").first } == [
                    "Vehicle.Diagnostics.DTCList list of 1", "Vehicle.Diagnostics.DTCList P0128",
                ])
    }

    @Test func `compressed or not is seen by itself`() throws {
        let packed = SnappyWriter.pack(Self.data())
        #expect(packed.count < Self.data().count)
        #expect(try lines(packed) == Self.lines)
    }

    @Test func `a source may say that all is compressed, or nothing`() throws {
        for (word, plainFails) in [("on", true), ("off", false)] {
            let definition = try ProtobufSources.definition("fleetwise") {
                // The file's own sample is compressed.
                $0.split(separator: "\n\n").filter { !$0.contains("sample:") }
                    .joined(separator: "\n\n")
                    .replacing("snappy: auto", with: "snappy: \(word)")
            }
            var decoder = MessageDecoder(
                try CompiledSources(definitions: [definition], catalogue: Shipped.catalogue()))
            for (payload, fails) in [
                (Self.data(), plainFails), (SnappyWriter.pack(Self.data()), !plainFails),
            ] {
                do throws(DecodeError) {
                    let decoded = try decoder.decode(Self.topic, payload)
                    #expect(!fails && decoded?.readings.count == 6)
                } catch { #expect(fails) }
            }
        }
    }

    private func error(_ payload: [UInt8]) throws -> DecodeError? {
        var decoder = try decoder()
        do throws(DecodeError) {
            _ = try decoder.decode(Self.topic, payload)
            return nil
        } catch { return error }
    }

    @Test func `what cannot be read is put aside with the reason`() throws {
        #expect(try error(Self.data(manifest: "another"))?.reason == .unknownManifest)
        #expect(
            try error(SnappyWriter.pack(Self.data(manifest: "another")))
                == DecodeError(.unknownManifest, at: 0))
        #expect(try error(Self.data(time: 12))?.reason == .badTime)
        #expect(try error(Self.data(time: .max))?.reason == .badTime)
        // Neither a message nor a block.
        #expect(try error([0xFF, 0xFF, 0xFF, 0xFF, 0xFF])?.reason == .truncated)
        // A message of 4 GiB in eight bytes.
        #expect(
            try error([0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0, 1, 2])
                == DecodeError(.inflatedTooLarge, at: 0))
    }

    @Test func `without a time arrival stands in`() throws {
        #expect(
            try lines(Self.data(time: 0)).first
                == "Vehicle.Speed 53.2 arrival 2026-02-02T02:40:00.000Z")
    }

    @Test func `every beginning is an error or a part of the readings`() throws {
        var decoder = try decoder()
        for whole in [Self.data(), SnappyWriter.pack(Self.data())] {
            for count in 0..<whole.count {
                do throws(DecodeError) {
                    let decoded = try decoder.decode(Self.topic, Array(whole.prefix(count)))
                    #expect(decoded?.readings.count ?? 0 < 6)
                } catch { #expect(error.offset <= count) }
            }
        }
    }

    @Test(arguments: [51, 52])
    func `mutated and random bytes: the plain twin agrees`(seed: UInt64) throws {
        let sources = try ProtobufSources.make()
        var fast = MessageDecoder(sources)
        var plain = PlainDecoder(definitions: sources.definitions, catalogue: sources.catalogue)
        var numbers = SeededNumbers(seed: seed)
        var (good, bad) = (0, 0)
        for _ in 0..<20_000 {
            var payload = Self.data()
            if numbers.chance(1, of: 3) { payload = SnappyWriter.pack(payload) }
            for _ in 0..<Int.random(in: 0...2, using: &numbers) {
                let place = Int.random(in: 0..<payload.count, using: &numbers)
                payload[place] = UInt8.random(in: 0...255, using: &numbers)
            }
            if numbers.chance(1, of: 20) {
                payload = (0..<Int.random(in: 0...40, using: &numbers)).map { _ in
                    UInt8.random(in: 0...255, using: &numbers)
                }
            }
            let first = Result { () throws(DecodeError) in try fast.decode(Self.topic, payload) }
            let second = Result { () throws(DecodeError) in
                try plain.decode(
                    topic: Self.topic, payload: payload, arrival: fast.arrival, isRetained: false)
            }
            switch (first, second) {
            case (.success(let left), .success(let right)):
                #expect(left == right, "\(payload.hex)")
                good += left?.readings.count ?? 0
            case (.failure(let left), .failure(let right)):
                #expect(left.offset >= 0 && left.offset <= payload.count)
                #expect(PlainSnappy.agree(left, right), "\(payload.hex): \(left), \(right)")
                bad += 1
            default: Issue.record("\(payload.hex): fast \(first), plain \(second)")
            }
        }
        #expect(good > 20_000)
        #expect(bad > 2_000)
    }
}

@Suite struct `Snappy blocks` {
    /// Through a source that takes nothing but blocks: the unpacked bytes are a message or not, so
    /// what is tried is whether they unpack.
    private func reason(_ block: [UInt8]) throws -> DecodeError.Reason? {
        let definition = try ProtobufSources.definition("fleetwise") {
            $0.replacing("snappy: auto", with: "snappy: on")
        }
        var decoder = MessageDecoder(
            try CompiledSources(definitions: [definition], catalogue: Shipped.catalogue()))
        do throws(DecodeError) {
            _ = try decoder.decode(`FleetWise vehicle data`.topic, block)
            return nil
        } catch { return error.reason }
    }

    @Test(arguments: [
        ("05", DecodeError.Reason.badCompression), ("0500", .truncated), ("0504", .truncated),
        ("020c61626364", .badCompression), ("0500610500", .badCompression),
        ("05006105ff", .badCompression), ("0500610200", .truncated),
        ("05006113010000", .truncated), ("0900611100", .badCompression), ("05f0", .truncated),
        ("05fcffffffff61", .truncated), ("8180808010", .inflatedTooLarge),
        ("ffffffffffffffffffff", .badVarint), ("", .truncated),
    ])
    func `what does not unpack is refused`(hex: String, expected: DecodeError.Reason) throws {
        #expect(try reason([UInt8](hex: hex)) == expected)
    }

    @Test func `a bomb is refused before it is unpacked`() throws {
        // 4,194,304 bytes are allowed: the block of one more is not looked into.
        #expect(try reason([0x81, 0x80, 0x80, 0x02, 0x00, 0x61]) == .inflatedTooLarge)
        var block: [UInt8] = [0x80, 0x80, 0x80, 0x02, 0x00, 0x08]
        for _ in 0..<65_536 { block += [0xFE, 0x01, 0x00] }
        // It says 4 MiB and unpacks to one byte more.
        #expect(try reason(block) == .badCompression)
    }
}
