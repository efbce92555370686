/// A sum for each of the latest sixteen weeks: 32 bytes, by week number modulo 16.
struct WeekSums: Sendable {
    /// Weeks kept.
    static let count: UInt16 = 16

    private var sums = InlineArray<16, UInt16>(repeating: 0)

    /// By the number of the week; it is for the caller to know that the week is one of the latest.
    subscript(_ week: UInt16) -> UInt16 {
        get { sums[Int(week % Self.count)] }
        set { sums[Int(week % Self.count)] = newValue }
    }

    /// Begins the weeks after `old`, which was the newest, up to `new`.
    mutating func clear(after old: UInt16, through new: UInt16) {
        guard new > old else { return }
        for back in 0..<min(new - old, Self.count) { self[new - back] = 0 }
    }
}

extension WeekSums: Hashable {
    static func == (left: WeekSums, right: WeekSums) -> Bool {
        for week in 0..<count where left[week] != right[week] { return false }
        return true
    }

    func hash(into hasher: inout Hasher) {
        for week in 0..<Self.count { hasher.combine(self[week]) }
    }
}
