public import VehicleSignals

/// One local day of a vehicle as it stands now; a later statement of the same day replaces it.
public struct VehicleDay: Sendable, Hashable {
    public var day: Day
    /// Distance of the believed odometer, including what was driven since the last reading of an
    /// earlier day: the days of a vehicle add up to its whole distance.
    public var metres: Int64
    /// Believed odometer at the end of the last day with readings, and of this one.
    public var firstOdometerMetres: Int64
    public var lastOdometerMetres: Int64

    public init(
        day: Day, metres: Int64, firstOdometerMetres: Int64, lastOdometerMetres: Int64
    ) {
        self.day = day
        self.metres = metres
        self.firstOdometerMetres = firstOdometerMetres
        self.lastOdometerMetres = lastOdometerMetres
    }

    /// Least distance for a day to count as driven: rounding of an odometer in whole kilometres
    /// never shows less.
    public static let drivenMetresMin: Int64 = 100

    public var wasDriven: Bool { metres >= Self.drivenMetresMin }
}
