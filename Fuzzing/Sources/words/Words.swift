internal import FuzzStage
internal import PayloadDecoding
internal import TriggerRules
internal import VehicleSignals

/// The small texts of the doors: times, vehicle identification numbers, trouble codes, units and
/// words. What is read is written and read again; two readers of times must agree.
@main enum Words: FuzzTarget {
    nonisolated(unsafe) private static var workspace = Stage.sources.makeWorkspace()
    /// Between them RFC 3339 can write a time: years 0000 to 9999.
    private static let firstWritten: Int64 = -62_167_219_200_000
    private static let lastWritten: Int64 = 253_402_300_799_999

    static func main() { FuzzLoop.run(Self.self) }

    static func take(_ input: [UInt8]) {
        let text = String(decoding: input, as: UTF8.self)
        if let code = TroubleCode(text) {
            demand(TroubleCode(code.text) == code, "\(code.text) is not read as written")
        }
        if let vin = try? VIN(text) {
            demand((try? VIN(vin.text)) == vin, "\(vin.text) is not read as written")
            demand(vin.text.utf8.count == 17, "a VIN of \(vin.text.utf8.count) characters")
            _ = vin.hasValidCheckDigit
        }
        if let unit = Unit(named: text) {
            demand(Unit(named: unit.symbol) == unit, "the unit \(text) is not read as written")
        }
        if let code = TriggerCode(text) {
            demand(TriggerCode(code.code) == code, "\(text) is not read as written")
        }
        if let gate = TelemetryGate(word: text) { demand(gate.word == text, "the gate \(text)") }
        checkTime(input, text)
    }

    private static func checkTime(_ input: [UInt8], _ text: String) {
        let time = Timestamp(rfc3339: text)
        // The same between other bytes.
        let framed = [0x39] + Array(text.utf8) + [0x39]
        let inside = Timestamp(rfc3339: framed.span, in: 1..<(framed.count - 1))
        demand(time == inside, "\(text) means something else between other bytes")
        if let time, time.milliseconds >= firstWritten, time.milliseconds <= lastWritten {
            let written = time.rfc3339
            demand(Timestamp(rfc3339: written) == time, "\(written) is not read as written")
        }
        if input.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }) {
            checkAgainstPayload(text, time)
        }
    }

    /// A payload's time is read by other code, on raw bytes.
    private static func checkAgainstPayload(_ text: String, _ time: Timestamp?) {
        let topic = Array("vss/X/telemetry".utf8)
        let payload = Array(#"{"ts":"\#(text)","signals":{"Vehicle.Speed":1}}"#.utf8)
        guard let route = Stage.sources.route(topic: topic.span.bytes) else { return }
        var readings: [Reading] = []
        var texts: [UInt8] = []
        readings.append(addingCapacity: 4) { readingSpan in
            texts.append(addingCapacity: 4) { textSpan in
                _ = try? Stage.sources.decode(
                    route, topic: topic.span.bytes, payload: payload.span.bytes,
                    arrival: .distantFuture, isRetained: false, workspace: &workspace,
                    into: &readingSpan, texts: &textSpan)
            }
        }
        // An empty text is as good as none: arrival stands in.
        var expected = text.isEmpty ? .distantFuture : time
        if let time,
            time.milliseconds < DecodingLimits.earliestTime
                || time.milliseconds > DecodingLimits.latestTime
        {
            expected = nil
        }
        demand(readings.first?.time == expected, "\(text) is another time in a payload")
    }
}
