import SwiftProtobuf
import VehicleSignals

/// The mapping of `config/sources/tesla.yaml` as a program of its own would have it: a table by
/// field number, and readings made from SwiftProtobuf's messages.
struct PeerMapping {
    enum Kind: Int {
        case none = 0, double, integer, integerNotZero, charging, location, tyres, gear
    }

    struct Entry {
        var kind = Kind.none
        var signal: UInt16 = 0
        /// The same value makes a reading of this signal too.
        var second: UInt16 = 0
        var factor = 1.0
    }

    var entries = [Entry](repeating: Entry(), count: 512)

    init(catalogue: SignalCatalogue) {
        let traction = "Vehicle.Powertrain.TractionBattery."
        func set(_ key: Int, _ kind: Kind, _ path: String, _ factor: Double = 1) {
            entries[key] = Entry(
                kind: kind, signal: catalogue.id(of: path)?.number ?? .max, factor: factor)
        }
        set(5, .integer, "Vehicle.TraveledDistance", 1609.344)
        set(258, .integer, "Vehicle.TripMeterReading", 1609.344)
        set(4, .double, "Vehicle.Speed", 1.609344)
        set(21, .location, "Vehicle.CurrentLocation.Latitude")
        set(86, .double, "Vehicle.Exterior.AirTemperature")
        set(8, .double, traction + "StateOfCharge.Current")
        set(42, .double, traction + "StateOfCharge.Displayed")
        set(158, .double, traction + "StateOfCharge.CurrentEnergy")
        set(40, .integer, traction + "Range", 1609.344)
        set(35, .double, traction + "CurrentPower", 1000)
        set(179, .charging, traction + "Charging.IsCharging")
        let cable = traction + "Charging.ChargingPort.AnyPosition.IsChargingCableConnected"
        entries[179].second = catalogue.id(of: cable)?.number ?? .max
        set(10, .gear, "Vehicle.Powertrain.Transmission.IsParkLockEngaged")
        for (key, wheel) in zip(
            69...72, ["1.Wheel.Left", "1.Wheel.Right", "2.Wheel.Left", "2.Wheel.Right"])
        {
            set(key, .integerNotZero, "Vehicle.Chassis.Axle.Row\(wheel).Tire.Pressure", 100)
        }
        set(224, .tyres, "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.IsPressureLow")
    }

    /// For the peer in C++: number, kind, signals and factor of each field that is used.
    var file: String {
        entries.enumerated().filter { $0.element.kind != .none }.map {
            "\($0.offset) \($0.element.kind.rawValue) \($0.element.signal) "
                + "\($0.element.second) \($0.element.factor)\n"
        }.joined()
    }

    func decode(_ payload: [UInt8], into readings: inout [Reading]) throws {
        let message = try Turnpike_Bench_Payload(serializedBytes: payload)
        let time = Timestamp(
            milliseconds: message.createdAt.seconds * 1000
                + Int64(message.createdAt.nanos) / 1_000_000)
        for datum in message.data where datum.key > 0 && datum.key < 512 {
            let entry = entries[Int(datum.key)]
            guard entry.kind != .none, let value = datum.value.value else { continue }
            take(value, entry, time, &readings)
        }
    }

    private func take(
        _ value: Turnpike_Bench_Value.OneOf_Value, _ entry: Entry, _ time: Timestamp,
        _ readings: inout [Reading]
    ) {
        func add(_ kind: ValueKind, _ bits: UInt64, _ offset: UInt16 = 0) {
            readings.append(
                Reading(
                    signal: SignalID(entry.signal &+ offset), time: time, timeQuality: .event,
                    isRetained: false, kind: kind, bits: bits))
        }
        switch (entry.kind, value) {
        case (.double, .doubleValue(let number)):
            add(.double, (number * entry.factor).bitPattern)
        case (.integer, .doubleValue(let number)), (.integerNotZero, .doubleValue(let number)):
            if entry.kind == .integerNotZero, number == 0 { return }
            add(.integer, UInt64(bitPattern: Int64((number * entry.factor).rounded())))
        case (.charging, .detailedChargeStateValue(let state)):
            guard state > 0 else { return }
            add(.boolean, state == 4 ? 1 : 0)
            add(.boolean, state == 1 ? 0 : 1, entry.second &- entry.signal)
        case (.gear, .shiftStateValue(let state)):
            if (2...5).contains(state) { add(.boolean, state == 2 ? 1 : 0) }
        case (.location, .locationValue(let place)):
            add(.double, place.latitude.bitPattern)
            add(.double, place.longitude.bitPattern, 1)
        case (.tyres, .tireLocationValue(let tyres)):
            add(.boolean, tyres.frontLeft ? 1 : 0)
            add(.boolean, tyres.frontRight ? 1 : 0, 1)
            add(.boolean, tyres.rearLeft ? 1 : 0, 2)
            add(.boolean, tyres.rearRight ? 1 : 0, 3)
        default: break
        }
    }
}
