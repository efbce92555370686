import VehicleSignals

/// Watches one vehicle's reports and says which needs they prove: a second, plain reading of the
/// documented rules, apart from the gateway's own.
struct VehicleWatch {
    struct Need {
        var key: LeadKey
        var outcome: Outcome
    }

    enum Outcome {
        case sure(opens: ClosedRange<Timestamp>, escalates: ClosedRange<Timestamp>?)
        case unclear
    }

    private let vehicle: String
    private var service: ServiceWatch
    private var battery = BatteryWatch()
    private var codes: [String: CodeWatch] = [:]

    init(_ settings: FleetSettings, plan: VehiclePlan) {
        vehicle = plan.identity.topicID
        var metresByDay: [Int] = []
        for day in 0..<settings.days {
            metresByDay.append(
                VehiclePlan.trips(
                    plan.habits, settings: settings, index: plan.identity.index, day: day
                ).metres)
        }
        service = ServiceWatch(
            margins: ServiceMargins(metresByDay: metresByDay),
            intervalKilometres: plan.service.intervalKilometres,
            intervalDays: plan.service.intervalDays)
    }

    mutating func see(_ evidence: Evidence) {
        service.see(evidence)
        battery.see(evidence)
        for code in evidence.codes {
            codes[code, default: CodeWatch()].see(evidence, code: code)
        }
    }

    /// The needs, in a fixed order.
    func finish() -> [Need] {
        var needs: [Need] = []
        for (index, outcome) in service.outcomes.enumerated() {
            guard let outcome else { continue }
            // Overdue when first seen is a need of its own; later it is the same need, escalated.
            let code = index == 0 && service.isOverdueAtFirst ? "SV-02" : "SV-01"
            needs.append(need(code, "", cycle: index + 1, outcome))
        }
        if let outcome = battery.outcome { needs.append(need("SV-12", "", cycle: 1, outcome)) }
        for (code, watch) in codes.sorted(by: { $0.key < $1.key }) {
            guard let outcome = watch.outcome else { continue }
            needs.append(need("SV-16", code, cycle: 1, outcome))
        }
        return needs
    }

    private func need(_ code: String, _ position: String, cycle: Int, _ outcome: Outcome) -> Need {
        Need(
            key: LeadKey(vehicle: vehicle, code: code, position: position, cycle: cycle),
            outcome: outcome)
    }
}

/// First and last moments of something that begins to be possible and then becomes certain.
private struct Onset {
    private(set) var possible: Timestamp?
    private(set) var firstCertain: Timestamp?
    private(set) var lastCertain: Timestamp?
    private(set) var certainReports = 0

    mutating func see(_ time: Timestamp, possible isPossible: Bool, certain: Bool) {
        if isPossible || certain, possible == nil { possible = time }
        if certain {
            if firstCertain == nil { firstCertain = time }
            lastCertain = time
            certainReports += 1
        }
    }

    /// The span in which it begins, if it is certain over at least `span`; `nil` if it never
    /// seemed possible.
    func span(lasting span: TimeSpan) -> Certainty {
        guard let possible else { return .never }
        guard let firstCertain, let lastCertain, certainReports >= 4,
            lastCertain.since(firstCertain) >= span
        else { return .unclear }
        return .between(possible...firstCertain)
    }

    enum Certainty {
        case never
        case unclear
        case between(ClosedRange<Timestamp>)
    }
}

/// SV-01 and SV-02: due within 30 days or 1,000 km; overdue by 500 km or 14 days. A reset begins
/// the next cycle. Becoming overdue escalates the need; being overdue from the first report on is
/// SV-02 from the beginning.
private struct ServiceWatch {
    let margins: ServiceMargins
    let intervalKilometres: Int
    let intervalDays: Int
    private var due = Onset()
    private var overdue = Onset()
    private var last: (kilometres: Int, days: Int)?
    private var closed: [VehicleWatch.Outcome?] = []
    private var firstSeen: Timestamp?
    private(set) var isOverdueAtFirst = false
    private var isFirstSightUnclear = false

    init(margins: ServiceMargins, intervalKilometres: Int, intervalDays: Int) {
        self.margins = margins
        self.intervalKilometres = intervalKilometres
        self.intervalDays = intervalDays
    }

    mutating func see(_ evidence: Evidence) {
        let shown = ServiceStory.Display(
            kilometresLeft: evidence.kilometresToService, daysLeft: evidence.daysToService)
        if let last,
            shown.kilometresLeft - last.kilometres >= intervalKilometres / 2
                || shown.daysLeft - last.days >= intervalDays / 2
        {
            closed.append(outcome)
            isFirstSightUnclear = false
            due = Onset()
            overdue = Onset()
        }
        last = (shown.kilometresLeft, shown.daysLeft)
        due.see(
            evidence.time, possible: margins.mayBeDue(shown), certain: margins.mustBeDue(shown))
        overdue.see(
            evidence.time, possible: margins.mayEscalate(shown),
            certain: margins.mustEscalate(shown))
        guard let firstSeen else {
            firstSeen = evidence.time
            isOverdueAtFirst = margins.isOverdueAtFirst(shown)
            isFirstSightUnclear = !isOverdueAtFirst && margins.mayEscalate(shown)
            return
        }
        if closed.isEmpty, !isOverdueAtFirst, margins.mayEscalate(shown),
            evidence.time.since(firstSeen) < .days(Int64(ServiceStory.firstSightDays))
        {
            isFirstSightUnclear = true
        }
    }

    private var outcome: VehicleWatch.Outcome? {
        if isFirstSightUnclear { return .unclear }
        let isOverdueAtFirst = closed.isEmpty && self.isOverdueAtFirst
        let lasting = TimeSpan.hours(40)
        switch (due.span(lasting: lasting), overdue.span(lasting: lasting)) {
        case (.never, _): return nil
        case (.between(let opens), .never): return .sure(opens: opens, escalates: nil)
        case (.between(let opens), .between) where isOverdueAtFirst:
            return .sure(opens: opens, escalates: nil)
        case (.between(let opens), .between(let escalates)):
            return .sure(opens: opens, escalates: escalates)
        case (.unclear, _), (_, .unclear): return .unclear
        }
    }

    /// One for each cycle, in order.
    var outcomes: [VehicleWatch.Outcome?] { closed + [outcome] }
}

/// SV-12: below 12.2 V (12.3 V for glass-mat batteries) on three of five rests of four hours.
private struct BatteryWatch {
    /// Rests of which three in five count.
    private var rests: [Bool] = []
    private var isResting = false
    private var weakReadings = 0
    private var readings = 0
    private var onset = Onset()

    mutating func see(_ evidence: Evidence) {
        if evidence.isIgnitionOn {
            if isResting, readings > 0 { rests.append(weakReadings == readings) }
            if rests.count > 5 { rests.removeFirst() }
            isResting = false
            weakReadings = 0
            readings = 0
            return
        }
        isResting = true
        guard evidence.restHours >= 4.2 else { return }
        readings += 1
        let isWeak = evidence.volts < 12.16
        if isWeak { weakReadings += 1 }
        let weakRests = rests.count(where: { $0 }) + (isWeak ? 1 : 0)
        onset.see(
            evidence.time, possible: evidence.volts < 12.4, certain: isWeak && weakRests >= 3)
    }

    var outcome: VehicleWatch.Outcome? {
        switch onset.span(lasting: .hours(48)) {
        case .never: nil
        case .unclear: .unclear
        case .between(let opens): .sure(opens: opens, escalates: nil)
        }
    }
}

/// SV-16: the same confirmed code, or code with the lamp on, in two cycles or more.
private struct CodeWatch {
    private var drives = 0
    private var onset = Onset()

    mutating func see(_ evidence: Evidence, code: String) {
        let isConfirmed = evidence.isLampOn || evidence.confirmedCodes.contains(code)
        guard isConfirmed else { return }
        if evidence.occasion == .tripEnd { drives += 1 }
        onset.see(evidence.time, possible: true, certain: drives >= 4)
    }

    var outcome: VehicleWatch.Outcome? {
        switch onset.span(lasting: .hours(24)) {
        case .never: nil
        case .unclear: .unclear
        case .between(let opens): .sure(opens: opens, escalates: nil)
        }
    }
}
