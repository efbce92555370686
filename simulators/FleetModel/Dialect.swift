import VehicleSignals

/// How one vehicle writes the native JSON form: which edition of VSS, and which kind of time.
public struct Dialect: Sendable, Equatable {
    /// 4, 5 or 6. Up to 5 the odometer is a float in km, from 6 on a whole number in m.
    public var edition: Int
    /// Times as milliseconds since 1970 instead of RFC 3339.
    public var writesEpochMilliseconds: Bool
    /// Gives the temperature its own time, as a value with `value` and `ts`.
    public var writesTimesPerSignal: Bool

    init(seed: UInt64, identity: VehicleIdentity) {
        var draw = Draw(seed: seed, vehicle: identity.index, question: .transport, place: -1)
        edition = identity.edition
        writesEpochMilliseconds = draw.chance(0.2)
        writesTimesPerSignal = draw.chance(0.1)
    }

    /// What stands in a message instead of the odometer.
    public enum Odometer: Sendable {
        case value
        case missing
        /// A number that means "no value" to whoever sent it.
        case sentinel(Int64)
    }

    /// Numbers that vehicles send when they have no value. Two neighbouring reports never have the
    /// same one, and none is near a real odometer in the vehicle's unit: a gateway that believes a
    /// jump once a second reading agrees must not be able to believe these.
    func sentinel(atMinute minute: Int) -> Int64 {
        let place = (minute / 60 + minute) % 5
        return edition < 6
            ? [-1, -1, 4_294_967_295, -1, -1][place]
            : [-1, 0, 255, 65_535, 4_294_967_295][place]
    }

    /// Appends one message object.
    public func write(_ evidence: Evidence, odometer: Odometer, into out: inout [UInt8]) {
        out.append(text: "{\"ts\":")
        if writesEpochMilliseconds {
            out.append(text: String(evidence.time.milliseconds))
        } else {
            out.append(text: "\"" + evidence.time.rfc3339 + "\"")
        }
        out.append(text: ",\"vss\":\"" + (edition == 4 ? "4.2.1" : "\(edition).0"))
        out.append(text: "\",\"signals\":{")
        switch odometer {
        case .missing: break
        case .sentinel(let number):
            out.append(text: "\"Vehicle.TraveledDistance\":" + String(number) + ",")
        case .value where edition < 6:
            out.append(
                text: "\"Vehicle.TraveledDistance\":"
                    + decimal(evidence.odometerMetres, places: 3) + ",")
        case .value:
            out.append(
                text: "\"Vehicle.TraveledDistance\":" + String(evidence.odometerMetres) + ",")
        }
        writeState(evidence, into: &out)
        if evidence.isIgnitionOn { writeDrive(evidence, into: &out) }
        out.append(text: "}}")
    }

    private func writeState(_ evidence: Evidence, into out: inout [UInt8]) {
        out.append(
            text: "\"Vehicle.Service.DistanceToService\":" + String(evidence.kilometresToService)
                + ",\"Vehicle.Service.TimeToService\":" + String(evidence.daysToService * 86_400)
                + ",\"Vehicle.LowVoltageBattery.CurrentVoltage\":"
                + decimal(Int64((evidence.volts * 100).rounded()), places: 2)
                + ",\"Vehicle.LowVoltageSystemState\":\""
                + (evidence.isIgnitionOn ? "ON" : "LOCK")
                + "\",\"Vehicle.Exterior.AirTemperature\":")
        let celsius = decimal(Int64((evidence.celsius * 10).rounded()), places: 1)
        if writesTimesPerSignal {
            let time = evidence.time.advanced(by: .seconds(-2)).milliseconds
            out.append(text: "{\"value\":" + celsius + ",\"ts\":" + String(time) + "}")
        } else {
            out.append(text: celsius)
        }
    }

    private func writeDrive(_ evidence: Evidence, into out: inout [UInt8]) {
        let lamp =
            edition < 6 ? "Vehicle.OBD.Status.IsMILOn" : "Vehicle.Diagnostics.Ext.IsMILOn"
        out.append(
            text: ",\"Vehicle.Speed\":" + String(evidence.kilometresPerHour)
                + ",\"Vehicle.Diagnostics.DTCList\":" + list(evidence.codes)
                + ",\"Vehicle.Diagnostics.DTCCount\":" + String(evidence.codes.count)
                + ",\"" + lamp + "\":" + (evidence.isLampOn ? "true" : "false"))
        if !evidence.confirmedCodes.isEmpty, !evidence.isLampOn {
            out.append(
                text: ",\"Vehicle.Diagnostics.Ext.ConfirmedDTCList\":"
                    + list(evidence.confirmedCodes))
        }
    }

    private func list(_ codes: [String]) -> String {
        codes.isEmpty ? "[]" : "[\"" + codes.joined(separator: "\",\"") + "\"]"
    }
}

/// Payloads that nobody can decode, as they come from broken modems and old firmware.
enum Rubbish {
    static func payload(_ draw: inout Draw) -> [UInt8] {
        switch draw.whole(0...4) {
        case 0: Array("{\"ts\":\"2026-01-01T00:00:00Z\",\"signals\":{\"Vehicle.Sp".utf8)
        case 1: [0xFF, 0xFE] + (0..<24).map { _ in UInt8(truncatingIfNeeded: draw.bits()) }
        case 2: Array("{\"ts\":\"2026-01-01T00:00:00Z\",\"signals\":5}".utf8)
        case 3: Array(repeating: UInt8(ascii: "["), count: 400)
        default: Array("NO CARRIER".utf8)
        }
    }
}

extension [UInt8] {
    mutating func append(text: String) { append(contentsOf: text.utf8) }
}

/// A whole number of the smallest decimal unit as a decimal fraction: `decimal(1234, places: 2)`
/// is `12.34`.
func decimal(_ value: Int64, places: Int) -> String {
    var scale: Int64 = 1
    for _ in 0..<places { scale *= 10 }
    let size = abs(value)
    return (value < 0 ? "-" : "") + String(size / scale) + "."
        + padded(Int(size % scale), places)
}
