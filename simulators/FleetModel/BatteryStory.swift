/// The life of a 12 V battery during the simulated time: healthy, or weak from some day on, and
/// perhaps replaced later.
public struct BatteryStory: Sendable {
    /// How weak a weak battery is.
    public enum Weakness: UInt8, Sendable {
        /// Rests between 11.98 and 12.10 V, whatever its kind.
        case weak
        /// Rests below 11.8 V.
        case spent
    }

    /// Absorbent glass mat: rests about 0.1 V higher.
    public var isAGM: Bool
    public var weakness: Weakness?
    /// Day of the simulated time, from 0, from whose noon the battery is weak.
    public var weakFrom: Int
    /// Day at whose noon it is replaced; `nil` if never.
    public var replacedOn: Int?

    /// Days with drives, each followed by a night's rest, that make weakness certain. The rule
    /// asks for three of five rests.
    static let drivingDaysEnough = 10
    /// Hours over which the charge of a drive still shows at the poles.
    static let surfaceChargeHours = 4.0

    init(seed: UInt64, vehicle: Int, metresByDay: [Int]) {
        var draw = Draw(seed: seed, vehicle: vehicle, question: .battery)
        isAGM = draw.chance(0.3)
        weakness = nil
        weakFrom = 0
        replacedOn = nil
        guard draw.chance(0.08) else { return }
        let begin = draw.chance(0.3) ? 0 : draw.whole(0...max(0, metresByDay.count - 1))
        let isSpent = draw.chance(0.3)
        let isReplaced = draw.chance(0.3)
        var drivingDays = 0
        for day in min(begin + 1, metresByDay.count)..<metresByDay.count where metresByDay[day] > 0
        {
            drivingDays += 1
            if drivingDays == Self.drivingDaysEnough {
                weakness = isSpent ? .spent : .weak
                weakFrom = begin
                if isReplaced, day + 2 < metresByDay.count { replacedOn = day + 2 }
                return
            }
        }
    }

    /// Whether the battery is weak at a minute of the simulated time, counted from its start.
    func weakness(atMinute minute: Int) -> Weakness? {
        guard let weakness, minute >= weakFrom * 1440 + 720 else { return nil }
        if let replacedOn, minute >= replacedOn * 1440 + 720 { return nil }
        return weakness
    }

    /// Volts at the poles after `restHours` without a drive. Cold lowers them a little, and for
    /// four hours the last drive still shows.
    func restingVoltage(
        atMinute minute: Int, restHours: Double, celsius: Double, _ draw: inout Draw
    ) -> Double {
        let base: Double
        switch weakness(atMinute: minute) {
        case .spent: base = 11.65
        case .weak: base = 12.05
        case nil: base = isAGM ? 12.78 : 12.68
        }
        let surface = max(0, 1 - restHours / Self.surfaceChargeHours) * 0.4
        let cold = min(0, (celsius - 20) * 0.001)
        return base + surface + cold + draw.bell() * 0.012
    }

    /// Volts while the alternator or the converter charges.
    func chargingVoltage(_ draw: inout Draw) -> Double { 14.2 + draw.bell() * 0.1 }
}
