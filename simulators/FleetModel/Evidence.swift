public import VehicleSignals

/// What a vehicle knows of itself at one moment, before anything happens to the message.
public struct Evidence: Sendable {
    /// What made the vehicle report.
    public enum Occasion: UInt8, Sendable {
        case driving
        case tripEnd
        case parked
        case resting
    }

    public var vehicle: Int
    public var time: Timestamp
    public var occasion: Occasion
    public var odometerMetres: Int64
    /// As displayed; negative when overdue, unless the display stops at 0.
    public var kilometresToService: Int
    public var daysToService: Int
    public var volts: Double
    /// Hours since the last drive ended; 0 while driving.
    public var restHours: Double
    public var kilometresPerHour: Int
    public var celsius: Double
    /// Fuel or charge, percent.
    public var level: Int
    /// Present trouble codes; only told while the ignition is on.
    public var codes: [String]
    public var confirmedCodes: [String]
    public var isLampOn: Bool

    public var isIgnitionOn: Bool { occasion == .driving || occasion == .tripEnd }
}
