public import PayloadDecoding
internal import VehicleSignals

/// Decodes a stream of messages of a stateful source twice: by a workspace that lives on, and by
/// one that is made anew from what the first one remembers. They must agree message by message.
public struct SessionTrial {
    private let sources: CompiledSources
    private var kept: DecodingWorkspace

    public init(_ sources: CompiledSources) {
        self.sources = sources
        kept = sources.makeWorkspace()
    }

    public var counters: SessionCounters { kept.sessionCounters }
    public var all: [SessionExport] { sources.allSessions(in: kept) }

    /// `false` if anything was dropped.
    public mutating func restore(_ stored: [SessionExport]) -> Bool {
        sources.restore(stored, into: &kept) == 0
    }

    private struct Result: Equatable {
        var error: DecodeError?
        var outcome = DecodeOutcome()
        var readings: [Reading] = []
    }

    public mutating func take(topic: [UInt8], payload: [UInt8], isRetained: Bool) {
        guard let route = sources.route(topic: topic.span.bytes) else { return }
        let before = all
        var fresh = sources.makeWorkspace()
        demand(sources.restore(before, into: &fresh) == 0, "what was exported is not taken back")
        let first = Self.decode(sources, route, topic, payload, isRetained, &kept)
        let second = Self.decode(sources, route, topic, payload, isRetained, &fresh)
        demand(first == second, "\(first) and after a restart \(second)")
        let after = all
        demand(
            after.map(\.bytes) == sources.allSessions(in: fresh).map(\.bytes),
            "another memory after a restart")
        if let error = first.error {
            demand(error.offset >= 0 && error.offset <= payload.count, "\(error) is out of place")
        }
    }

    private static func decode(
        _ sources: CompiledSources, _ route: Route, _ topic: [UInt8], _ payload: [UInt8],
        _ isRetained: Bool, _ workspace: inout DecodingWorkspace
    ) -> Result {
        var result = Result()
        var readings: [Reading] = []
        var texts: [UInt8] = []
        readings.append(addingCapacity: 1024) { readingSpan in
            texts.append(addingCapacity: 8192) { textSpan in
                do throws(DecodeError) {
                    result.outcome = try sources.decode(
                        route, topic: topic.span.bytes, payload: payload.span.bytes,
                        arrival: Timestamp(milliseconds: 1_770_000_000_000), isRetained: isRetained,
                        workspace: &workspace, into: &readingSpan, texts: &textSpan)
                } catch {
                    result.error = error
                }
            }
        }
        result.readings = readings
        return result
    }
}
