/// Parameter groups of SAE J1939-71 that rules and usage need. Low byte first; what lies at the
/// upper end of a range says "error" or "not available".
enum J1939Parameters {
    static let activeFaults: UInt32 = 65_226
    static let emissionFaults: UInt32 = 65_236
    static let identification: UInt32 = 65_260
    /// Distance in steps of 125 m; not needed where the one in steps of 5 m comes.
    static let distance: UInt32 = 65_248
    static let fineDistance: UInt32 = 65_217
    /// Each value has the number of its component in front.
    static let service: UInt32 = 65_216

    private static let byteMax: Int64 = 0xFA
    private static let wordMax: Int64 = 0xFAFF
    private static let longMax: Int64 = 0xFAFF_FFFF

    static let fields: [FixedField] = [
        // EEC1: engine speed
        FixedField(
            61_444, byte: 3, bytes: 2, factor: 0.125, unit: "rpm",
            "Vehicle.Powertrain.CombustionEngine.Speed", highest: wordMax),
        // AT1T1I: diesel exhaust fluid
        FixedField(
            65_110, byte: 0, factor: 0.4, unit: "percent",
            "Vehicle.Powertrain.CombustionEngine.DieselExhaustFluid.Level", highest: byteMax),
        // SERV: distance and weeks to the next service, negative where overdue
        FixedField(
            service, byte: 1, bytes: 2, factor: 5, offset: -160_635, unit: "km",
            "Vehicle.Service.DistanceToService", highest: wordMax),
        FixedField(
            service, byte: 4, factor: 1, offset: -125, unit: "weeks",
            "Vehicle.Service.TimeToService", highest: byteMax),
        // VDHR
        FixedField(
            fineDistance, byte: 0, bytes: 4, factor: 5, unit: "m", "Vehicle.TraveledDistance",
            highest: longMax),
        FixedField(
            fineDistance, byte: 4, bytes: 4, factor: 5, unit: "m", "Vehicle.TripMeterReading",
            highest: longMax),
        // VD
        FixedField(
            distance, byte: 0, bytes: 4, factor: 125, unit: "m", "Vehicle.TripMeterReading",
            highest: longMax),
        FixedField(
            distance, byte: 4, bytes: 4, factor: 125, unit: "m", "Vehicle.TraveledDistance",
            highest: longMax),
        // HOURS
        FixedField(
            65_253, byte: 0, bytes: 4, factor: 0.05, unit: "h",
            "Vehicle.Powertrain.CombustionEngine.EngineHours", highest: longMax),
        // ET1: coolant and oil
        FixedField(
            65_262, byte: 0, offset: -40, unit: "celsius",
            "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature", highest: byteMax),
        FixedField(
            65_262, byte: 2, bytes: 2, factor: 0.03125, offset: -273, unit: "celsius",
            "Vehicle.Powertrain.CombustionEngine.EngineOil.Temperature", highest: wordMax),
        // CCVS: wheel-based speed
        FixedField(
            65_265, byte: 1, bytes: 2, factor: 0.00390625, unit: "km/h", "Vehicle.Speed",
            highest: wordMax),
        // AMB: ambient air
        FixedField(
            65_269, byte: 3, bytes: 2, factor: 0.03125, offset: -273, unit: "celsius",
            "Vehicle.Exterior.AirTemperature", highest: wordMax),
        // VEP1: battery
        FixedField(
            65_271, byte: 4, bytes: 2, factor: 0.05, unit: "V",
            "Vehicle.LowVoltageBattery.CurrentVoltage", highest: wordMax),
        // DD: fuel
        FixedField(
            65_276, byte: 1, factor: 0.4, unit: "percent",
            "Vehicle.Powertrain.FuelSystem.RelativeLevel", highest: byteMax),
    ]
}
