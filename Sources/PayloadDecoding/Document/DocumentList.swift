import VehicleSignals

// Several documents in one payload.

extension CompiledSources {
    /// Objects in an array, each a document of its own with its own times; or one alone.
    func decodeDocuments(
        _ layout: DocumentLayout, route: Route, topic: RawSpan, arrival: Timestamp,
        _ bytes: RawSpan, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        var at = 0
        guard try nextByte(bytes, &at) == UInt8(ascii: "[") else {
            let first = readings.count
            try decodeDocument(
                layout, route: route, topic: topic, bytes, &work, &readings, &texts)
            return try settleDocument(
                layout, route: route, topic: topic, from: first, arrival: arrival, &work,
                &readings, &texts)
        }
        if try open(closing: UInt8(ascii: "]"), depth: 1, bytes, &at) {
            repeat {
                guard try nextByte(bytes, &at) == UInt8(ascii: "{") else {
                    throw DecodeError(.wrongType, at: at)
                }
                let start = at
                work.prepare(layout)
                work.forgetTimesAndVehicle()
                let first = readings.count
                try decodeObject(
                    Int(layout.root), depth: 2, bytes, &at, &work, &readings, &texts)
                try checkVehicle(route: route, topic: topic, bytes, start: start, &work)
                try settleDocument(
                    layout, route: route, topic: topic, from: first, arrival: arrival, &work,
                    &readings, &texts)
            } while try another(closing: UInt8(ascii: "]"), bytes, &at)
        }
        try expectEnd(bytes, &at)
    }
}

extension DecodingWorkspace {
    mutating func forgetTimesAndVehicle() {
        vehicleStart = -1
        vehicleEnd = -1
        for slot in 0..<DecodingLimits.timeSlotsMax { slots[slot] = .min }
    }
}
