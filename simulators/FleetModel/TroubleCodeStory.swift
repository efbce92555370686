/// A fault that a vehicle's own diagnosis finds during the simulated time.
public struct TroubleCodeStory: Sendable {
    /// What the vehicle makes of the fault.
    public enum Kind: UInt8, Sendable {
        /// Seen on one day only, never confirmed: nobody must hear of it.
        case pending
        /// Confirmed, with the lamp on.
        case lamp
        /// Confirmed without the lamp.
        case confirmed
    }

    public var kind: Kind
    public var code: String
    /// Day of the simulated time, from 0, from which the code is there.
    public var from: Int
    /// Day from which it is gone again; `nil` if it stays.
    public var until: Int?

    /// Codes of SAE J2012 that vehicles of each powertrain may show.
    static let engineCodes = ["P0171", "P0128", "P0301", "P0420", "P0442", "P0455", "P2096"]
    static let otherCodes = ["U0100", "U0121", "C0035", "B1342", "P0A0F"]
    /// Days with drives that make a confirmed code certain. The rule asks for two cycles.
    static let drivingDaysEnough = 6

    /// The fault of a vehicle, if it has one.
    static func drawn(
        seed: UInt64, vehicle: Int, hasEngine: Bool, metresByDay: [Int]
    ) -> TroubleCodeStory? {
        var draw = Draw(seed: seed, vehicle: vehicle, question: .troubleCode)
        guard draw.chance(0.09) else { return nil }
        let codes = hasEngine ? engineCodes : otherCodes
        let code = codes[draw.whole(0...codes.count - 1)]
        let begin = draw.chance(0.25) ? 0 : draw.whole(0...metresByDay.count - 1)
        let kindDraw = draw.unit()
        let isCleared = draw.chance(0.4)
        if kindDraw < 0.3 {
            return TroubleCodeStory(kind: .pending, code: code, from: begin, until: begin + 1)
        }
        var drivingDays = 0
        for day in begin..<metresByDay.count where metresByDay[day] > 0 {
            drivingDays += 1
            if drivingDays == drivingDaysEnough {
                let until = isCleared && day + 3 < metresByDay.count ? day + 3 : nil
                return TroubleCodeStory(
                    kind: kindDraw < 0.8 ? .lamp : .confirmed, code: code, from: begin,
                    until: until)
            }
        }
        return nil
    }

    func isPresent(onDay day: Int) -> Bool { day >= from && day < until ?? .max }
}
