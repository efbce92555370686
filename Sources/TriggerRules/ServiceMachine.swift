import VehicleSignals
import VehicleState

/// What one item of the display says, folded.
struct ServiceItemState: Sendable, Hashable, BitwiseCopyable {
    /// Time of the believed value; 0: none.
    var seconds: UInt32 = 0
    var value: Int32 = 0
    /// Believed odometer when the value was read; 0: not known.
    var odometer: UInt32 = 0
    /// Smallest value since the last reset: what a rise is measured against.
    var low: Int32 = 0
    /// A value that does not follow, waiting for a second one; `none` if there is no such.
    var pending: Int32 = Self.none
    /// The item was due when the workshop had the vehicle, and has not been reset since.
    var awaitsReset = false
    /// What made the believed value.
    var origin = OriginID.unknown

    static let none = Int32.min
}

/// A trigger as the evidence wants it; see ``FiringDesk``.
struct Desired: Sendable, BitwiseCopyable {
    enum Status: UInt8, Sendable { case open = 1, escalated = 2, resolved = 3 }
    var code: TriggerCode
    var position: UInt32 = 0
    var cycle: UInt16
    var status: Status
    var tier: UInt8
    /// When it came to this status, in event time.
    var seconds: UInt32
    var isEndedByVisit = false
}

/// The fold of SV-01 and SV-02 over one vehicle's evidence in the order of event time.
///
/// ```
/// cycle n: none ──due soon──▶ SV-01 open ──overdue──▶ SV-01 escalated
///             └──overdue when first seen──▶ SV-02 open
///          any ──reset shown twice, or a visit from an import──▶ resolved; cycle n+1
/// ```
/// Between two readings of the display a need only comes nearer, by time and by the odometer, so it
/// is enough to look at it when the next one comes and after it; and now. A need that came near in
/// between counts if the next reading does not say that it is far off (half as far again as the
/// threshold). What opened stays open until its cycle ends: a prediction that wobbles round the
/// threshold does not flap.
struct ServiceMachine: Sendable, Hashable {
    var items = [5 of ServiceItemState](repeating: ServiceItemState())
    /// Visits seen; the cycle is one more.
    var visits: UInt16 = 0
    var lastVisit: UInt32 = 0
    /// 0: nothing open in this cycle; else the raw value of the code.
    var opened: UInt8 = 0
    var isEscalated = false
    var openedSeconds: UInt32 = 0
    var escalatedSeconds: UInt32 = 0

    var cycle: UInt16 { visits &+ 1 }

    static func == (left: ServiceMachine, right: ServiceMachine) -> Bool {
        for item in 0..<5 where left.items[item] != right.items[item] { return false }
        return left.visits == right.visits && left.lastVisit == right.lastVisit
            && left.opened == right.opened && left.isEscalated == right.isEscalated
            && left.openedSeconds == right.openedSeconds
            && left.escalatedSeconds == right.escalatedSeconds
    }

    func hash(into hasher: inout Hasher) {
        for item in 0..<5 { hasher.combine(items[item]) }
        hasher.combine(visits)
        hasher.combine(opened)
    }

    /// Whether the vehicle itself says anything.
    var hasItems: Bool {
        for item in 0..<5 where items[item].seconds != 0 { return true }
        return false
    }

    /// Takes the next value of an item.
    mutating func step(
        _ point: ServicePoint, odometer: UInt32, context: ServiceContext,
        history: inout [Desired]
    ) {
        let place = Int(point.item)
        var state = items[place]
        defer { items[place] = state }
        guard state.seconds != 0, point.item != ServiceItem.dueFlag.rawValue else {
            // The flag has no interval: it is what it says.
            if state.seconds == 0 { state.low = point.value }
            state.seconds = point.seconds
            state.value = point.value
            state.odometer = odometer
            state.origin = point.origin
            items[place] = state
            let item = ServiceItem(rawValue: point.item) ?? .dueFlag
            check(item, at: Int64(point.seconds), context: context)
            return
        }
        let half = context.resetThreshold(point.item)
        let item = ServiceItem(rawValue: point.item) ?? .dueFlag
        let at = Int64(point.seconds)
        if Int64(point.value) >= Int64(state.low) + half {
            guard state.pending != ServiceItemState.none,
                Int64(state.pending) >= Int64(state.low) + half
            else {
                state.pending = point.value
                return
            }
            // Second in event time: the display was reset. What was due until then was done.
            check(item, at: at, context: context)
            state.low = min(state.pending, point.value)
            state.awaitsReset = false
            adopt(point, odometer, &state)
            visit(point.seconds, context: context, history: &history)
            return
        }
        if isSuddenFall(from: state, to: point, half: half, context: context) {
            let isSecond =
                state.pending != ServiceItemState.none
                && abs(Int64(state.pending) - Int64(point.value)) < half
            guard isSecond else {
                state.pending = point.value
                return
            }
        }
        var nearer = self
        nearer.check(item, at: at, context: context)
        adopt(point, odometer, &state)
        state.low = min(state.low, point.value)
        items[place] = state
        if nearer.opened != 0 || nearer.isEscalated, isNotFar(item, at: at, context: context) {
            opened = nearer.opened
            openedSeconds = nearer.openedSeconds
            isEscalated = nearer.isEscalated
            escalatedSeconds = nearer.escalatedSeconds
        }
        check(item, at: at, context: context)
    }

    private func isNotFar(_ item: ServiceItem, at: Int64, context: ServiceContext) -> Bool {
        guard let need = context.need(self, item) else { return false }
        return context.isDueSoon(need, at: at, widened: Self.farFactor)
    }

    /// A reading this many times the threshold away contradicts a need that seemed near.
    static let farFactor = 1.5

    private func adopt(_ point: ServicePoint, _ odometer: UInt32, _ state: inout ServiceItemState) {
        state.seconds = point.seconds
        state.value = point.value
        state.odometer = odometer
        state.origin = point.origin
        state.pending = ServiceItemState.none
    }

    /// A display that falls by more than half an interval beyond what time and driving explain is
    /// believed when a second reading says the same: a nought may be a missing value.
    private func isSuddenFall(
        from state: ServiceItemState, to point: ServicePoint, half: Int64,
        context: ServiceContext
    ) -> Bool {
        let fall = Int64(state.value) - Int64(point.value)
        guard fall > half else { return false }
        let elapsed = Int64(point.seconds) - Int64(state.seconds)
        guard point.item == 0 || point.item == 2 else { return fall - elapsed > half }
        let driven = Int64(context.driven(since: state) ?? 0)
        let explained = driven > 0 ? driven : elapsed * Self.metresPerDayMax / 86_400
        return fall - explained > half
    }

    private static let metresPerDayMax: Int64 = 2_500_000

    /// A workshop reported a service.
    mutating func visitFromImport(
        _ seconds: UInt32, context: ServiceContext, history: inout [Desired]
    ) {
        if lastVisit != 0, seconds <= lastVisit { return }
        // The first visit before anything is known of the vehicle begins its first cycle.
        if !hasItems, lastVisit == 0, opened == 0 {
            lastVisit = seconds
            return
        }
        if isSameVisit(seconds, context) { return }
        for place in 0..<4 {
            let item = ServiceItem(rawValue: UInt8(place)) ?? .dueFlag
            guard let need = context.need(self, item) else { continue }
            items[place].awaitsReset = context.isDueSoon(need, at: Int64(seconds))
        }
        visit(seconds, context: context, history: &history)
    }

    private func isSameVisit(_ seconds: UInt32, _ context: ServiceContext) -> Bool {
        lastVisit != 0 && abs(Int64(seconds) - Int64(lastVisit)) <= context.quietSeconds
    }

    private mutating func visit(
        _ seconds: UInt32, context: ServiceContext, history: inout [Desired]
    ) {
        if isSameVisit(seconds, context) { return }
        if let code = TriggerCode(rawValue: opened) {
            history.append(
                Desired(
                    code: code, cycle: cycle, status: .resolved, tier: isEscalated ? 2 : 3,
                    seconds: seconds, isEndedByVisit: true))
        }
        visits &+= 1
        lastVisit = seconds
        opened = 0
        isEscalated = false
        openedSeconds = 0
        escalatedSeconds = 0
    }

    /// Looks at every need at a moment up to which the evidence is complete.
    mutating func check(at seconds: Int64, context: ServiceContext) {
        for place in 0..<7 {
            check(ServiceItem(rawValue: UInt8(place)) ?? .dueFlag, at: seconds, context: context)
        }
    }

    private mutating func check(_ item: ServiceItem, at seconds: Int64, context: ServiceContext) {
        if opened == TriggerCode.serviceOverdue.rawValue || isEscalated { return }
        guard let need = context.need(self, item) else { return }
        // Nothing opens on stale readings, so the last moment that counts is when they turn.
        let moment = min(seconds, need.staleAt)
        let quietUntil = lastVisit == 0 ? Int64.min : Int64(lastVisit) + context.quietSeconds
        guard moment >= quietUntil, context.isDueSoon(need, at: moment) else { return }
        let isOverdue = context.isOverdue(need, at: moment)
        if opened == 0 {
            // Overdue from the first moment at which it could have been told.
            let wasOverdue =
                isOverdue && context.isOverdue(need, at: max(need.observed, quietUntil))
            opened =
                wasOverdue
                ? TriggerCode.serviceOverdue.rawValue : TriggerCode.serviceDueSoon.rawValue
            openedSeconds = UInt32(clamping: moment)
        }
        if isOverdue, opened == TriggerCode.serviceDueSoon.rawValue {
            isEscalated = true
            escalatedSeconds = UInt32(clamping: moment)
        }
    }
}
