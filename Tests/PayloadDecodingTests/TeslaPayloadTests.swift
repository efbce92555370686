import PayloadDecoding
import Testing
import VehicleSignals

/// Tesla's binary records: vehicle and time in the payload, fields and values by number.
@Suite struct `Tesla payloads` {
    private static let event = "event 2026-02-03T07:11:00.250Z"
    private static let traction = "Vehicle.Powertrain.TractionBattery"

    private func decoder() throws -> MessageDecoder { MessageDecoder(try Shipped.sources()) }

    /// A record of one value a member of `Value`; seconds of 2026-02-03T07:11:00Z.
    static func record(
        vin: String? = "5YJ3", seconds: Int64? = 1_770_102_660,
        _ data: [(key: UInt64, build: (inout WireWriter) -> Void)]
    ) -> [UInt8] {
        WireWriter { payload in
            for (key, build) in data {
                payload.message(1) { datum in
                    datum.varint(1, key)
                    datum.message(2, build)
                }
            }
            if let seconds {
                payload.message(2) { time in
                    time.int(1, seconds)
                    time.int(2, 250_999_999)
                }
            }
            if let vin { payload.text(3, vin) }
        }.bytes
    }

    private func lines(_ payload: [UInt8], topic: String = "tesla/payload") throws -> [String] {
        var decoder = try decoder()
        let decoded = try #require(try decoder.decode(topic, payload))
        return decoded.readings.map { decoder.line($0, decoded.texts) }
    }

    @Test(
        arguments: [
            (5, "double", "Vehicle.TraveledDistance 98213073"),
            (5, "text", "Vehicle.TraveledDistance 98213073"),
            (5, "float", "Vehicle.TraveledDistance 98213072"),
            (4, "int", "Vehicle.Speed 33.796224"), (4, "long", "Vehicle.Speed 33.796224"),
            (
                179, "charge",
                "Vehicle.Powertrain.TractionBattery.Charging.IsCharging true"
            ),
            (
                179, "word",
                "Vehicle.Powertrain.TractionBattery.Charging.IsCharging false"
            ),
        ] as [(UInt64, String, String)])
    func `a value by each of its members`(key: UInt64, member: String, expected: String) throws {
        let payload = Self.record([
            (
                key: key,
                build: { value in
                    switch member {
                    case "double": value.double(5, 61026.774055062444)
                    case "text": value.text(1, "61026.774055062444")
                    case "float": value.float(4, 61026.773)
                    case "int": value.int(2, 21)
                    case "long": value.int(3, 21)
                    case "charge": value.varint(32, 4)
                    default: value.text(1, "Disconnected")
                    }
                }
            )
        ])
        #expect(try lines(payload).first == "\(expected) \(Self.event)")
    }

    @Test func `a whole record, fields in any order, on both topics`() throws {
        let payload = Self.record([
            (key: 42, build: { $0.double(5, 75.5) }),
            (
                key: 21,
                build: {
                    $0.message(7) { place in
                        place.double(1, 37.7749)
                        place.double(2, -122.4194)
                    }
                }
            ),
            (key: 224, build: { $0.message(39) { $0.varint(1, 1) } }),
            (key: 69, build: { $0.double(5, 2.925) }),
            (key: 5, build: { $0.varint(10, 1) }),
            (key: 64, build: { $0.text(1, "My car") }),
            (key: 511, build: { $0.text(1, "new") }),
            (key: 9999, build: { $0.text(1, "newer") }),
        ])
        let wheel = "Vehicle.Chassis.Axle.Row"
        let expected = [
            "\(Self.traction).StateOfCharge.Displayed 75.5",
            "Vehicle.CurrentLocation.Latitude 37.7749",
            "Vehicle.CurrentLocation.Longitude -122.4194",
            "\(wheel)1.Wheel.Left.Tire.IsPressureLow true",
            "\(wheel)1.Wheel.Right.Tire.IsPressureLow false",
            "\(wheel)2.Wheel.Left.Tire.IsPressureLow false",
            "\(wheel)2.Wheel.Right.Tire.IsPressureLow false",
            "\(wheel)1.Wheel.Left.Tire.Pressure 293",
        ].map { "\($0) \(Self.event)" }
        #expect(try lines(payload) == expected)
        #expect(try lines(payload, topic: "tesla/5YJ3/payload") == expected)
        var decoder = try decoder()
        let outcome = try decoder.decode("tesla/payload", payload)?.outcome
        #expect(outcome?.absent == 1)
        #expect(outcome?.unknownSignals == 3)
        // vin and created_at may stand first, and a field that is not known anywhere.
        let first = WireWriter {
            $0.text(3, "5YJ3")
            $0.varint(4, 1)
            $0.text(99, "?")
        }.bytes
        #expect(try lines(first + payload) == expected)
    }

    @Test func `of several members the last one counts, and unknown ones do not`() throws {
        let payload = Self.record([
            (
                key: 4,
                build: {
                    $0.int(2, 7)
                    $0.int(2, 21)
                    $0.text(2, "of another wire type")
                    $0.varint(20, 3)
                    $0.text(77, "?")
                }
            )
        ])
        #expect(try lines(payload) == ["Vehicle.Speed 33.796224 \(Self.event)"])
    }

    @Test func `no time: arrival stands in`() throws {
        let payload = Self.record(seconds: nil, [(key: 42, build: { $0.double(5, 75.5) })])
        #expect(
            try lines(payload) == [
                "\(Self.traction).StateOfCharge.Displayed 75.5 arrival 2026-02-02T02:40:00.000Z"
            ])
    }

    @Test func `topic and payload must name one vehicle`() throws {
        var decoder = try decoder()
        func error(_ topic: String, _ payload: [UInt8]) -> DecodeError.Reason? {
            do throws(DecodeError) {
                _ = try decoder.decode(topic, payload)
                return nil
            } catch { return error.reason }
        }
        #expect(error("tesla/5YJ9/payload", Self.record([])) == .identityDisagrees)
        #expect(error("tesla/payload", Self.record(vin: nil, [])) == .identityMissing)
        #expect(error("tesla/payload", Self.record(vin: "", [])) == .identityMissing)
        #expect(error("tesla/5YJ3/payload", Self.record(vin: "", [])) == nil)
        let long = String(repeating: "A", count: 129)
        #expect(error("tesla/payload", Self.record(vin: long, [])) == .badIdentity)
        let two = Self.record([]) + Self.record(vin: "5YJ4", [])
        #expect(error("tesla/payload", two) == .identityDisagrees)
        #expect(error("tesla/payload", Self.record(seconds: 12, [])) == .badTime)
    }

    @Test func `a value of another kind is counted and costs no other value`() throws {
        var decoder = try decoder()
        let record = Self.record([
            (key: 21, build: { $0.double(5, 1) }),
            (key: 5, build: { $0.message(7) { $0.double(1, 1) } }),
            (key: 4, build: { $0.varint(6, 1) }),
            (key: 42, build: { $0.double(5, 75.5) }),
        ])
        let decoded = try #require(try decoder.decode("tesla/payload", record))
        #expect(decoded.outcome.outOfRange == 4)
        #expect(decoded.readings.map(\.number) == [75.5])
    }

    @Test func `a place may come as text`() throws {
        var decoder = try decoder()
        let record = Self.record([
            (key: 21, build: { $0.text(1, "(37.412374 N, 122.145867 W)") })
        ])
        let decoded = try #require(try decoder.decode("tesla/payload", record))
        #expect(decoded.readings.map(\.number) == [37.412374, -122.145867])
    }

    @Test func `the vehicle is found ahead of decoding`() throws {
        let sources = try Shipped.sources()
        let topic = Array("tesla/payload".utf8)
        let payload = Self.record([(key: 42, build: { $0.double(5, 75.5) })])
        let route = try #require(unsafe sources.route(topic: topic.span.bytes))
        let name = try #require(
            unsafe sources.vehicleName(
                route, topic: topic.span.bytes, payload: payload.span.bytes))
        #expect(name.isInPayload)
        let bytes = payload[name.offset..<(name.offset + name.length)]
        #expect(String(decoding: bytes, as: UTF8.self) == "5YJ3")
    }

    @Test func `every beginning of a record is an error or a smaller record`() throws {
        var decoder = try decoder()
        let whole = Self.record([
            (key: 42, build: { $0.double(5, 75.5) }), (key: 5, build: { $0.text(1, "61026.77") }),
            (key: 224, build: { $0.message(39) { $0.varint(1, 1) } }),
        ])
        var errors: Set<DecodeError.Reason> = []
        for count in 0..<whole.count {
            do throws(DecodeError) {
                _ = try decoder.decode("tesla/5YJ3/payload", Array(whole.prefix(count)))
            } catch {
                errors.insert(error.reason)
                #expect(error.offset <= count)
            }
        }
        #expect(errors == [.truncated])
    }

    @Test(arguments: [
        ("0b0c", DecodeError.Reason.badWireType), ("0f", .badWireType), ("0000", .badWireType),
        ("08ffffffffffffffffff02", .badVarint), ("08ffffffffffffffffffff01", .badVarint),
        ("0affffffffffffffffff01", .truncated), ("ffffffff7f01", .badWireType),
        ("1a0180", .invalidUTF8), ("1a02c328", .invalidUTF8),
    ])
    func `what is no message is refused`(hex: String, reason: DecodeError.Reason) throws {
        var decoder = try decoder()
        do throws(DecodeError) {
            _ = try decoder.decode("tesla/payload", [UInt8](hex: hex))
            Issue.record("\(hex) is no message")
        } catch { #expect(error.reason == reason) }
    }
}

/// The fast decoder and its plain twin on generated and mutated records.
@Suite struct `fast and plain decoder agree on Tesla payloads` {
    static func record(_ numbers: inout SeededNumbers) -> [UInt8] {
        let keys = Array(PlainDecoder.teslaFields.keys).sorted() + [0, 64, 300, 70_000]
        var data: [(key: UInt64, build: (inout WireWriter) -> Void)] = []
        for _ in 0..<Int.random(in: 0...12, using: &numbers) {
            let key = numbers.pick(keys)
            let (kind, isFitting) = (
                Int.random(in: 0...9, using: &numbers), numbers.chance(19, of: 20)
            )
            let bits = numbers.next()
            let number = Double.random(in: -10...70_000, using: &numbers)
            data.append(
                (
                    key: UInt64(key),
                    build: { value in
                        if isFitting, key == 21 {
                            value.message(7) { place in
                                place.double(1, number / 700)
                                if kind < 5 { place.double(2, number / 500) }
                            }
                        } else if isFitting, key == 224 {
                            value.message(39) { $0.varint(Int(bits % 11) + 1, bits & 1) }
                        } else if isFitting, key == 179 {
                            value.varint(32, bits % 9)
                        } else {
                            Self.any(kind, bits, number, &value)
                        }
                    }
                ))
        }
        return `Tesla payloads`.record(
            vin: numbers.chance(9, of: 10) ? "CAR1" : nil,
            seconds: numbers.chance(9, of: 10) ? 1_770_102_660 : nil, data)
    }

    private static func any(
        _ kind: Int, _ bits: UInt64, _ number: Double, _ value: inout WireWriter
    ) {
        switch kind {
        case 0: value.text(1, "\(number)")
        case 1: value.text(1, ["", "<invalid>", "Unknown", "SNA", "x", "1e3"][Int(bits % 6)])
        case 2: value.int(2, Int64(truncatingIfNeeded: bits) >> 40)
        case 3: value.int(3, Int64(truncatingIfNeeded: bits) >> Int64(bits % 64))
        case 4: value.float(4, Float(number))
        case 5: value.double(5, [.nan, .infinity, 0, -0.0, number][Int(bits % 5)])
        case 6: value.varint(10, 1)
        case 7: value.varint(20, bits)
        default: value.double(5, number)
        }
    }

    @Test(arguments: [41, 42, 43])
    func `good and mutated ones`(seed: UInt64) throws {
        let sources = try Shipped.sources()
        var fast = MessageDecoder(sources)
        var plain = PlainDecoder(definitions: sources.definitions, catalogue: sources.catalogue)
        var numbers = SeededNumbers(seed: seed)
        var (good, bad) = (0, 0)
        for _ in 0..<20_000 {
            var payload = Self.record(&numbers)
            if numbers.chance(1, of: 2), !payload.isEmpty {
                for _ in 0...Int.random(in: 0...2, using: &numbers) {
                    let place = Int.random(in: 0..<payload.count, using: &numbers)
                    payload[place] = UInt8.random(in: 0...255, using: &numbers)
                }
            }
            let topic = numbers.chance(1, of: 2) ? "tesla/payload" : "tesla/CAR1/payload"
            let first = Result { () throws(DecodeError) in try fast.decode(topic, payload) }
            let second = Result { () throws(DecodeError) in
                try plain.decode(
                    topic: topic, payload: payload, arrival: fast.arrival, isRetained: false)
            }
            switch (first, second) {
            case (.success(let left), .success(let right)):
                #expect(left == right, "\(payload.hex)")
                good += left?.readings.count ?? 0
            case (.failure, .failure): bad += 1
            default: Issue.record("\(payload.hex): fast \(first), plain \(second)")
            }
        }
        #expect(good > 20_000)
        #expect(bad > 2_000)
    }
}
