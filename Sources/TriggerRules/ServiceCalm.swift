import VehicleSignals
import VehicleState

/// Bounds within which new readings cannot change the service triggers, so that the usual
/// message costs a comparison and not a fold. Made by an evaluation, void on a new day.
///
/// All that a reading of the same day can do is to move an item or the odometer: the rate of
/// driving is of days that are over. What comes nearer by it brings the timer forward. The bounds
/// are so narrow that no two values within them are a reset or a sudden fall, so it does not
/// matter either which of them are thinned away.
struct ServiceCalm: Sendable, Hashable, BitwiseCopyable {
    // The widest first: no gap is left, and it is kept for every vehicle.
    /// No need as long as the item stays above `low` and below `high`.
    var low = SIMD4<Int32>(repeating: .max)
    var high = SIMD4<Int32>(repeating: .min)
    /// And the odometer between these.
    var odometerLow: UInt32 = .max
    var odometerHigh: UInt32 = 0
    var metresPerDay: Float = 1
    var openDays: Float = 0
    /// Newest evidence of the evaluation; earlier readings are late and looked at.
    var seconds: UInt32 = 0
    /// The local day for which the bounds hold; 0: none.
    var day: UInt16 = 0
    /// No evidence says "service due".
    var isFlagClear = false

    init() {}

    /// Whether the point changes nothing now; brings the timer forward if it will.
    mutating func absorb(_ point: ServicePoint, timer: inout Timestamp) -> Bool {
        guard point.day == day, point.seconds >= seconds else { return false }
        if point.item == ServiceItem.dueFlag.rawValue { return isFlagClear && point.value != 0 }
        let item = Int(point.item)
        guard point.value > low[item], point.value < high[item] else { return false }
        let spare = point.value - low[item]
        if item == 0 || item == 2 {
            let limit = Int64(odometerLow) + Int64(spare)
            odometerHigh = min(odometerHigh, UInt32(clamping: limit))
            bring(&timer, to: point.seconds, days: Float(spare) / metresPerDay)
        } else {
            bring(&timer, to: point.seconds, days: Float(point.value) / 86_400 - openDays)
        }
        return true
    }

    /// The same for a reading of the odometer.
    func absorb(odometer metres: Int64?, time: Timestamp, timer: inout Timestamp) -> Bool {
        let at = time.milliseconds / 1000
        guard let metres, day != 0, at >= Int64(seconds), metres > Int64(odometerLow),
            metres < Int64(odometerHigh)
        else { return false }
        let days = Float(Int64(odometerHigh) - metres) / metresPerDay
        bring(&timer, to: UInt32(clamping: at), days: days)
        return true
    }

    private func bring(_ timer: inout Timestamp, to seconds: UInt32, days: Float) {
        let moment = Double(seconds) + Double(min(max(days, 0), 10_000)) * 86_400
        timer = min(timer, Timestamp(seconds: Int64(moment)))
    }
}
