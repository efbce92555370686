import PayloadDecoding
import Testing
import VehicleSignals

/// The fast decoder and its plain twin on the same bytes. A difference prints the seed's document.
@Suite struct `fast and plain decoder agree` {
    /// `nil` where both agree; else what differs.
    static func difference(
        _ fast: inout MessageDecoder, _ plain: inout PlainDecoder, _ topic: String,
        _ payload: [UInt8], isRetained: Bool
    ) -> String? {
        TwinComparison.difference(&fast, &plain, topic, payload, isRetained: isRetained)
    }

    @Test(arguments: [1, 2, 3, 4])
    func `on generated documents of all sources`(seed: UInt64) throws {
        let sources = try TwinSources.make()
        var fast = MessageDecoder(sources)
        var plain = PlainDecoder(definitions: sources.definitions, catalogue: sources.catalogue)
        var generator = DocumentGenerator(seed: seed, catalogue: sources.catalogue)
        var readings = 0
        for _ in 0..<6_000 {
            let (topic, payload) = generator.message()
            let isRetained = generator.numbers.chance(1, of: 5)
            let difference = TwinComparison.difference(
                &fast, &plain, topic, payload, isRetained: isRetained)
            #expect(difference == nil, "seed \(seed): \(difference ?? "")")
            if difference != nil { return }
            readings += (try? fast.decode(topic, payload))??.readings.count ?? 0
        }
        #expect(readings > 5_000, "the generator makes documents that decode")
    }

    @Test(arguments: [11, 12, 13, 14])
    func `on mutated documents`(seed: UInt64) throws {
        let sources = try TwinSources.make()
        var fast = MessageDecoder(sources)
        var plain = PlainDecoder(definitions: sources.definitions, catalogue: sources.catalogue)
        var generator = DocumentGenerator(seed: seed, catalogue: sources.catalogue)
        var errors: Set<DecodeError.Reason> = []
        for _ in 0..<10_000 {
            let (topic, whole) = generator.message()
            let payload = generator.mutated(whole)
            let difference = TwinComparison.difference(
                &fast, &plain, topic, payload, isRetained: false)
            #expect(difference == nil, "seed \(seed): \(difference ?? "")")
            if difference != nil { return }
            do throws(DecodeError) { _ = try fast.decode(topic, payload) } catch {
                errors.insert(error.reason)
            }
        }
        #expect(errors.count >= 8, "mutations reach many kinds of error: \(errors)")
    }

    @Test func `on mutated payloads of every source`() throws {
        let sources = try TwinSources.make()
        var fast = MessageDecoder(sources)
        var plain = PlainDecoder(definitions: sources.definitions, catalogue: sources.catalogue)
        var generator = DocumentGenerator(seed: 31, catalogue: sources.catalogue)
        for (topic, payload, _) in `decoding allocates nothing`.messages {
            for round in 0..<120 where fast.route(topic) != nil {
                let bytes =
                    round == 0 ? Array(payload.utf8) : generator.mutated(Array(payload.utf8))
                let difference = TwinComparison.difference(
                    &fast, &plain, topic, bytes, isRetained: round & 1 == 1)
                #expect(difference == nil, "\(difference ?? "")")
                if difference != nil { return }
            }
        }
    }

    @Test(arguments: [21, 22])
    func `on topics`(seed: UInt64) throws {
        let sources = try TwinSources.make()
        let fast = MessageDecoder(sources)
        let plain = PlainTopics(definitions: sources.definitions)
        var numbers = SeededNumbers(seed: seed)
        let levels = [
            "vss", "skoda", "telemetry", "CAR1", "v", "field", "maintenance", "", "alerts",
            "current", "connectivity", "fleet", "data", "$SYS", "x", "Odometer", "metric", "é",
        ]
        var matched = 0
        var hint = RouteHint()
        for _ in 0..<20_000 {
            let count = Int.random(in: 1...7, using: &numbers)
            let topic = (0..<count).map { _ in numbers.pick(levels) }.joined(separator: "/")
            let route = fast.route(topic)
            let name = Array(topic.utf8)
            #expect(unsafe sources.route(topic: name.span.bytes, after: &hint) == route, "\(topic)")
            let match = plain.match(topic)
            #expect((route == nil) == (match == nil), "\(topic)")
            guard let route, let match else { continue }
            matched += 1
            let bytes = Array(topic.utf8)
            func slice(_ offset: UInt16, _ length: UInt16) -> String? {
                length == 0
                    ? nil
                    : String(
                        decoding: bytes[Int(offset)..<Int(offset) + Int(length)], as: UTF8.self)
            }
            #expect(sources.template(of: route) == match.template, "\(topic)")
            #expect(Int(route.source.number) == match.source, "\(topic)")
            #expect(slice(route.vehicleOffset, route.vehicleLength) == match.vehicle, "\(topic)")
            #expect(slice(route.fieldOffset, route.fieldLength) == match.field, "\(topic)")
        }
        #expect(matched > 500)
    }
}
