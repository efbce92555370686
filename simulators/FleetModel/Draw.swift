/// Chance with a memory: the same seed and the same question give the same answers, on every
/// machine and in every order of asking. Numbers come from SplitMix64 (Steele, Lea, Flood 2014).
///
/// A stream is opened for one question of one vehicle on one day, so that no answer depends on
/// how many others were asked before.
public struct Draw: Sendable {
    /// What a stream decides; keeps the answers to different questions apart.
    public enum Question: UInt64, Sendable {
        case identity = 1
        case driving = 2
        case day = 3
        case service = 4
        case battery = 5
        case troubleCode = 6
        case customer = 7
        case outage = 8
        case transport = 9
        case reading = 10
        case secret = 11
    }

    private var state: UInt64

    /// Opens the stream of a question. `place` is a day, a minute or 0, as the question needs.
    public init(seed: UInt64, vehicle: Int, question: Question, place: Int = 0) {
        state = Self.mixed(seed &+ 0x9E37_79B9_7F4A_7C15)
        state = Self.mixed(state ^ UInt64(bitPattern: Int64(vehicle)))
        state = Self.mixed(state ^ question.rawValue << 56 ^ UInt64(bitPattern: Int64(place)))
    }

    /// The next 64 even bits.
    public mutating func bits() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mixed(state)
    }

    /// An even number in 0..<1.
    public mutating func unit() -> Double { Double(bits() >> 11) * 0x1p-53 }

    /// An even whole number of a range. The bias of the remainder is below 2⁻⁴⁰ for the small
    /// ranges that a fleet asks for.
    public mutating func whole(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(bits() >> 1 % UInt64(range.upperBound - range.lowerBound + 1))
    }

    /// An even number between two others.
    public mutating func between(_ low: Double, _ high: Double) -> Double {
        low + (high - low) * unit()
    }

    /// True with the given likelihood.
    public mutating func chance(_ likelihood: Double) -> Bool { unit() < likelihood }

    /// Roughly normal, mean 0, deviation 1, never beyond ±3.5: the sum of four even numbers.
    public mutating func bell() -> Double { (unit() + unit() + unit() + unit() - 2) * 1.7320508 }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var word = value
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
