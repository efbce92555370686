import PayloadDecoding
import Testing

/// Last known states decoded fast and plainly.
@Suite struct `last known states: the plain twin agrees` {
    private var fast: MessageDecoder
    private var plain: PlainDecoder

    init() throws {
        let sources = try StateSources.make()
        fast = MessageDecoder(sources)
        plain = PlainDecoder(definitions: sources.definitions, catalogue: sources.catalogue)
    }

    /// How many readings both found; `nil` where both refuse the payload.
    private mutating func compare(_ topic: String, _ payload: [UInt8]) -> Int? {
        let first = Result { () throws(DecodeError) in try fast.decode(topic, payload) }
        let second = Result { () throws(DecodeError) in
            try plain.decode(
                topic: topic, payload: payload, arrival: fast.arrival, isRetained: false)
        }
        switch (first, second) {
        case (.success(let left), .success(let right)):
            #expect(left == right, "\(payload.hex)")
            return left?.readings.count
        case (.failure(let left), .failure(let right)):
            #expect(left.offset >= 0 && left.offset <= payload.count)
            #expect(PlainSnappy.agree(left, right), "\(payload.hex): \(left), \(right)")
            return nil
        default:
            Issue.record("\(payload.hex): fast \(first), plain \(second)")
            return nil
        }
    }

    private static func edge(_ numbers: inout SeededNumbers) -> [UInt8] {
        let times = [0, StateSources.time, StateSources.time, StateSources.time, 12]
        let payload = WireWriter { message in
            let isLate = numbers.chance(1, of: 5)
            let time = numbers.pick(times)
            if !isLate, time > 0 { message.varint(2, time) }
            for _ in 0..<Int.random(in: 0...3, using: &numbers) {
                message.message(6) { group in
                    let name = numbers.chance(1, of: 10) ? "third" : "example-template-1"
                    let template = numbers.chance(1, of: 3) ? "another" : name
                    let isNamedLast = numbers.chance(1, of: 5)
                    if !isNamedLast { group.text(1, template) }
                    for _ in 0..<Int.random(in: 0...6, using: &numbers) {
                        group.signal(UInt64.random(in: 0...14, using: &numbers)) {
                            $0.randomValue(&numbers)
                            if numbers.chance(1, of: 8) { $0.randomValue(&numbers) }
                        }
                    }
                    if isNamedLast { group.text(1, template) }
                }
            }
            if isLate { message.varint(2, time) }
        }.bytes
        return numbers.chance(1, of: 2) ? SnappyWriter.pack(payload) : payload
    }

    private static func cloud(_ numbers: inout SeededNumbers) -> [UInt8] {
        let names = [
            "Vehicle.Speed", "Vehicle/Speed", "Vehicle.TraveledDistance", "site.0", "site.7",
            "site.8", "site.9", "site/9", "site.10", "site.11", "site.12", "site.13", "Vehicle.X",
            "Vehicle.Diagnostics.Ext.IsMILOn", "Vehicle.Diagnostics.DTCList", "",
        ]
        let time = numbers.pick([0, StateSources.time, StateSources.time, 12])
        return StateSources.cloud(
            time: time,
            (0..<Int.random(in: 0...6, using: &numbers)).map { _ in
                let value = WireWriter { $0.randomValue(&numbers) }.bytes
                return (numbers.pick(names), { $0.bytes += value })
            })
    }

    @Test(arguments: [61, 62])
    mutating func `on generated messages`(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        var (edge, cloud) = (0, 0)
        for _ in 0..<10_000 {
            edge += compare(StateSources.edgeTopic, Self.edge(&numbers)) ?? 0
            cloud += compare(StateSources.cloudTopic, Self.cloud(&numbers)) ?? 0
        }
        #expect(edge > 4_000 && cloud > 4_000, "\(edge), \(cloud)")
    }

    @Test(arguments: [71, 72])
    mutating func `on mutated and random bytes`(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        var (good, bad) = (0, 0)
        for round in 0..<20_000 {
            let isEdge = round & 1 == 0
            var payload = isEdge ? Self.edge(&numbers) : Self.cloud(&numbers)
            for _ in 0..<Int.random(in: 1...2, using: &numbers) where !payload.isEmpty {
                let place = Int.random(in: 0..<payload.count, using: &numbers)
                payload[place] = UInt8.random(in: 0...255, using: &numbers)
            }
            if numbers.chance(1, of: 20) {
                payload = (0..<Int.random(in: 0...40, using: &numbers)).map { _ in
                    UInt8.random(in: 0...255, using: &numbers)
                }
            }
            let count = compare(
                isEdge ? StateSources.edgeTopic : StateSources.cloudTopic, payload)
            if let count { good += count } else { bad += 1 }
        }
        #expect(good > 2_000 && bad > 5_000, "\(good), \(bad)")
    }

    @Test mutating func `on every beginning of a message`() {
        for (topic, whole) in [
            (StateSources.edgeTopic, `FleetWise last known state from the vehicle`.message),
            (
                StateSources.edgeTopic,
                SnappyWriter.pack(`FleetWise last known state from the vehicle`.message)
            ),
            (StateSources.cloudTopic, `FleetWise last known state from the cloud`.message),
        ] {
            for count in 0..<whole.count {
                #expect(compare(topic, Array(whole.prefix(count))) ?? 0 <= 5)
            }
            #expect(compare(topic, whole) == 5)
        }
    }
}
