import PayloadDecoding
import VehicleSignals

/// The way that frames really go: lines of candump in a payload, through a source with the whole
/// database and answers of control units switched on, to readings of the catalogue.
struct FrameFeed {
    static let framesEach = 100

    let sources: CompiledSources
    let topic = Array("feed/CAR1/can0".utf8)
    let payloads: [[UInt8]]
    var workspace: DecodingWorkspace
    var readings: [Reading] = []
    var texts: [UInt8] = []

    init(_ database: DBCDatabase, frames: [UInt8]) throws {
        var definitions: [SignalDefinition] = []
        var mappings: [CANSignalMapping] = []
        for message in database.messages {
            for signal in message.signals {
                let path = "Vehicle.Feed.\(message.name).\(signal.name)"
                definitions.append(SignalDefinition(path: path, datatype: .double))
                mappings.append(
                    CANSignalMapping(
                        message: message.name, name: signal.name, signal: path,
                        isAllOnesAbsent: false, keepsToBounds: false))
            }
        }
        let mapping = CANMapping(
            carrier: .candump,
            databases: [
                CANDatabaseMapping(name: "fixture.dbc", database: database, signals: mappings)
            ], takesOBD: true, takesUDS: true)
        let source = SourceDefinition(
            name: "feed", version: "1",
            topics: [
                TopicDefinition(
                    template: try TopicTemplate("feed/{vehicle}/{+}"), content: .can(mapping))
            ])
        sources = try CompiledSources(
            definitions: [source], catalogue: try SignalCatalogue(definitions))
        workspace = sources.makeWorkspace()
        payloads = Self.lines(frames)
    }

    /// `(1700000000.010000) can0 100#0011223344556677`, some in a payload.
    private static func lines(_ frames: [UInt8]) -> [[UInt8]] {
        func hex(_ value: Int, _ digits: Int) -> String {
            let text = String(value, radix: 16, uppercase: true)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        var payloads: [[UInt8]] = []
        var text = ""
        let count = frames.count / CANBenchmark.frameBytes
        for number in 0..<count {
            let start = number * CANBenchmark.frameBytes
            let id = (0..<4).reduce(0) { $0 | Int(frames[start + $1]) << (8 * $1) }
            let data = frames[start + 4..<start + CANBenchmark.frameBytes]
            text += "(1700000000.\(hex(number % 10, 1))00000) can0 \(hex(id, 3))#"
            text += data.map { hex(Int($0), 2) }.joined() + "\n"
            if number % framesEach == framesEach - 1 || number == count - 1 {
                payloads.append(Array(text.utf8))
                text = ""
            }
        }
        return payloads
    }

    /// Decodes every payload once; a number of readings.
    mutating func pass(_ deed: ([Reading]) -> Void = { _ in }) throws -> Int {
        var found = 0
        guard let route else { return 0 }
        for index in payloads.indices {
            readings.removeAll(keepingCapacity: true)
            try Self.decode(
                payloads[index], on: topic, route, sources, &workspace, into: &readings,
                texts: &texts)
            found += readings.count
            deed(readings)
        }
        return found
    }
}
