import VehicleSignals
import VehicleState

/// A trouble code was on a list: 12 bytes.
struct CodePoint: Sendable, Hashable, BitwiseCopyable {
    var seconds: UInt32
    var packed: UInt32
    var origin: OriginID
    /// Lowest bit: on the list of confirmed codes; above it the day's shift (see ``DayShift``).
    let flags: UInt8

    init(seconds: UInt32, packed: UInt32, day: UInt16, isConfirmed: UInt8, origin: OriginID) {
        self.init(
            seconds: seconds, packed: packed, origin: origin,
            flags: isConfirmed & 1 | DayShift.shift(to: day, at: seconds) << 1)
    }

    init(seconds: UInt32, packed: UInt32, origin: OriginID, flags: UInt8) {
        self.seconds = seconds
        self.packed = packed
        self.origin = origin
        self.flags = flags
    }

    @inline(always)
    var day: UInt16 { DayShift.day(at: seconds, shift: flags >> 1) }
    /// 1: on the list of confirmed codes.
    @inline(always)
    var isConfirmed: UInt8 { flags & 1 }

    func isBefore(_ other: CodePoint) -> Bool {
        if seconds != other.seconds { return seconds < other.seconds }
        if packed != other.packed { return packed < other.packed }
        return isConfirmed < other.isConfirmed
    }
}

/// The appearances of trouble codes in the span in which late ones may come, thinned: of each
/// code the first and the last of a local day, apart for confirmed ones.
struct CodePoints: Sendable, Hashable {
    /// Most codes watched in one vehicle; those with the lowest numbers stay.
    static let codesMax = 8

    private(set) var points: [CodePoint] = []

    init() {}
    init(points: [CodePoint]) { self.points = points }

    /// Says whether the evidence changed.
    mutating func insert(_ point: CodePoint) -> Bool {
        var first = -1
        var last = -1
        for index in points.indices
        where points[index].packed == point.packed && points[index].day == point.day
            && points[index].isConfirmed == point.isConfirmed
        {
            if points[index].seconds == point.seconds {
                points[index].origin = max(points[index].origin, point.origin)
                return false
            }
            if first < 0 { first = index }
            last = index
        }
        if first != last {
            if point.seconds < points[first].seconds {
                points.remove(at: first)
            } else if point.seconds > points[last].seconds {
                points.remove(at: last)
            } else {
                return false
            }
        }
        var place = points.count
        while place > 0, point.isBefore(points[place - 1]) { place -= 1 }
        points.insertTight(point, at: place)
        return !dropCodes(beyond: point.packed)
    }

    /// Says whether the code itself had to go.
    private mutating func dropCodes(beyond packed: UInt32) -> Bool {
        var high: UInt32 = 0
        var count = 0
        for place in points.indices {
            let code = points[place].packed
            var isFirst = true
            for earlier in 0..<place where points[earlier].packed == code { isFirst = false }
            if isFirst { count += 1 }
            high = max(high, code)
        }
        guard count > Self.codesMax else { return false }
        points.removeAll { $0.packed == high }
        return high == packed
    }

    mutating func removeDays(before day: UInt16) {
        var count = 0
        while count < points.count, points[count].day < day { count += 1 }
        if count > 0 { points.removeSubrange(0..<count) }
    }

    mutating func merge(_ other: CodePoints) {
        for point in other.points { _ = insert(point) }
    }
}

/// One trouble code's way through SV-16.
struct CodeState: Sendable, Hashable, BitwiseCopyable {
    var packed: UInt32
    var lastSeen: UInt32 = 0
    /// Drive cycle, by its beginning, in which it was last seen or last missed.
    var lastCycle: UInt32 = 0
    var lastMissed: UInt32 = 0
    var cyclesSeen: UInt8 = 0
    var cyclesMissed: UInt8 = 0
    var isConfirmed = false
    var isOpen = false
    /// Times that it went away after having been opened.
    var clears: UInt16 = 0
    /// What made the reading at ``lastSeen``.
    var origin = OriginID.unknown
    var openedSeconds: UInt32 = 0

    init(packed: UInt32) { self.packed = packed }
    var cycle: UInt16 { clears &+ 1 }
}

/// The fold of SV-16 over lists of trouble codes, the lamp and the drive cycles.
///
/// A code opens once it was seen in ``CodeRule/cyclesMin`` drive cycles and, at one of its
/// appearances or later, the lamp was on or the code confirmed. It goes when lists of
/// ``CodeRule/clearCycles`` cycles, or one that is ``CodeRule/clearDays`` younger, lack it.
struct CodeWalk {
    var states: [CodeState]
    var isLampOn: Bool
    /// What told of the lamp last.
    var lampOrigin: OriginID
    /// Beginning of the drive cycle at hand.
    var cycleStart: UInt32
    let rule: CodeRule

    /// - Parameter starts: beginnings of drive cycles, ascending.
    mutating func run(
        starts: [UInt32], marks: [Mark], points: [CodePoint], dayLimit: UInt16,
        history: inout [Desired]
    ) {
        var nextStart = 0
        var nextMark = 0
        var nextPoint = 0
        while true {
            while nextMark < marks.count, marks[nextMark].kind > Mark.Kind.codeList.rawValue {
                nextMark += 1
            }
            let mark = nextMark < marks.count && marks[nextMark].day < dayLimit
            let markTime = mark ? marks[nextMark].seconds : UInt32.max
            let pointTime =
                nextPoint < points.count && points[nextPoint].day < dayLimit
                ? points[nextPoint].seconds : .max
            let time = min(markTime, pointTime)
            if time == .max { return }
            while nextStart < starts.count, starts[nextStart] <= time {
                cycleStart = max(cycleStart, starts[nextStart])
                nextStart += 1
            }
            // Of one moment the lamp comes first, then the codes, then what the list lacks.
            let isLamp = mark && marks[nextMark].kind == Mark.Kind.lamp.rawValue
            if markTime < pointTime || (markTime == pointTime && isLamp) {
                step(marks[nextMark], history: &history)
                nextMark += 1
            } else {
                step(points[nextPoint])
                nextPoint += 1
            }
        }
    }

    private mutating func step(_ point: CodePoint) {
        var place = states.count
        while place > 0, states[place - 1].packed > point.packed { place -= 1 }
        if place == 0 || states[place - 1].packed != point.packed {
            guard makeRoom() else { return }
            while place > 0,
                place > states.count || states[place - 1].packed > point.packed
            {
                place -= 1
            }
            states.insert(CodeState(packed: point.packed), at: place)
            place += 1
        }
        let index = place - 1
        if states[index].cyclesSeen == 0 || states[index].lastCycle != cycleStart {
            states[index].cyclesSeen = min(states[index].cyclesSeen, 254) + 1
            states[index].lastCycle = cycleStart
        }
        states[index].lastSeen = point.seconds
        states[index].origin = point.origin
        states[index].cyclesMissed = 0
        states[index].lastMissed = 0
        if point.isConfirmed == 1 { states[index].isConfirmed = true }
        check(index, point.seconds)
    }

    /// Codes that went are remembered for their cycle, so that they come again as a new one; of
    /// many the one that was seen longest ago is forgotten.
    static let rememberedMax = 32

    private mutating func makeRoom() -> Bool {
        var present = 0
        var oldest = -1
        for index in states.indices {
            if states[index].cyclesSeen > 0 {
                present += 1
            } else if oldest < 0 || states[index].lastSeen < states[oldest].lastSeen {
                oldest = index
            }
        }
        guard present < CodePoints.codesMax else { return false }
        if states.count >= Self.rememberedMax, oldest >= 0 { states.remove(at: oldest) }
        return true
    }

    private mutating func check(_ index: Int, _ seconds: UInt32) {
        guard !states[index].isOpen, Int(states[index].cyclesSeen) >= rule.cyclesMin else { return }
        guard isLampOn || states[index].isConfirmed else { return }
        states[index].isOpen = true
        states[index].openedSeconds = seconds
    }

    private mutating func step(_ mark: Mark, history: inout [Desired]) {
        if mark.kind == Mark.Kind.lamp.rawValue {
            isLampOn = mark.value == 1
            lampOrigin = mark.origin
            guard isLampOn else { return }
            for index in states.indices where states[index].cyclesMissed == 0 {
                check(index, mark.seconds)
            }
            return
        }
        for index in states.indices where states[index].lastSeen < mark.seconds {
            miss(index, mark.seconds, history: &history)
        }
        states.removeAll { $0.cyclesSeen == 0 && $0.clears == 0 }
    }

    private mutating func miss(_ index: Int, _ seconds: UInt32, history: inout [Desired]) {
        var state = states[index]
        defer { states[index] = state }
        guard state.cyclesSeen > 0 else { return }
        if cycleStart != state.lastCycle, cycleStart != state.lastMissed {
            state.cyclesMissed = min(state.cyclesMissed, 254) + 1
            state.lastMissed = cycleStart
        }
        let isOld = Double(seconds) - Double(state.lastSeen) >= rule.clearDays * 86_400
        guard Int(state.cyclesMissed) >= rule.clearCycles || isOld else { return }
        if state.isOpen {
            history.append(
                Desired(
                    code: .troubleCodeWithLamp, position: state.packed, cycle: state.cycle,
                    status: .resolved, tier: 2, seconds: seconds))
            state.clears &+= 1
        }
        state.isOpen = false
        state.isConfirmed = false
        state.cyclesSeen = 0
        state.cyclesMissed = 0
        state.lastMissed = 0
        state.lastCycle = 0
        state.openedSeconds = 0
    }
}
