internal import FuzzStage
internal import PayloadDecoding
internal import VehicleSignals

/// Messages of several frames over several payloads: one worker goes on, another one is stopped in
/// between and takes up what was stored. Both must read the same, and what the plain twin reads.
///
/// The input is a list of frames: a byte that chooses the id, whether a payload ends behind it and
/// whether the other worker is stopped there, then length and bytes.
@main enum ISOTP: FuzzTarget {
    private static let ids = [
        "7E8", "7E9", "18DAF110", "1CECFF00", "1CEBFF00", "18EC1000", "18EB1000", "18FECA00",
    ]
    private static let topic = Array("units/X".utf8)

    static func main() { FuzzLoop.run(Self.self) }

    static func take(_ input: [UInt8]) {
        var bytes = InputBytes(input)
        let sources = FrameStage.sources
        var steady = sources.makeWorkspace()
        var restarted = sources.makeWorkspace()
        var twin = TwinTrial(sources, readingsMax: 4096, textBytesMax: 8192)
        var payload = ""
        while !bytes.isAtEnd {
            let choice = bytes.byte()
            let count = choice & 8 != 0 ? Int(bytes.byte() % 9) : 8
            let data = bytes.bytes(count)
            payload += ids[Int(choice & 7)] + "#"
            for byte in data { payload += (byte < 16 ? "0" : "") + String(byte, radix: 16) }
            payload += "\n"
            if choice & 0x10 != 0 || bytes.isAtEnd {
                let first = decode(sources, Array(payload.utf8), &steady)
                let second = decode(sources, Array(payload.utf8), &restarted)
                demand(first == second, "another reading after a restart: \(payload)")
                twin.take(topic: topic, payload: Array(payload.utf8), isRetained: false)
                payload = ""
            }
            if choice & 0x20 != 0, payload.isEmpty {
                let stored = sources.allSessions(in: restarted)
                restarted = sources.makeWorkspace()
                demand(
                    sources.restore(stored, into: &restarted) == 0,
                    "what was stored is not taken back")
            }
        }
    }

    private static func decode(
        _ sources: CompiledSources, _ payload: [UInt8], _ workspace: inout DecodingWorkspace
    ) -> [Reading] {
        guard let route = sources.route(topic: topic.span.bytes) else { return [] }
        var readings: [Reading] = []
        var texts: [UInt8] = []
        readings.append(addingCapacity: 4096) { readingSpan in
            texts.append(addingCapacity: 8192) { textSpan in
                do throws(DecodeError) {
                    _ = try sources.decode(
                        route, topic: topic.span.bytes, payload: payload.span.bytes,
                        arrival: Timestamp(milliseconds: 1_770_000_000_000), isRetained: false,
                        workspace: &workspace, into: &readingSpan, texts: &textSpan)
                } catch {
                    demand(
                        error.reason == .tooManyReadings || error.reason == .tooMuchText,
                        "\(error) in frames that are well written")
                }
            }
        }
        return readings
    }
}
