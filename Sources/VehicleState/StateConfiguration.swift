public import VehicleSignals

/// What decides whether a reading is believed. Defaults are those of the gateway's rule files.
public struct StateConfiguration: Sendable, Hashable {
    /// Readings may come this much later than the vehicle's newest one and still count fully.
    public var lateness: TimeSpan = .days(7)
    /// Readings that claim to be further ahead of `now` are ignored and counted.
    public var futureTolerance: TimeSpan = .minutes(5)
    public var odometer = OdometerLimits()

    public init() {}
}

/// How far two odometer readings may lie apart to belong to one series.
public struct OdometerLimits: Sendable, Hashable {
    /// An odometer may seem to run back this far (rounding of sources), in metres.
    public var backwardMetresMax: UInt32 = 1_000
    /// Most that a vehicle drives in a day; also the slack within one day, in metres.
    public var metresPerDayMax: UInt32 = 2_500_000
    /// Greatest ratio of a reading to the one before; its inverse is the smallest.
    public var ratioMax: Double = 2
    /// After a silence longer than this many days the ratio is not looked at.
    public var ratioDaysMax: UInt32 = 60
    /// How near a ratio lies to 1000 or 1.609344 (or an inverse) to be taken for a wrong unit.
    public var unitTolerance: Double = 0.03

    public init() {}

    /// Whether `later`, read `seconds` after `earlier`, may belong to the same series.
    func isPlausible(from earlier: UInt32, to later: UInt32, seconds: UInt32) -> Bool {
        if later < earlier { return earlier - later <= backwardMetresMax }
        let difference = later - earlier
        if difference <= metresPerDayMax { return true }
        let days = Double(seconds) / 86_400
        if Double(difference) > Double(metresPerDayMax) * days { return false }
        if seconds > ratioDaysMax * 86_400 { return true }
        return Double(later) <= Double(earlier) * ratioMax
    }

    /// Whether the two look like one distance in two units.
    func isOtherUnit(_ known: UInt32, _ other: UInt32) -> Bool {
        guard known > 0, other > 0 else { return false }
        let ratio = Double(other) / Double(known)
        return isNear(ratio, 1000) || isNear(ratio, 1.609344)
    }

    private func isNear(_ ratio: Double, _ factor: Double) -> Bool {
        abs(ratio / factor - 1) <= unitTolerance || abs(ratio * factor - 1) <= unitTolerance
    }
}
