import VehicleSignals
import VehicleState

extension RuleTracks {
    func explainService(
        _ code: TriggerCode, _ record: VehicleRecord, _ facts: VehicleFacts, _ rule: ServiceRule,
        _ now: Timestamp, _ limits: OdometerLimits
    ) -> Explanation {
        let seconds = now.milliseconds / 1000
        var walk = serviceWalk(record, facts, rule)
        var history: [Desired] = []
        walk.run(
            odometer: record.odometerPoints, service: service.points, dayLimit: .max,
            now: seconds, limits: limits, history: &history)
        let present = walk.conclude(now: seconds)
        var outcome = "not open"
        if let present {
            outcome = present.status == .escalated ? "escalated" : "open"
            let isOfCode =
                code == present.code
                || (code == .serviceOverdue && present.status == .escalated)
            if !isOfCode {
                outcome = "not open: the need stands as \(present.code.code), \(outcome)"
            }
        }
        var result = Explanation(
            code: code, ruleVersion: rule.version, cycle: walk.machine.cycle,
            outcome: rule.isEnabled ? outcome : "switched off")
        result.thresholds = rule.explanationItems
        walk.describeInputs(into: &result, now: seconds)
        for ended in history {
            result.steps.append(
                "cycle \(ended.cycle): \(ended.code.code) ended by a visit or a reset at "
                    + Timestamp(seconds: Int64(ended.seconds)).rfc3339)
        }
        walk.describeReasons(into: &result, now: seconds)
        if let due = walk.context.due(walk.machine), !due.headline.isFlag {
            let expected = Day(utc: Timestamp(seconds: Int64(max(min(due.expected, 4e9), 0))))
            result.steps.append(
                "expected \(expected.text) by \(due.headline.item.factName), confidence "
                    + (due.isConfident ? "high" : "low"))
        }
        if let present {
            result.steps.append(
                "\(present.code.code) opened at "
                    + Timestamp(seconds: Int64(walk.machine.openedSeconds)).rfc3339)
            result.reasons.append(
                "What opened stays open until a reset is shown twice or a visit is reported.")
        }
        return result
    }
}

extension ServiceRule {
    fileprivate var explanationItems: [Explanation.Item] {
        [
            .init("open_days", Decimals.text(openDays, 0), unit: "days"),
            .init("open_kilometres", Decimals.text(openKilometres, 0), unit: "km"),
            .init("overdue_days", Decimals.text(overdueDays, 0), unit: "days"),
            .init("overdue_kilometres", Decimals.text(overdueKilometres, 0), unit: "km"),
            .init("quiet_days_after_visit", Decimals.text(quietDaysAfterVisit, 0), unit: "days"),
            .init("stale_days", Decimals.text(staleDays, 0), unit: "days"),
        ]
    }
}

/// Numbers as text without Foundation.
enum Decimals {
    static func text(_ value: Double, _ places: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let rounded = (value * scale).rounded()
        let whole = Int64(abs(rounded))
        var digits = String(whole)
        while digits.count <= places { digits = "0" + digits }
        let sign = rounded < 0 ? "-" : ""
        guard places > 0 else { return sign + digits }
        return sign + digits.dropLast(places) + "." + digits.suffix(places)
    }
}

extension ServiceWalk {
    fileprivate func describeInputs(into result: inout Explanation, now: Int64) {
        for place in 0..<5 {
            let state = machine.items[place]
            guard let item = ServiceItem(rawValue: UInt8(place)), state.seconds != 0 else {
                continue
            }
            let observed = Timestamp(seconds: Int64(state.seconds))
            let fact = FiringFact(item.factName, 0)
            let value =
                switch item {
                case .distance, .oilDistance: Decimals.text(Double(state.value) / 1000, 1)
                case .dueFlag: state.value == 0 ? "true" : "false"
                default: Decimals.text(Double(state.value) / 86_400, 1)
                }
            result.inputs.append(
                .init(
                    fact.word, value, unit: fact.unit, observed: observed, origin: state.origin))
            if state.pending != ServiceItemState.none {
                result.steps.append(
                    "\(fact.word): a newer value does not follow and waits for a second one")
            }
            if state.awaitsReset {
                result.steps.append(
                    "\(fact.word): due at the last visit and not reset since; not looked at")
            }
        }
        let odometer = context.odometer
        if odometer.hasValue {
            result.inputs.append(
                .init(
                    "odometer", Decimals.text(Double(odometer.metres) / 1000, 1), unit: "km",
                    observed: Timestamp(seconds: Int64(odometer.seconds)),
                    origin: odometer.origin))
        }
        if odometer.isHeldApart {
            result.steps.append(
                "odometer: a series that looks like another unit is held apart")
        }
        let origin = odometer.usage.isMeasured ? "measured" : "assumed: too little driving known"
        result.inputs.append(
            .init(
                "daily_distance (\(origin))", Decimals.text(context.metresPerDay / 1000, 1),
                unit: "km/day"))
        if machine.lastVisit != 0 {
            result.inputs.append(
                .init(
                    "last_visit", "seen",
                    observed: Timestamp(seconds: Int64(machine.lastVisit))))
        }
    }

    /// One sentence an item: which threshold it meets, or by how much it does not.
    fileprivate func describeReasons(into result: inout Explanation, now: Int64) {
        let rule = context.rule
        var count = 0
        for place in 0..<7 {
            let item = ServiceItem(rawValue: UInt8(place)) ?? .dueFlag
            guard let need = context.need(machine, item) else { continue }
            count += 1
            let word = FiringFact(item.factName, 0).word
            if need.isFlag {
                result.reasons.append("\(word): the vehicle says that service is due.")
                continue
            }
            let days = (need.dueSeconds - Double(now)) / 86_400
            let isSoon = days <= rule.openDays
            result.reasons.append(
                "\(word): \(Self.number(days)) d left \(isSoon ? "<=" : ">") "
                    + "\(Self.number(rule.openDays)) d")
            if let metres = need.remainingMetres {
                let isNear = metres <= rule.openKilometres * 1000
                result.reasons.append(
                    "\(word): \(Self.number(metres / 1000)) km left \(isNear ? "<=" : ">") "
                        + "\(Self.number(rule.openKilometres)) km")
            }
            if now > need.staleAt {
                result.reasons.append(
                    "\(word): last read more than \(Self.number(rule.staleDays)) d ago; "
                        + "stale readings open nothing")
            }
        }
        if machine.lastVisit != 0, now < Int64(machine.lastVisit) + context.quietSeconds {
            result.reasons.append(
                "a visit less than \(Self.number(rule.quietDaysAfterVisit)) d ago; nothing opens")
        }
        guard count == 0 else { return }
        result.reasons.append(
            "The vehicle reports nothing of its next service (retained readings do not count).")
        if context.facts.lastServiceDay == nil || context.facts.intervalMonths == nil {
            result.reasons.append("The last service or the plan's interval in months is not known.")
        }
        if context.facts.lastServiceKilometres == nil || context.facts.intervalKilometres == nil {
            result.reasons.append(
                "The odometer at the last service or the plan's interval in km is not known.")
        }
    }

    private static func number(_ value: Double) -> String {
        Firing.grouped(Int(max(min(value, 1e9), -1e9).rounded()))
    }
}
