import Foundation
import LocalStage
import Testing

/// Edge nodes of Sparkplug whose births say which vehicle they sit in, beside a real broker.
@Suite(.serialized)
struct ReportedVINTests {
    static let vin = "TMBJG7NX8M0000017"
    static let otherVIN = "WVWZZZ1JZXW000001"

    private let source = """
        source: nodes
        version: "1"
        links_by_vin: true
        topics:
          - {topic: "spBv1.0/fleet/{+}/{vehicle}", form: sparkplug}
        """

    // A payload as the protocol's description has it: timestamp 1, metrics 2, seq 3; of a metric
    // name 1, alias 2, datatype 4 (10 a double, 12 a text), double 13, text 15.
    private static func varint(_ value: UInt64) -> [UInt8] {
        value < 128 ? [UInt8(value)] : [UInt8(value & 127) | 128] + varint(value >> 7)
    }

    private static func block(_ tag: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        [tag] + varint(UInt64(bytes.count)) + bytes
    }

    private static func kilometres(_ value: Double, named: Bool) -> [UInt8] {
        let name = named ? block(0x0A, Array("Vehicle.Service.DistanceToService".utf8)) : []
        let kind: [UInt8] = named ? [0x20, 10] : []
        let bits = (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> UInt64($0 * 8)) }
        return block(0x12, name + [0x10, 2] + kind + [0x69] + bits)
    }

    private static func payload(_ metrics: [UInt8], sequence: UInt64) -> [UInt8] {
        let now = UInt64(Date(timeIntervalSinceNow: -60).timeIntervalSince1970 * 1000)
        return [0x08] + varint(now + sequence) + metrics + [0x18] + varint(sequence)
    }

    private static func birth(_ vin: String, _ kilometres: Double) -> [UInt8] {
        let name = block(0x0A, Array("Vehicle/VehicleIdentification/VIN".utf8))
        let text = block(0x7A, Array(vin.utf8))
        return payload(
            block(0x12, name + [0x10, 1, 0x20, 12] + text)
                + Self.kilometres(kilometres, named: true), sequence: 0)
    }

    private func publish(
        _ type: String, _ node: String, _ payload: [UInt8], _ stage: Stage
    ) throws {
        try stage.publish(payload, to: "spBv1.0/fleet/\(type)/\(node)")
    }

    private func names(_ outcome: String, _ stage: Stage) throws -> Double {
        try stage.metric("turnpike_reported_names_total{outcome=\"\(outcome)\"}")
    }

    /// Whether the vehicle is known to have so many kilometres left.
    private func isLeft(_ kilometres: String, _ stage: Stage) throws -> Bool {
        let text = try? stage.gateway.command(["explain", Self.vin, "SV-01", "--json"])
        return text?.contains("\"value\":\"\(kilometres).0\"") ?? false
    }

    @Test func `a node is the vehicle whose VIN its birth tells, also after kill -9`() throws {
        let sources = NSTemporaryDirectory() + "turnpike-sources-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: sources, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: sources) }
        try source.write(toFile: sources + "/nodes.yaml", atomically: true, encoding: .utf8)
        let stage = try Stage {
            $0.sources = sources
            $0.clock = "wall"
        }
        try stage.start()
        // The birth comes once, long before anybody imports the vehicle.
        try publish("NBIRTH", "box-1", Self.birth(Self.vin, 900), stage)
        #expect(
            try stage.wait(seconds: 20) { try stage.metric("turnpike_unlinked_names") == 1 })
        try stage.importCSV(
            "vehicles",
            [
                "vehicle,vin,brand,model", "car-1,\(Self.vin),ACME,Wander",
                "car-2,\(Self.otherVIN),ACME,Wander",
            ])
        #expect(try stage.wait(seconds: 20) { try names("linked", stage) == 1 })
        #expect(try stage.wait(seconds: 20) { try isLeft("900", stage) })
        try publish(
            "NDATA", "box-1", Self.payload(Self.kilometres(850, named: false), sequence: 1), stage)
        #expect(try stage.wait(seconds: 20) { try isLeft("850", stage) })

        stage.gateway.kill9()
        try stage.gateway.start()
        try stage.gateway.waitUntilListening(seconds: 60)
        try publish(
            "NDATA", "box-1", Self.payload(Self.kilometres(800, named: false), sequence: 2), stage)
        #expect(try stage.wait(seconds: 20) { try isLeft("800", stage) })

        // Somebody else says that he is this vehicle, and the node that it is another one.
        try publish("NBIRTH", "box-2", Self.birth(Self.vin, 100), stage)
        #expect(try stage.wait(seconds: 20) { try names("refused", stage) == 1 })
        try publish("NBIRTH", "box-1", Self.birth(Self.otherVIN, 200), stage)
        #expect(
            try stage.wait(seconds: 20) {
                try stage.gateway.command(["quarantine", "list", "--json"])
                    .contains("identity_disagrees")
            })
        #expect(try isLeft("800", stage))
        #expect(try names("linked", stage) == 0 && names("refused", stage) == 1)
    }
}
