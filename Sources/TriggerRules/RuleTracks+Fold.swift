import VehicleSignals
import VehicleState

extension RuleTracks {
    /// Folds what can no longer change into the base, a few days behind the newest day.
    mutating func foldOld(
        _ record: inout VehicleRecord, _ facts: VehicleFacts, _ rules: RuleSet,
        _ zone: TimeZoneRules, _ now: Timestamp, _ configuration: StateConfiguration,
        _ desk: inout FiringDesk
    ) {
        guard newestDay != foldedForDay else { return }
        foldedForDay = newestDay
        let day = record.foldableDay(zone: zone, lateness: configuration.lateness)
        guard day > firstOpenDay else { return }
        var next = base.first ?? RuleBase()
        let limits = configuration.odometer
        desk.desired.removeAll(keepingCapacity: true)
        var walk = serviceWalk(record, facts, rules.service(for: facts))
        walk.run(
            odometer: record.odometerPoints, service: service.points, dayLimit: day,
            now: now.milliseconds / 1000, limits: limits, history: &desk.desired)
        next.service = walk.machine

        let begin = Self.startSeconds(of: day, zone)
        let gap = UInt32(rules.codes.cycleGapMinutes * 60)
        let visit = Self.pastVisit(facts, now)
        var rest = restWalk(rules.battery, facts)
        // A stretch that reaches over the border is folded and kept: folding it again is harmless.
        // What was heard first may still turn out to be older if it lies behind the border.
        let heard = firstHeard < begin ? firstHeard : .max
        let begun = activity.spans.prefix { $0.start < begin }.count
        rest.run(
            spans: activity.spans, spanLimit: begun, marks: marks.marks, dayLimit: day,
            visit: visit < begin ? visit : 0, firstHeard: heard, history: &desk.desired)
        next.rest = rest.machine

        collectCycleStarts(record, zone, limits, &desk.cycleStarts)
        var codeWalk = self.codeWalk(rules.codes)
        codeWalk.run(
            starts: desk.cycleStarts, marks: marks.marks, points: codes.points, dayLimit: day,
            history: &desk.desired)
        next.codes = codeWalk.states
        next.isLampOn = codeWalk.isLampOn
        next.lampOrigin = codeWalk.lampOrigin
        let lastStart = desk.cycleStarts.last { $0 < begin } ?? 0
        next.cycleStart = max(codeWalk.cycleStart, lastStart)

        service.removeDays(before: day)
        marks.removeDays(before: day)
        codes.removeDays(before: day)
        activity.removeFirst(activity.countEnded(before: begin, gap: gap))
        record.fold(before: day, limits: limits)
        firstOpenDay = day
        if next != RuleBase() { base = [next] }
        forgetTold(next)
        watchesBattery =
            marks.hasVoltage(below: RestRule.highestLow(rules.battery))
            || next.rest.isWatched(below: RestRule.highestLow(rules.battery))
    }

    /// What ended before the base was told for good.
    private mutating func forgetTold(_ base: RuleBase) {
        emitted.removeAll { told in
            guard told.status == .resolved else { return false }
            switch told.code {
            case .serviceDueSoon, .serviceOverdue: return told.cycle < base.service.cycle
            case .lowVoltageBattery: return told.cycle < base.rest.cycle
            case .troubleCodeWithLamp:
                // A code that ended within the base is remembered there by its cycle.
                guard let state = base.codes.first(where: { $0.packed == told.position }) else {
                    return false
                }
                return told.cycle < state.cycle
            }
        }
    }
}
