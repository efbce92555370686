import VehicleSignals
import VehicleState

/// A stretch of time in which the vehicle was used: signs of driving no further apart than the
/// gap of ``CodeRule/cycleGapMinutes``. One stretch is one drive cycle.
struct ActivitySpan: Sendable, Hashable, BitwiseCopyable {
    var start: UInt32
    var end: UInt32
}

/// The stretches of the span in which late signs may come. Joining signs that lie near each other
/// gives the same stretches in whatever order they come, and bounds their number: with a gap of
/// 30 minutes at most 48 a day.
struct Activity: Sendable, Hashable {
    private(set) var spans: [ActivitySpan] = []

    init() {}
    init(spans: [ActivitySpan]) { self.spans = spans }

    /// Says whether a stretch began, grew or joined another.
    mutating func insert(_ seconds: UInt32, gap: UInt32) -> Bool {
        insert(ActivitySpan(start: seconds, end: seconds), gap: gap)
    }

    private mutating func insert(_ added: ActivitySpan, gap: UInt32) -> Bool {
        var place = spans.count
        while place > 0, spans[place - 1].start > added.end.saturatingAdd(gap) { place -= 1 }
        // Everything from `first` to `place` touches the added stretch.
        var first = place
        while first > 0, spans[first - 1].end.saturatingAdd(gap) >= added.start { first -= 1 }
        guard first < place else {
            spans.insertTight(added, at: place)
            return true
        }
        let joined = ActivitySpan(
            start: min(spans[first].start, added.start),
            end: max(spans[place - 1].end, added.end))
        if place - first == 1, spans[first] == joined { return false }
        spans[first] = joined
        if place - first > 1 { spans.removeSubrange((first + 1)..<place) }
        return true
    }

    /// How many stretches ended for good before a moment: no sign after it can join them.
    func countEnded(before seconds: UInt32, gap: UInt32) -> Int {
        var count = 0
        while count < spans.count, spans[count].end.saturatingAdd(gap) < seconds { count += 1 }
        return count
    }

    mutating func removeFirst(_ count: Int) {
        if count > 0 { spans.removeSubrange(0..<count) }
    }

    mutating func merge(_ other: Activity, gap: UInt32) {
        for span in other.spans { _ = insert(span, gap: gap) }
    }
}

extension UInt32 {
    func saturatingAdd(_ other: UInt32) -> UInt32 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}

/// A moment that a rule needs, 8 bytes.
struct Mark: Sendable, Hashable, BitwiseCopyable {
    enum Kind: UInt8, Sendable {
        /// The lamp; value 1 is on.
        case lamp = 0
        /// A list of trouble codes was read, whatever it held.
        case codeList
        /// The low-voltage system woke or was awake; is asleep.
        case awake
        case asleep
        /// A voltage below charging, in steps of 10 mV from 10.50 V.
        case voltage
    }

    var seconds: UInt32
    var origin: OriginID
    /// The kind in the lowest three bits, the day's shift above (see ``DayShift``).
    let packed: UInt8
    var value: UInt8

    init(seconds: UInt32, day: UInt16, kind: Kind, value: UInt8, origin: OriginID) {
        self.init(
            seconds: seconds, origin: origin,
            packed: kind.rawValue | DayShift.shift(to: day, at: seconds) << 3, value: value)
    }

    init(seconds: UInt32, origin: OriginID, packed: UInt8, value: UInt8) {
        self.seconds = seconds
        self.origin = origin
        self.packed = packed
        self.value = value
    }

    @inline(always)
    var day: UInt16 { DayShift.day(at: seconds, shift: packed >> 3) }
    @inline(always)
    var kind: UInt8 { packed & 7 }

    /// The step of a voltage; clamped at both ends (10.50 V, 13.05 V).
    static func step(volts: Double) -> UInt8 {
        UInt8(clamping: Int(max(min(((volts - 10.5) * 100).rounded(), 1e6), -1e6)))
    }

    static func volts(step: UInt8) -> Double { Double(Int(step) + 1050) / 100 }

    func isBefore(_ other: Mark) -> Bool {
        seconds != other.seconds ? seconds < other.seconds : kind < other.kind
    }
}

/// The marks of the span in which late ones may come, thinned: of lamp and list the newest of each
/// local day; of the others one of every four hours, so that each rest keeps the moment from which
/// it counts and a voltage read well within it. Awake stays the last, since a rest begins after
/// it; asleep and voltage the first. What is left depends on the set of marks only.
struct Marks: Sendable, Hashable {
    /// Length of the slots by which marks of rests are thinned.
    static let slotSeconds: UInt32 = 4 * 3600

    private(set) var marks: [Mark] = []

    init() {}
    init(marks: [Mark]) { self.marks = marks }

    /// Says whether the evidence changed.
    mutating func insert(_ mark: Mark) -> Bool {
        var place = marks.count
        while place > 0, mark.isBefore(marks[place - 1]) { place -= 1 }
        if place > 0, marks[place - 1].seconds == mark.seconds, marks[place - 1].kind == mark.kind {
            // Two values of one moment: the lamp that is on, the lower voltage.
            let known = marks[place - 1]
            let value =
                mark.kind == Mark.Kind.lamp.rawValue
                ? max(known.value, mark.value) : min(known.value, mark.value)
            if mark.value == known.value {
                marks[place - 1].origin = max(known.origin, mark.origin)
            }
            guard value != known.value else { return false }
            marks[place - 1].value = value
            marks[place - 1].origin = mark.origin
            return true
        }
        let isOfDay = mark.kind <= Mark.Kind.codeList.rawValue
        let keepsLast = isOfDay || mark.kind == Mark.Kind.awake.rawValue
        let slot = mark.seconds / Self.slotSeconds
        var known = -1
        var index = marks.count
        while index > 0, known < 0 {
            index -= 1
            let other = marks[index]
            if other.day < mark.day { break }
            guard other.kind == mark.kind, other.day == mark.day else { continue }
            if isOfDay || other.seconds / Self.slotSeconds == slot { known = index }
        }
        if known >= 0 {
            let isKept =
                keepsLast
                ? mark.seconds > marks[known].seconds : mark.seconds < marks[known].seconds
            guard isKept else { return false }
        }
        return replace(known, by: mark, at: place)
    }

    private mutating func replace(_ old: Int, by mark: Mark, at place: Int) -> Bool {
        guard old >= 0 else {
            marks.insertTight(mark, at: place)
            return true
        }
        marks.remove(at: old)
        marks.insert(mark, at: old < place ? place - 1 : place)
        return true
    }

    func hasVoltage(below step: UInt8) -> Bool {
        marks.contains { $0.kind == Mark.Kind.voltage.rawValue && $0.value < step }
    }

    mutating func removeDays(before day: UInt16) {
        var count = 0
        while count < marks.count, marks[count].day < day { count += 1 }
        if count > 0 { marks.removeSubrange(0..<count) }
    }

    mutating func merge(_ other: Marks) {
        for mark in other.marks { _ = insert(mark) }
    }
}
