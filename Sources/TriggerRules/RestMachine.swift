import VehicleSignals
import VehicleState

/// The fold of SV-12: rests of a vehicle and the lowest voltage of each.
///
/// A rest is the time between two stretches of use; it counts from ``BatteryRule/restHours`` after
/// the first, and one rest is one observation. What happened before the vehicle was first heard
/// is not known, so the first hours after that are no rest.
struct RestMachine: Sendable, Hashable {
    /// End of the last use that is known; 0: nothing folded yet.
    var lastUse: UInt32 = 0
    /// The low-voltage system was last seen awake and not asleep since.
    var isAwake = false
    /// Lowest voltage of the present rest; ``none`` if not read yet.
    var lowest: UInt8 = Self.none
    /// Lowest voltages of the latest rests, newest last; the present one is among them.
    var rests = SIMD8<UInt8>(repeating: Self.none)
    /// What made each of them; nought beyond ``restCount``.
    var origins = SIMD8<UInt16>()
    var restCount: UInt8 = 0
    /// 0: not open; else the tier.
    var tier: UInt8 = 0
    var clears: UInt16 = 0
    var openedSeconds: UInt32 = 0
    var lastVisit: UInt32 = 0

    static let none = UInt8.max
    var cycle: UInt16 { clears &+ 1 }

    mutating func use(_ span: ActivitySpan, rule: RestRule, history: inout [Desired]) {
        endRest(rule, seconds: span.start, history: &history)
        lastUse = max(lastUse, span.end)
    }

    mutating func mark(_ mark: Mark, rule: RestRule, history: inout [Desired]) {
        switch Mark.Kind(rawValue: mark.kind) {
        case .awake:
            endRest(rule, seconds: mark.seconds, history: &history)
            isAwake = true
            lastUse = max(lastUse, mark.seconds)
        case .asleep:
            if isAwake { lastUse = max(lastUse, mark.seconds) }
            isAwake = false
        case .voltage:
            guard !isAwake, mark.seconds >= lastUse.saturatingAdd(rule.restSeconds) else { return }
            observe(mark, rule)
        case .lamp, .codeList, nil: break
        }
    }

    /// The lowest voltage of a rest is its observation; it counts as soon as it is read.
    private mutating func observe(_ mark: Mark, _ rule: RestRule) {
        if lowest == Self.none {
            if Int(restCount) == 8 {
                for place in 0..<7 {
                    rests[place] = rests[place + 1]
                    origins[place] = origins[place + 1]
                }
                restCount = 7
            }
            restCount += 1
        } else if mark.value >= lowest {
            return
        }
        lowest = min(mark.value, Self.none - 1)
        rests[Int(restCount) - 1] = lowest
        origins[Int(restCount) - 1] = mark.origin.number
        let isVeryLow = count(below: rule.veryLow, of: rule.ofRests) >= rule.veryLowRests
        let isLow = count(below: rule.low, of: rule.ofRests) >= rule.lowRests
        guard tier == 0 ? isVeryLow || isLow : tier == 3 && isVeryLow else { return }
        tier = isVeryLow ? 2 : 3
        openedSeconds = mark.seconds
    }

    /// Whether the battery holds is seen when a rest is over.
    private mutating func endRest(
        _ rule: RestRule, seconds: UInt32, history: inout [Desired]
    ) {
        guard lowest != Self.none else { return }
        lowest = Self.none
        guard tier != 0, Int(restCount) >= rule.clearRests,
            count(below: rule.clear, of: rule.clearRests) == 0
        else { return }
        close(seconds, byVisit: false, history: &history)
    }

    /// Rests of the latest ``BatteryRule/ofRests`` below a step.
    func count(below step: UInt8, of count: Int) -> Int {
        var found = 0
        for place in max(0, Int(restCount) - count)..<Int(restCount) where rests[place] < step {
            found += 1
        }
        return found
    }

    /// Whether anything folded may lead to a trigger, or to the end of one.
    func isWatched(below step: UInt8) -> Bool {
        tier != 0 || count(below: step, of: 8) > 0
    }

    mutating func visit(_ seconds: UInt32, history: inout [Desired]) {
        guard seconds > lastVisit else { return }
        lastVisit = seconds
        if tier != 0 { close(seconds, byVisit: true, history: &history) }
        forgetRests()
        lowest = Self.none
    }

    private mutating func close(_ seconds: UInt32, byVisit: Bool, history: inout [Desired]) {
        history.append(
            Desired(
                code: .lowVoltageBattery, cycle: cycle, status: .resolved, tier: tier,
                seconds: seconds, isEndedByVisit: byVisit))
        tier = 0
        clears &+= 1
        forgetRests()
        openedSeconds = 0
    }

    private mutating func forgetRests() {
        restCount = 0
        origins = SIMD8()
    }

    /// What the evidence wants now.
    var desired: Desired? {
        guard tier != 0 else { return nil }
        return Desired(
            code: .lowVoltageBattery, cycle: cycle, status: tier == 2 ? .escalated : .open,
            tier: tier, seconds: openedSeconds)
    }
}

/// ``BatteryRule`` in the units of the marks, for one vehicle's kind of battery.
struct RestRule {
    var restSeconds: UInt32
    var low: UInt8
    var veryLow: UInt8
    var clear: UInt8
    var lowRests: Int
    var ofRests: Int
    var veryLowRests: Int
    var clearRests: Int

    /// No voltage from here on counts as low for any kind of battery.
    static func highestLow(_ rule: BatteryRule) -> UInt8 {
        Mark.step(volts: max(rule.lowVolts, rule.veryLowVolts) + max(rule.agmOffsetVolts, 0))
    }

    init(_ rule: BatteryRule, battery: VehicleFacts.Battery) {
        let offset = battery == .agm ? rule.agmOffsetVolts : 0
        restSeconds = UInt32(rule.restHours * 3600)
        low = Mark.step(volts: rule.lowVolts + offset)
        veryLow = Mark.step(volts: rule.veryLowVolts + offset)
        clear = Mark.step(volts: rule.clearVolts + offset)
        lowRests = rule.lowRests
        ofRests = min(rule.ofRests, 8)
        veryLowRests = rule.veryLowRests
        clearRests = min(rule.clearRests, 8)
    }
}

/// Runs the rest fold over stretches of use and marks, merged in the order of event time.
struct RestWalk {
    var machine: RestMachine
    let rule: RestRule

    /// - Parameters:
    ///   - spanLimit: how many of the stretches to fold.
    ///   - secondsLimit: marks from this moment on are left (`.max`: none).
    ///   - firstHeard: where knowledge of the vehicle begins.
    mutating func run(
        spans: [ActivitySpan], spanLimit: Int, marks: [Mark], dayLimit: UInt16,
        visit: UInt32, firstHeard: UInt32, history: inout [Desired]
    ) {
        machine.lastUse = max(machine.lastUse, firstHeard == .max ? 0 : firstHeard)
        var visit = visit
        var nextSpan = 0
        var nextMark = 0
        while true {
            let spanTime = nextSpan < spanLimit ? spans[nextSpan].start : .max
            let markTime =
                nextMark < marks.count && marks[nextMark].day < dayLimit
                ? marks[nextMark].seconds : .max
            if visit != 0, visit <= min(spanTime, markTime) {
                machine.visit(visit, history: &history)
                visit = 0
                continue
            }
            if spanTime == .max, markTime == .max { return }
            // Of one moment use comes first: a voltage read while driving is no rest.
            if spanTime <= markTime {
                machine.use(spans[nextSpan], rule: rule, history: &history)
                nextSpan += 1
            } else {
                machine.mark(marks[nextMark], rule: rule, history: &history)
                nextMark += 1
            }
        }
    }
}
