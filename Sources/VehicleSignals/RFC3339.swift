// RFC 3339 as spoken at every door: UTC, milliseconds on the way out; any offset and any
// number of fraction digits on the way in.

extension Timestamp {
    /// First and last moment that RFC 3339 can write, in milliseconds: years have four digits.
    static let writtenRange: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    /// `2026-02-03T07:11:00.000Z`. A time outside the years 0–9999 (`.distantPast`,
    /// `.distantFuture`) is written as the first or last moment of them.
    public var rfc3339: String {
        let written = min(
            max(milliseconds, Self.writtenRange.lowerBound), Self.writtenRange.upperBound)
        let date = Day(utc: Timestamp(milliseconds: written)).civil
        let rest = Int(written - floorDivide(written, 86_400_000) * 86_400_000)
        return padded(date.year, 4) + "-" + padded(date.month, 2) + "-" + padded(date.day, 2)
            + "T" + padded(rest / 3_600_000, 2) + ":" + padded(rest / 60_000 % 60, 2)
            + ":" + padded(rest / 1000 % 60, 2) + "." + padded(rest % 1000, 3) + "Z"
    }

    /// Reads an RFC 3339 text; `nil` if it is none.
    public init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        guard let time = Timestamp(rfc3339: bytes.span, in: 0..<bytes.count) else { return nil }
        self = time
    }

    /// Reads the RFC 3339 text that fills `range` of `bytes`: `YYYY-MM-DD`, `T`, `t` or a space,
    /// `hh:mm:ss`, an optional fraction of 1–9 digits (cut to milliseconds) and `Z` or `±hh:mm`.
    /// A leap second (`:60`) counts as the second before it. `nil` for anything else.
    public init?(rfc3339 bytes: Span<UInt8>, in range: Range<Int>) {
        guard range.count >= 20, range.upperBound <= bytes.count else { return nil }
        let base = range.lowerBound
        @inline(always) func two(_ offset: Int) -> Int? {
            let tens = Int(bytes[base + offset]) - 48
            let ones = Int(bytes[base + offset + 1]) - 48
            return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : nil
        }
        guard let century = two(0), let yearOfCentury = two(2), let month = two(5),
            let day = two(8), let hour = two(11), let minute = two(14), let second = two(17),
            bytes[base + 4] == 0x2D, bytes[base + 7] == 0x2D,
            bytes[base + 13] == 0x3A, bytes[base + 16] == 0x3A
        else { return nil }
        let separator = bytes[base + 10]
        guard separator == 0x54 || separator == 0x74 || separator == 0x20 else { return nil }
        let year = century * 100 + yearOfCentury
        guard month >= 1, month <= 12, day >= 1, day <= daysInMonth(year: year, month: month),
            hour <= 23, minute <= 59, second <= 60
        else { return nil }

        var index = base + 19
        var fraction = 0
        if bytes[index] == 0x2E {
            index += 1
            var digits = 0
            while index < range.upperBound, bytes[index] >= 0x30, bytes[index] <= 0x39 {
                if digits < 3 { fraction = fraction * 10 + Int(bytes[index]) - 48 }
                digits += 1
                index += 1
            }
            guard digits >= 1, digits <= 9 else { return nil }
            if digits < 3 { fraction *= digits == 1 ? 100 : 10 }
        }
        guard let offset = Self.offsetMinutes(bytes, at: index, end: range.upperBound) else {
            return nil
        }
        let days = civilDays(year: year, month: month, day: day)
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + min(second, 59) - offset * 60
        self.init(milliseconds: Int64(seconds) * 1000 + Int64(fraction))
    }

    private static func offsetMinutes(_ bytes: Span<UInt8>, at index: Int, end: Int) -> Int? {
        guard index < end else { return nil }
        let mark = bytes[index]
        if mark == 0x5A || mark == 0x7A { return index + 1 == end ? 0 : nil }
        guard mark == 0x2B || mark == 0x2D, index + 6 == end, bytes[index + 3] == 0x3A else {
            return nil
        }
        var fields = (0, 0)
        for (place, at) in [index + 1, index + 4].enumerated() {
            let tens = Int(bytes[at]) - 48
            let ones = Int(bytes[at + 1]) - 48
            guard tens >= 0, tens <= 9, ones >= 0, ones <= 9 else { return nil }
            if place == 0 { fields.0 = tens * 10 + ones } else { fields.1 = tens * 10 + ones }
        }
        guard fields.0 <= 23, fields.1 <= 59 else { return nil }
        let minutes = fields.0 * 60 + fields.1
        return mark == 0x2D ? -minutes : minutes
    }
}
