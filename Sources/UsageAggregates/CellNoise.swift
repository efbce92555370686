/// Whole-numbered noise, symmetric about 0, whose likelihood falls by a constant ratio a step.
///
/// With ratio `r`, seeing a value instead of its neighbour changes anybody's odds by at most
/// `1/r`; that is what hides one vehicle. The noise ends at `±bound`, so that a published value
/// has a stated greatest error.
struct CellNoise: Sendable {
    /// For counts of vehicles: a step is one vehicle, odds change by at most e^½ ≈ 1.65,
    /// at most 7 vehicles either way, 2.4 in the root mean square.
    static let count = CellNoise(ratio: 0.606_530_66, bound: 7)
    /// For sums: a step is an eighth of the greatest contribution, so odds over one whole
    /// greatest contribution change by at most e; at most 3 contributions either way.
    static let sum = CellNoise(ratio: 0.882_496_9, bound: 24)
    /// Steps of `sum` in one greatest contribution.
    static let stepsAContribution: Int64 = 8

    /// `thresholds[i]` is the upper end of the draws that give `i - bound`.
    private let thresholds: [UInt64]
    let bound: Int

    init(ratio: Double, bound: Int) {
        self.bound = bound
        var weights = [Double](repeating: 1, count: 2 * bound + 1)
        for step in stride(from: 1, through: bound, by: 1) {
            weights[bound + step] = weights[bound + step - 1] * ratio
            weights[bound - step] = weights[bound + step]
        }
        let total = weights.reduce(0, +)
        var sum = 0.0
        var thresholds: [UInt64] = []
        for weight in weights {
            sum += weight
            let scaled = sum / total * 18_446_744_073_709_551_616
            thresholds.append(scaled >= 18_446_744_073_709_549_568 ? .max : UInt64(scaled))
        }
        thresholds[2 * bound] = .max
        self.thresholds = thresholds
    }

    /// The noise that belongs to `draw`, which is uniform over all 64-bit numbers.
    func value(_ draw: UInt64) -> Int {
        let place = thresholds.firstIndex { draw < $0 } ?? thresholds.count - 1
        return place - bound
    }
}

/// `value` to the nearest multiple of `base`; `value` must not be negative.
func rounded(_ value: Int64, toMultipleOf base: Int64) -> Int64 {
    (value + base / 2) / base * base
}

/// `value` to `digits` significant digits, halves up; `value` must not be negative.
func rounded(_ value: Int64, toSignificant digits: Int) -> Int64 {
    var limit: Int64 = 1
    for _ in 0..<digits { limit *= 10 }
    var base: Int64 = 1
    while value / base >= limit { base *= 10 }
    return rounded(value, toMultipleOf: base)
}
