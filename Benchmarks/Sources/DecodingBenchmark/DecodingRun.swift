import PayloadDecoding
import VehicleSignals

/// One corpus decoded again and again.
struct DecodingRun {
    let sources: CompiledSources
    let corpus: Corpus
    let remembersShapes: Bool
    /// Whether the topic is routed within the time that is measured.
    let routesTopics: Bool

    /// Measures for so many seconds; one line of JSON.
    func line(name: String, seconds: Double) throws -> String {
        let routes = try corpus.messages.map { message in
            guard
                let route = unsafe sources.route(
                    topic: corpus.bytes.span.bytes.extracting(message.topic))
            else { throw NoRoute() }
            return route
        }
        var kept = Kept(sources.makeWorkspace())
        kept.workspace.remembersShapes = remembersShapes
        var readings = 0
        let hash = try pass(&kept, routes) { found, hash in
            readings += found.count
            for index in 0..<found.count {
                let reading = found[index]
                hash = mixed(hash, UInt64(reading.signal.number))
                hash = mixed(hash, UInt64(bitPattern: reading.time.milliseconds))
                hash = mixed(hash, reading.bits)
            }
        }
        let clock = ContinuousClock()
        let begun = clock.now
        var best = Double.infinity
        var passes = 0
        while clock.now - begun < .seconds(seconds) || passes < 5 {
            let start = clock.now
            let sum = try pass(&kept, routes) { found, sum in sum &+= UInt64(found.count) }
            let took = (clock.now - start) / .nanoseconds(1)
            guard sum == UInt64(readings) else { throw DifferentResults() }
            best = min(best, took)
            passes += 1
        }
        let nanoseconds = best / Double(corpus.messages.count)
        let text = String(hash, radix: 16)
        return "{\"corpus\":\"\(name)\",\"ns\":\((nanoseconds * 10).rounded() / 10),"
            + "\"messages\":\(corpus.messages.count),\"readings\":\(readings),"
            + "\"passes\":\(passes),\"hash\":\"\(text)\"}"
    }
}

/// What is kept from message to message.
private struct Kept {
    var workspace: DecodingWorkspace
    var hint = RouteHint()
    var readings: [Reading] = []
    var texts: [UInt8] = []

    init(_ workspace: DecodingWorkspace) {
        self.workspace = workspace
        readings.reserveCapacity(4096)
        texts.reserveCapacity(4096)
    }
}

extension DecodingRun {
    /// Decodes every message; what `fold` makes of all readings.
    private func pass(
        _ kept: inout Kept, _ routes: [Route],
        _ fold: (borrowing OutputSpan<Reading>, inout UInt64) -> Void
    ) throws -> UInt64 {
        var result: UInt64 = 0
        try kept.readings.append(addingCapacity: 1024) { readings throws in
            try kept.texts.append(addingCapacity: 4096) { texts throws in
                for index in 0..<corpus.messages.count {
                    let message = corpus.messages[index]
                    let topic = unsafe corpus.bytes.span.bytes.extracting(message.topic)
                    var route = routes[index]
                    if routesTopics {
                        guard let found = sources.route(topic: topic, after: &kept.hint) else {
                            throw NoRoute()
                        }
                        route = found
                    }
                    readings.removeAll()
                    texts.removeAll()
                    _ = try unsafe sources.decode(
                        route, topic: topic,
                        payload: corpus.bytes.span.bytes.extracting(message.payload),
                        arrival: Timestamp(milliseconds: 1_770_000_000_000), isRetained: false,
                        workspace: &kept.workspace, into: &readings, texts: &texts)
                    fold(readings, &result)
                }
                texts.removeAll()
            }
            readings.removeAll()
        }
        return result
    }
}

@inline(always)
private func mixed(_ hash: UInt64, _ value: UInt64) -> UInt64 {
    (hash ^ value) &* 0x0000_0100_0000_01B3
}

/// A topic of the corpus leads nowhere.
struct NoRoute: Error {}

/// Two passes over the same messages ended differently.
struct DifferentResults: Error {}
