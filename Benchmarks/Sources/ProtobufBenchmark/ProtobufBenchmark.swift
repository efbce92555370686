import ConfigurationFiles
import Foundation
import PayloadDecoding
import VehicleSignals

/// Tesla records (`Payload`) to readings: the gateway's decoder beside SwiftProtobuf with the same
/// mapping behind it. With `--folder` the records and the mapping are written there, for the peer
/// in C++. Nanoseconds a record, the best of many rounds, one thread.
///
/// ```
/// ProtobufBenchmark --root PROJECT [--folder FOLDER] [--rounds COUNT]
/// ```
/// Prints one line of JSON; the hashes are made of all readings of all records.
@main
struct ProtobufBenchmark {
    static let records = 2_000

    static func main() throws {
        let root = option("--root") ?? "."
        let rounds = Int(option("--rounds") ?? "") ?? 40
        let catalogue = try SignalFile.load(
            text: text(root + "/config/signals.yaml"), file: "signals.yaml")
        let source = try SourceFile.load(
            text: text(root + "/config/sources/tesla.yaml"), file: "tesla.yaml",
            catalogue: catalogue)
        let sources = try CompiledSources(definitions: [source], catalogue: catalogue)
        let records = Records(count: Self.records)
        let mapping = PeerMapping(catalogue: catalogue)
        if let folder = option("--folder") {
            try Data(records.file).write(to: URL(filePath: folder + "/tesla.records"))
            try Data(mapping.file.utf8).write(to: URL(filePath: folder + "/tesla.mapping"))
        }
        var gateway = GatewaySide(sources)
        var peer = PeerSide(mapping)
        let hash = try readingsHash { payload in try gateway.decode(payload) }
        let peerHash = try readingsHash { payload in try peer.decode(payload) }
        func readingsHash(_ decode: ([UInt8]) throws -> [Reading]) throws -> UInt64 {
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for payload in records.payloads {
                for reading in try decode(payload) { mix(reading, into: &hash) }
            }
            return hash
        }
        var (best, peerBest) = (Double.infinity, Double.infinity)
        for _ in 0..<rounds {
            best = min(best, try gateway.time(records.payloads))
            peerBest = min(peerBest, try peer.time(records.payloads))
        }
        print(
            """
            {"ns": \(best), "peer_ns": \(peerBest), "hash": "\(String(hash, radix: 16))", \
            "peer_hash": "\(String(peerHash, radix: 16))"}
            """)
    }

    static func mix(_ reading: Reading, into hash: inout UInt64) {
        for word in [
            UInt64(reading.signal.number), UInt64(reading.kind.rawValue),
            UInt64(bitPattern: reading.time.milliseconds), reading.bits,
        ] {
            hash = (hash ^ word) &* 0x0000_0100_0000_01B3
            hash ^= hash >> 29
        }
    }

    private static func option(_ name: String) -> String? {
        let arguments = CommandLine.arguments
        guard let place = arguments.firstIndex(of: name), place + 1 < arguments.count else {
            return nil
        }
        return arguments[place + 1]
    }

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: URL(filePath: path), encoding: .utf8)
    }
}

/// The gateway's own decoder. The topic is routed for every record, as in the pipeline.
struct GatewaySide {
    let sources: CompiledSources
    private var workspace: DecodingWorkspace
    private var readings: [Reading] = []
    private var texts: [UInt8] = []
    private let topic = Array("tesla/payload".utf8)

    init(_ sources: CompiledSources) {
        self.sources = sources
        workspace = sources.makeWorkspace()
        readings.reserveCapacity(256)
        texts.reserveCapacity(1024)
    }

    mutating func decode(_ payload: [UInt8]) throws -> [Reading] {
        try Self.decode(sources, topic, payload, &workspace, &readings, &texts)
        return readings
    }

    /// Static, so that each thing that it changes is handed in by itself.
    private static func decode(
        _ sources: CompiledSources, _ topic: [UInt8], _ payload: [UInt8],
        _ workspace: inout DecodingWorkspace, _ readings: inout [Reading], _ texts: inout [UInt8]
    ) throws {
        readings.removeAll(keepingCapacity: true)
        texts.removeAll(keepingCapacity: true)
        // The spans end with the call, and the decoder checks every load.
        guard let route = unsafe sources.route(topic: topic.span.bytes) else { return }
        var failure: DecodeError?
        readings.append(addingCapacity: 256) { out in
            texts.append(addingCapacity: 1024) { text in
                do throws(DecodeError) {
                    _ = try unsafe sources.decode(
                        route, topic: topic.span.bytes, payload: payload.span.bytes,
                        arrival: Timestamp(milliseconds: 0), isRetained: false,
                        workspace: &workspace, into: &out, texts: &text)
                } catch { failure = error }
            }
        }
        if let failure { throw failure }
    }

    /// Nanoseconds a record.
    mutating func time(_ payloads: [[UInt8]]) throws -> Double {
        let clock = ContinuousClock()
        let begun = clock.now
        for payload in payloads {
            try Self.decode(sources, topic, payload, &workspace, &readings, &texts)
        }
        return (clock.now - begun) / .nanoseconds(1) / Double(payloads.count)
    }
}

/// SwiftProtobuf, and the mapping behind it.
struct PeerSide {
    let mapping: PeerMapping
    private var readings: [Reading] = []

    init(_ mapping: PeerMapping) {
        self.mapping = mapping
        readings.reserveCapacity(256)
    }

    mutating func decode(_ payload: [UInt8]) throws -> [Reading] {
        readings.removeAll(keepingCapacity: true)
        try mapping.decode(payload, into: &readings)
        return readings
    }

    mutating func time(_ payloads: [[UInt8]]) throws -> Double {
        let clock = ContinuousClock()
        let begun = clock.now
        for payload in payloads { _ = try decode(payload) }
        return (clock.now - begun) / .nanoseconds(1) / Double(payloads.count)
    }
}
