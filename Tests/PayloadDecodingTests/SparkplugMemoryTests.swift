import AllocationCounter
import PayloadDecoding
import Testing
import VehicleSignals

/// A stream of messages of several nodes, good and bad, out of a seed.
struct SparkplugStream {
    typealias Metric = SparkplugWriter.Metric
    var numbers: SeededNumbers
    private var sequences: [String: UInt64] = [:]
    private static let names: [(String, UInt32)] = [
        ("Vehicle.Speed", 10), ("Odometer km", 7), ("Vehicle/Exterior/AirTemperature", 1),
        ("Cup holder", 12), ("Vehicle.LowVoltageSystemState", 12), ("Battery/Voltage", 9),
        ("Vehicle.Service.TimeToService", 4), ("Vehicle.Service.IsServiceDue", 11),
        ("Node Control/Rebirth", 11), ("Node Controller", 11), ("Vehicle.Diagnostics.DTCList", 14),
        ("Vehicle.VehicleIdentification.VIN", 12),
    ]

    init(seed: UInt64) { numbers = SeededNumbers(seed: seed) }

    mutating func next() -> (topic: String, payload: [UInt8]) {
        let edge = numbers.pick(["CAR1", "CAR2", "CAR3"])
        let device = numbers.chance(1, of: 3) ? numbers.pick(["/engine", "/hub"]) : ""
        let type = numbers.pick(["BIRTH", "DATA", "DATA", "DATA", "DATA", "DATA", "DEATH"])
        var payload: [UInt8]
        if type == "DEATH", device.isEmpty {
            payload = SparkplugWriter.payload(
                seq: nil, [SparkplugWriter.bdSeq(UInt64.random(in: 1...2, using: &numbers))])
        } else {
            var seq = ((sequences[edge] ?? 0) + (numbers.chance(1, of: 25) ? 3 : 1)) % 256
            if type == "BIRTH", device.isEmpty { seq = 0 }
            if numbers.chance(1, of: 20) { seq = sequences[edge] ?? 0 }
            sequences[edge] = seq
            payload = SparkplugWriter.payload(
                seq: numbers.chance(1, of: 30) ? nil : seq,
                time: numbers.chance(9, of: 10) ? SparkplugWriter.time : nil,
                metrics(isBirth: type == "BIRTH"))
        }
        if numbers.chance(1, of: 12), !payload.isEmpty {
            let place = Int.random(in: 0..<payload.count, using: &numbers)
            payload[place] = UInt8.random(in: 0...255, using: &numbers)
        }
        let letter = device.isEmpty ? "N" : "D"
        return ("spBv1.0/fleet/\(letter)\(type)/\(edge)\(device)", payload)
    }

    private mutating func metrics(isBirth: Bool) -> [Metric] {
        var metrics: [Metric] = []
        if isBirth, numbers.chance(1, of: 2) {
            metrics.append(SparkplugWriter.bdSeq(UInt64.random(in: 1...2, using: &numbers)))
        }
        for (index, (name, type)) in Self.names.enumerated() where numbers.chance(2, of: 3) {
            let hasAlias = numbers.chance(4, of: 5)
            var metric = Metric()
            if isBirth || !hasAlias { metric.name = name }
            if hasAlias { metric.alias = UInt64(index * 37 + (numbers.chance(1, of: 40) ? 37 : 0)) }
            if isBirth || numbers.chance(1, of: 6) { metric.type = type }
            metric.value = value(type)
            metric.isNull = numbers.chance(1, of: 20)
            metric.isTransient = numbers.chance(1, of: 20)
            if numbers.chance(1, of: 10) {
                metric.time = numbers.pick([1_770_000_000_000, 7, .max, 0])
            }
            metrics.append(metric)
        }
        return metrics.shuffled(using: &numbers)
    }

    private mutating func value(_ type: UInt32) -> SparkplugWriter.Value {
        let bits = numbers.next() >> UInt64.random(in: 0...63, using: &numbers)
        if numbers.chance(1, of: 15) { return numbers.pick([.none, .double(.nan), .text("?")]) }
        switch type {
        case 1, 7: return .int(UInt32(truncatingIfNeeded: bits))
        case 4: return .long(bits)
        case 9: return .float(Float(bits % 200) / 10)
        case 10: return .double(Double(bits % 4000) / 10)
        case 11: return .boolean(bits & 1 == 1)
        default: return .text(numbers.pick(["ON", "LOCK", "full", "", "P0128"]))
        }
    }
}

@Suite struct `Sparkplug's memory` {
    private static func sources(_ name: String) throws -> CompiledSources {
        switch name {
        case "devices": try ProtobufSources.devices()
        case "keeping": try ProtobufSources.keeping()
        default: try ProtobufSources.make()
        }
    }

    @Test(arguments: ["edges", "devices", "keeping"], [61, 62])
    func `the plain twin remembers the same`(name: String, seed: UInt64) throws {
        let sources = try Self.sources(name)
        var fast = MessageDecoder(sources)
        var plain = PlainDecoder(definitions: sources.definitions, catalogue: sources.catalogue)
        var stream = SparkplugStream(seed: seed)
        var (good, bad, wanted) = (0, 0, 0)
        for number in 0..<15_000 {
            let (topic, payload) = stream.next()
            let first = Result { () throws(DecodeError) in try fast.decode(topic, payload) }
            let second = Result { () throws(DecodeError) in
                try plain.decode(
                    topic: topic, payload: payload, arrival: fast.arrival, isRetained: false)
            }
            switch (first, second) {
            case (.success(let left), .success(let right)):
                #expect(left == right, "\(number): \(topic) \(payload.hex)")
                if left != right { return }
                good += left?.readings.count ?? 0
                wanted += left?.outcome.wantsRebirth == true ? 1 : 0
            case (.failure, .failure): bad += 1
            default:
                Issue.record("\(number): \(topic) \(payload.hex): fast \(first), plain \(second)")
                return
            }
        }
        #expect(good > 3_000, "\(good)")
        #expect(bad > 100, "\(bad)")
        #expect(wanted > 1_000, "\(wanted)")
    }

    /// Snapshots at any place, taken as changes since the one before, as a store keeps them.
    @Test(arguments: [71, 72, 73])
    func `after a restart the same messages give the same readings`(seed: UInt64) throws {
        let sources = try ProtobufSources.make()
        var running = MessageDecoder(sources)
        var stream = SparkplugStream(seed: seed)
        var store: [[UInt8]: SessionExport] = [:]
        var restarts = 0
        for number in 0..<6_000 {
            if number % 97 == 0 {
                for change in sources.changedSessions(in: &running.workspace) {
                    let key = Array(change.source.utf8) + [0] + change.sender
                    store[key] = change.bytes.isEmpty ? nil : change
                }
            }
            if number % 97 == 0, number % 2 == 0 {
                var restarted = MessageDecoder(sources)
                #expect(sources.restore(Array(store.values), into: &restarted.workspace) == 0)
                #expect(
                    sources.allSessions(in: restarted.workspace)
                        == sources.allSessions(in: running.workspace))
                running = restarted
                restarts += 1
            }
            let (topic, payload) = stream.next()
            // Beside it one that has just been restarted, from everything that is remembered.
            var apart = MessageDecoder(sources)
            sources.restore(sources.allSessions(in: running.workspace), into: &apart.workspace)
            let first = Result { () throws(DecodeError) in try running.decode(topic, payload) }
            let second = Result { () throws(DecodeError) in try apart.decode(topic, payload) }
            switch (first, second) {
            case (.success(let left), .success(let right)): #expect(left == right)
            case (.failure(let left), .failure(let right)): #expect(left == right)
            default: Issue.record("\(topic) \(payload.hex): \(first) and \(second)")
            }
        }
        #expect(restarts > 20)
    }

    @Test func `broken sessions are dropped`() throws {
        let sources = try ProtobufSources.make()
        var decoder = MessageDecoder(sources)
        _ = try decoder.decode(`Sparkplug`.topic("BIRTH"), `Sparkplug`.nodeBirth)
        let good = try #require(sources.allSessions(in: decoder.workspace).first)
        #expect(good.format == 1 << 16 | 1)
        #expect(String(decoding: good.sender, as: UTF8.self) == "fleet/CAR1")
        var numbers = SeededNumbers(seed: 81)
        var dropped = 0
        for _ in 0..<5_000 {
            var bad = good
            if numbers.chance(1, of: 2) {
                bad.bytes = Array(
                    bad.bytes.prefix(Int.random(in: 0..<bad.bytes.count, using: &numbers)))
            } else {
                let place = Int.random(in: 0..<bad.bytes.count, using: &numbers)
                bad.bytes[place] = UInt8.random(in: 0...255, using: &numbers)
            }
            var victim = MessageDecoder(sources)
            dropped += sources.restore([bad], into: &victim.workspace)
            for message in [`Sparkplug`.nodeBirth, `Sparkplug`.deviceBirth] {
                _ = try victim.decode(`Sparkplug`.topic("DATA"), message)
            }
        }
        #expect(dropped > 2_000)
    }
}

/// Counted by thread, in release.
@Suite(.serialized) struct `protobuf decoding allocates nothing` {
    private static let birth = SparkplugWriter.payload(
        seq: 0,
        (0..<500).map {
            SparkplugWriter.Metric(
                name: "Vehicle.Unheard\($0)", alias: UInt64($0 * 7919 % 500), type: 10,
                value: .double(1))
        } + [
            SparkplugWriter.Metric(
                name: "Vehicle/Speed", alias: 1000, type: 10, value: .double(1))
        ])
    private static let data = SparkplugWriter.payload(
        seq: 0,
        [
            SparkplugWriter.Metric(alias: 1000, value: .double(53)),
            SparkplugWriter.Metric(alias: 4, value: .double(53)),
        ])

    private static let state = StateSources.edge([
        (
            "example-template-1",
            {
                $0.signal(1) { $0.double(2, 53.2) }
                $0.signal(1) { $0.varint(11, .max) }
                $0.signal(99) { $0.double(2, 53.2) }
            }
        )
    ])

    @Test func `for births, data and records, once they were seen`() throws {
        let record = `Tesla payloads`.record([
            (key: 5, build: { $0.double(5, 61026.77) }), (key: 4, build: { $0.text(1, "21.5") }),
            (key: 179, build: { $0.varint(32, 4) }),
            (key: 224, build: { $0.message(39) { $0.varint(1, 1) } }),
            (key: 21, build: { $0.message(7) { $0.double(1, 37) } }),
        ])
        try check(
            "auto",
            [
                ("tesla/payload", record, 9),
                (
                    `FleetWise vehicle data`.topic,
                    `FleetWise vehicle data`.data(truth: 1), 7
                ),
                (StateSources.edgeTopic, Self.state, 1),
                (StateSources.edgeTopic, SnappyWriter.pack(Self.state), 1),
                (StateSources.cloudTopic, `FleetWise last known state from the cloud`.message, 3),
                (`Sparkplug`.topic("BIRTH"), Self.birth, 1),
                (`Sparkplug`.topic("DATA"), Self.data, 1),
                (`Sparkplug`.topic("DATA", device: true), Self.data, 0),
                (`Sparkplug`.topic("DEATH"), [], 0),
            ])
    }

    @Test func `for compressed blocks, once they were seen`() throws {
        let block = SnappyWriter.pack(`FleetWise vehicle data`.data(truth: 1))
        try check(
            "on",
            [
                (`FleetWise vehicle data`.topic, block, 7),
                (StateSources.edgeTopic, SnappyWriter.pack(Self.state), 1),
            ])
    }

    private func check(_ snappy: String, _ messages: [(String, [UInt8], Int)]) throws {
        let sources = try CompiledSources(
            definitions: [
                ProtobufSources.definition("fleetwise") {
                    $0.replacing("snappy: auto", with: "snappy: \(snappy)")
                },
                ProtobufSources.definition("sparkplug"), ProtobufSources.definition("tesla"),
                ProtobufSources.definition("fleetwise_cloud"),
            ], catalogue: Shipped.catalogue())
        var workspace = sources.makeWorkspace()
        var readings: [Reading] = []
        var texts: [UInt8] = []
        readings.reserveCapacity(256)
        texts.reserveCapacity(1024)
        for round in 0..<4 {
            for (topic, payload, expected) in messages {
                let name = Array(topic.utf8)
                let before = allocations_of_this_thread()
                let found = Self.run(sources, name, payload, &workspace, &readings, &texts)
                let allocated = allocations_of_this_thread() - before
                #expect(found == expected, "\(topic)")
                if round > 1 { #expect(allocated == 0, "\(topic) in round \(round)") }
            }
        }
    }

    @inline(never)
    private static func run(
        _ sources: CompiledSources, _ topic: [UInt8], _ payload: [UInt8],
        _ workspace: inout DecodingWorkspace, _ readings: inout [Reading], _ texts: inout [UInt8]
    ) -> Int {
        readings.removeAll(keepingCapacity: true)
        texts.removeAll(keepingCapacity: true)
        guard let route = unsafe sources.route(topic: topic.span.bytes) else { return -1 }
        var count = -1
        readings.append(addingCapacity: 256) { out in
            texts.append(addingCapacity: 1024) { text in
                do throws(DecodeError) {
                    _ = unsafe sources.vehicleName(
                        route, topic: topic.span.bytes, payload: payload.span.bytes)
                    _ = try unsafe sources.decode(
                        route, topic: topic.span.bytes, payload: payload.span.bytes,
                        arrival: Timestamp(milliseconds: 0), isRetained: false,
                        workspace: &workspace, into: &out, texts: &text)
                    count = out.count
                } catch { count = -1 }
            }
        }
        return count
    }
}
