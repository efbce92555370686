import PayloadDecoding
import VehicleSignals

/// What one message became.
struct Decoded: Equatable {
    var outcome: DecodeOutcome
    var readings: [Reading]
    var texts: [UInt8]
}

/// Decodes with arrays round the spans; keeps its workspace, as a worker does.
struct MessageDecoder {
    let sources: CompiledSources
    var workspace: DecodingWorkspace
    var readingRoom = 512
    var textRoom = 4096
    var arrival = Timestamp(milliseconds: 1_770_000_000_000)

    init(_ sources: CompiledSources) {
        self.sources = sources
        workspace = sources.makeWorkspace()
    }

    /// `nil` where no template matches the topic.
    func route(_ topic: String) -> Route? {
        let bytes = Array(topic.utf8)
        return unsafe sources.route(topic: bytes.span.bytes)
    }

    mutating func decode(
        _ topic: String, _ payload: String, isRetained: Bool = false
    ) throws(DecodeError) -> Decoded? {
        try decode(topic, Array(payload.utf8), isRetained: isRetained)
    }

    mutating func decode(
        _ topic: String, _ payload: [UInt8], isRetained: Bool = false
    ) throws(DecodeError) -> Decoded? {
        guard let route = route(topic) else { return nil }
        let name = Array(topic.utf8)
        var readings: [Reading] = []
        var texts: [UInt8] = []
        var outcome = DecodeOutcome()
        try readings.append(addingCapacity: readingRoom) {
            (out: inout OutputSpan<Reading>) throws(DecodeError) in
            try texts.append(addingCapacity: textRoom) {
                (text: inout OutputSpan<UInt8>) throws(DecodeError) in
                outcome = try unsafe sources.decode(
                    route, topic: name.span.bytes, payload: payload.span.bytes, arrival: arrival,
                    isRetained: isRetained, workspace: &workspace, into: &out, texts: &text)
            }
        }
        return Decoded(outcome: outcome, readings: readings, texts: texts)
    }

    /// The error of a payload, for tests that expect one.
    mutating func error(_ topic: String, _ payload: String) -> DecodeError? {
        do throws(DecodeError) {
            _ = try decode(topic, payload)
            return nil
        } catch { return error }
    }

    /// Readings as lines that a person reads: `Vehicle.Speed 53.2 event 2026-02-03T07:11:00.000Z`.
    mutating func lines(
        _ topic: String, _ payload: String, isRetained: Bool = false
    ) throws -> [String] {
        guard let decoded = try decode(topic, payload, isRetained: isRetained) else {
            return ["no route"]
        }
        return decoded.readings.map { line($0, decoded.texts) }
    }

    func line(_ reading: Reading, _ texts: [UInt8]) -> String {
        let definition = sources.catalogue[reading.signal]
        let value: String
        switch reading.kind {
        case .double: value = "\(Double(bitPattern: reading.bits))"
        case .integer: value = "\(Int64(bitPattern: reading.bits))"
        case .boolean: value = reading.bits == 1 ? "true" : "false"
        case .allowed: value = definition.allowed[Int(reading.bits)]
        case .text:
            let offset = Int(reading.bits >> 32)
            let count = Int(reading.bits & 0xFFFF_FFFF)
            value = String(decoding: texts[offset..<(offset + count)], as: UTF8.self)
        case .troubleCode:
            value = TroubleCode(packed: UInt32(reading.bits)).text
        case .listCount: value = "list of \(reading.bits)"
        }
        let time = reading.timeQuality == .none ? "never" : reading.time.rfc3339
        return "\(definition.path) \(value) \(reading.timeQuality.word) \(time)"
            + (reading.isRetained ? " retained" : "")
    }
}

/// A seeded generator of random numbers (SplitMix64): a seed repeats a failure.
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func chance(_ part: Int, of whole: Int) -> Bool {
        Int.random(in: 0..<whole, using: &self) < part
    }

    mutating func pick<Element>(_ list: [Element]) -> Element {
        list[Int.random(in: 0..<list.count, using: &self)]
    }
}
