import VehicleSignals
import VehicleState

extension FiringFrame {
    mutating func setOdometer(_ odometer: OdometerMachine) {
        guard odometer.hasValue else { return }
        odometerMetres = Int64(odometer.metres)
        odometerTime = Timestamp(seconds: Int64(odometer.seconds))
    }
}

/// When a service is expected, by the item that comes first.
struct ServiceDue {
    var headline: ServiceNeed
    var early: Double?
    var expected: Double
    var late: Double?
    var isConfident: Bool
}

extension ServiceContext {
    /// The expected moment and, where enough driving is known, the early and the late one.
    func due(_ machine: ServiceMachine) -> ServiceDue? {
        guard let headline = headline(machine) else { return nil }
        let quantiles = odometer.usage.weeklyQuantiles
        var early = Double.infinity
        var late = Double.infinity
        for place in 0..<7 {
            let item = ServiceItem(rawValue: UInt8(place)) ?? .dueFlag
            guard let need = need(machine, item), !need.isFlag else { continue }
            if let metres = need.remainingMetres {
                guard let quantiles else { continue }
                let from = need.dueSeconds - metres / metresPerDay * 86_400
                early = min(early, from + max(metres, 0) / quantiles.high * 86_400)
                late = min(late, from + max(metres, 0) / quantiles.low * 86_400)
            } else {
                early = min(early, need.dueSeconds)
                late = min(late, need.dueSeconds)
            }
        }
        let isByDistance = headline.remainingMetres != nil
        let isRange = early.isFinite && late.isFinite && !(isByDistance && quantiles == nil)
        let isWide = isRange && late - early > rule.uncertainDays * 86_400
        return ServiceDue(
            headline: headline, early: isRange ? min(early, headline.dueSeconds) : nil,
            expected: headline.dueSeconds, late: isRange ? max(late, headline.dueSeconds) : nil,
            isConfident: !isWide && !(isByDistance && quantiles == nil))
    }
}

extension ServiceWalk {
    func frame(
        _ vehicle: VehicleKey, for desired: Desired, present: Desired?, zone: TimeZoneRules,
        now: Int64
    ) -> FiringFrame {
        var frame = FiringFrame(vehicle: vehicle, ruleVersion: context.rule.version)
        frame.updateDays = context.rule.updateDays
        frame.setOdometer(context.odometer)
        guard let present, desired.cycle == present.cycle, desired.status != .resolved,
            let due = context.due(machine)
        else { return frame }
        var details = Firing(
            vehicle: vehicle, code: desired.code, cycle: desired.cycle, deed: .open, tier: 3,
            ruleVersion: context.rule.version, eventTime: Timestamp(seconds: now))
        func day(_ seconds: Double) -> Day {
            zone.day(of: Timestamp(seconds: Int64(max(min(seconds, 4e9), 0))))
        }
        if !due.headline.isFlag {
            details.dueExpected = day(due.expected)
            details.dueEarly = due.early.map(day)
            details.dueLate = due.late.map(day)
            details.remainingDays = (due.expected - Double(now)) / 86_400
        }
        details.isConfident = due.isConfident
        details.basis =
            switch due.headline.item {
            case .planDistance, .planTime: .plan
            case .distance, .oilDistance: due.isConfident ? .vehicle : .estimate
            case .time, .oilTime, .dueFlag: .vehicle
            }
        addFacts(to: &details)
        frame.details = details
        return frame
    }

    private func addFacts(to details: inout Firing) {
        let rate = context.metresPerDay
        var nearest = Double.infinity
        for place in 0..<7 {
            let item = ServiceItem(rawValue: UInt8(place)) ?? .dueFlag
            guard let need = context.need(machine, item) else { continue }
            let observed = Timestamp(seconds: need.observed)
            if let metres = need.remainingMetres {
                nearest = min(nearest, metres / 1000)
                details.facts.append(
                    FiringFact(item.factName, (metres / 1000).rounded(), observed: observed))
            } else if need.isFlag {
                details.facts.append(FiringFact(item.factName, 1, observed: observed))
            } else {
                let days = (need.dueSeconds - Double(need.observed)) / 86_400
                details.facts.append(
                    FiringFact(item.factName, days.rounded(), observed: observed))
            }
        }
        if nearest.isFinite { details.remainingKilometres = nearest }
        details.facts.append(FiringFact(.dailyDistance, (rate / 100).rounded() / 10))
    }
}

extension ServiceItem {
    var factName: FiringFact.Name {
        switch self {
        case .distance: .distanceToService
        case .time: .timeToService
        case .oilDistance: .distanceToOilService
        case .oilTime: .timeToOilService
        case .dueFlag: .isServiceDue
        case .planDistance: .plannedDistance
        case .planTime: .plannedTime
        }
    }
}

extension RestWalk {
    func details(_ frame: FiringFrame) -> Firing {
        var details = Firing(
            vehicle: frame.vehicle, code: .lowVoltageBattery, cycle: machine.cycle, deed: .open,
            tier: 3, ruleVersion: frame.ruleVersion, eventTime: .distantPast)
        let count = Int(machine.restCount)
        details.basis = .vehicle
        details.facts.append(
            FiringFact(
                .lowRests, Double(machine.count(below: rule.low, of: rule.ofRests))))
        details.facts.append(FiringFact(.rests, Double(min(count, rule.ofRests))))
        for place in stride(from: count - 1, through: max(0, count - rule.ofRests), by: -1) {
            details.facts.append(
                FiringFact(.restVoltage, Mark.volts(step: machine.rests[place])))
        }
        return details
    }
}

extension CodeWalk {
    func frame(_ common: FiringFrame, for desired: Desired) -> FiringFrame {
        guard let state = states.first(where: { $0.packed == desired.position }) else {
            return common
        }
        var details = Firing(
            vehicle: common.vehicle, code: .troubleCodeWithLamp, cycle: state.cycle, deed: .open,
            tier: 2, ruleVersion: common.ruleVersion, eventTime: .distantPast)
        details.basis = .vehicle
        details.facts.append(
            FiringFact(
                .troubleCode, Double(state.packed),
                observed: Timestamp(seconds: Int64(state.lastSeen))))
        details.facts.append(FiringFact(.driveCycles, Double(state.cyclesSeen)))
        details.facts.append(FiringFact(.isLampOn, isLampOn ? 1 : 0))
        details.facts.append(FiringFact(.isConfirmed, state.isConfirmed ? 1 : 0))
        var frame = common
        frame.details = details
        return frame
    }
}
