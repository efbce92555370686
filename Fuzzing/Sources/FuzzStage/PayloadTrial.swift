public import PayloadDecoding
internal import VehicleSignals

/// Decodes a message in several ways that must agree, the plain twin's among them, and looks at
/// every reading.
public struct PayloadTrial {
    /// More readings and text than the 4096 bytes of an input can hold: the shortest reading is a
    /// trouble code of eight.
    private static let readingsMax = 1024
    private static let textBytesMax = 8192
    private static let arrival = Timestamp(milliseconds: 1_770_000_000_000)
    /// Stands before the readings of the message and must never change.
    private static let earlier = Reading(
        signal: SignalID(1), time: Timestamp(milliseconds: 7), timeQuality: .backend,
        isRetained: true, kind: .integer, bits: 0x5A5A)
    private static let earlierText: [UInt8] = [0xFE, 0xFD, 0xFC]

    private let sources: CompiledSources
    /// Kept from message to message, as a worker keeps it: what one leaves must not show in the
    /// next.
    private var kept: DecodingWorkspace
    /// Without memory of shapes.
    private var forgetful: DecodingWorkspace
    private var twin: TwinTrial

    /// - Parameter comparesErrors: see ``TwinTrial``.
    public init(_ sources: CompiledSources, comparesErrors: Bool = true) {
        self.sources = sources
        twin = TwinTrial(
            sources, readingsMax: Self.readingsMax, textBytesMax: Self.textBytesMax,
            comparesErrors: comparesErrors)
        kept = sources.makeWorkspace()
        forgetful = sources.makeWorkspace()
        forgetful.remembersShapes = false
    }

    /// Messages of one topic one after the other, with memory of their shapes and without: to the
    /// last bit the same. The memory is as it comes from the inputs before.
    public mutating func takeInTurn(topic: [UInt8], payloads: [[UInt8]], isRetained: Bool) {
        guard let route = sources.route(topic: topic.span.bytes) else { return }
        for payload in payloads {
            let warm = decode(
                route, topic, payload, isRetained, room: Self.readingsMax, workspace: &kept)
            let cold = decode(
                route, topic, payload, isRetained, room: Self.readingsMax, workspace: &forgetful)
            demand(warm == cold, "by its shape \(warm) and generally \(cold)")
            twin.take(topic: topic, payload: payload, isRetained: isRetained)
        }
    }

    /// One content in several wrappings, each with its topic: what comes out must be the same.
    public mutating func takeAlike(_ messages: [(topic: [UInt8], payload: [UInt8])]) {
        var first: Result?
        for (topic, payload) in messages {
            guard let route = sources.route(topic: topic.span.bytes) else { continue }
            var found = decode(
                route, topic, payload, false, room: Self.readingsMax, workspace: &kept)
            // A place in one wrapping is none in another.
            found.error?.offset = 0
            demand(
                first == nil || first == found,
                "wrapped \(found), bare \(String(describing: first))")
            first = found
        }
    }

    /// Forgets all shapes, so that what follows is learnt by itself.
    public mutating func forget() { kept = sources.makeWorkspace() }

    private struct Result: Equatable {
        var error: DecodeError?
        var outcome = DecodeOutcome()
        var readings: [Reading] = []
        var texts: [UInt8] = []
    }

    /// Tries one message. A topic that leads nowhere is a mistake of the target.
    public mutating func take(topic: [UInt8], payload: [UInt8], isRetained: Bool) {
        guard let route = sources.route(topic: topic.span.bytes) else { return }
        let first = decode(
            route, topic, payload, isRetained, room: Self.readingsMax, workspace: &kept)
        var fresh = sources.makeWorkspace()
        let second = decode(
            route, topic, payload, isRetained, room: Self.readingsMax, workspace: &fresh)
        demand(first == second, "decoded twice: \(first) and then \(second)")
        checkVehicle(route, topic, payload, isRefused: first.error != nil)
        twin.take(topic: topic, payload: payload, isRetained: isRetained)
        if let error = first.error {
            demand(
                error.offset >= 0 && error.offset <= payload.count,
                "\(error.reason) at \(error.offset) of \(payload.count) bytes")
            demand(first.readings.isEmpty && first.texts.isEmpty, "\(error) left something behind")
            return
        }
        demand(Int(first.outcome.readings) == first.readings.count, "a wrong count of readings")
        check(first, isRetained: isRetained)
        guard let count = Optional(first.readings.count), count > 0 else { return }
        let exact = decode(route, topic, payload, isRetained, room: count, workspace: &kept)
        demand(exact == first, "room for exactly \(count) readings is not enough: \(exact)")
        let tight = decode(route, topic, payload, isRetained, room: count - 1, workspace: &kept)
        demand(tight.error != nil, "\(count) readings went where there was less room")
        demand(tight.readings.isEmpty && tight.texts.isEmpty, "too little room left something")
    }

    /// What was appended; checks that nothing else changed.
    private func decode(
        _ route: Route, _ topic: [UInt8], _ payload: [UInt8], _ isRetained: Bool, room: Int,
        workspace: inout DecodingWorkspace
    ) -> Result {
        var result = Result()
        var readings: [Reading] = []
        var texts: [UInt8] = []
        readings.append(addingCapacity: room + 1) { readingSpan in
            texts.append(addingCapacity: Self.textBytesMax) { textSpan in
                readingSpan.append(Self.earlier)
                for byte in Self.earlierText { textSpan.append(byte) }
                // The span may be larger than what was asked for.
                while readingSpan.freeCapacity > room { readingSpan.append(Self.earlier) }
                do throws(DecodeError) {
                    result.outcome = try sources.decode(
                        route, topic: topic.span.bytes, payload: payload.span.bytes,
                        arrival: Self.arrival, isRetained: isRetained, workspace: &workspace,
                        into: &readingSpan, texts: &textSpan)
                } catch {
                    result.error = error
                }
            }
        }
        let added = result.error == nil ? Int(result.outcome.readings) : 0
        demand(readings.count > added, "\(result.outcome) with \(readings.count) readings")
        let before = readings.count - added
        demand(readings[..<before].allSatisfy { $0 == Self.earlier }, "earlier readings changed")
        demand(texts.starts(with: Self.earlierText), "earlier texts changed")
        if result.error != nil { demand(texts.count == Self.earlierText.count, "texts stayed") }
        result.readings = Array(readings[before...])
        result.texts = Array(texts[Self.earlierText.count...])
        return result
    }

    private func checkVehicle(
        _ route: Route, _ topic: [UInt8], _ payload: [UInt8], isRefused: Bool
    ) {
        guard
            let name = sources.vehicleName(
                route, topic: topic.span.bytes, payload: payload.span.bytes)
        else {
            demand(route.vehicleLength == 0, "the topic names a vehicle, and nobody saw it")
            return
        }
        let bytes = name.isInPayload ? payload : topic
        demand(
            name.offset >= 0 && name.length > 0 && name.offset + name.length <= bytes.count,
            "\(name) reaches beyond its \(bytes.count) bytes")
        demand(name.length <= DecodingLimits.vehicleNameBytesMax, "\(name) is too long")
    }

    private func check(_ result: Result, isRetained: Bool) {
        var listEnd = 0
        for (index, reading) in result.readings.enumerated() {
            demand(Int(reading.signal.number) < Stage.catalogue.count, "no signal \(reading)")
            demand(reading.isRetained == isRetained, "retained or not: \(reading)")
            checkTime(reading, isRetained: isRetained)
            if reading.kind == .listCount {
                demand(index >= listEnd, "a list within a list")
                listEnd = index + 1 + Int(reading.bits)
                demand(listEnd <= result.readings.count, "a list longer than the message")
            } else {
                demand(
                    (reading.kind == .troubleCode) == (index < listEnd),
                    "a trouble code outside of a list, or something else in one")
            }
            checkValue(reading, texts: result.texts)
        }
    }

    private func checkTime(_ reading: Reading, isRetained: Bool) {
        let time = reading.time.milliseconds
        switch reading.timeQuality {
        case .none: demand(isRetained && reading.time == .distantPast, "no time: \(reading)")
        case .arrival: demand(!isRetained && reading.time == Self.arrival, "arrival: \(reading)")
        case .backend, .event:
            demand(
                time >= DecodingLimits.earliestTime && time <= DecodingLimits.latestTime,
                "an unlikely time: \(reading)")
        }
    }

    private func checkValue(_ reading: Reading, texts: [UInt8]) {
        let signal = Stage.catalogue[reading.signal]
        switch reading.kind {
        case .double:
            let value = Double(bitPattern: reading.bits)
            demand(value.isFinite, "no finite number: \(reading)")
            demand(
                value >= signal.minimum ?? value && value <= signal.maximum ?? value,
                "\(value) is outside of what \(signal.path) allows")
        case .integer:
            let value = Int64(bitPattern: reading.bits)
            demand(signal.datatype.integerRange?.contains(value) == true, "\(value) in \(signal)")
        case .boolean:
            demand(signal.datatype == .boolean && reading.bits <= 1, "no truth: \(reading)")
        case .allowed:
            demand(reading.bits < signal.allowed.count, "no such word: \(reading)")
        case .text:
            // Offsets count from the beginning of the caller's texts.
            let offset = Int(reading.bits >> 32) - Self.earlierText.count
            let end = offset + Int(reading.bits & 0xFFFF_FFFF)
            demand(offset >= 0 && end <= texts.count, "text outside of the texts: \(reading)")
            demand(
                String(validating: texts[offset..<end], as: UTF8.self) != nil,
                "text that is no UTF-8: \(texts[offset..<end])")
        case .troubleCode:
            let code = TroubleCode(packed: UInt32(truncatingIfNeeded: reading.bits))
            demand(TroubleCode(code.text) == code, "\(code.text) is not read as written")
        case .listCount:
            demand(signal.datatype == .troubleCodes, "a list for \(signal.path)")
        }
    }
}
