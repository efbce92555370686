public import VehicleSignals
import VehicleState

/// What was told of a trigger last: 16 bytes.
struct Emitted: Sendable, Hashable, BitwiseCopyable {
    var code: TriggerCode
    var status: Desired.Status
    var tier: UInt8
    var cycle: UInt16
    var position: UInt32
    /// Expected day that was told; `Int32.min`: none.
    var dueDay: Int32

    func isTrigger(_ desired: Desired) -> Bool {
        code == desired.code && position == desired.position && cycle == desired.cycle
    }
}

/// The folds up to the first open day. Vehicles younger than the allowed lateness have none.
struct RuleBase: Sendable, Hashable {
    var service = ServiceMachine()
    var rest = RestMachine()
    var codes: [CodeState] = []
    var isLampOn = false
    var lampOrigin = OriginID.unknown
    var cycleStart: UInt32 = 0

    init() {}
}

/// The rules' memory of one vehicle: bounded evidence of the span in which late readings may
/// come, the folds of everything older, and what was told last.
///
/// Triggers are a function of evidence:
/// ``evaluate(vehicle:record:facts:rules:zone:now:configuration:desk:)``
/// folds the evidence in the order of event time and tells the difference to what was told before.
/// So any order of arrival ends with the same triggers, and whatever left too early is followed
/// by an update or a withdrawal.
public struct RuleTracks: Sendable {
    var service = ServiceEvidence()
    var activity = Activity()
    var marks = Marks()
    var codes = CodePoints()
    /// None or one: on the heap, since most vehicles of a young fleet have none.
    var base: [RuleBase] = []
    var emitted: [Emitted] = []
    /// Where knowledge of the vehicle begins, seconds since 1970.
    var firstHeard = UInt32.max
    var firstOpenDay: UInt16 = 0
    /// Newest local day of which something was read.
    var newestDay: UInt16 = 0
    /// Newest day for which folding was looked at.
    var foldedForDay: UInt16 = 0
    var dirty = Families()
    /// A low voltage was read: without one nothing can open SV-12.
    var watchesBattery = false
    var calm = ServiceCalm()
    /// When to look again without a message.
    public internal(set) var nextTimer = Timestamp.distantFuture

    /// Rules that share evidence.
    struct Families: OptionSet, Sendable, Hashable {
        var rawValue: UInt8 = 0
        static let service = Families(rawValue: 1)
        static let battery = Families(rawValue: 2)
        static let codes = Families(rawValue: 4)
        static let all: Families = [.service, .battery, .codes]
    }

    /// When a reading was true, and what made it.
    private struct Moment: BitwiseCopyable {
        var seconds: UInt32
        var day: UInt16
        var origin: OriginID
    }

    public init() {}

    /// Facts of the vehicle or the rules changed: the next evaluation looks at everything.
    public mutating func noteFactsChanged() { dirty = .all }

    /// Whether an evaluation at `now` could tell anything.
    public func needsEvaluation(at now: Timestamp) -> Bool {
        !dirty.isEmpty || now >= nextTimer || newestDay != foldedForDay
    }

    /// Takes in what rules need of a reading. The record has accepted it before.
    ///
    /// Retained readings are of unknown age and no evidence.
    mutating func note(
        _ reading: Reading, from origin: OriginID, roles: SignalRoles, day: UInt16, rules: RuleSet
    ) -> Bool {
        guard !reading.isRetained, reading.timeQuality != .none, day >= firstOpenDay else {
            return false
        }
        let seconds = UInt32(truncatingIfNeeded: reading.time.milliseconds / 1000)
        if seconds < firstHeard {
            firstHeard = seconds
            if watchesBattery { dirty.insert(.battery) }
        }
        newestDay = max(newestDay, day)
        let moment = Moment(seconds: seconds, day: day, origin: origin)
        switch roles.role(of: reading.signal) {
        case .plain, .ignored: return false
        case .odometer:
            noteOdometer(reading, roles)
            return false
        case .speed:
            guard let speed = reading.number, speed > 0 else { return false }
            return use(seconds, rules)
        case .serviceDistance: return item(.distance, reading, moment, roles)
        case .serviceTime: return item(.time, reading, moment, roles)
        case .oilDistance: return item(.oilDistance, reading, moment, roles)
        case .oilTime: return item(.oilTime, reading, moment, roles)
        case .serviceDue:
            guard reading.kind == .boolean else { return false }
            let value: Int32 = reading.bits == 0 ? 1 : 0
            return insert(
                ServicePoint(
                    seconds: seconds, value: value, day: day, item: .dueFlag, origin: origin))
        case .lowVoltage: return voltage(reading, moment, rules)
        case .lowVoltageState: return systemState(reading, moment, roles, rules)
        case .malfunctionLamp:
            guard reading.kind == .boolean else { return false }
            return mark(.lamp, UInt8(reading.bits & 1), moment, .codes)
        case .troubleCodes: return code(reading, moment, isConfirmed: 0)
        case .confirmedCodes: return code(reading, moment, isConfirmed: 1)
        }
    }

    /// See ``VehicleSlot/warmEvidence()``.
    func warmEvidence() -> UInt64 {
        UInt64(service.points.last?.seconds ?? 0) &+ UInt64(activity.spans.last?.end ?? 0)
            &+ UInt64(marks.marks.last?.seconds ?? 0)
    }

    private mutating func noteOdometer(_ reading: Reading, _ roles: SignalRoles) {
        if !calm.absorb(
            odometer: roles.baseUnits(reading), time: reading.time, timer: &nextTimer)
        {
            dirty.insert(.service)
        }
        if !codes.points.isEmpty || base.first?.codes.isEmpty == false { dirty.insert(.codes) }
    }

    private mutating func item(
        _ item: ServiceItem, _ reading: Reading, _ at: Moment, _ roles: SignalRoles
    ) -> Bool {
        guard let value = roles.baseUnits(reading) else { return false }
        return insert(
            ServicePoint(
                seconds: at.seconds, value: Int32(clamping: value), day: at.day, item: item,
                origin: at.origin))
    }

    private mutating func insert(_ point: ServicePoint) -> Bool {
        guard service.insert(point) else { return false }
        if !calm.absorb(point, timer: &nextTimer) { dirty.insert(.service) }
        return true
    }

    private mutating func use(_ seconds: UInt32, _ rules: RuleSet) -> Bool {
        guard activity.insert(seconds, gap: UInt32(rules.codes.cycleGapMinutes * 60)) else {
            return false
        }
        if watchesBattery { dirty.insert(.battery) }
        if !codes.points.isEmpty || base.first?.codes.isEmpty == false { dirty.insert(.codes) }
        return true
    }

    private mutating func mark(
        _ kind: Mark.Kind, _ value: UInt8, _ at: Moment, _ family: Families
    ) -> Bool {
        let mark = Mark(
            seconds: at.seconds, day: at.day, kind: kind, value: value, origin: at.origin)
        guard marks.insert(mark) else { return false }
        if family != .battery || watchesBattery { dirty.insert(family) }
        return true
    }

    private mutating func voltage(_ reading: Reading, _ at: Moment, _ rules: RuleSet) -> Bool {
        guard let volts = reading.number, volts > 0 else { return false }
        if volts >= rules.battery.chargingVolts { return use(at.seconds, rules) }
        let step = Mark.step(volts: volts)
        if step < RestRule.highestLow(rules.battery) { watchesBattery = true }
        return mark(.voltage, step, at, .battery)
    }

    private mutating func systemState(
        _ reading: Reading, _ at: Moment, _ roles: SignalRoles, _ rules: RuleSet
    ) -> Bool {
        if roles.isAwake(reading) {
            let isUse = use(at.seconds, rules)
            return mark(.awake, 0, at, .battery) || isUse
        }
        return roles.isAsleep(reading) && mark(.asleep, 0, at, .battery)
    }

    private mutating func code(_ reading: Reading, _ at: Moment, isConfirmed: UInt8) -> Bool {
        switch reading.kind {
        case .listCount: return mark(.codeList, 0, at, .codes)
        case .troubleCode:
            let point = CodePoint(
                seconds: at.seconds, packed: UInt32(truncatingIfNeeded: reading.bits), day: at.day,
                isConfirmed: isConfirmed, origin: at.origin)
            guard codes.insert(point) else { return false }
            dirty.insert(.codes)
            return true
        default: return false
        }
    }
}
