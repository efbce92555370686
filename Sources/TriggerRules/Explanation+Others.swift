import VehicleSignals
import VehicleState

extension RuleTracks {
    func explainBattery(
        _ facts: VehicleFacts, _ rule: BatteryRule, _ now: Timestamp
    ) -> Explanation {
        var walk = restWalk(rule, facts)
        var history: [Desired] = []
        walk.run(
            spans: activity.spans, spanLimit: activity.spans.count, marks: marks.marks,
            dayLimit: .max, visit: Self.pastVisit(facts, now), firstHeard: firstHeard,
            history: &history)
        let present = walk.machine.desired
        let machine = walk.machine
        let outcome = present.map { $0.status == .escalated ? "escalated" : "open" } ?? "not open"
        var result = Explanation(
            code: .lowVoltageBattery, ruleVersion: rule.version, cycle: machine.cycle,
            outcome: rule.isEnabled ? outcome : "switched off")
        let offset = facts.battery == .agm ? rule.agmOffsetVolts : 0
        result.thresholds = [
            .init("low_volts", Decimals.text(rule.lowVolts + offset, 2), unit: "V"),
            .init("low_rests", "\(rule.lowRests) of \(rule.ofRests)"),
            .init("very_low_volts", Decimals.text(rule.veryLowVolts + offset, 2), unit: "V"),
            .init("clear_volts", Decimals.text(rule.clearVolts + offset, 2), unit: "V"),
            .init("rest_hours", Decimals.text(rule.restHours, 1), unit: "h"),
        ]
        for place in 0..<Int(machine.restCount) {
            result.inputs.append(
                .init(
                    "rest \(place + 1)", Decimals.text(Mark.volts(step: machine.rests[place]), 2),
                    unit: "V", origin: OriginID(machine.origins[place])))
        }
        if machine.lastUse != 0 {
            result.inputs.append(
                .init(
                    "last_use", "seen", observed: Timestamp(seconds: Int64(machine.lastUse))))
        }
        for ended in history {
            result.steps.append(
                "cycle \(ended.cycle) ended at "
                    + Timestamp(seconds: Int64(ended.seconds)).rfc3339)
        }
        let low = machine.count(below: walk.rule.low, of: walk.rule.ofRests)
        let veryLow = machine.count(below: walk.rule.veryLow, of: walk.rule.ofRests)
        result.reasons = [
            "\(low) of the last \(rule.ofRests) rests below the low threshold; "
                + "\(rule.lowRests) are needed",
            "\(veryLow) of them very low; \(rule.veryLowRests) are needed for the higher tier",
        ]
        if machine.restCount == 0 {
            result.reasons.append(
                "No voltage was read at rest, \(Decimals.text(rule.restHours, 1)) h after use.")
        }
        return result
    }

    func explainCodes(
        _ record: VehicleRecord, _ rule: CodeRule, _ zone: TimeZoneRules, _ limits: OdometerLimits
    ) -> Explanation {
        var starts: [UInt32] = []
        collectCycleStarts(record, zone, limits, &starts)
        var walk = codeWalk(rule)
        var history: [Desired] = []
        walk.run(
            starts: starts, marks: marks.marks, points: codes.points, dayLimit: .max,
            history: &history)
        let open = walk.states.filter(\.isOpen)
        var result = Explanation(
            code: .troubleCodeWithLamp, ruleVersion: rule.version,
            cycle: open.first?.cycle ?? 1,
            outcome: !rule.isEnabled ? "switched off" : open.isEmpty ? "not open" : "open")
        result.thresholds = [
            .init("cycles_min", "\(rule.cyclesMin)"),
            .init("cycle_gap_minutes", Decimals.text(rule.cycleGapMinutes, 0), unit: "min"),
            .init("clear_cycles", "\(rule.clearCycles)"),
            .init("clear_days", Decimals.text(rule.clearDays, 0), unit: "days"),
        ]
        result.inputs.append(
            .init("is_lamp_on", walk.isLampOn ? "true" : "false", origin: walk.lampOrigin))
        for state in walk.states {
            let name = TroubleCode(packed: state.packed).text
            result.inputs.append(
                .init(
                    name, "\(state.cyclesSeen) drive cycles",
                    observed: Timestamp(seconds: Int64(state.lastSeen)), origin: state.origin))
            let lamp = state.isConfirmed ? "confirmed" : walk.isLampOn ? "lamp on" : "lamp off"
            let compare = Int(state.cyclesSeen) >= rule.cyclesMin ? ">=" : "<"
            result.reasons.append(
                "\(name): \(state.isOpen ? "open" : "not open"); seen in \(state.cyclesSeen) "
                    + "drive cycles \(compare) \(rule.cyclesMin), missing in "
                    + "\(state.cyclesMissed) of \(rule.clearCycles), \(lamp)")
        }
        for ended in history {
            result.steps.append(
                "\(TroubleCode(packed: ended.position).text): cycle \(ended.cycle) ended at "
                    + Timestamp(seconds: Int64(ended.seconds)).rfc3339)
        }
        if walk.states.isEmpty { result.reasons.append("No trouble code was read.") }
        return result
    }
}
