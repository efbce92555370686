public import VehicleSignals

/// A message as the source's vehicles send it: for whoever wants to see what becomes of one, and a
/// proof that the mapping does what it says. One of the files here that say `unsafe`: it looks at
/// arrays as raw bytes.
public struct SourceSample: Sendable, Hashable {
    public var topic: String
    public var payload: [UInt8]

    public init(topic: String, payload: [UInt8]) {
        self.topic = topic
        self.payload = payload
    }
}

extension CompiledSources {
    /// Decodes a sample by itself; for the start and for doors.
    ///
    /// - Returns: the source that takes the topic and the readings that it makes; `nil` if no
    ///   source takes it.
    public func decode(
        _ sample: SourceSample
    ) throws(DecodeError) -> (source: SourceID, readings: [Reading])? {
        let topic = Array(sample.topic.utf8)
        guard let route = unsafe route(topic: topic.span.bytes) else { return nil }
        var workspace = makeWorkspace()
        var readings: [Reading] = []
        var texts: [UInt8] = []
        var failure: DecodeError?
        readings.append(addingCapacity: 4096) { readingSpan in
            texts.append(addingCapacity: 65_536) { textSpan in
                do throws(DecodeError) {
                    _ = try unsafe decode(
                        route, topic: topic.span.bytes, payload: sample.payload.span.bytes,
                        arrival: Timestamp(milliseconds: DecodingLimits.earliestTime),
                        isRetained: false, workspace: &workspace, into: &readingSpan,
                        texts: &textSpan)
                } catch {
                    failure = error
                }
            }
        }
        if let failure { throw failure }
        return (route.source, readings)
    }
}
