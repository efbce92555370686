import VehicleSignals
import VehicleState

/// One item's need as it stands at a moment of the fold.
struct ServiceNeed {
    var item: ServiceItem
    /// When it was observed, seconds since 1970.
    var observed: Int64
    /// Expected moment at which nothing is left, seconds since 1970.
    var dueSeconds: Double
    /// Metres left by the newest odometer; `nil` for items of time.
    var remainingMetres: Double?
    /// The flag that says "due now".
    var isFlag = false
    /// From here on the reading is too old to open anything; plans do not age.
    var staleAt: Int64
}

/// What the fold of the service rules needs beside the evidence: thresholds, facts, and the
/// odometer as of the moment.
struct ServiceContext {
    let rule: ServiceRule
    let facts: VehicleFacts
    var odometer: OdometerMachine
    /// Metres a day as of the last day that is over; changes with ``odometer``.
    private(set) var metresPerDay: Double
    private var rateDay: UInt16
    let quietSeconds: Int64

    init(rule: ServiceRule, facts: VehicleFacts, odometer: OdometerMachine) {
        self.rule = rule
        self.facts = facts
        self.odometer = odometer
        quietSeconds = Int64(rule.quietDaysAfterVisit * 86_400)
        metresPerDay = odometer.usage.metresPerDay(fallback: rule.dailyKilometresDefault * 1000)
        rateDay = odometer.usage.newestDay
    }

    mutating func step(_ point: OdometerPoint, limits: OdometerLimits) {
        _ = odometer.step(point, limits: limits)
        guard odometer.usage.newestDay != rateDay else { return }
        rateDay = odometer.usage.newestDay
        metresPerDay = odometer.usage.metresPerDay(fallback: rule.dailyKilometresDefault * 1000)
    }

    /// How far an item must rise to have been reset, in its own unit.
    func resetThreshold(_ item: UInt8) -> Int64 {
        if item == 0 || item == 2 {
            let kilometres = facts.intervalKilometres.map(Double.init) ?? rule.intervalKilometres
            return Int64(kilometres * 1000 * rule.resetShare)
        }
        let days = facts.intervalMonths.map { Double($0) * Self.daysPerMonth } ?? rule.intervalDays
        return Int64(days * 86_400 * rule.resetShare)
    }

    static let daysPerMonth = 30.4375

    /// Metres driven since an item was read; `nil` if not known. Where another series of odometer
    /// readings is believed since, the two do not compare and none is counted: the jump is no
    /// distance driven, and the display's next reading says what is left.
    func driven(since state: ServiceItemState) -> UInt32? {
        guard odometer.hasValue, state.odometer != 0 else { return nil }
        guard state.seconds >= odometer.seriesSeconds else { return 0 }
        return odometer.metres > state.odometer ? odometer.metres - state.odometer : 0
    }

    func need(_ machine: ServiceMachine, _ item: ServiceItem) -> ServiceNeed? {
        switch item {
        case .planDistance, .planTime: return machine.hasItems ? nil : planned(item)
        case .distance, .time, .oilDistance, .oilTime, .dueFlag: break
        }
        let state = machine.items[Int(item.rawValue)]
        guard state.seconds != 0, !state.awaitsReset else { return nil }
        let observed = Int64(state.seconds)
        let stale = observed + Int64(rule.staleDays * 86_400)
        switch item {
        case .dueFlag:
            guard state.value == 0 else { return nil }
            return ServiceNeed(
                item: item, observed: observed, dueSeconds: Double(observed),
                remainingMetres: nil, isFlag: true, staleAt: stale)
        case .time, .oilTime, .planTime:
            return ServiceNeed(
                item: item, observed: observed, dueSeconds: Double(observed) + Double(state.value),
                remainingMetres: nil, staleAt: stale)
        case .distance, .oilDistance, .planDistance:
            var metres = Double(state.value)
            var from = Double(observed)
            if let driven = driven(since: state) {
                metres -= Double(driven)
                from = max(from, Double(odometer.seconds))
            }
            return ServiceNeed(
                item: item, observed: observed,
                dueSeconds: from + metres / metresPerDay * 86_400, remainingMetres: metres,
                staleAt: stale)
        }
    }

    /// The service plan stands in where the vehicle says nothing.
    private func planned(_ item: ServiceItem) -> ServiceNeed? {
        if item == .planTime {
            guard let day = facts.lastServiceDay, let months = facts.intervalMonths, months > 0
            else { return nil }
            let due =
                Double(day.startUTC.milliseconds / 1000)
                + Double(months) * Self.daysPerMonth * 86_400
            return ServiceNeed(
                item: item, observed: day.startUTC.milliseconds / 1000, dueSeconds: due,
                remainingMetres: nil, staleAt: .max)
        }
        guard let last = facts.lastServiceKilometres, let interval = facts.intervalKilometres,
            interval > 0, odometer.hasValue
        else { return nil }
        let metres = (Double(last) + Double(interval)) * 1000 - Double(odometer.metres)
        return ServiceNeed(
            item: item, observed: Int64(odometer.seconds),
            dueSeconds: Double(odometer.seconds) + metres / metresPerDay * 86_400,
            remainingMetres: metres,
            staleAt: Int64(odometer.seconds) + Int64(rule.staleDays * 86_400))
    }

    /// - Parameter widened: multiplies the thresholds.
    func isDueSoon(_ need: ServiceNeed, at seconds: Int64, widened: Double = 1) -> Bool {
        if need.isFlag { return true }
        if let metres = need.remainingMetres, metres <= rule.openKilometres * 1000 * widened {
            return true
        }
        return need.dueSeconds - Double(seconds) <= rule.openDays * 86_400 * widened
    }

    func isOverdue(_ need: ServiceNeed, at seconds: Int64) -> Bool {
        if need.isFlag { return false }
        if let metres = need.remainingMetres { return metres <= -rule.overdueKilometres * 1000 }
        return need.dueSeconds - Double(seconds) <= -rule.overdueDays * 86_400
    }

    /// The item that is due first at a moment, by expected date.
    func headline(_ machine: ServiceMachine) -> ServiceNeed? {
        var best: ServiceNeed?
        for place in 0..<7 {
            let item = ServiceItem(rawValue: UInt8(place)) ?? .dueFlag
            guard let need = self.need(machine, item) else { continue }
            guard let known = best else {
                best = need
                continue
            }
            // A flag says less than a date of the same day.
            let isEarlier = need.dueSeconds < known.dueSeconds && !(need.isFlag && !known.isFlag)
            if isEarlier || (known.isFlag && !need.isFlag) { best = need }
        }
        return best
    }
}
