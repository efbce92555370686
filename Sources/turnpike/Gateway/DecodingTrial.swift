package import PayloadDecoding
package import VehicleSignals

/// A reading in words, as `turnpike decode` prints it.
package struct ReadingInWords: Encodable {
    var vehicle: String?
    package var signal: String
    package var value: JSONScalar
    var unit: String?
    var event_time: String?
    var time_quality: String
    var retained: Bool
    var source: String
    var mapping_version: String
}

/// Decodes payloads one after the other, in one session, for people who want to see what becomes of
/// them: what a birth or the first frame of several said holds for what comes behind it.
package struct DecodingTrial {
    let sources: CompiledSources
    private var workspace: DecodingWorkspace

    package init(sources: CompiledSources) {
        self.sources = sources
        workspace = sources.makeWorkspace()
    }

    /// Where a topic leads; `nil` if no source takes it.
    package func route(_ topic: [UInt8]) -> Route? { unsafe sources.route(topic: topic.span.bytes) }

    /// The readings of the next message, and what else it brought.
    package mutating func decode(
        _ route: Route, topic: [UInt8], payload: [UInt8], arrival: Timestamp, isRetained: Bool
    ) throws(DecodeError) -> (readings: [ReadingInWords], outcome: DecodeOutcome) {
        var outcome = DecodeOutcome()
        var readings: [Reading] = []
        var texts: [UInt8] = []
        var failure: DecodeError?
        readings.append(addingCapacity: DecodingLimits.readingsMax) { readingSpan in
            texts.append(addingCapacity: DecodingLimits.textBytesMax) { textSpan in
                do throws(DecodeError) {
                    outcome = try unsafe sources.decode(
                        route, topic: topic.span.bytes, payload: payload.span.bytes,
                        arrival: arrival, isRetained: isRetained, workspace: &workspace,
                        into: &readingSpan, texts: &textSpan)
                } catch {
                    failure = error
                }
            }
        }
        if let failure { throw failure }
        return (words(readings, texts, route, topic: topic, payload: payload), outcome)
    }

    /// Lists are one reading here, with all their codes.
    private func words(
        _ readings: [Reading], _ texts: [UInt8], _ route: Route, topic: [UInt8], payload: [UInt8]
    ) -> [ReadingInWords] {
        let vehicle = vehicleName(route, topic: topic, payload: payload)
        var result: [ReadingInWords] = []
        var index = 0
        while index < readings.count {
            let reading = readings[index]
            index += 1
            var words = self.words(reading, route: route, vehicle: vehicle, texts: texts)
            if reading.kind == .listCount {
                var codes: [String] = []
                for _ in 0..<Int(reading.bits) where index < readings.count {
                    codes.append(
                        TroubleCode(packed: UInt32(truncatingIfNeeded: readings[index].bits)).text)
                    index += 1
                }
                words.value = .list(codes)
            }
            result.append(words)
        }
        return result
    }

    private func vehicleName(_ route: Route, topic: [UInt8], payload: [UInt8]) -> String? {
        guard
            let name = unsafe sources.vehicleName(
                route, topic: topic.span.bytes, payload: payload.span.bytes)
        else { return nil }
        let bytes = name.isInPayload ? payload : topic
        return String(decoding: bytes[name.offset..<(name.offset + name.length)], as: UTF8.self)
    }

    private func words(
        _ reading: Reading, route: Route, vehicle: String?, texts: [UInt8]
    ) -> ReadingInWords {
        let signal = sources.catalogue[reading.signal]
        return ReadingInWords(
            vehicle: vehicle, signal: signal.path,
            value: Self.value(reading, signal: signal, texts: texts),
            unit: signal.unit.symbol.isEmpty ? nil : signal.unit.symbol,
            event_time: reading.timeQuality == .none ? nil : reading.time.rfc3339,
            time_quality: reading.timeQuality.word, retained: reading.isRetained,
            source: sources.name(of: route.source),
            mapping_version: sources.mappingVersion(of: route.source))
    }

    private static func value(
        _ reading: Reading, signal: SignalDefinition, texts: [UInt8]
    ) -> JSONScalar {
        switch reading.kind {
        case .double: return .number(Double(bitPattern: reading.bits))
        case .integer: return .integer(Int64(bitPattern: reading.bits))
        case .boolean: return .boolean(reading.bits != 0)
        case .allowed: return .text(signal.allowed[Int(reading.bits)])
        case .text:
            let offset = Int(reading.bits >> 32)
            let length = Int(reading.bits & 0xFFFF_FFFF)
            return .text(String(decoding: texts[offset..<(offset + length)], as: UTF8.self))
        case .troubleCode:
            return .text(TroubleCode(packed: UInt32(truncatingIfNeeded: reading.bits)).text)
        case .listCount: return .list([])
        }
    }
}
