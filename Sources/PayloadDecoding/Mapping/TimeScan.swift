import VehicleSignals

/// How a source writes a time.
public enum TimeKind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// `2026-02-03T07:11:00.5Z`, any offset, up to nine digits of fraction.
    case rfc3339
    /// Whole milliseconds since 1970, as a number or a text of digits.
    case epochMilliseconds
    /// Seconds since 1970, with a fraction or without.
    case epochSeconds
    /// What the native form takes: RFC 3339 as text, milliseconds as number.
    case rfc3339OrMilliseconds
    /// As people and libraries write ISO 8601: `2026-02-03`, `2026-02-03 07:11:00`, with a zone
    /// (`Z`, `+01:00`, `+0100`) or without one, which counts as UTC; words behind are left out.
    case iso
    /// Either of these: `1770102660` or `2026-02-03 07:11:00 AWST`.
    case epochSecondsOrISO
    /// `31.01.2026 10:00 UTC` or `01/31/2026 10:00 UTC`: the separator tells the order.
    case dayMonthOrMonthDay

    /// The word used in source files.
    public var word: String {
        switch self {
        case .rfc3339: "rfc3339"
        case .epochMilliseconds: "epoch_ms"
        case .epochSeconds: "epoch_s"
        case .rfc3339OrMilliseconds: "rfc3339_or_ms"
        case .iso: "iso"
        case .epochSecondsOrISO: "epoch_s_or_iso"
        case .dayMonthOrMonthDay: "dmy_or_mdy"
        }
    }

    var takesNumbers: Bool {
        switch self {
        case .epochMilliseconds, .epochSeconds, .rfc3339OrMilliseconds, .epochSecondsOrISO: true
        case .rfc3339, .iso, .dayMonthOrMonthDay: false
        }
    }

    /// Whether texts like `2026-02-03T07:11:00Z` may be read in one go.
    @inline(always)
    var isQuick: Bool { self == .rfc3339 || self == .rfc3339OrMilliseconds || self == .iso }

    public init?(word: String) {
        guard let match = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = match
    }
}

/// Reads the time whose first byte is at `at`, in milliseconds since 1970; `nil` for `null` and for
/// a text without a character, which is how some senders write it.
/// Text that is no time and times outside of ``DecodingLimits`` are errors at the value's start.
func scanTime(
    _ kind: TimeKind, depth: Int, _ bytes: RawSpan, _ at: inout Int
) throws(DecodeError) -> Int64? {
    let start = at
    var found: Int64?
    switch bytes.byte(at: at) {
    case UInt8(ascii: "\""):
        if kind.isQuick {
            let place = Place(truncatingIfNeeded: start)
            if let date = bytes.quickDate(at: place) {
                let (time, end) = bytes.quickTime(at: place, date)
                if end != 0 {
                    at = Int(end)
                    return time
                }
            }
        }
        let text = try scanText(bytes, &at)
        if text.count == 0 { return nil }
        if text.hasEscapes {
            if let resolved = try ResolvedText(bytes, text) {
                found = resolved.time(kind)
            }
        } else {
            found = timeInText(kind, bytes, from: text.start, to: text.end)
        }
    case UInt8(ascii: "-"), 0x30...0x39:
        let number = try scanNumber(bytes, &at)
        if kind.takesNumbers { found = milliseconds(kind, number, bytes) }
    case UInt8(ascii: "n"):
        _ = try scanLiteral(bytes, &at)
        return nil
    default: try skipValue(bytes, &at, depth: depth)
    }
    guard let found, found >= DecodingLimits.earliestTime, found <= DecodingLimits.latestTime else {
        throw DecodeError(.badTime, at: start)
    }
    return found
}

func timeInText(_ kind: TimeKind, _ bytes: RawSpan, from: Int, to end: Int) -> Int64? {
    if kind == .rfc3339 || kind == .rfc3339OrMilliseconds {
        return rfc3339Milliseconds(bytes, from: from, to: end)
    }
    if let calendar = calendarTime(kind, bytes, from: from, to: end) { return calendar }
    guard kind.takesNumbers else { return nil }
    var at = from
    guard at < end, let number = try? scanNumber(bytes, &at, end: end), at == end else {
        return nil
    }
    return milliseconds(kind, number, bytes)
}

private func milliseconds(_ kind: TimeKind, _ number: JSONNumber, _ bytes: RawSpan) -> Int64? {
    var scaled = number
    if kind == .epochSeconds || kind == .epochSecondsOrISO { scaled.exponent += 3 }
    if let whole = scaled.wholeNumber { return whole }
    // A fraction of a millisecond: rounded down. The exact double is safe to floor, since times
    // that are believed lie far below 2^53 milliseconds.
    let value = scaled.double(in: bytes)
    return abs(value) < 9e15 ? Int64(value.rounded(.down)) : nil
}

/// RFC 3339 in `from..<end`; the same grammar as `Timestamp(rfc3339:)`, on raw bytes.
func rfc3339Milliseconds(_ bytes: RawSpan, from: Int, to end: Int) -> Int64? {
    guard end - from >= 20 else { return nil }
    let year = two(bytes, from) * 100 + two(bytes, from + 2)
    let month = two(bytes, from + 5)
    let day = two(bytes, from + 8)
    let hour = two(bytes, from + 11)
    let minute = two(bytes, from + 14)
    let second = two(bytes, from + 17)
    let isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let separator = bytes.byte(at: from + 10)
    guard bytes.byte(at: from + 4) == 0x2D, bytes.byte(at: from + 7) == 0x2D,
        bytes.byte(at: from + 13) == 0x3A, bytes.byte(at: from + 16) == 0x3A,
        separator | 0x20 == 0x74 || separator == 0x20,
        year >= 0, month >= 1, month <= 12, day >= 1, day <= 31, hour >= 0, hour <= 23,
        minute >= 0, minute <= 59, second >= 0, second <= 60
    else { return nil }
    if day > 28 {
        let last =
            month == 2
            ? (isLeapYear ? 29 : 28)
            : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31
        if day > last { return nil }
    }
    var index = from + 19
    var fraction = 0
    if bytes.byte(at: index) == 0x2E {
        index += 1
        let start = index
        var weight = 100
        while index < end, isDigit(bytes.byte(at: index)) {
            fraction += Int(bytes.byte(at: index) - 0x30) * weight
            weight /= 10
            index += 1
        }
        guard index > start, index - start <= 9 else { return nil }
    }
    guard let offset = offsetMinutes(bytes, at: index, end: end) else { return nil }
    let days = Int(Day(year: year, month: month, day: day).daysSinceEpoch)
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + min(second, 59) - offset * 60
    return Int64(seconds * 1000 + fraction)
}

/// Two digits as a number; far below zero where one of them is none.
@inline(always)
func two(_ bytes: RawSpan, _ offset: Int) -> Int {
    let tens = bytes.byte(at: offset) &- 0x30
    let ones = bytes.byte(at: offset + 1) &- 0x30
    return tens <= 9 && ones <= 9 ? Int(tens) * 10 + Int(ones) : -100_000
}

private func offsetMinutes(_ bytes: RawSpan, at index: Int, end: Int) -> Int? {
    guard index < end else { return nil }
    let mark = bytes.byte(at: index)
    if mark | 0x20 == 0x7A { return index + 1 == end ? 0 : nil }
    guard mark == 0x2B || mark == 0x2D, index + 6 == end, bytes.byte(at: index + 3) == 0x3A else {
        return nil
    }
    let hours = two(bytes, index + 1)
    let minutes = two(bytes, index + 4)
    guard hours >= 0, hours <= 23, minutes >= 0, minutes <= 59 else { return nil }
    return mark == 0x2D ? -(hours * 60 + minutes) : hours * 60 + minutes
}
