/// A calendar month, the finest span of time for which usage is published.
public struct UsageMonth: Hashable, Comparable, Sendable {
    /// Months since January of year 0; consecutive months are consecutive numbers.
    public let index: Int32

    private init(index: Int32) { self.index = index }

    /// `nil` unless `year` is 1970…9999 and `month` 1…12.
    public init?(year: Int, month: Int) {
        guard (1970...9999).contains(year), (1...12).contains(month) else { return nil }
        self.index = Int32(year * 12 + month - 1)
    }

    /// Reads `YYYY-MM`; `nil` for anything else.
    public init?(text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 7, bytes[4] == 0x2D else { return nil }
        var digits: [Int] = []
        for (place, byte) in bytes.enumerated() where place != 4 {
            guard (0x30...0x39).contains(byte) else { return nil }
            digits.append(Int(byte) - 0x30)
        }
        let year = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3]
        self.init(year: year, month: digits[4] * 10 + digits[5])
    }

    /// The last month that there is.
    public static let last = UsageMonth(index: 9999 * 12 + 11)

    public var year: Int { Int(index) / 12 }

    /// 1…12.
    public var month: Int { Int(index) % 12 + 1 }

    /// `2026-03`.
    public var text: String { "\(year)-\(month < 10 ? "0" : "")\(month)" }

    /// The month that lies `count` months later (earlier if negative); stays within 1970…9999.
    public func advanced(by count: Int) -> UsageMonth {
        let wanted = Int(index) + min(max(count, -120_000), 120_000)
        return UsageMonth(index: Int32(min(max(wanted, 1970 * 12), 9999 * 12 + 11)))
    }

    /// How many months lie from `self` to `other`; 0 for the same month.
    public func distance(to other: UsageMonth) -> Int { Int(other.index - index) }

    public static func < (left: UsageMonth, right: UsageMonth) -> Bool { left.index < right.index }
}
