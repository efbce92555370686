internal import FuzzStage
internal import PayloadDecoding
internal import VehicleSignals

/// Stored sessions of any content: taken back or dropped, and then used. The first byte says of
/// which sender, the second how many bytes of a message follow; the rest is the session.
@main enum Sessions: FuzzTarget {
    private static let topic = Array("spBv1.0/g/NDATA/e".utf8)
    private static let format: UInt32 = 1 << 16 | 1

    static func main() { FuzzLoop.run(Self.self) }

    static func take(_ input: [UInt8]) {
        var input = InputBytes(input)
        let plan = input.byte()
        let message = input.bytes(Int(input.byte()))
        let stored = SessionExport(
            source: plan & 1 == 0 ? "sparkplug" : "tesla", sender: Array("g/e".utf8),
            format: plan & 2 == 0 ? format : UInt32(plan) << 14 | 1, bytes: input.rest(),
            order: UInt64(plan))
        var stream = SessionTrial(Stage.protobufSources)
        let isTaken = stream.restore([stored, stored])
        let all = stream.all
        demand(all.count == (isTaken ? 1 : 0), "\(all.count) sessions, and taken: \(isTaken)")
        demand(!isTaken || all[0].bytes == stored.bytes, "other bytes than were stored")
        stream.take(topic: topic, payload: message, isRetained: false)
    }
}
