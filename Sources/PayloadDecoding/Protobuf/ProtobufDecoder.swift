import VehicleSignals

// Which decoder a message of Protocol Buffers goes to. Times wait in slot 0, whose quality is that
// of the native form: an event's.

extension CompiledSources {
    func decodeProtobuf(
        _ layout: ProtobufLayout, route: Route, topic: RawSpan, _ bytes: RawSpan,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        switch layout.kind {
        case .teslaPayload:
            try decodeTeslaPayload(
                layout, route: route, topic: topic, bytes, &work, &readings, &texts)
        case .vehicleData, .lastKnownStateData:
            try decodeFleetWise(
                layout, route: route, topic: topic, bytes, &work, &readings, &texts)
        case .lastKnownState:
            try decodeState(layout, route: route, topic: topic, bytes, &work, &readings, &texts)
        case .sparkplug:
            try decodeSparkplug(
                layout, route: route, topic: topic, bytes, &work, &readings, &texts)
        }
    }

    /// Where a payload names its vehicle, without decoding it.
    func protobufVehicle(_ layout: ProtobufLayout, _ bytes: RawSpan) -> VehicleName? {
        switch layout.kind {
        case .teslaPayload:
            guard let found = try? wireVehicle(bytes, field: 3) else { return nil }
            return VehicleName(
                isInPayload: true, offset: found.lowerBound, length: found.count)
        case .vehicleData, .lastKnownStateData, .lastKnownState, .sparkplug: return nil
        }
    }
}
