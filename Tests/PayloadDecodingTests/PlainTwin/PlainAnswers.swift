import PayloadDecoding
import VehicleSignals

// What control units answer, by the books' own arithmetic.

extension PlainDecoder {
    private static let answers: [PlainPlace] = {
        let engine = "Vehicle.Powertrain.CombustionEngine"
        let share = 1.0 / 255
        func place(
            _ number: Int, _ count: Int, _ factor: Double, _ offset: Double, _ unit: String,
            _ path: String
        ) -> PlainPlace {
            PlainPlace(
                number: number, first: 0, count: count, factor: factor, offset: offset, unit: unit,
                path: path)
        }
        var odometer = place(0xA6, 4, 100, 0, "m", "Vehicle.TraveledDistance")
        odometer.highest = 0xFFFF_FFFE
        return [
            place(0x05, 1, 1, -40, "celsius", "\(engine).EngineCoolant.Temperature"),
            place(0x0C, 2, 0.25, 0, "rpm", "\(engine).Speed"),
            place(0x0D, 1, 1, 0, "km/h", "Vehicle.Speed"),
            place(0x0F, 1, 1, -40, "celsius", "Vehicle.OBD.IntakeTemp"),
            place(0x1F, 2, 1, 0, "s", "Vehicle.OBD.RunTime"),
            place(0x21, 2, 1, 0, "km", "Vehicle.OBD.DistanceWithMIL"),
            place(0x2F, 1, share, 0, "ratio", "Vehicle.Powertrain.FuelSystem.RelativeLevel"),
            place(0x31, 2, 1, 0, "km", "Vehicle.OBD.DistanceSinceDTCClear"),
            place(0x42, 2, 0.001, 0, "V", "Vehicle.LowVoltageBattery.CurrentVoltage"),
            place(0x46, 1, 1, -40, "celsius", "Vehicle.Exterior.AirTemperature"),
            place(0x5B, 1, share, 0, "ratio", "Vehicle.OBD.HybridBatteryRemaining"),
            place(0x5C, 1, 1, -40, "celsius", "\(engine).EngineOil.Temperature"),
            odometer,
        ]
    }()

    /// Bytes of the value of a parameter; `nil`: not known.
    private static func length(_ parameter: UInt8) -> Int? {
        switch parameter {
        case 0x00...0x01, 0x20, 0x24...0x2B, 0x34...0x3B, 0x40...0x41, 0x4F...0x50, 0x60, 0x80,
            0xA0, 0xA6, 0xC0:
            4
        case 0x02...0x03, 0x0C, 0x10, 0x14...0x1B, 0x1F, 0x21...0x23, 0x31...0x32, 0x3C...0x3F,
            0x42...0x44, 0x4D...0x4E, 0x53...0x54, 0x59, 0x5D...0x5E, 0x63:
            2
        case 0x04...0x0B, 0x0D...0x0F, 0x11...0x13, 0x1C...0x1E, 0x2C...0x30, 0x33, 0x45...0x4C,
            0x51...0x52, 0x55...0x58, 0x5A...0x5C, 0x5F, 0x61...0x62:
            1
        default: nil
        }
    }

    mutating func answer(
        _ data: [UInt8], _ unit: PlainUnit, _ context: PlainFrameContext, _ buses: inout PlainBuses
    ) {
        guard data.count >= 2 else { return }
        switch (data[0], context.mapping.takesOBD, context.mapping.takesUDS) {
        case (0x41, true, _): parameters(Array(data.dropFirst()), unit, context, &buses)
        case (0x43, true, _): codes(.stored, data, unit, context, &buses)
        case (0x47, true, _): codes(.pending, data, unit, context, &buses)
        case (0x4A, true, _): codes(.permanent, data, unit, context, &buses)
        case (0x49, true, _) where data[1] == 2 && data.count > 3:
            identification(Array(data.dropFirst(3)), context)
        case (0x59, _, true) where data[1] == 2: unified(data, unit, context, &buses)
        default: break
        }
    }

    private mutating func parameters(
        _ data: [UInt8], _ unit: PlainUnit, _ context: PlainFrameContext, _ buses: inout PlainBuses
    ) {
        var parts: [(number: UInt8, value: [UInt8])] = []
        var rest = data[...]
        while let number = rest.first, let length = Self.length(number), rest.count > length {
            parts.append((number, Array(rest.dropFirst().prefix(length))))
            rest = rest.dropFirst(1 + length)
        }
        guard rest.isEmpty || !parts.isEmpty else {
            out.outcome.unknownSignals += 1
            return
        }
        // Where the lengths don't add up, the first one alone is sure.
        for part in rest.isEmpty ? parts : Array(parts.prefix(1)) {
            if part.number == 1 {
                monitor(part.value[0], unit, context, &buses)
            } else if let place = Self.answers.first(where: { $0.number == Int(part.number) }),
                catalogue.id(of: place.path) != nil
            {
                fixed(place, Self.raw(place, part.value, highFirst: true) ?? 0, context)
            } else {
                out.outcome.unknownSignals += 1
            }
        }
    }

    private mutating func monitor(
        _ status: UInt8, _ unit: PlainUnit, _ context: PlainFrameContext, _ buses: inout PlainBuses
    ) {
        let isChanged = buses.replace(.monitor, unit, [UInt32(status)])
        guard buses.mustSay("monitor", isChanged) else { return }
        let all = buses.values(.monitor)
        add(
            "Vehicle.Diagnostics.Ext.IsMILOn", .boolean, all.contains { $0 >= 128 } ? 1 : 0, context
        )
        let count = all.reduce(0) { $0 + UInt64($1 % 128) }
        add("Vehicle.Diagnostics.DTCCount", .integer, min(count, 254), context)
    }

    private mutating func codes(
        _ kind: PlainBuses.Kind, _ data: [UInt8], _ unit: PlainUnit,
        _ context: PlainFrameContext, _ buses: inout PlainBuses
    ) {
        let count = Int(data[1])
        guard data.count == 2 + 2 * count else {
            out.outcome.droppedTransfers += 1
            return
        }
        let codes = (0..<count).map {
            UInt16(data[2 + 2 * $0]) << 8 | UInt16(data[3 + 2 * $0])
        }
        let isChanged = buses.replace(
            kind, unit, codes.filter { $0 != 0 }.map { TroubleCode(code: $0).packed })
        lists(isConfirmed: kind != .pending, isChanged, context, &buses)
    }

    private mutating func unified(
        _ data: [UInt8], _ unit: PlainUnit, _ context: PlainFrameContext, _ buses: inout PlainBuses
    ) {
        guard data.count >= 3, data.count % 4 == 3 else {
            out.outcome.droppedTransfers += 1
            return
        }
        var all: [UInt32] = []
        var confirmed: [UInt32] = []
        for at in stride(from: 3, to: data.count, by: 4) {
            let code = UInt16(data[at]) << 8 | UInt16(data[at + 1])
            guard code != 0 else { continue }
            let packed = TroubleCode(code: code, failureType: data[at + 2]).packed
            // Failed now, pending, confirmed, or asks for the lamp.
            if data[at + 3] & (1 + 4 + 8 + 128) != 0 { all.append(packed) }
            if data[at + 3] & 8 != 0 { confirmed.append(packed) }
        }
        let isOther = buses.replace(.unified, unit, all)
        let isConfirmedOther = buses.replace(.unifiedConfirmed, unit, confirmed)
        lists(isConfirmed: true, isOther || isConfirmedOther, context, &buses)
    }

    private mutating func lists(
        isConfirmed: Bool, _ isChanged: Bool, _ context: PlainFrameContext,
        _ buses: inout PlainBuses
    ) {
        if isConfirmed, buses.mustSay("confirmed", isChanged) {
            list(
                "Vehicle.Diagnostics.Ext.ConfirmedDTCList",
                [.stored, .permanent, .unifiedConfirmed], context, buses)
        }
        if buses.mustSay("codes", isChanged) {
            list(
                "Vehicle.Diagnostics.DTCList", [.stored, .pending, .permanent, .unified], context,
                buses)
        }
    }

    private mutating func list(
        _ path: String, _ kinds: [PlainBuses.Kind], _ context: PlainFrameContext,
        _ buses: PlainBuses
    ) {
        var codes: [UInt32] = []
        for code in kinds.flatMap(buses.values) where !codes.contains(code) { codes.append(code) }
        add(path, .listCount, UInt64(codes.count), context)
        for code in codes { add(path, .troubleCode, UInt64(code), context) }
    }

    mutating func identification(_ data: [UInt8], _ context: PlainFrameContext) {
        let name = data.drop { $0 == 0 }.prefix(17).prefix {
            let letter = Character(UnicodeScalar($0))
            return letter.isASCII && (letter.isLetter || letter.isNumber)
        }
        guard name.count == 17 else {
            out.outcome.absent += 1
            return
        }
        text("Vehicle.VehicleIdentification.VIN", Array(name), context)
    }

    mutating func text(_ path: String, _ text: [UInt8], _ context: PlainFrameContext) {
        let bits = UInt64(out.texts.count) << 32 | UInt64(text.count)
        out.texts += text
        add(path, .text, bits, context)
    }

    mutating func add(
        _ path: String, _ kind: ValueKind, _ bits: UInt64, _ context: PlainFrameContext
    ) {
        guard let signal = catalogue.id(of: path) else { return }
        out.add(signal, kind, bits, time: context.time, quality: .event)
    }
}
