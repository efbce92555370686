import PayloadDecoding
import VehicleSignals

/// What the readings of a message say about whose they are.
enum SaidIdentity {
    /// No VIN, or the one on record, or one that concerns nobody.
    case same
    /// The vehicle is on record with another VIN.
    case another
    /// The vehicle behind the name is on record with no VIN, and its source may say it.
    case unrecorded(VIN)
}

extension VehicleShare {
    /// Compares the VINs among `readings` with the vehicle that the message's name leads to. A
    /// message without texts costs one look; one whose VIN is on record no memory.
    func saidIdentity(of vehicle: VehicleKey, as source: SourceID) -> SaidIdentity {
        guard !texts.isEmpty else { return .same }
        let sources = fixed.router.sources
        var said = SaidIdentity.same
        for reading in readings where reading.kind == .text && reading.signal == sources.vinSignal {
            let start = Int(reading.bits >> 32)
            let count = Int(truncatingIfNeeded: reading.bits & 0xFFFF_FFFF)
            if registeredVehicle(texts, start, count) == vehicle { continue }
            let isOnRecord = registry.knowsVIN(of: vehicle)
            guard isOnRecord || sources.linksByVIN(source),
                let vin = try? VIN(String(decoding: texts[start..<(start + count)], as: UTF8.self))
            else { continue }
            let bytes = Array(vin.text.utf8)
            if registeredVehicle(bytes, 0, bytes.count) == vehicle { continue }
            if isOnRecord { return .another }
            said = .unrecorded(vin)
        }
        return said
    }

    private func registeredVehicle(_ bytes: [UInt8], _ start: Int, _ count: Int) -> VehicleKey {
        unsafe registry.vehicle(everywhere: bytes.span.bytes, from: start, count: count)
    }

    /// Notes a vehicle's VIN for whoever keeps the registry.
    func report(_ vin: VIN, _ route: Route, topic: RawSpan, payload: RawSpan) {
        guard let name = fixed.router.sources.vehicleName(route, topic: topic, payload: payload)
        else { return }
        let bytes = name.isInPayload ? payload : topic
        let externalID = [UInt8](
            copying: bytes.extracting(name.offset..<(name.offset + name.length)))
        fixed.reports.note(
            ReportedVIN(
                name: UnlinkedNames.Name(source: route.source, externalID: externalID), vin: vin))
    }
}
