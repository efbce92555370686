import PayloadDecoding
import VehicleSignals

/// What the readings of a message say about whose they are.
enum SaidIdentity {
    /// No VIN, or the one on record, or one that concerns nobody.
    case same
    /// The vehicle is on record with another VIN.
    case another
    /// The vehicle behind the name is on record with no VIN, and its source may say it: where it
    /// stands among the texts.
    case unrecorded(Range<Int>)
}

extension VehicleShare {
    /// Compares the VINs among `readings` with the vehicle that the message's name leads to. A
    /// message without texts costs one look; one whose VIN is on record no memory.
    func saidIdentity(of vehicle: VehicleKey, by route: Route) -> SaidIdentity {
        guard !texts.isEmpty else { return .same }
        let sources = fixed.router.sources
        var said: Range<Int>?
        for reading in readings where reading.kind == .text && reading.signal == sources.vinSignal {
            let start = Int(reading.bits >> 32)
            let place = start..<(start + Int(truncatingIfNeeded: reading.bits & 0xFFFF_FFFF))
            if registeredVehicle(texts, place) == vehicle { return .same }
            // Two control units, or a truck and its trailer: who of them speaks of the vehicle?
            if let said, texts[said] != texts[place] { return .same }
            said = place
        }
        guard let said else { return .same }
        if registry.knowsVIN(of: vehicle) {
            // Any control unit on a bus may answer, also one that came from another vehicle.
            guard !sources.isOfFrames(route), let vin = vin(said) else { return .same }
            let bytes = Array(vin.text.utf8)
            return registeredVehicle(bytes, bytes.indices) == vehicle ? .same : .another
        }
        let isOpen = vehicle.isUnlinked || registry.isOnlyHeard(vehicle)
        return isOpen && sources.linksByVIN(route.source) ? .unrecorded(said) : .same
    }

    private func registeredVehicle(_ bytes: [UInt8], _ place: Range<Int>) -> VehicleKey {
        unsafe registry.vehicle(
            everywhere: bytes.span.bytes, from: place.lowerBound, count: place.count)
    }

    /// The VIN in a text; `nil` where it is none, or a stand-in such as seventeen noughts.
    private func vin(_ place: Range<Int>) -> VIN? {
        guard let first = texts[place].first, texts[place].contains(where: { $0 != first }) else {
            return nil
        }
        return try? VIN(String(decoding: texts[place], as: UTF8.self))
    }

    /// Notes a vehicle's VIN for whoever keeps the registry, if it was not noted lately.
    mutating func report(
        _ said: Range<Int>, of vehicle: VehicleKey, _ route: Route, topic: RawSpan,
        payload: RawSpan, arrival: Timestamp
    ) {
        let hash = unsafe texts.span.bytes.stableHash(from: said.lowerBound, count: said.count)
        guard toldVINs.isNews(vehicle, hash, at: arrival), let vin = vin(said),
            let name = fixed.router.sources.vehicleName(route, topic: topic, payload: payload)
        else { return }
        let bytes = name.isInPayload ? payload : topic
        let externalID = [UInt8](
            copying: bytes.extracting(name.offset..<(name.offset + name.length)))
        fixed.reports.note(
            ReportedVIN(
                name: UnlinkedNames.Name(source: route.source, externalID: externalID), vin: vin))
    }
}
