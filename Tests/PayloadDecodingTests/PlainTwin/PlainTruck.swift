import PayloadDecoding
import VehicleSignals

// Parameter groups of SAE J1939, low byte first.

extension PlainDecoder {
    private static let groups: [PlainPlace] = {
        let engine = "Vehicle.Powertrain.CombustionEngine"
        func place(
            _ number: Int, _ first: Int, _ count: Int, _ factor: Double, _ offset: Double,
            _ unit: String, _ path: String
        ) -> PlainPlace {
            // What begins with FB and more says "error" or "not available".
            let highest: Int64 = count == 1 ? 0xFA : count == 2 ? 0xFAFF : 0xFAFF_FFFF
            return PlainPlace(
                number: number, first: first, count: count, factor: factor, offset: offset,
                unit: unit, path: path, highest: highest)
        }
        return [
            place(61_444, 3, 2, 0.125, 0, "rpm", "\(engine).Speed"),
            place(65_110, 0, 1, 0.4, 0, "percent", "\(engine).DieselExhaustFluid.Level"),
            place(65_216, 1, 2, 5, -160_635, "km", "Vehicle.Service.DistanceToService"),
            place(65_216, 4, 1, 1, -125, "weeks", "Vehicle.Service.TimeToService"),
            place(65_217, 0, 4, 5, 0, "m", "Vehicle.TraveledDistance"),
            place(65_217, 4, 4, 5, 0, "m", "Vehicle.TripMeterReading"),
            place(65_248, 0, 4, 125, 0, "m", "Vehicle.TripMeterReading"),
            place(65_248, 4, 4, 125, 0, "m", "Vehicle.TraveledDistance"),
            place(65_253, 0, 4, 0.05, 0, "h", "\(engine).EngineHours"),
            place(65_262, 0, 1, 1, -40, "celsius", "\(engine).EngineCoolant.Temperature"),
            place(65_262, 2, 2, 0.03125, -273, "celsius", "\(engine).EngineOil.Temperature"),
            place(65_265, 1, 2, 1.0 / 256, 0, "km/h", "Vehicle.Speed"),
            place(65_269, 3, 2, 0.03125, -273, "celsius", "Vehicle.Exterior.AirTemperature"),
            place(65_271, 4, 2, 0.05, 0, "V", "Vehicle.LowVoltageBattery.CurrentVoltage"),
            place(65_276, 1, 1, 0.4, 0, "percent", "Vehicle.Powertrain.FuelSystem.RelativeLevel"),
        ]
    }()

    mutating func parameterGroup(
        _ number: Int, _ data: [UInt8], _ unit: PlainUnit, _ context: PlainFrameContext,
        _ buses: inout PlainBuses
    ) {
        switch number {
        case 65_226:
            faults(.active, "Vehicle.Diagnostics.Ext.J1939FaultList", data, unit, context, &buses)
        case 65_236:
            faults(
                .emission, "Vehicle.Diagnostics.Ext.J1939EmissionFaultList", data, unit, context,
                &buses)
        case 65_260: identification(data, context)
        case 65_248 where buses.hasFine(unit, context.pauseTime): break
        default:
            for place in Self.groups where place.number == number {
                guard var raw = Self.raw(place, data, highFirst: false) else { continue }
                if number == 65_216, raw <= place.highest {
                    raw = service(place, raw, data, unit, context, &buses)
                }
                let before = out.readings.count
                fixed(place, raw, context)
                if number == 65_217, place.path == "Vehicle.TraveledDistance",
                    out.readings.count > before
                {
                    buses.noteFine(unit, context.pauseTime)
                }
            }
        }
    }

    /// The component that is due first decides.
    private func service(
        _ place: PlainPlace, _ raw: Int64, _ data: [UInt8], _ unit: PlainUnit,
        _ context: PlainFrameContext, _ buses: inout PlainBuses
    ) -> Int64 {
        let day = Int((context.pauseTime ?? 0) / 86_400_000) % 256
        let said = PlainService(
            isDistance: place.first == 1, unit: unit, component: data[place.first - 1], day: day,
            value: Int(raw))
        return Int64(buses.take(said, context.pauseTime))
    }

    private mutating func faults(
        _ kind: PlainBuses.Kind, _ path: String, _ data: [UInt8], _ unit: PlainUnit,
        _ context: PlainFrameContext, _ buses: inout PlainBuses
    ) {
        guard data.count >= 6 else { return }
        var faults: [UInt32] = []
        var isPartial = false
        for at in stride(from: 2, through: data.count - 4, by: 4) {
            let fault =
                UInt32(data[at]) + UInt32(data[at + 1]) * 256
                + UInt32(data[at + 2] / 32) * 65_536
            let failure = UInt32(data[at + 2] % 32)
            if fault == 0 && failure == 0 || fault == 0x7_FFFF && failure == 31 { continue }
            if data[at + 3] >= 128 || fault == 0x7_FFFF {
                out.outcome.unknownSignals += 1
                isPartial = true
            } else {
                faults.append(fault * 32 + failure)
            }
        }
        if isPartial { faults.append(.max) }
        let refused = buses.refused
        let isChanged = buses.replace(kind, unit, faults)
        isPartial = isPartial || buses.refused > refused
        lamp(data[0] / 64, unit, context, &buses)
        guard buses.mustSay(path, isChanged) else { return }
        var words: [String] = []
        for value in buses.values(kind) {
            let word = "\(value / 32)-\(value % 32)"
            if value == .max {
                isPartial = true
            } else if !words.contains(word) {
                words.append(word)
            }
        }
        if words.isEmpty, isPartial { return }
        text(path, Array(words.joined(separator: ",").utf8), context)
    }

    private mutating func lamp(
        _ status: UInt8, _ unit: PlainUnit, _ context: PlainFrameContext, _ buses: inout PlainBuses
    ) {
        guard status <= 1 else { return }
        let isChanged = buses.replace(.lamp, unit, [UInt32(status)])
        guard buses.mustSay("lamp", isChanged) else { return }
        let isOn = buses.values(.lamp).contains(1)
        add("Vehicle.Diagnostics.Ext.IsMILOn", .boolean, isOn ? 1 : 0, context)
    }
}
