/// Parameters of service 01 (SAE J1979) that are taken, and how long every answer is.
enum OBDParameters {
    /// Bytes of the answer to each parameter; 0: not known here. Of 06–09 and 55–58 the usual form
    /// with one byte: an answer whose lengths don't add up is read up to its first parameter only.
    static let lengths: [UInt8] = {
        var lengths = [UInt8](repeating: 0, count: 256)
        func set(_ numbers: ClosedRange<Int>, _ length: UInt8) {
            for number in numbers { lengths[number] = length }
        }
        set(0x00...0x01, 4)
        set(0x02...0x03, 2)
        set(0x04...0x0B, 1)
        set(0x0C...0x0C, 2)
        set(0x0D...0x0F, 1)
        set(0x10...0x10, 2)
        set(0x11...0x13, 1)
        set(0x14...0x1B, 2)
        set(0x1C...0x1E, 1)
        set(0x1F...0x1F, 2)
        set(0x20...0x20, 4)
        set(0x21...0x23, 2)
        set(0x24...0x2B, 4)
        set(0x2C...0x30, 1)
        set(0x31...0x32, 2)
        set(0x33...0x33, 1)
        set(0x34...0x3B, 4)
        set(0x3C...0x3F, 2)
        set(0x40...0x41, 4)
        set(0x42...0x44, 2)
        set(0x45...0x4C, 1)
        set(0x4D...0x4E, 2)
        set(0x4F...0x50, 4)
        set(0x51...0x52, 1)
        set(0x53...0x54, 2)
        set(0x55...0x58, 1)
        set(0x59...0x59, 2)
        set(0x5A...0x5C, 1)
        set(0x5D...0x5E, 2)
        set(0x5F...0x5F, 1)
        set(0x60...0x60, 4)
        set(0x61...0x62, 1)
        set(0x63...0x63, 2)
        for number in [0x80, 0xA0, 0xA6, 0xC0] { set(number...number, 4) }
        return lengths
    }()

    /// 01 (lamp and count) is made by hand, since several units answer it.
    static let monitorStatus: UInt8 = 0x01

    static let fields: [FixedField] = [
        FixedField(
            0x05, byte: 0, offset: -40, unit: "celsius",
            "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature"),
        FixedField(
            0x0C, byte: 0, bytes: 2, factor: 0.25, unit: "rpm",
            "Vehicle.Powertrain.CombustionEngine.Speed"),
        FixedField(0x0D, byte: 0, unit: "km/h", "Vehicle.Speed"),
        FixedField(0x0F, byte: 0, offset: -40, unit: "celsius", "Vehicle.OBD.IntakeTemp"),
        FixedField(0x1F, byte: 0, bytes: 2, unit: "s", "Vehicle.OBD.RunTime"),
        FixedField(0x21, byte: 0, bytes: 2, unit: "km", "Vehicle.OBD.DistanceWithMIL"),
        FixedField(
            0x2F, byte: 0, factor: 1.0 / 255, unit: "ratio",
            "Vehicle.Powertrain.FuelSystem.RelativeLevel"),
        FixedField(0x31, byte: 0, bytes: 2, unit: "km", "Vehicle.OBD.DistanceSinceDTCClear"),
        FixedField(
            0x42, byte: 0, bytes: 2, factor: 0.001, unit: "V",
            "Vehicle.LowVoltageBattery.CurrentVoltage"),
        FixedField(0x46, byte: 0, offset: -40, unit: "celsius", "Vehicle.Exterior.AirTemperature"),
        FixedField(
            0x5B, byte: 0, factor: 1.0 / 255, unit: "ratio",
            "Vehicle.OBD.HybridBatteryRemaining"),
        FixedField(
            0x5C, byte: 0, offset: -40, unit: "celsius",
            "Vehicle.Powertrain.CombustionEngine.EngineOil.Temperature"),
        // Tenths of a kilometre.
        FixedField(
            0xA6, byte: 0, bytes: 4, factor: 100, unit: "m", "Vehicle.TraveledDistance",
            highest: 0xFFFF_FFFE),
    ]
}
