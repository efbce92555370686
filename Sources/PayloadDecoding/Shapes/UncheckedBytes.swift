import VehicleSignals

// ⚠️ WARNING ⚠️ The one file of this room whose loads nobody checks. ⚠️
//
// Each function here establishes once which bytes it may read and then loads eight at a time
// without a further check. A mistake here is a read outside of the payload, not a trap. So:
//  - every `uncheckedWord(at: x)` stands under a comparison that shows x + 8 <= byteCount, every
//    `uncheckedPair(at: x)` under one that shows x + 16 <= byteCount, every `uncheckedHalf(at: x)`
//    under one that shows x + 4 <= byteCount, in the same function, for any argument that a caller
//    may hand over;
//  - places have 32 bits without a sign and are added in 64, so no comparison can overflow;
//  - nothing here keeps a span or an address, and nothing here writes.
// The plain twin in the tests and the fuzz target `shapes` go over all of it. What it gains stands
// in docs/decisions/0010.

/// A place in a payload or among literals. 32 bits, so that no sum of two of them and a few bytes
/// leaves 64.
typealias Place = UInt32

extension RawSpan {
    @inline(always)
    private var size: UInt64 { UInt64(truncatingIfNeeded: byteCount) }

    /// Eight bytes, little-endian. The caller has shown that they lie within the span.
    @inline(always)
    private func uncheckedWord(at offset: UInt64) -> UInt64 {
        unsafe UInt64(
            littleEndian: unsafeLoadUnaligned(
                fromUncheckedByteOffset: Int(truncatingIfNeeded: offset), as: UInt64.self))
    }

    /// Four bytes, little-endian. The caller has shown that they lie within the span.
    @inline(always)
    private func uncheckedHalf(at offset: UInt64) -> UInt32 {
        unsafe UInt32(
            littleEndian: unsafeLoadUnaligned(
                fromUncheckedByteOffset: Int(truncatingIfNeeded: offset), as: UInt32.self))
    }

    /// Sixteen bytes. The caller has shown that they lie within the span.
    @inline(always)
    private func uncheckedPair(at offset: UInt64) -> SIMD2<UInt64> {
        unsafe unsafeLoadUnaligned(
            fromUncheckedByteOffset: Int(truncatingIfNeeded: offset), as: SIMD2<UInt64>.self)
    }

    /// Eight bytes from `place`; zeros stand for what lies behind the end. Never traps.
    @inline(always)
    func word(from place: Place) -> UInt64 {
        let offset = UInt64(place)
        if offset &+ 8 <= size { return uncheckedWord(at: offset) }
        return lastWord(from: offset)
    }

    /// The same of spans that have eight bytes; of shorter ones nothing but zeros.
    @inline(always)
    func wordOfMany(from place: Place) -> UInt64 {
        let offset = UInt64(place)
        if offset &+ 8 <= size { return uncheckedWord(at: offset) }
        guard size >= 8, offset < size else { return 0 }
        return uncheckedWord(at: size &- 8) &>> ((offset &+ 8 &- size) &* 8)
    }

    /// The same where the end is near.
    @inline(never)
    private func lastWord(from offset: UInt64) -> UInt64 {
        guard offset < size else { return 0 }
        // From here: size - 8 < offset < size.
        if size >= 8 { return uncheckedWord(at: size &- 8) &>> ((offset &+ 8 &- size) &* 8) }
        if size >= 4 {
            // Two halves that overlap, or are the same one: all of the span.
            let all =
                UInt64(uncheckedHalf(at: 0)) | UInt64(uncheckedHalf(at: size &- 4))
                &<< ((size &- 4) &* 8)
            return all &>> (offset &* 8)
        }
        var word: UInt64 = 0
        for index in offset..<size {
            word |= UInt64(byte(at: Int(index))) &<< ((index &- offset) &* 8)
        }
        return word
    }

    /// Whether the `count` bytes from `place` are those of `literals` from `start`. `false` where
    /// they are not all there. Behind the literal, `literals` must hold eight more bytes.
    @inline(always)
    func holds(at place: Place, _ literals: RawSpan, from start: Place, count: Place) -> Bool {
        let (offset, other, length) = (UInt64(place), UInt64(start), UInt64(count))
        guard offset &+ length <= size, other &+ length &+ 8 <= literals.size else { return false }
        guard length >= 16 else {
            guard length >= 8 else {
                return holdsFew(to: offset &+ length, literals.uncheckedWord(at: other), length)
            }
            // Two words that overlap, or are the same one.
            let last = length &- 8
            return (uncheckedWord(at: offset) ^ literals.uncheckedWord(at: other))
                | (uncheckedWord(at: offset &+ last) ^ literals.uncheckedWord(at: other &+ last))
                == 0
        }
        // Sixteen bytes a time; the last time may overlap the one before it.
        let last = length &- 16
        var difference =
            uncheckedPair(at: offset &+ last) ^ literals.uncheckedPair(at: other &+ last)
        var index: UInt64 = 0
        while index < last {
            difference |=
                uncheckedPair(at: offset &+ index) ^ literals.uncheckedPair(at: other &+ index)
            index &+= 16
        }
        return difference.x | difference.y == 0
    }

    /// Whether the `count` bytes before `end` are the lowest of `wanted`; at most seven.
    @inline(always)
    private func holdsFew(to end: UInt64, _ wanted: UInt64, _ count: UInt64) -> Bool {
        guard count > 0 else { return true }
        // Eight bytes that end there: the payload's end may be near, its beginning seldom is.
        let free = 64 &- count &* 8
        guard end >= 8, end <= size else {
            return (word(from: Place(truncatingIfNeeded: end &- count)) ^ wanted) &<< free == 0
        }
        return (uncheckedWord(at: end &- 8) ^ wanted &<< free) &>> free == 0
    }
}

/// The day that was read last, by its ten characters: most times of a round share it.
struct DateMemory: BitwiseCopyable, Sendable {
    /// The quote and the first seven characters; the last six.
    var head: UInt64 = 0
    var tail: UInt64 = 0
    /// Milliseconds since 1970 at which the day begins.
    var begin: Int64 = 0
}

extension RawSpan {
    /// The text `"YYYY-MM-DDThh:mm:ssZ"`, or the same with three digits of a fraction, quotes
    /// included, at `place`; milliseconds since 1970 and the first byte behind. An end of 0 where
    /// anything else stands there, or where the date must be looked at by the general path.
    @inline(always)
    func quickTime(at place: Place, _ dates: DateMemory) -> (time: Int64, end: Place) {
        let offset = UInt64(place)
        guard offset &+ 22 <= size else { return (0, 0) }
        let clock = uncheckedWord(at: offset &+ 9)
        // ":mm:ssZ\"" or ":mm:ss.d"
        let seconds = uncheckedWord(at: offset &+ 14)
        guard uncheckedWord(at: offset) == dates.head,
            uncheckedWord(at: offset &+ 3) &>> 16 == dates.tail
        else { return (0, 0) }
        let hours = clock ^ 0x3030_3A30_3054_3030
        let rest = seconds ^ 0x225A_3030_3A30_303A
        // The day was compared; lanes 3, 4, 6, 7 are digits, 2 and 5 the separators.
        let hourLanes = hours & 0xFFFF_FFFF_FFFF_0000
        let secondLanes = rest & 0x0000_FFFF_FFFF_FFFF
        let wrong =
            ((hourLanes &+ 0x7676_7676_7676_7676) | hourLanes
                | (secondLanes &+ 0x7676_7676_7676_7676) | secondLanes)
            & 0x8080_8080_8080_8080
        guard wrong | hours & 0x0000_FF00_00FF_0000 | rest & 0x0000_0000_FF00_00FF == 0 else {
            return (0, 0)
        }
        let hour = ((hours &>> 24) & 0xF) &* 10 &+ ((hours &>> 32) & 0xF)
        let minute = ((hours &>> 48) & 0xF) &* 10 &+ ((hours &>> 56) & 0xF)
        let second = ((rest &>> 32) & 0xF) &* 10 &+ ((rest &>> 40) & 0xF)
        guard hour <= 23, minute <= 59, second <= 59 else { return (0, 0) }
        let inDay = (hour &* 3600 &+ minute &* 60 &+ second) &* 1000
        let time = dates.begin &+ Int64(truncatingIfNeeded: inDay)
        if rest &>> 48 == 0 { return (time, place &+ 22) }
        return fractionOfTime(at: place &+ 20, time)
    }

    /// `.sssZ"` or `.sss+00:00"` at `place`, behind a time of whole seconds.
    @inline(always)
    private func fractionOfTime(at place: Place, _ time: Int64) -> (time: Int64, end: Place) {
        let lanes = word(from: place) ^ 0x0000_225A_3030_302E
        let digits = lanes & 0xFFFF_FFFF
        guard digits & 0xFF == 0, ((digits &+ 0x7676_7676) | digits) & 0x8080_8080 == 0 else {
            return (0, 0)
        }
        let isShort = (lanes &>> 32) & 0xFFFF == 0
        guard isShort || word(from: place &+ 4) & 0xFF_FFFF_FFFF_FFFF == 0x22_3030_3A30_302B else {
            return (0, 0)
        }
        let fraction =
            ((lanes &>> 8) & 0xF) &* 100 &+ ((lanes &>> 16) & 0xF) &* 10 &+ ((lanes &>> 24) & 0xF)
        return (time &+ Int64(truncatingIfNeeded: fraction), place &+ (isShort ? 6 : 11))
    }

    /// The day of the time whose opening quote is at `place`, if it is one of 2000 to 2099 and
    /// written as usual; what follows it is not looked at.
    @inline(always)
    func quickDate(at place: Place) -> DateMemory? {
        let offset = UInt64(place)
        guard offset &+ 22 <= size else { return nil }
        let head = uncheckedWord(at: offset)
        let tail = uncheckedWord(at: offset &+ 3) &>> 16
        // "\"20YY-MM" and "-MM-DD"
        let year = head ^ 0x3030_2D30_3030_3222
        let day = tail ^ 0x0000_3030_2D30_302D
        let wrong =
            ((year &+ 0x7676_7676_7676_7676) | year | (day &+ 0x0000_7676_7676_7676) | day)
            & 0x8080_8080_8080_8080
        guard wrong | year & 0x0000_FF00_00FF_FFFF | day & 0x0000_0000_FF00_00FF == 0 else {
            return nil
        }
        let years = ((year &>> 24) & 0xF) &* 10 &+ ((year &>> 32) & 0xF)
        let month = ((year &>> 48) & 0xF) &* 10 &+ ((year &>> 56) & 0xF)
        let days = ((day &>> 32) & 0xF) &* 10 &+ ((day &>> 40) & 0xF)
        guard month >= 1, month <= 12, days >= 1, days <= 28 else { return nil }
        let date = Day(
            year: Int(truncatingIfNeeded: 2000 &+ years), month: Int(truncatingIfNeeded: month),
            day: Int(truncatingIfNeeded: days))
        return DateMemory(head: head, tail: tail, begin: date.startUTC.milliseconds)
    }

    /// Notes the day of the time that the general path has read at `place`.
    func remember(
        dateAt place: Place, of time: Int64, as kind: TimeKind, _ dates: inout DateMemory
    ) {
        let offset = UInt64(place)
        // Other kinds write other dates in as many characters.
        guard kind.isQuick, offset &+ 22 <= size, time >= DecodingLimits.earliestTime,
            time <= DecodingLimits.latestTime - 86_400_000, uncheckedWord(at: offset) & 0xFF == 0x22
        else { return }
        // Only a time in UTC tells where its written day begins.
        let isWhole = uncheckedWord(at: offset &+ 14) &>> 48 == 0x225A
        guard isWhole || fractionOfTime(at: place &+ 20, 0).end != 0 else { return }
        dates.head = uncheckedWord(at: offset)
        dates.tail = uncheckedWord(at: offset &+ 3) &>> 16
        dates.begin = time - time % 86_400_000
    }
}
