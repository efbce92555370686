/// The local day of a moment in two bits beside its seconds: how it lies to the day in UTC. No zone
/// is a day or more away from UTC, so evidence has two bytes left for what made it.
public enum DayShift {
    /// 0: the day before that of UTC; 1: the same; 2: the day after it.
    @inline(always)
    public static func shift(to day: UInt16, at seconds: UInt32) -> UInt8 {
        let days = Int32(day) - Int32(seconds / 86_400)
        return UInt8(truncatingIfNeeded: max(-1, min(1, days)) + 1)
    }

    /// Days since 1970.
    @inline(always)
    public static func day(at seconds: UInt32, shift: UInt8) -> UInt16 {
        UInt16(truncatingIfNeeded: seconds / 86_400 &+ UInt32(shift) &- 1)
    }

    /// Whether ``shift(to:at:)`` ever gives it: for what is read back.
    public static func isSound(_ shift: UInt8, at seconds: UInt32) -> Bool {
        shift <= 2 && (shift > 0 || seconds >= 86_400)
    }
}
