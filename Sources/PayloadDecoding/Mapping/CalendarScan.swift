import VehicleSignals

// Dates as people, locales and libraries write them. More lenient than RFC 3339, so a source asks
// for it by name; what is left out of the text (clock, zone) counts as 00:00 and UTC.

/// The time of the text in `from..<end`, in milliseconds since 1970; `nil` if it is none of `kind`
/// or `kind` is no calendar's.
func calendarTime(_ kind: TimeKind, _ bytes: RawSpan, from: Int, to end: Int) -> Int64? {
    switch kind {
    case .iso, .epochSecondsOrISO:
        guard end - from >= 10, bytes.byte(at: from + 4) == 0x2D, bytes.byte(at: from + 7) == 0x2D
        else { return nil }
        let year = two(bytes, from) * 100 + two(bytes, from + 2)
        let days = dayNumber(year, two(bytes, from + 5), two(bytes, from + 8))
        return days.flatMap { clock($0, bytes, at: from + 10, to: end) }
    case .dayMonthOrMonthDay:
        guard end - from >= 10, bytes.byte(at: from + 2) == bytes.byte(at: from + 5) else {
            return nil
        }
        let first = two(bytes, from)
        let second = two(bytes, from + 3)
        let year = two(bytes, from + 6) * 100 + two(bytes, from + 8)
        let days: Int?
        switch bytes.byte(at: from + 2) {
        case UInt8(ascii: "."): days = dayNumber(year, second, first)
        case UInt8(ascii: "/"): days = dayNumber(year, first, second)
        default: days = nil
        }
        return days.flatMap { clock($0, bytes, at: from + 10, to: end) }
    case .rfc3339, .epochMilliseconds, .epochSeconds, .rfc3339OrMilliseconds: return nil
    }
}

/// Days since 1970 of a date; `nil` if the calendar has none such.
private func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int? {
    guard year >= 0, month >= 1, month <= 12, day >= 1, day <= 31 else { return nil }
    let isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let last =
        month == 2
        ? (isLeapYear ? 29 : 28) : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31
    guard day <= last else { return nil }
    return Int(Day(year: year, month: month, day: day).daysSinceEpoch)
}

/// The time on the clock behind a date: nothing, or `T` or a blank, hours and minutes, perhaps
/// seconds with a fraction, perhaps a zone.
private func clock(_ days: Int, _ bytes: RawSpan, at start: Int, to end: Int) -> Int64? {
    let midnight = Int64(days) * 86_400_000
    if start == end { return midnight }
    let separator = bytes.byte(at: start)
    guard separator | 0x20 == 0x74 || separator == 0x20, end - start >= 6,
        bytes.byte(at: start + 3) == 0x3A
    else { return nil }
    let hour = two(bytes, start + 1)
    let minute = two(bytes, start + 4)
    var index = start + 6
    var second = 0
    var fraction = 0
    if index + 3 <= end, bytes.byte(at: index) == 0x3A {
        second = two(bytes, index + 1)
        index += 3
        if index < end, bytes.byte(at: index) == 0x2E {
            index += 1
            let first = index
            var weight = 100
            while index < end, isDigit(bytes.byte(at: index)) {
                fraction += Int(bytes.byte(at: index) - 0x30) * weight
                weight /= 10
                index += 1
            }
            guard index > first, index - first <= 9 else { return nil }
        }
    }
    guard hour >= 0, hour <= 23, minute >= 0, minute <= 59, second >= 0, second <= 60,
        let offset = zone(bytes, at: index, to: end)
    else { return nil }
    let seconds = hour * 3600 + minute * 60 + min(second, 59) - offset * 60
    return midnight + Int64(seconds * 1000 + fraction)
}

/// Minutes east of UTC: `Z`, `+01:00`, `+0100`, `+01`; nothing, or a word of letters, is UTC.
private func zone(_ bytes: RawSpan, at start: Int, to end: Int) -> Int? {
    var index = start
    if index < end, bytes.byte(at: index) == 0x20 { index += 1 }
    if index == end { return 0 }
    let mark = bytes.byte(at: index)
    if mark == 0x2B || mark == 0x2D {
        let rest = end - index
        guard rest == 3 || rest == 5 || rest == 6 && bytes.byte(at: index + 3) == 0x3A else {
            return nil
        }
        let hours = two(bytes, index + 1)
        let minutes = rest == 3 ? 0 : two(bytes, end - 2)
        guard hours >= 0, hours <= 23, minutes >= 0, minutes <= 59 else { return nil }
        return mark == 0x2D ? -(hours * 60 + minutes) : hours * 60 + minutes
    }
    while index < end {
        guard bytes.byte(at: index) | 0x20 >= 0x61, bytes.byte(at: index) | 0x20 <= 0x7A else {
            return nil
        }
        index += 1
    }
    return 0
}
